"""One command keeps its processes running, says what happens and leaves nothing behind."""

from __future__ import annotations

import io
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lms.ops.ports import PortUnavailable, check_port, find_free_port
from lms.ops.supervisor import ChildSpec, Supervisor
from tests.lms.ops.conftest import Running, Script, is_alive, wait_until

Supervise = Callable[..., Running]

STEADY = "import os, signal; print('pid', os.getpid()); signal.pause()"
POLITE = """
import os, signal, sys
def stop(*_): print('bye', flush=True); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print('pid', os.getpid())
signal.pause()
"""
STUBBORN = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGINT, signal.SIG_IGN)
print('pid', os.getpid())
while True: signal.pause()
"""
WATCHING = """
import os, signal
from lms.ops.orphan import watch_parent
assert watch_parent(poll_seconds=0.05, grace_seconds=0.05)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('pid', os.getpid())
while True: signal.pause()
"""
# Answers 503 twice, then 200.
WEB = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
seen = []
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        seen.append(self.path)
        self.send_response(200 if len(seen) > 2 and self.path == '/ready' else 503)
        self.end_headers()
    def log_message(self, *_): pass
server = HTTPServer(('127.0.0.1', {port}), Handler)
import os; print('pid', os.getpid())
server.serve_forever()
"""


def test_says_ready_once_the_page_answers(supervise: Supervise) -> None:
    port = find_free_port()
    running = supervise(
        Script("web", WEB.format(port=port), f"http://127.0.0.1:{port}/ready"), Script("jobs", STEADY)
    )

    assert running.wait_for("Ready:") == f"Ready: http://127.0.0.1:{port}/"


def test_a_web_process_that_was_killed_answers_again(supervise: Supervise) -> None:
    port = find_free_port()
    running = supervise(Script("web", WEB.format(port=port), f"http://127.0.0.1:{port}/ready"))
    pid = running.wait_for_pid()
    running.wait_for("Ready:")

    os.kill(pid, signal.SIGKILL)

    running.wait_for("web was ended by SIGKILL; starting it again")
    running.wait_for("web answers again")
    assert running.text.count("Ready:") == 1


def test_says_when_a_start_is_slow_and_why(supervise: Supervise) -> None:
    port = find_free_port()
    source = WEB.format(port=port).replace("len(seen) > 2", "False")
    running = supervise(Script("web", source, f"http://127.0.0.1:{port}/ready"))

    assert "status 503" in running.wait_for("not ready yet")


def test_log_lines_carry_the_name_of_their_process(supervise: Supervise) -> None:
    source = "import sys, signal; sys.stdout.write('one\\ntwo é'); sys.stdout.flush(); signal.pause()"
    running = supervise(
        Script(
            "web", "import sys; print('out', flush=True); print('err', file=sys.stderr, flush=True);" + STEADY
        ),
        Script("jobs", source),
    )

    assert {running.wait_for("out"), running.wait_for("err")} == {"web   | out", "web   | err"}
    assert any(line == "jobs  | one" for line in running.lines) or running.wait_for("one") == "jobs  | one"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_signal_stops_everything_in_good_order(supervise: Supervise, number: signal.Signals) -> None:
    running = supervise(Script("web", POLITE), Script("jobs", POLITE))
    pids = [running.wait_for_pid(), running.wait_for_pid()]

    running.process.send_signal(number)

    assert running.wait_for_end() == 0
    assert running.text.count("bye") == 2
    assert not any(map(is_alive, pids))


def test_a_child_that_does_not_stop_is_killed_after_the_grace_time(supervise: Supervise) -> None:
    running = supervise(Script("web", STUBBORN), grace=0.2)
    pid = running.wait_for_pid()

    running.process.terminate()

    assert running.wait_for_end() == 0
    assert not is_alive(pid)


def test_a_second_ctrl_c_does_not_wait_for_the_grace_time(supervise: Supervise) -> None:
    running = supervise(Script("web", STUBBORN), grace=3600)
    running.wait_for_pid()

    running.process.send_signal(signal.SIGINT)
    running.wait_for("a second Ctrl-C")
    running.process.send_signal(signal.SIGINT)

    assert running.wait_for_end() == 0


def test_a_killed_child_is_started_again_and_leaves_no_zombie(supervise: Supervise) -> None:
    running = supervise(Script("jobs", STEADY))
    first = running.wait_for_pid()

    os.kill(first, signal.SIGKILL)

    second = running.wait_for_pid()
    assert second != first
    assert is_alive(second)
    assert not Path(f"/proc/{first}").exists()


def test_processes_left_by_a_killed_child_are_ended_before_it_starts_again(supervise: Supervise) -> None:
    source = (
        "import subprocess, sys\n"
        f"left = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}], stdout=subprocess.DEVNULL)\n"
        "print('left', left.pid)\n" + STEADY
    )
    running = supervise(Script("web", source))
    left, first = running.wait_for_pid("left"), running.wait_for_pid()

    os.kill(first, signal.SIGKILL)

    second_left = running.wait_for_pid("left")
    running.wait_for_pid()
    assert not is_alive(left)
    running.process.terminate()
    assert running.wait_for_end() == 0
    assert not is_alive(second_left)


def test_gives_up_loudly_on_a_child_that_keeps_ending(supervise: Supervise) -> None:
    running = supervise(
        Script("jobs", "print('no disk left'); raise SystemExit(3)"), Script("web", POLITE), quick_death=5
    )

    assert running.wait_for_end() == 1
    assert "Giving up: jobs ended with code 3, 5 times" in running.text
    assert "serve |     no disk left" in running.text
    assert running.text.count("starting it again") == 4


def test_a_child_that_lived_long_enough_is_started_again_at_once_and_without_end(
    supervise: Supervise,
) -> None:
    running = supervise(
        Script("jobs", "import os; print('pid', os.getpid())"), quick_death=0, restart_delays=[3600]
    )

    assert len({running.wait_for_pid() for _time in range(8)}) == 8
    assert "starting it again at once" in running.text


def test_wrong_settings_are_not_tried_again(supervise: Supervise) -> None:
    running = supervise(Script("web", "print('unknown key'); raise SystemExit(78)"))

    assert running.wait_for_end() == 1
    assert "its settings are wrong" in running.text
    assert "starting it again" not in running.text


def test_a_program_that_does_not_exist_is_named(supervise: Supervise) -> None:
    running = supervise({"name": "media", "argv": ["/nowhere/media"]}, Script("web", POLITE))

    assert running.wait_for_end() == 1
    assert "media cannot be started" in running.text


@pytest.mark.parametrize("source", [STEADY, POLITE, WATCHING])
def test_children_do_not_outlive_a_killed_supervisor(supervise: Supervise, source: str) -> None:
    running = supervise(Script("jobs", source))
    pid = running.wait_for_pid()

    running.process.kill()

    wait_until(lambda: not is_alive(pid), "the child to stop by itself")


def test_goes_on_serving_when_nobody_reads_its_output_any_more() -> None:
    class Closed(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    child = ChildSpec("web", [sys.executable, "-c", "print('line'); raise SystemExit(78)"])

    assert Supervisor([child], out=Closed()).run() == 1


def test_a_taken_port_is_named_with_a_free_one() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PortUnavailable, match=f"Port {port} on 127.0.0.1 is taken.*--port ") as refusal:
            check_port("127.0.0.1", port)

    offered = int(str(refusal.value).rpartition(" ")[2])
    assert "\n" not in str(refusal.value)
    assert offered != port
    check_port("127.0.0.1", offered)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(PortUnavailable, match=r"web\.host"):
        check_port("192.0.2.1", 8420)
