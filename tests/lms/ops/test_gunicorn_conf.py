"""The web server's command line means to gunicorn what we mean by it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from lms.config import ROOT
from lms.ops.gunicorn_conf import WebServer, web_argv
from lms.ops.ports import find_free_port
from tests.lms.ops.conftest import Running, is_alive, wait_until

OUR_CODE = {"PYTHONPATH": str(ROOT)}


def understood(server: WebServer, folder: Path) -> dict[str, str]:
    """gunicorn's own reading of the command."""
    (folder / "sample.py").write_text("def app(environ, start_response): return []\n", "utf-8")
    *command, application = web_argv(server)
    done = subprocess.run(
        [*command, "--print-config", application],
        cwd=folder,
        env=os.environ | OUR_CODE,
        capture_output=True,
        text=True,
        check=True,
    )
    pairs = (line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def test_embedded_is_processes_with_threads_that_share_the_loaded_code(tmp_path: Path) -> None:
    config = understood(WebServer(port=9001, threads=340, workers=2, application="sample:app"), tmp_path)

    assert (config["worker_class"], config["workers"], config["threads"]) == (
        "lms.ops.fair_worker.FairWorker",
        "2",
        "340",
    )
    assert config["preload_app"] == "True"
    assert config["bind"] == "['127.0.0.1:9001']"


def test_scale_is_gevent_processes(tmp_path: Path) -> None:
    config = understood(WebServer(is_scaled=True, workers=3, application="sample:app"), tmp_path)

    assert (config["worker_class"], config["workers"]) == ("gevent", "3")
    assert config["worker_connections"] == "5000"


def test_scale_loads_the_code_after_gevent_patched_it(tmp_path: Path) -> None:
    config = understood(WebServer(is_scaled=True, application="sample:app"), tmp_path)

    assert config["preload_app"] == "False"


@pytest.mark.parametrize("is_scaled", [False, True])
def test_both_stop_soon_and_write_nothing_at_home(tmp_path: Path, is_scaled: bool) -> None:
    config = understood(WebServer(is_scaled=is_scaled, application="sample:app"), tmp_path)

    assert config["control_socket_disable"] == "True"
    assert config["graceful_timeout"] == "5"
    assert config["accesslog"] == "None"


def test_an_ipv6_address_is_put_in_brackets() -> None:
    argv = web_argv(WebServer(host="::1", port=8420, has_access_log=True))

    assert argv[:4] == [sys.executable, "-m", "gunicorn", "--bind"]
    assert argv[4] == "[::1]:8420"
    assert "--access-logfile" in argv


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8420/"),
        ("0.0.0.0", "http://127.0.0.1:8420/"),  # noqa: S104 - nothing listens there
        ("::", "http://[::1]:8420/"),
    ],
)
def test_a_server_on_all_addresses_is_asked_on_loopback(host: str, url: str) -> None:
    assert WebServer(host=host, port=8420).local_url == url


def served(folder: Path, is_scaled: bool, workers: int = 1) -> dict[str, Any]:
    """A real web process for a supervisor, with an application that says which process answers."""
    (folder / "sample.py").write_text(
        "import os\n\n\ndef app(environ, start_response):\n    start_response('200 OK', [])\n    return [b'%d' % os.getpid()]\n",
        "utf-8",
    )
    port = find_free_port()
    server = WebServer(port=port, is_scaled=is_scaled, threads=4, workers=workers, application="sample:app")
    argv = web_argv(server)
    ready_url = f"http://127.0.0.1:{port}/live"
    return {"name": "web", "argv": argv, "cwd": str(folder), "env": OUR_CODE, "ready_url": ready_url}


def processes_under(running: Running) -> list[psutil.Process]:
    """The server and its worker."""
    return psutil.Process(running.process.pid).children(recursive=True)


@pytest.mark.parametrize("is_scaled", [False, True])
def test_a_killed_server_answers_again_and_none_outlives_a_killed_supervisor(
    supervise: Callable[..., Running], tmp_path: Path, is_scaled: bool
) -> None:
    running = supervise(served(tmp_path, is_scaled), quick_death=0.1)
    running.wait_for("Ready:")
    before = processes_under(running)

    os.kill(before[0].pid, signal.SIGKILL)
    running.wait_for("web answers again")

    after = processes_under(running)
    assert len(after) == len(before) == 2
    running.process.kill()
    wait_until(
        lambda: not any(is_alive(process.pid) for process in before + after), "the server to stop by itself"
    )


def test_browsers_that_come_one_after_another_are_shared_out_between_the_processes(
    supervise: Callable[..., Running], tmp_path: Path
) -> None:
    spec = served(tmp_path, is_scaled=False, workers=2)
    running = supervise(spec)
    running.wait_for("Ready:")
    seen: set[str] = set()

    def both_answer() -> bool:
        seen.add(requests.get(spec["ready_url"], headers={"Connection": "close"}, timeout=20).text)
        return len(seen) == 2

    wait_until(both_answer, "the second process to answer")
    with ExitStack() as opened:
        browsers = [opened.enter_context(requests.Session()) for _number in range(24)]
        held = Counter(each.get(spec["ready_url"], timeout=20).text for each in browsers)

    assert min(held[each] for each in seen) >= 6, held
