"""Engines for tests: the real process, and what it says."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from flask import Flask

from lms.plugin import run_folder
from plugins.webinar import media
from plugins.webinar.engine import Event
from plugins.webinar.engines import SPREAD_FROM, engines_in
from plugins.webinar.remote import RemoteEngine

PROGRAM = Path(__file__).resolve().parent.parent.parent / "engine_embedded"
PATIENCE = 15.0
ALWAYS_BUSY = """
import sys
from plugins.webinar.engine_embedded import embedded, worker
embedded.BUSY_AT = embedded.CALM_AT = 0.0
sys.exit(worker.main(sys.argv[1:]))
"""


@dataclass
class EngineProcess:
    """A running engine."""

    folder: Path
    port: int = 0
    workers: int = 1
    spread_from: int = SPREAD_FROM
    is_busy: bool = False
    """Whether it takes itself for busy, however little it has to do."""
    process: subprocess.Popen[bytes] | None = None
    events: queue.SimpleQueue[Event] = field(default_factory=queue.SimpleQueue)
    seen: list[Event] = field(default_factory=list)

    def start(self) -> None:
        """Start it; it listens at a port that was free."""
        program = ["-c", ALWAYS_BUSY] if self.is_busy else [str(PROGRAM)]
        argv = [sys.executable, *program, "--folder", str(self.folder), "--host", "127.0.0.1"]
        if self.workers > 1:
            argv += ["--workers", str(self.workers)]
        self.process = subprocess.Popen([*argv, "--port", str(self.port)], stderr=subprocess.PIPE)
        assert self.process.stderr is not None
        self.port = int(self.process.stderr.readline().split()[-1])

    def kill(self, number: int = signal.SIGKILL) -> int:
        """End it; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(10)
        if self.process.stderr is not None:
            self.process.stderr.close()
        self.process = None
        return code

    def kill_one(self, number: int) -> None:
        """End one of several; the program that started it starts it again."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("ascii")
        os.kill(int(children.split()[number]), signal.SIGKILL)

    @contextmanager
    def remote(self) -> Iterator[RemoteEngine]:
        """The engine as a web process sees it, several as one; its events are kept for ``wait_for``."""
        engine = cast("RemoteEngine", engines_in(self.folder, self.workers, self.spread_from))
        engine.listen(self.events.put)
        try:
            yield engine
        finally:
            engine.close()

    def wait_for(self, kind: str, fits: Callable[[Event], bool] = lambda event: True) -> Event:
        """The next event of a type that fits; fails after ``PATIENCE`` seconds."""
        end = time.monotonic() + PATIENCE
        while (left := end - time.monotonic()) > 0:
            try:
                event = self.events.get(timeout=left)
            except queue.Empty:
                break
            self.seen.append(event)
            if event.type == kind and fits(event):
                return event
        raise AssertionError(f"no fitting event {kind!r}; seen: {self.seen}")


@contextmanager
def engine_of(app: Flask) -> Iterator[EngineProcess]:
    """The engine of an installation: what its web process asks is answered."""
    with app.app_context():
        running = EngineProcess(run_folder())
    running.folder.mkdir(exist_ok=True)
    running.start()
    app.extensions.pop(media.EXTENSION, None)  # it may have given up on an engine of another test
    yield running
    with app.app_context():
        media.media_desk().engine.close()
    app.extensions.pop(media.EXTENSION, None)
    if running.process is not None:
        running.kill()


def slots_of(*persons: str) -> Callable[[Event], bool]:
    """Whether an event tells that these people, and nobody else, are in slots."""

    def fits(event: Event) -> bool:
        shown: list[dict[str, Any]] = event.data.get("slots", [])
        return {each["person"] for each in shown} == set(persons)

    return fits
