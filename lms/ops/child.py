"""One supervised process: how it is started, read, counted and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from lms.ops.forked import ForkedProcess
from lms.ops.orphan import SUPERVISOR_PID, end_with_parent

LINE_LIMIT = 16_384
READ_SIZE = 65_536
TAIL_LINES = 20


@dataclass(frozen=True)
class ChildSpec:
    """A process to keep running: the program ``argv``, or ``run`` in a copy of this process.

    ``name`` prefixes its log lines; ``env`` is added to this process's environment;
    ``ready_url`` answers 200 once the child can serve, asked for the site of the name ``ready_host``:
    a site answers to its own names only.
    """

    name: str
    argv: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    ready_url: str | None = None
    ready_host: str = ""
    cwd: Path | None = None
    run: Callable[[], int | None] | None = None


class Child:
    """The running side of a ChildSpec. It leads its own process group, so that a Ctrl-C in the
    terminal reaches only the supervisor and leftovers can be ended together with it."""

    def __init__(self, spec: ChildSpec) -> None:
        self.spec = spec
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)
        self.process: subprocess.Popen[bytes] | ForkedProcess | None = None
        self.group = 0
        self.started_at = 0.0
        self.restart_at: float | None = None
        self.quick_deaths = 0
        self._unfinished = b""

    @property
    def is_running(self) -> bool:
        """True from start until the supervisor has noticed the end."""
        return self.process is not None

    def start(self, own_descriptors: Iterable[int] = ()) -> int:
        """Start it; returns the file descriptor of its output. Raises OSError when it cannot start.

        ``own_descriptors`` are the supervisor's, of which a copy of it must let go.
        """
        self.end_leftovers()
        self.restart_at = None
        self.started_at = time.monotonic()
        self.process = self._begin(own_descriptors)
        self.group = self.process.pid
        self.tail.clear()
        self._unfinished = b""
        return self._output()

    def _begin(self, own_descriptors: Iterable[int]) -> subprocess.Popen[bytes] | ForkedProcess:
        parent = os.getpid()
        env = {**self.spec.env, SUPERVISOR_PID: str(parent)}
        if self.spec.run is not None:
            return ForkedProcess(self.spec.run, f"lms-{self.spec.name}", env, own_descriptors)
        return subprocess.Popen(
            list(self.spec.argv),
            env={**os.environ, **env, "PYTHONUNBUFFERED": "1"},
            cwd=self.spec.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=partial(end_with_parent, parent),  # noqa: PLW1509 - no thread that could hold a lock
        )

    def read_lines(self) -> tuple[list[str], bool]:
        """Lines that are complete now, and whether the output has ended."""
        try:
            piece = os.read(self._output(), READ_SIZE)
        except BlockingIOError:
            return [], False
        *complete, self._unfinished = (self._unfinished + piece).split(b"\n")
        if self._unfinished and (not piece or len(self._unfinished) > LINE_LIMIT):
            complete.append(self._unfinished)
            self._unfinished = b""
        lines = [line.decode("utf-8", "replace").rstrip("\r") for line in complete]
        self.tail.extend(lines)
        return lines, not piece

    def ended_with(self) -> int | None:
        """Its exit code (negative: the signal that ended it), or None while it runs."""
        return self.process.poll() if self.process else None

    def forget_process(self) -> None:
        """After its end was noticed: close its output."""
        if self.process and self.process.stdout:
            self.process.stdout.close()
        self.process = None

    def signal(self, number: int) -> None:
        """Signal the process alone; it passes on what its own children need to know."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def signal_group(self, number: int) -> None:
        """Signal the process and everything it started that is still there."""
        if self.group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.group, number)

    def end_leftovers(self) -> None:
        """Processes of the group that outlived their leader would keep its port."""
        self.signal_group(signal.SIGKILL)
        self.group = 0

    def _output(self) -> int:
        if self.process is None or self.process.stdout is None:
            raise RuntimeError(f"{self.spec.name} is not running")
        descriptor = self.process.stdout.fileno()
        os.set_blocking(descriptor, False)
        return descriptor
