"""Running one job: claim it, beat its heart, call its function, write down how it ended.

Every step is a short transaction of its own. A claim is atomic, so of several workers that
hear of a job one runs it; the token of the claim fences off a worker that was believed dead.
"""

from __future__ import annotations

import random
import threading
import traceback
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import SQLAlchemyError

from lms.clock import monotonic, utcnow
from lms.errors import AppError
from lms.hooks.callers import hooks
from lms.hooks.contributions import JobSpec
from lms.store.base import new_id, session
from lms.store.scope import office_scope
from lms.store.uow import unit_of_work
from lms.text import gettext as _
from lms.text import locale
from lms.work.jobs import JobCancelled, JobRun
from lms.work.models import Job
from lms.work.queue import UnknownJob, job_queue

log = structlog.get_logger(__name__)

FIRST_RETRY_SECONDS = 5.0
LONGEST_RETRY_SECONDS = 3600.0
LOOK_EVERY_SECONDS = 0.5
KEPT_ERROR_CHARACTERS = 4000


def retry_delay(attempt: int) -> timedelta:
    """How long to wait after the given attempt failed: 5 s, 20 s, 80 s ... at most an hour, give or take 20 %."""
    seconds = min(FIRST_RETRY_SECONDS * 4.0 ** (attempt - 1), LONGEST_RETRY_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))


class Runner:
    """Runs jobs of ``app`` in this process, one per calling thread."""

    def __init__(self, app: Flask, stale_after_seconds: float) -> None:
        self._app = app
        self._beat_every = stale_after_seconds / 4
        self._running: dict[uuid.UUID, uuid.UUID] = {}

    def run(self, job_id: uuid.UUID) -> bool:
        """Run the job if it is due and nobody else has it; True if it was run here."""
        token = new_id()
        job = self._claim(job_id, token)
        if job is None:
            return False
        run = JobRun(job)
        self._running[job_id] = token
        try:
            with self._heartbeat(run, token):
                changes = self._call(run, job)
            self._write(job_id, token, changes)
        finally:
            self._running.pop(job_id, None)
        return True

    def release(self) -> int:
        """Give back what still runs here, because this process is about to end; returns how many."""
        left = dict(self._running)
        for job_id, token in left.items():
            self._write(job_id, token, {"state": "queued", "run_at": utcnow(), "sent_at": None})
        return len(left)

    def _claim(self, job_id: uuid.UUID, token: uuid.UUID) -> Job | None:
        with self._app.app_context(), unit_of_work():
            now = utcnow()
            is_mine = _changed(
                update(Job)
                .where(Job.id == job_id, Job.state == "queued", Job.run_at <= now)
                .values(
                    state="running", attempts=Job.attempts + 1, run_token=token, started_at=now, heartbeat_at=now,
                    progress_done=0, progress_total=0, progress_message="",
                )
            )  # fmt: skip
            if not is_mine:
                return None
            job = session().get_one(Job, job_id, populate_existing=True)
            session().expunge(job)
            return job

    def _call(self, run: JobRun, job: Job) -> dict[str, Any]:
        """Call the job's function; returns what to write into the row."""
        with self._app.app_context():
            try:
                owner, spec = job_queue().spec(job.name)
            except UnknownJob:
                return _ended("failed", error=_("The part of the system that does this is not loaded."))
            if job.office_id is not None and owner not in hooks().owners_of("jobs", job.office_id):
                return _ended("cancelled", error=_("This part is switched off in the office."))
            try:
                _call_in_scope(spec, run, job)
            except JobCancelled:
                return _ended("cancelled")
            except Exception as error:  # noqa: BLE001 - the border of the job runner
                return _after_failure(run, error)
        return _ended("done", result=run.outcome, **_progress_of(run))

    @contextmanager
    def _heartbeat(self, run: JobRun, token: uuid.UUID) -> Iterator[None]:
        is_over = threading.Event()

        def beat() -> None:
            last = monotonic()
            while not is_over.wait(LOOK_EVERY_SECONDS):
                progress = run.take_progress()
                is_due = progress is not None or monotonic() - last >= self._beat_every
                try:
                    self._look_after(run, token, _columns(progress), writes=is_due)
                except (SQLAlchemyError, AppError) as error:
                    log.warning("job.heartbeat_missed", job=str(run.job_id), error=str(error))
                    continue
                last = monotonic() if is_due else last

        thread = threading.Thread(target=beat, name=f"job-heart-{run.job_id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def _look_after(self, run: JobRun, token: uuid.UUID, columns: dict[str, Any], *, writes: bool) -> None:
        if writes and not self._write(run.job_id, token, {"heartbeat_at": utcnow()} | columns):
            run.cancel()
            return
        with self._app.app_context():
            is_wanted = session().scalar(
                select(Job.is_cancel_requested).where(Job.id == run.job_id, Job.run_token == token)
            )
        if is_wanted in {None, True}:
            run.cancel()

    def _write(self, job_id: uuid.UUID, token: uuid.UUID, changes: dict[str, Any]) -> bool:
        with self._app.app_context(), unit_of_work():
            return _changed(
                update(Job)
                .where(Job.id == job_id, Job.run_token == token, Job.state == "running")
                .values(**changes)
            )


def _call_in_scope(spec: JobSpec, run: JobRun, job: Job) -> None:
    with ExitStack() as stack:
        stack.enter_context(locale(job.locale))
        if job.office_id is not None:
            stack.enter_context(office_scope(job.office_id))
        try:
            spec.run(run)
        finally:
            session().rollback()  # a read transaction left open must not be flushed into by the scope


def _after_failure(run: JobRun, error: Exception) -> dict[str, Any]:
    session().rollback()
    trace = "".join(traceback.format_exception(error))
    log.error("job.failed", job=str(run.job_id), name=run.name, attempt=run.attempt, trace=trace)
    reason = f"{type(error).__name__}: {error}\n\n{trace}"[:KEPT_ERROR_CHARACTERS]
    if run.is_last_attempt:
        return _ended("failed", error=reason)
    return {
        "state": "queued",
        "error": reason,
        "run_at": utcnow() + retry_delay(run.attempt),
        "sent_at": None,
    }


def _ended(state: str, **columns: Any) -> dict[str, Any]:
    return {"state": state, "finished_at": utcnow(), "error": ""} | columns


def _progress_of(run: JobRun) -> dict[str, Any]:
    return _columns(run.take_progress())


def _columns(progress: tuple[int, int, str] | None) -> dict[str, Any]:
    return (
        dict(zip(("progress_done", "progress_total", "progress_message"), progress, strict=True))
        if progress
        else {}
    )


def _changed(statement: Any) -> bool:
    found = session().execute(statement.execution_options(synchronize_session=False))
    return isinstance(found, CursorResult) and found.rowcount == 1
