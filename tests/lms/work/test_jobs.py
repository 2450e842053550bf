"""Jobs: started after the commit, once for each key, tried again, visible, stoppable."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from lms.access.actor import system_actor
from lms.clock import monotonic, utcnow
from lms.errors import Conflict, NotFound
from lms.hooks.callers import hooks
from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.text import locale
from lms.work.jobs import cancel_job, enqueue, find_jobs, get_job, retry_job
from lms.work.models import Job
from lms.work.queue import UnknownJob
from lms.work.runner import retry_delay
from lms.work.worker import run_due_jobs, sweep
from tests.lms.live.site import actor_for
from tests.lms.work import probe


def ask(site: Flask, name: str = "probe.note", **options: object) -> uuid.UUID:
    with site.app_context(), unit_of_work():
        return enqueue(name, {"n": 1}, **options).id  # type: ignore[arg-type]


def job(site: Flask, job_id: uuid.UUID) -> Job:
    with site.app_context():
        found = get_job(system_actor(), job_id)
        session().expunge(found)
        return found


def change(site: Flask, job_id: uuid.UUID, **columns: object) -> None:
    with site.app_context(), unit_of_work():
        row = get_job(system_actor(), job_id)
        for name, value in columns.items():
            setattr(row, name, value)


def wait_until(is_there: Callable[[], bool], seconds: float = 10) -> None:
    deadline = monotonic() + seconds
    pause = threading.Event()
    while not is_there():
        assert monotonic() < deadline
        pause.wait(0.02)


def test_a_job_runs_in_the_office_and_language_of_its_cause(site: Flask) -> None:
    office_id = site.config["IDS"]["siena"]
    with locale("it"):
        job_id = ask(site, office_id=office_id)
    assert run_due_jobs(site) == 1
    assert probe.runs == [{"payload": {"n": 1}, "office": office_id, "locale": "it", "attempt": 1}]
    done = job(site, job_id)
    assert (done.state, done.result, done.percent, done.progress_message) == (
        "done",
        {"answer": 42},
        75,
        "nearly",
    )


def test_a_job_of_a_change_that_failed_never_runs(site: Flask) -> None:
    with site.app_context(), contextlib.suppress(RuntimeError), unit_of_work():
        enqueue("probe.note", {})
        raise RuntimeError
    assert run_due_jobs(site) == 0


def test_an_unknown_job_or_one_outside_a_unit_of_work_is_refused(site: Flask) -> None:
    with site.app_context():
        with pytest.raises(UnknownJob), unit_of_work():
            enqueue("probe.unheard_of", {})
        with pytest.raises(RuntimeError):
            enqueue("probe.note", {})


def test_asking_twice_with_a_key_is_once_until_it_is_done(site: Flask) -> None:
    assert ask(site, key="k") == ask(site, key="k")
    assert run_due_jobs(site) == 1
    ask(site, key="k")
    assert run_due_jobs(site) == 1


def test_a_failed_job_is_tried_again_later_and_given_up_in_the_end(site: Flask) -> None:
    probe.failures_left = 9
    job_id = ask(site, "probe.stumble")
    for attempt in (1, 2):
        assert run_due_jobs(site) == 1
        waiting = job(site, job_id)
        assert (waiting.state, waiting.attempts) == ("queued", attempt)
        assert waiting.run_at > utcnow()
        assert "stumbled" in waiting.error
        change(site, job_id, run_at=utcnow())
    run_due_jobs(site)
    assert job(site, job_id).state == "failed"
    with site.app_context():
        assert [each.id for each in find_jobs(system_actor(), state="failed")] == [job_id]


def test_a_given_up_job_can_be_run_again_by_an_operator(site: Flask) -> None:
    probe.failures_left = 1
    job_id = ask(site, "probe.stumble")
    run_due_jobs(site)
    change(site, job_id, state="failed")
    with site.app_context(), unit_of_work():
        retry_job(actor_for("head"), job_id)
    assert run_due_jobs(site) == 1
    assert job(site, job_id).state == "done"
    with site.app_context(), pytest.raises(Conflict), unit_of_work():
        retry_job(actor_for("head"), job_id)


@pytest.mark.parametrize("attempt", range(1, 9))
def test_the_pause_before_a_retry_grows_to_an_hour(attempt: int) -> None:
    seconds = retry_delay(attempt).total_seconds()
    assert 0.8 * min(5 * 4 ** (attempt - 1), 3600) <= seconds <= 1.2 * 3600


def test_only_its_cause_and_operators_see_a_job(site: Flask) -> None:
    with site.app_context(), unit_of_work():
        actor = actor_for("trainee")
        job_id = enqueue("probe.note", {}, actor=actor).id
    with site.app_context():
        assert get_job(actor_for("trainee"), job_id)
        assert get_job(actor_for("head"), job_id)
        with pytest.raises(NotFound):
            get_job(actor_for("trainer"), job_id)
        assert find_jobs(actor_for("trainer")) == []


def test_a_waiting_job_can_be_cancelled(site: Flask) -> None:
    job_id = ask(site)
    with site.app_context(), unit_of_work():
        cancel_job(system_actor(), job_id)
    assert run_due_jobs(site) == 0
    assert job(site, job_id).state == "cancelled"


def test_a_running_job_stops_when_it_is_cancelled(site: Flask) -> None:
    job_id = ask(site, "probe.wait")
    worker = threading.Thread(target=run_due_jobs, args=(site,))
    worker.start()
    wait_until(lambda: bool(probe.runs))
    with site.app_context(), unit_of_work():
        cancel_job(system_actor(), job_id)
    worker.join(10)
    assert job(site, job_id).state == "cancelled"


def test_a_job_is_run_by_one_of_several_workers(site: Flask) -> None:
    for _number in range(20):
        ask(site)
    workers = [threading.Thread(target=run_due_jobs, args=(site,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(probe.runs) == 20


def test_a_job_of_a_part_that_is_switched_off_is_skipped(site: Flask) -> None:
    site.config["SWITCHED_OFF"] = ["probe"]
    job_id = ask(site, office_id=site.config["IDS"]["siena"])
    run_due_jobs(site)
    assert probe.runs == []
    assert job(site, job_id).state == "cancelled"


def test_a_job_whose_worker_is_silent_is_taken_over(site: Flask) -> None:
    job_id = ask(site)
    long_ago = utcnow() - timedelta(minutes=5)
    change(site, job_id, state="running", attempts=1, heartbeat_at=long_ago, run_token=uuid.uuid4())
    sweep(site)
    assert job(site, job_id).state == "queued"
    run_due_jobs(site)
    assert [run["attempt"] for run in probe.runs if run["payload"]] == [2]


def test_a_schedule_has_one_turn_in_each_period(site: Flask) -> None:
    workers = [threading.Thread(target=sweep, args=(site,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    run_due_jobs(site)
    sweep(site)
    run_due_jobs(site)
    with site.app_context():
        assert len(find_jobs(system_actor(), name="probe.daily")) == 1


def test_a_fact_is_heard_after_the_commit_and_again_after_a_failure(site: Flask) -> None:
    ids = site.config["IDS"]
    probe.failures_left = 1
    with site.app_context(), unit_of_work():
        hooks().on_user_joined(ids["siena"], ids["trainee"])
    run_due_jobs(site)
    assert probe.heard == []
    with site.app_context(), unit_of_work():
        for row in find_jobs(system_actor(), name="core.work.fact"):
            row.run_at = utcnow()
    run_due_jobs(site)
    assert probe.heard == [(ids["siena"], ids["trainee"])]


def test_health_says_that_no_worker_runs_and_what_was_given_up(site: Flask) -> None:
    job_id = ask(site)
    change(site, job_id, state="failed")
    with site.app_context():
        states = {check.name: check.status for check in hooks().health_checks()}
    assert states["jobs.worker"] == "failed"
    assert states["jobs.failed"] == "warning"
    assert states["jobs.queue"] == "ok"
