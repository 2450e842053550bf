"""System packages on Debian and Ubuntu. Standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

OS_RELEASE = Path("/etc/os-release")


def is_debian_like(os_release: Path = OS_RELEASE) -> bool:
    """True on Debian, Ubuntu and systems that call themselves like one of them."""
    try:
        lines = os_release.read_text("utf-8").splitlines()
    except OSError:
        return False
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    names = f"{fields.get('ID', '')} {fields.get('ID_LIKE', '')}".replace('"', "").split()
    return bool({"debian", "ubuntu"} & set(names))


def may_install(os_release: Path = OS_RELEASE, user_id: int | None = None) -> bool:
    """True when this process may install system packages itself: root on a Debian-like system."""
    user_id = os.geteuid() if user_id is None else user_id
    return user_id == 0 and is_debian_like(os_release) and shutil.which("apt-get") is not None


def command_for(packages: Sequence[str], user_id: int | None = None) -> str:
    """The command a person types to install ``packages``."""
    user_id = os.geteuid() if user_id is None else user_id
    return f"{'' if user_id == 0 else 'sudo '}apt-get install {' '.join(packages)}"


def install(packages: Sequence[str]) -> str:
    """Install ``packages``, refreshing the package lists only when that is needed.

    Returns "" on success, else the last line apt-get wrote. A locked package database is
    waited for up to two minutes.
    """
    complaint = _apt_get("install", "--yes", "--no-install-recommends", *packages)
    if complaint and not _apt_get("update"):
        complaint = _apt_get("install", "--yes", "--no-install-recommends", *packages)
    return complaint


def _apt_get(*arguments: str) -> str:
    done = subprocess.run(
        ["apt-get", "--quiet", "--option", "DPkg::Lock::Timeout=120", *arguments],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return ""
    written = done.stdout.strip().splitlines()
    return written[-1] if written else f"apt-get ended with code {done.returncode}"
