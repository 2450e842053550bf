"""The worker process: huey's consumer, the sweep and the schedules.

The sweep makes the transport unimportant: once a second it looks for jobs that are due and
that nobody seems to have heard of, for jobs whose worker died, and for schedules whose turn
has come. If the transport is gone, the sweep runs due jobs itself.
"""

from __future__ import annotations

import os
import socket
import threading
import uuid
from datetime import datetime, timedelta

import structlog
from flask import Flask
from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from lms.clock import utcnow
from lms.config import Settings
from lms.errors import AppError
from lms.hooks.contributions import JobSpec
from lms.store.base import session
from lms.store.runtime import SETTINGS
from lms.store.uow import savepoint, unit_of_work
from lms.work.models import Job, JobWorker
from lms.work.queue import EXTENSION, JobQueue, job_queue
from lms.work.runner import Runner

log = structlog.get_logger(__name__)

RUNNER = "lms_job_runner"
SWEEP_SECONDS = 1.0
HEARD_WITHIN = timedelta(seconds=8)
WORKER_BEAT = timedelta(seconds=10)
FORGET_WORKER_AFTER = timedelta(days=1)
SHUTDOWN_SECONDS = 8
BATCH = 200


def install_work(app: Flask) -> None:
    """Wire job queue and runner into ``app``; call once, before the first request."""
    settings: Settings = app.extensions[SETTINGS]
    runner = Runner(app, settings.jobs.stale_after_seconds)
    app.extensions[RUNNER] = runner

    def handle(job_id: uuid.UUID) -> None:
        runner.run(job_id)

    app.extensions[EXTENSION] = JobQueue(settings, handle)


def run_worker(app: Flask) -> None:
    """Work until SIGTERM or SIGINT; running jobs get some seconds to finish, then go back into the queue.

    Must be called in the main thread.
    """
    queue: JobQueue = app.extensions[EXTENSION]
    runner: Runner = app.extensions[RUNNER]
    consumer = queue.huey.create_consumer(
        workers=queue.settings.jobs.workers, periodic=False, initial_delay=0.1, max_delay=0.5,
        graceful_signal="TERM", shutdown_timeout=SHUTDOWN_SECONDS,
    )  # fmt: skip
    is_over = threading.Event()
    sweeper = threading.Thread(target=_sweep_until, args=(app, is_over), name="job-sweep", daemon=True)
    sweeper.start()
    log.info("worker.started", workers=queue.settings.jobs.workers)
    try:
        consumer.run()
    finally:
        is_over.set()
        sweeper.join(timeout=SWEEP_SECONDS + 1)
        released = runner.release()
        log.info("worker.stopped", released=released)


def sweep(app: Flask) -> None:
    """One look at everything; called every second by each worker, harmless in several at once."""
    with app.app_context():
        _revive_stale()
        _take_turns()
        due = _find_due()
        queue = job_queue()
    runner: Runner = app.extensions[RUNNER]
    for job_id in due:
        if not queue.wake(job_id):
            runner.run(job_id)


def run_due_jobs(app: Flask, limit: int = 10_000) -> int:
    """Run everything that is due here and now, without a worker; returns how many ran. For commands and tests."""
    runner: Runner = app.extensions[RUNNER]
    count = 0
    while count < limit:
        with app.app_context():
            due = list(session().scalars(_due(utcnow()).limit(BATCH)))
        ran = sum(runner.run(job_id) for job_id in due)
        if not ran:
            break
        count += ran
    return count


def _sweep_until(app: Flask, is_over: threading.Event) -> None:
    name = f"{socket.gethostname()}:{os.getpid()}"
    beat_at: datetime | None = None
    while not is_over.wait(SWEEP_SECONDS):
        try:
            if beat_at is None or abs(utcnow() - beat_at) >= WORKER_BEAT:
                _beat(app, name)
                beat_at = utcnow()
            sweep(app)
        except (SQLAlchemyError, AppError) as error:
            log.warning("worker.sweep_failed", error=str(error))
    with app.app_context(), unit_of_work():
        session().execute(delete(JobWorker).where(JobWorker.name == name))


def _beat(app: Flask, name: str) -> None:
    with app.app_context(), unit_of_work():
        session().merge(JobWorker(name=name, seen_at=utcnow()))
        session().execute(delete(JobWorker).where(JobWorker.seen_at < utcnow() - FORGET_WORKER_AFTER))


def _revive_stale() -> None:
    limit = utcnow() - timedelta(seconds=job_queue().settings.jobs.stale_after_seconds)
    stale = select(Job).where(Job.state == "running", Job.heartbeat_at < limit).limit(BATCH)
    if not list(session().scalars(stale)):
        session().rollback()
        return
    with unit_of_work():
        for job in session().scalars(stale.with_for_update(skip_locked=True)):
            log.warning("job.worker_lost", job=str(job.id), name=job.name, attempt=job.attempts)
            job.error = "The worker ended in the middle of this."
            if job.attempts >= job.max_attempts:
                job.state, job.finished_at = "failed", utcnow()
            else:
                job.state, job.run_at, job.sent_at = "queued", utcnow(), None


def _take_turns() -> None:
    """Enqueue what its schedule says, once in each period, however many workers there are."""
    now = utcnow()
    turns = {
        f"{name}@{_period(spec.every, now)}": (owner, name, spec)
        for name, (owner, spec) in job_queue().specs().items()
        if spec.every
    }
    known = set(session().scalars(select(Job.period_key).where(Job.period_key.in_(turns))))
    session().rollback()
    missing = {key: turn for key, turn in turns.items() if key not in known}
    if not missing:
        return
    with unit_of_work():
        for key, (owner, name, spec) in missing.items():
            if not _took_later_turn(name, now):
                _take_turn(key, owner, name, spec, now)


def _took_later_turn(name: str, now: datetime) -> bool:
    """True if the clock went back behind a turn that was taken: what comes before it was due then, not now."""
    later = select(Job.id).where(Job.name == name, Job.period_key.is_not(None), Job.created_at > now)
    return session().scalar(later.limit(1)) is not None


def _take_turn(key: str, owner: str, name: str, spec: JobSpec, now: datetime) -> None:
    job = Job(owner=owner, name=name, period_key=key, max_attempts=spec.max_attempts, created_at=now)
    try:
        with savepoint():
            session().add(job)
            session().flush()
    except IntegrityError:
        log.debug("job.turn_taken_by_another_worker", key=key)


def _period(every: timedelta, now: datetime) -> int:
    return int(now.timestamp() // every.total_seconds())


def _find_due() -> list[uuid.UUID]:
    now = utcnow()
    unheard = or_(Job.sent_at.is_(None), Job.sent_at < now - HEARD_WITHIN)
    due = list(session().scalars(_due(now).where(unheard).limit(BATCH)))
    session().rollback()
    if due:
        with unit_of_work():
            session().execute(
                update(Job).where(Job.id.in_(due)).values(sent_at=now),
                execution_options={"synchronize_session": False},
            )
    return due


def _due(now: datetime) -> Select[uuid.UUID]:
    return select(Job.id).where(Job.state == "queued", Job.run_at <= now).order_by(Job.run_at)
