"""Running a supervisor as a real process, and waiting for what it does."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 20.0
PROGRAM = """\
import json, sys
from lms.ops.supervisor import ChildSpec, Supervisor, Timing
plan = json.loads(sys.argv[1])
children = [ChildSpec(**child) for child in plan["children"]]
sys.exit(Supervisor(children, timing=Timing(**plan["timing"])).run())
"""
QUICK = {"restart_delays": [0.05, 0.1], "quick_death": 0.4, "grace": 20.0, "slow_start": 0.5}


def wait_until(condition: Callable[[], bool], what: str = "the condition") -> None:
    """Ask again until ``condition`` holds; fail after some patience."""
    deadline = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {PATIENCE:g} s in vain for {what}")
        pause.wait(0.01)


def is_alive(pid: int) -> bool:
    """True for a process that exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@dataclass
class Running:
    """A supervisor process whose output is collected as it comes."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    has_ended: threading.Event = field(default_factory=threading.Event)
    _fresh: queue.Queue[str | None] = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self) -> None:
        for line in self.process.stdout or ():
            self._fresh.put(line.rstrip("\n"))
        self._fresh.put(None)
        self.has_ended.set()

    def wait_for(self, text: str) -> str:
        """The next line that contains ``text``."""
        deadline = time.monotonic() + PATIENCE
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._fresh.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            self.lines.append(line)
            if text in line:
                return line
        return pytest.fail(f"no line with {text!r} in:\n" + "\n".join(self.lines))

    def wait_for_pid(self, word: str = "pid") -> int:
        """The number after ``word`` in the next line that has it."""
        return int(self.wait_for(f"{word} ").rpartition(" ")[2])

    def wait_for_end(self) -> int:
        """Exit code, with all remaining lines collected."""
        code = self.process.wait(PATIENCE)
        while (line := self._fresh.get(timeout=PATIENCE)) is not None:
            self.lines.append(line)
        return code

    @property
    def text(self) -> str:
        """Everything collected up to now."""
        return "\n".join(self.lines)


@dataclass
class Script:
    """A child written as Python source."""

    name: str
    source: str
    ready_url: str | None = None

    def as_spec(self) -> dict[str, Any]:
        fields = asdict(self)
        return {"argv": [sys.executable, "-c", fields.pop("source")], **fields}


@pytest.fixture
def supervise() -> Iterator[Callable[..., Running]]:
    """Start a supervisor of scripts (or of plain specifications); it is ended after the test."""
    started: list[Running] = []

    def start(*children: Script | dict[str, Any], **timing: Any) -> Running:
        specs = [child.as_spec() if isinstance(child, Script) else child for child in children]
        plan = json.dumps({"children": specs, "timing": QUICK | timing})
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, plan],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(Running(process))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()
        if running.process.stdout and running.has_ended.wait(PATIENCE):
            running.process.stdout.close()
