"""What gates need from the system, and how it gets there."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lms.ops import apt

POSTGRESQL_FOLDER = Path("/usr/lib/postgresql")  # Debian keeps the server's programs out of PATH
OLDEST_NODE = (20, 19)


@dataclass(frozen=True)
class Need:
    """Something a gate needs: ``find`` returns where it is, or None.

    ``packages`` are its Debian packages; without any, a person has to follow ``remedy``.
    """

    name: str
    find: Callable[[], str | None]
    packages: tuple[str, ...] = ()
    remedy: str = ""

    @property
    def advice(self) -> str:
        """How a person gets it."""
        return self.remedy or apt.command_for(self.packages)


def find_chromium() -> str | None:
    """The system's Chromium (or Chrome)."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def find_postgresql() -> str | None:
    """The folder with the newest installed ``initdb`` and ``postgres``."""
    versions = [folder / "bin" for folder in POSTGRESQL_FOLDER.glob("*") if folder.name.isdigit()]
    complete = [bins for bins in versions if (bins / "initdb").exists() and (bins / "postgres").exists()]
    if complete:
        return str(max(complete, key=lambda bins: int(bins.parent.name)))
    found = shutil.which("initdb")
    return str(Path(found).resolve().parent) if found else None


def find_redis() -> str | None:
    """The Redis server (or Valkey, which is the same to us)."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


def find_node() -> str | None:
    """Node with npm, new enough for the checkers of our scripts."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", answer)[:2])
    return node if version >= OLDEST_NODE else None


CHROMIUM = Need("chromium", find_chromium, ("chromium",))
POSTGRESQL = Need("postgresql", find_postgresql, ("postgresql",))
REDIS = Need("redis-server", find_redis, ("redis-server",))
NODE = Need(
    "Node.js",
    find_node,
    remedy="install Node.js {}.{} or newer with npm".format(*OLDEST_NODE),
)


def missing(needs: Iterable[Need]) -> list[Need]:
    """Those of ``needs`` that the system does not have, each once, in order."""
    return [need for need in dict.fromkeys(needs) if need.find() is None]


def provide(needs: Iterable[Need], say: Callable[[str], None]) -> None:
    """Install what is missing when this process may; what cannot be installed stays missing.

    Tells ``say`` in one line what a person can do about the rest.
    """
    absent = missing(needs)
    packages = [name for need in absent for name in need.packages]
    if packages and apt.may_install():
        say(f"Installing system packages: {' '.join(packages)}")
        complaint = apt.install(packages)
        if complaint:
            say(f"They could not be installed: {complaint}")
        absent = missing(absent)
        packages = [name for need in absent for name in need.packages]
    advice = [apt.command_for(packages)] if packages else []
    advice += [need.remedy for need in absent if not need.packages]
    if advice:
        say(f"Not all gates can run here. To change that: {'; '.join(advice)}")
