"""Children that are copies of the supervisor share what it loaded, and behave like programs of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lms.ops.conftest import QUICK, ROOT, Running, is_alive, wait_until

PROGRAM = """\
import json, os, sys, time
from lms.ops.child import ChildSpec
from lms.ops.forked import loading_for_all
from lms.ops.supervisor import Supervisor, Timing
with loading_for_all():
    loaded = os.getpid()
{source}
timing = Timing(**json.loads(sys.argv[1]))
sys.exit(Supervisor([ChildSpec("web", run=work, env={{"GIVEN": "this"}})], timing=timing).run())
"""
STAYS = """
def work():
    print(f"loaded {loaded} pid {os.getpid()}")
    time.sleep(60)
"""


@pytest.fixture
def supervise_copy() -> Iterator[Callable[[str], Running]]:
    """Run a supervisor whose child is the function ``work`` of the source given; ended after the test."""
    started: list[Running] = []

    def start(source: str) -> Running:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(source=source), json.dumps(QUICK)],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        started.append(Running(process))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()
        if running.process.stdout and running.has_ended.wait(20):
            running.process.stdout.close()


def test_a_copy_has_what_was_loaded_once_and_a_process_of_its_own(
    supervise_copy: Callable[[str], Running],
) -> None:
    running = supervise_copy(STAYS)
    words = running.wait_for("loaded").split()
    assert int(words[-3]) == running.process.pid
    assert int(words[-1]) != running.process.pid
    assert Path(f"/proc/{words[-1]}/comm").read_text("utf-8").strip() == "lms-web"


def test_a_copy_that_is_killed_is_replaced(supervise_copy: Callable[[str], Running]) -> None:
    running = supervise_copy(STAYS)
    first = running.wait_for_pid()
    os.kill(first, signal.SIGKILL)
    running.wait_for("was ended by SIGKILL")
    second = running.wait_for_pid()
    assert second != first
    assert not is_alive(first)


def test_a_copy_stops_when_the_supervisor_is_asked_to(supervise_copy: Callable[[str], Running]) -> None:
    running = supervise_copy(STAYS)
    child = running.wait_for_pid()
    running.process.terminate()
    assert running.wait_for_end() == 0
    assert not is_alive(child)


def test_a_copy_does_not_outlive_a_killed_supervisor(supervise_copy: Callable[[str], Running]) -> None:
    running = supervise_copy(STAYS)
    child = running.wait_for_pid()
    running.process.kill()
    wait_until(lambda: not is_alive(child), "the end of the copy")


@pytest.mark.parametrize(
    ("ending", "says"),
    [
        ("return 3", "ended with code 3"),
        ("sys.exit(4)", "ended with code 4"),
        ("sys.exit('no room left')", "no room left"),
        ("raise KeyError('lost')", "KeyError: 'lost'"),
        ("raise SystemExit(78)", "its settings are wrong"),
    ],
)
def test_the_end_of_a_copy_is_told_as_that_of_a_program(
    supervise_copy: Callable[[str], Running], ending: str, says: str
) -> None:
    running = supervise_copy(f"def work():\n    {ending}\n")
    running.wait_for(says)
    assert running.wait_for_end() == 1


def test_what_is_to_happen_at_the_end_of_a_program_happens_at_the_end_of_a_copy(
    supervise_copy: Callable[[str], Running],
) -> None:
    running = supervise_copy(
        "import atexit\ndef work():\n    atexit.register(print, os.environ['GIVEN'], 'is over')\n    return 78\n"
    )
    running.wait_for("this is over")
    running.wait_for_end()
