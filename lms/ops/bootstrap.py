"""From a bare checkout to a running command: make ``.venv``, then become ``lms.cli`` in it.

Standard library only. The second start compares one hash and goes on: it costs
milliseconds. Three files make the first start safe:

- ``.venv.lock`` (beside ``.venv``) is locked while packages are installed, so two first
  starts at the same time do the work once;
- ``.venv/.installing`` exists while packages are installed; finding it later means that the
  installation was cut off, and the folder is made again;
- ``.venv/.installed`` remembers the Python and the lock files that were installed.

``LMS_VENV=DIR`` uses another virtual environment, as it is, and installs nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import NoReturn

from lms.ops import apt

LOCK_FILES = {"run": "requirements.txt", "test": "requirements-test.txt"}
# These commands also need the packages of the tests.
TEST_COMMANDS = frozenset({"test"})
INTERRUPTED = 130


class CannotPrepare(Exception):
    """The environment cannot be made; the message is one line that says what to do."""


def start(root: Path, arguments: Sequence[str]) -> int:
    """Replace this process by ``lms.cli`` with all packages; returns an exit code only on failure.

    ``root`` is the checkout. Prints one line to standard error when it cannot go on.
    """
    group = "test" if arguments[:1] and arguments[0] in TEST_COMMANDS else "run"
    try:
        python = find_python(root, group)
    except CannotPrepare as problem:
        _say(str(problem))
        return 1
    except KeyboardInterrupt:
        _say("\nStopped. The next start goes on from here.")
        return INTERRUPTED
    return _become(python, root, arguments)


def find_python(root: Path, group: str) -> Path:
    """The Python that has the packages of ``group`` ("run" or "test"), made ready where needed.

    Raises CannotPrepare.
    """
    chosen = os.environ.get("LMS_VENV")
    if chosen:
        python = Path(chosen) / "bin" / "python"
        if not os.access(python, os.X_OK):
            raise CannotPrepare(f"LMS_VENV names {chosen}, but there is no {python}.")
        return python
    venv = Venv(root / ".venv")
    inside_other = sys.prefix != sys.base_prefix and not _is_same(Path(sys.prefix), venv.folder)
    if inside_other and not missing_packages(root / LOCK_FILES[group]):
        return Path(sys.executable)
    if not venv.holds(root, group):
        _prepare(root, venv, group)
    return venv.python


def missing_packages(lock_file: Path) -> list[str]:
    """Names in ``lock_file`` that this Python does not have. Lines for other platforms are left out."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==[^\s;]+(\s*;)?", lock_file.read_text("utf-8"), re.MULTILINE)
    return [name for name, has_marker in pins if not has_marker and not _is_installed(name)]


