"""Media servers as processes: started on a core of their own, with the clients on another, ended by their process ids."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import media_janus

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "plugins" / "webinar" / "engine_embedded"
PATIENCE = 20.0


@dataclass(frozen=True)
class Kind:
    """A server: its name in tables, its desk, and how it is started."""

    title: str
    desk: str
    event_loops: int = 0


OURS = Kind("this engine", "ours")
JANUS_ONE = Kind("Janus, event_loops=1", "janus", 1)
JANUS = Kind("Janus, default", "janus")
RELAY = Kind("aiortc MediaRelay", "aiortc")


def kinds(*, is_smoke: bool) -> list[Kind]:
    """Those that can be measured here; says which cannot."""
    if media_janus.find_janus() is None:
        print("(Janus is not installed, so there is nothing to compare with it: apt-get install janus)")
        return [OURS, RELAY]
    return [OURS, JANUS_ONE, *([] if is_smoke else [JANUS]), RELAY]


def cores() -> tuple[int, int]:
    """One for the server, one for the clients; the same where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """What is started here runs on that core, with all its threads."""
    usable = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usable)


@contextmanager
def serving(kind: Kind, folder: Path) -> Iterator[int]:
    """A server that runs on its core; gives its process id."""
    folder.mkdir(parents=True)
    process = _start(kind, folder)
    try:
        _pin(process.pid, cores()[0])
        yield process.pid
    finally:
        _end(process)


def _start(kind: Kind, folder: Path) -> subprocess.Popen[bytes]:
    """Start it, again if it ends at once: the thread of Janus' unix socket loses a race at the start now and then."""
    for is_last in (False, False, False, True):
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(_command(kind, folder), stdout=log, stderr=subprocess.STDOUT, cwd=ROOT)
        if is_ready(process, folder):
            return process
        _end(process)
        if is_last:
            said = (folder / "log").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"the media server did not start:\n{said}")
        for each in folder.iterdir():
            if each.is_socket():
                each.unlink()
    raise AssertionError("the last try returns or raises")


def is_ready(process: subprocess.Popen[bytes], folder: Path, count: int = 1) -> bool:
    """Wait until somebody listens at so many control sockets; False if the process ends or it takes too long."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        doors = [each for each in folder.iterdir() if each.is_socket() and not each.name.startswith("relay")]
        if sum(map(_answers, doors)) >= count:
            return True
        time.sleep(0.05)
    return False


def _answers(path: Path) -> bool:
    """Whether somebody listens; a socket of the other type than a stream is Janus's."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
        with socket.socket(socket.AF_UNIX, kind) as probe, contextlib.suppress(OSError):
            probe.connect(str(path))
            return True
    return False


def _pin(pid: int, core: int) -> None:
    for each in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(each.name), {core})


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _command(kind: Kind, folder: Path) -> Sequence[str]:
    if kind.desk == "janus":
        return media_janus.write_configuration(folder, kind.event_loops)
    if kind.desk == "aiortc":
        return [sys.executable, "-m", "benchmarks.media_aiortc", str(folder)]
    return [sys.executable, str(ENGINE), "--folder", str(folder), "--host", "127.0.0.1", "--port", "0"]


class Clients:
    """The process of the clients."""

    def __init__(
        self,
        kind: Kind,
        folder: Path,
        server: int,
        stack: ExitStack,
        *,
        number: int = 0,
        core: int | None = None,
        home: int | None = None,
    ) -> None:
        self._server = server
        with on_core(cores()[1] if core is None else core):
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.media_clients", kind.desk, str(folder), str(number), *(() if home is None else (str(home),))],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            )  # fmt: skip
        stack.callback(self._end)
        self._hear()

    def join(self, count: int) -> dict[str, Any]:
        """Let so many more in."""
        return self._ask(do="join", count=count)

    def measure(self, seconds: float, settle: float) -> dict[str, Any]:
        """Send for a while."""
        return self._ask(do="measure", seconds=seconds, settle=settle)

    def begin_measuring(self, seconds: float) -> None:
        """Send for a while, or until ended; nobody waits for the figures."""
        self._order(do="measure", seconds=seconds, settle=0.0)

    def _ask(self, **order: Any) -> dict[str, Any]:
        self._order(**order)
        return self._hear()

    def _order(self, **order: Any) -> None:
        if self._process.stdin is None:
            raise RuntimeError("the clients cannot be spoken to")
        self._process.stdin.write(json.dumps(order | {"pid": self._server}) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            raise RuntimeError("the clients have ended")
        said: dict[str, Any] = json.loads(line)
        return said

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()
