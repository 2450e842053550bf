"""Several processes and one channel: over unix datagrams, over Redis, and when Redis is gone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from lms.clock import monotonic
from lms.live.bus import UndeclaredEvent, install_live
from lms.live.channels import append
from lms.live.hub import hub, recheck_person
from lms.live.namespaces import LiveNamespace
from lms.ops.gunicorn_conf import WebServer, web_argv
from lms.ops.ports import find_free_port
from lms.store.scope import office_scope
from lms.store.uow import unit_of_work
from tests.lms.live.site import (
    actor_for,
    clients,
    close,
    fill,
    identify,
    make_app,
    make_settings,
    served,
)
from tests.services import postgres_server, redis_server

ROOT = Path(__file__).resolve().parents[3]


def announce(app: Flask, text: str, key: str) -> None:
    with app.app_context():
        actor = actor_for("trainer")
        assert actor.office_id
        with office_scope(actor.office_id), unit_of_work():
            append(actor, "lounge", "announcement.posted", {"text": text}, key)


def test_what_the_job_worker_appends_reaches_the_sockets_of_the_web_process(site: Flask, url: str) -> None:
    worker = make_app(site.extensions["lms_settings"])
    with clients(url, site.config["IDS"]["trainee"]) as (trainee,):
        trainee.join()
        announce(worker, "From the worker", "key-1")
        trainee.wait(lambda: trainee.events)
        assert trainee.events[0]["payload"]["text"] == "From the worker"
    close(worker)


def test_a_person_removed_by_another_process_is_disconnected(site: Flask, url: str) -> None:
    worker = make_app(site.extensions["lms_settings"])
    with clients(url, site.config["IDS"]["trainee"]) as (trainee,):
        trainee.join()
        with worker.app_context(), unit_of_work():
            recheck_person(site.config["IDS"]["trainee"])
        trainee.wait(lambda: trainee.call("ping")["ok"])  # still a member: the second look changes nothing
    close(worker)


def test_sockets_of_dead_processes_are_forgotten(site: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "run" / "live"
    dead = subprocess.run(
        [sys.executable, "-c", f"import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind('{folder}/1-dead')"],
        check=True, cwd=folder,
    )  # fmt: skip
    assert dead.returncode == 0
    announce(site, "Hello", "key-1")
    assert not (folder / "1-dead").exists()


def test_an_event_without_a_policy_stops_the_start(tmp_path: Path) -> None:
    class Careless(LiveNamespace):
        path = "/careless"

        def on_anything(self, *_args: object) -> None:
            """Forgot its policy."""

    class Hooks:
        def socket_namespaces(self) -> list[tuple[str, LiveNamespace]]:
            return [("probe", Careless())]

    app = Flask("lms")
    app.extensions["lms_settings"] = make_settings(tmp_path)
    app.extensions["lms_hooks"] = Hooks()
    with pytest.raises(UndeclaredEvent, match="anything"):
        install_live(app, identify)
    close_bus = app.extensions["lms_live"].bus
    close_bus.close()


@pytest.mark.scale
@pytest.mark.fault
def test_without_redis_local_people_hear_at_once_and_others_are_caught_up(tmp_path: Path) -> None:
    with redis_server() as redis:
        one = make_app(make_settings(tmp_path, redis_url=redis.url))
        ids = fill(one)
        two = make_app(make_settings(tmp_path, redis_url=redis.url))
        with served(one) as here, served(two) as there, ExitStack() as stack:
            (near,) = stack.enter_context(clients(here, ids["trainee"]))
            (far,) = stack.enter_context(clients(there, ids["trainee"]))
            near.join()
            far.join()
            announce(one, "with redis", "key-1")
            far.wait(lambda: far.events)
            redis.kill()
            announce(one, "without redis", "key-2")
            near.wait(lambda: len(near.events) == 2)
            with one.app_context():
                assert hub().bus.check() is False
            far.wait(lambda: any(heads["head"] == 2 for heads in far.got("heads")), timeout=15)
            assert far.join(since=1)["events"][0]["payload"]["text"] == "without redis"
            redis.start()
            far.wait(lambda: _reaches(one, far), timeout=20)
        close(one)
        close(two)


def _reaches(app: Flask, client: object) -> bool:
    announce(app, "again", f"key-{monotonic()}")
    return len(client.seqs) > 3  # type: ignore[attr-defined]


@contextmanager
def web_process(environment: dict[str, str], *, is_scaled: bool = True, workers: int = 1) -> Iterator[str]:
    """gunicorn, with gevent as scale mode runs it or with threads as embedded mode does."""
    server = WebServer(
        port=find_free_port(),
        is_scaled=is_scaled,
        workers=workers,
        application="tests.lms.live.server_process:app",
    )
    process = subprocess.Popen(
        web_argv(server),
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{server.port}"
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline, pause = monotonic() + 30, threading.Event()
    while True:
        assert process.poll() is None, "the web process ended"
        assert monotonic() < deadline, "the web process did not answer"
        try:
            requests.get(address, timeout=5)
        except (requests.ConnectionError, requests.Timeout):
            pause.wait(0.1)
        else:
            return


def test_forked_web_processes_of_one_machine_share_a_channel(tmp_path: Path) -> None:
    site = make_app(make_settings(tmp_path))
    ids = fill(site)
    with (
        web_process({"LMS_TEST_FOLDER": str(tmp_path)}, is_scaled=False, workers=2) as address,
        ExitStack() as stack,
    ):
        people: list[Any] = []
        while len(_processes_that_listen(tmp_path)) < 2:
            assert len(people) < 40, "all clients came to one process"
            people += stack.enter_context(clients(address, ids["trainee"]))
            people[-1].join()
        (trainer,) = stack.enter_context(clients(address, ids["trainer"]))
        trainer.join()
        assert trainer.announce("for all", "key-00000001")["ok"]
        for each in people:
            # Well before the heartbeat, which would hide a bus that does not work.
            each.wait(lambda each=each: each.events, timeout=5)
    close(site)


def _processes_that_listen(folder: Path) -> set[str]:
    """Each process that has clients binds a socket that bears its number."""
    return {path.name.partition("-")[0] for path in folder.rglob("run/live/*")}


@pytest.mark.scale
def test_two_web_processes_share_a_channel_through_redis(tmp_path: Path) -> None:
    with postgres_server() as postgres, redis_server() as redis:
        environment = {
            "LMS_TEST_FOLDER": str(tmp_path), "LMS_TEST_REDIS": redis.url, "LMS_TEST_URL": postgres.url,
        }  # fmt: skip
        site = make_app(make_settings(tmp_path, redis_url=redis.url, database_url=postgres.url))
        ids = fill(site)
        with web_process(environment) as one, web_process(environment) as two, ExitStack() as stack:
            (trainer,) = stack.enter_context(clients(one, ids["trainer"]))
            (trainee,) = stack.enter_context(clients(two, ids["trainee"]))
            trainer.join()
            assert trainee.join()["people_count"] == 2
            for number in range(10):
                assert trainer.announce(f"n{number}", f"key-{number:08}")["ok"]
            trainee.wait(lambda: len(trainee.events) == 10)
            assert sorted(trainee.seqs) == list(range(1, 11))
        close(site)