@dataclass(frozen=True)
class Venv:
    """A virtual environment made by this module."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def is_usable(self) -> bool:
        """False when it is absent, was cut off while being made, or its Python is gone."""
        return os.access(self.python, os.X_OK) and not self.installing_mark.exists()

    @property
    def installing_mark(self) -> Path:
        """Exists while packages are being installed."""
        return self.folder / ".installing"

    def holds(self, root: Path, group: str) -> bool:
        """True when exactly the lock files of the checkout were installed for ``group``."""
        if not self.is_usable:
            return False
        try:
            noted = json.loads((self.folder / ".installed").read_text("utf-8"))
        except (OSError, ValueError):
            return False
        return isinstance(noted, dict) and all(
            noted.get(key) == value for key, value in self._facts(root, group).items()
        )

    def note_installed(self, root: Path, group: str) -> None:
        """Remember what was installed; written in one step, so that it is never half there."""
        # The test lock holds everything of the run lock.
        facts = self._facts(root, "run") | (self._facts(root, "test") if group == "test" else {})
        draft = self.folder / ".installed.new"
        draft.write_text(json.dumps(facts), "utf-8")
        draft.replace(self.folder / ".installed")

    def _facts(self, root: Path, group: str) -> dict[str, str]:
        lock = (root / LOCK_FILES[group]).read_bytes()
        return {"python": str(self.python.resolve()), group: hashlib.sha256(lock).hexdigest()}


def _become(python: Path, root: Path, arguments: Sequence[str]) -> NoReturn:
    environment = {name: value for name, value in os.environ.items() if name != "LMS_VENV"}
    if not Path.cwd().samefile(root):
        paths = [str(root), *filter(None, [environment.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(paths)
    sys.stdout.flush()
    sys.stderr.flush()
    command = [str(python), "-m", "lms.cli", *arguments]
    os.execve(python, command, environment)  # noqa: S606 - the same program goes on, with its packages


def _prepare(root: Path, venv: Venv, group: str) -> None:
    with _only_one(root):
        if venv.holds(root, group):  # another start did it while this one waited
            return
        try:
            if not venv.is_usable:
                _make_venv(venv)
            _install(root, venv, group)
        except OSError as problem:
            raise CannotPrepare(f"Cannot write {venv.folder}: {problem.strerror or problem}.") from problem


@contextlib.contextmanager
def _only_one(root: Path) -> Iterator[None]:
    try:
        lock = (root / ".venv.lock").open("a")
    except OSError as problem:
        raise CannotPrepare(
            f"Cannot write in {root} ({problem.strerror}): set LMS_VENV to a virtual environment"
            " that has the packages of requirements.txt."
        ) from problem
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another start is preparing the packages; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_venv(venv: Venv) -> None:
    folder = venv.folder
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        _install_venv_support()
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    venv.installing_mark.touch()
    _say(f"First start: making {folder}")
    # Not sys.executable: that may be the very folder that is made again.
    python = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run([python, "-m", "venv", str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise CannotPrepare(f"Cannot make {folder}: {_last_line(done.stdout + done.stderr)}")


def _install_venv_support() -> None:
    packages = [f"python{sys.version_info.major}.{sys.version_info.minor}-venv"]
    remedy = f"Python's venv module is missing. Install it, then try again: {apt.command_for(packages)}"
    if not apt.may_install():
        raise CannotPrepare(remedy)
    _say(f"Installing the system package {packages[0]}")
    complaint = apt.install(packages)
    if complaint:
        raise CannotPrepare(f"{remedy} ({complaint})")
    importlib.invalidate_caches()


def _install(root: Path, venv: Venv, group: str) -> None:
    lock_file = root / LOCK_FILES[group]
    count = len(re.findall(r"^\S+==", lock_file.read_text("utf-8"), re.MULTILINE))
    _say(f"Installing {count} packages into {venv.folder} (about a minute the first time)")
    venv.installing_mark.touch()
    began = time.monotonic()
    command = [str(venv.python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "--require-hashes", "--only-binary", ":all:"]
    complaint = _run_pip([*command, "--requirement", str(lock_file)], count)
    # Reached only when pip ended by itself: it puts everything back when it fails.
    venv.installing_mark.unlink()
    if complaint:
        raise CannotPrepare(f"The packages could not be installed: {complaint}")
    venv.note_installed(root, group)
    _say(f"Packages are ready ({time.monotonic() - began:.0f} s)")


def _run_pip(command: Sequence[str], count: int) -> str:
    """Run pip with a counter on a terminal; returns "" or the line that tells what went wrong."""
    seen, problems, last = 0, "", ""
    show = sys.stderr.isatty()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        for line in pip.stdout or ():
            last = line.strip() or last
            if line.startswith("ERROR:") and not problems:
                problems = line.removeprefix("ERROR:").strip()
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                seen += 1
                if show:
                    sys.stderr.write(f"\r  {min(seen, count)} of {count}: {line.split()[-1][:50]:<50}")
                    sys.stderr.flush()
    if show:
        sys.stderr.write("\r" + " " * 70 + "\r")
    return (problems or last or f"pip ended with code {pip.returncode}") if pip.returncode else ""


def _is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _is_same(left: Path, right: Path) -> bool:
    try:
        return left.samefile(right)
    except OSError:
        return False


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no reason given"


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
