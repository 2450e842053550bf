"""The worker process: it picks up, survives, is killed, and comes back."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.access.actor import system_actor
from lms.clock import monotonic
from lms.store.base import session
from lms.store.records import Record
from lms.store.scope import all_offices
from lms.store.uow import unit_of_work
from lms.work.jobs import enqueue, get_job
from lms.work.models import JobWorker
from tests.lms.live.site import close, fill, make_app, make_settings
from tests.lms.work import probe
from tests.services import redis_server

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def worker(folder: Path, redis_url: str = "") -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.lms.work.worker_process",
            str(folder),
            *([redis_url] if redis_url else []),
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(is_there: Callable[[], bool], seconds: float = 30) -> None:
    deadline = monotonic() + seconds
    pause = threading.Event()
    while not is_there():
        assert monotonic() < deadline, "it did not happen in time"
        pause.wait(0.05)


def state_of(site: Flask, job_id: object) -> str:
    with site.app_context():
        return get_job(system_actor(), job_id).state  # type: ignore[arg-type]


def ask(site: Flask, name: str, payload: dict[str, str]) -> object:
    with site.app_context(), unit_of_work():
        return enqueue(name, payload, office_id=site.config["IDS"]["siena"]).id


def test_a_worker_does_what_is_asked_shows_itself_and_stops_when_told(site: Flask, tmp_path: Path) -> None:
    def is_seen() -> bool:
        with site.app_context():
            return session().scalar(select(func.count()).select_from(JobWorker)) == 1

    with worker(tmp_path) as process:
        job_id = ask(site, "probe.note", {})
        wait_until(lambda: state_of(site, job_id) == "done")
        wait_until(is_seen)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    assert not is_seen()


@pytest.mark.fault
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_killed_in_the_middle_leaves_one_effect(site: Flask, tmp_path: Path, when: str) -> None:
    user_id = str(site.config["IDS"]["trainee"])
    payload = {"flag": str(tmp_path / "flag"), "when": when, "user_id": user_id}
    job_id = ask(site, "probe.record", payload)
    with worker(tmp_path) as process:
        process.wait(30)
        assert process.returncode == -signal.SIGKILL
    assert state_of(site, job_id) == "running"
    with worker(tmp_path):
        wait_until(lambda: state_of(site, job_id) == "done")
    with site.app_context(), all_offices("test"):
        assert session().scalar(select(func.count()).select_from(Record)) == 1


@pytest.mark.fault
@pytest.mark.scale
def test_without_redis_changes_are_saved_and_jobs_still_run(tmp_path: Path) -> None:
    probe.forget()
    with redis_server() as redis:
        site = make_app(make_settings(tmp_path, redis_url=redis.url), {"probe": probe})
        site.config["IDS"] = fill(site)
        with worker(tmp_path, redis.url):
            first = ask(site, "probe.note", {})
            wait_until(lambda: state_of(site, first) == "done")
            redis.kill()
            started = monotonic()
            second = ask(site, "probe.note", {})
            assert monotonic() - started < 3
            wait_until(lambda: state_of(site, second) == "done")
            redis.start()
            third = ask(site, "probe.note", {})
            wait_until(lambda: state_of(site, third) == "done")
        close(site)
