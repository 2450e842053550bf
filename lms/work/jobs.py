"""Background work: asking for it, watching it, stopping it.

A job is a row written in the same transaction as what caused it, so either both are
there or neither. A worker picks it up after the commit. **A job may run twice** (a worker
was killed in the middle, a clock jumped): its function must then have one effect, for
example by asking first whether its result is already there, or by writing under a key.

The function opens ``unit_of_work()`` itself, in pieces as small as it likes; the office
of the job is in scope and the language is that of the person who caused it.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.access.actor import Actor
from lms.clock import utcnow
from lms.errors import Conflict, NotFound
from lms.hooks.contributions import Fact
from lms.store.base import session
from lms.store.uow import after_commit
from lms.text import current_locale
from lms.text import gettext as _
from lms.work.models import LIVE_STATES, Job
from lms.work.queue import job_queue

FACT_JOB = "core.work.fact"


class JobCancelled(Exception):
    """Raised by ``JobRun.stop_if_cancelled``; ends the job as cancelled."""


class JobRun:
    """What a job's function is given: its input, and ways to report.

    ``progress`` and ``result`` are kept in memory and written by the heartbeat, so they may
    be called at any time, inside or outside a unit of work, as often as wanted.
    """

    def __init__(self, job: Job) -> None:
        self.job_id: uuid.UUID = job.id
        self.name: str = job.name
        self.payload: Mapping[str, Any] = dict(job.payload)
        self.office_id: uuid.UUID | None = job.office_id
        self.actor_id: uuid.UUID | None = job.actor_id
        self.attempt: int = job.attempts
        self.max_attempts: int = job.max_attempts
        self.outcome: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._progress = (job.progress_done, job.progress_total, job.progress_message)
        self._is_reported = True
        self._cancelled = threading.Event()

    @property
    def is_last_attempt(self) -> bool:
        """True if the job is given up when it fails now."""
        return self.attempt >= self.max_attempts

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Say how far the work is; pages show it within about a second."""
        with self._lock:
            self._progress = (done, total, message[:300])
            self._is_reported = False

    def result(self, values: dict[str, Any]) -> None:
        """What came of it (small, JSON); kept with the job when it is done."""
        self.outcome = dict(values)

    def is_cancelled(self) -> bool:
        """True once somebody cancelled the job or another worker took it over: stop soon."""
        return self._cancelled.is_set()

    def stop_if_cancelled(self) -> None:
        """Raise JobCancelled if ``is_cancelled``; convenient between two pieces of work."""
        if self.is_cancelled():
            raise JobCancelled

    def cancel(self) -> None:
        """Let ``is_cancelled`` be true from now on; called by the runner."""
        self._cancelled.set()

    def take_progress(self) -> tuple[int, int, str] | None:
        """The latest progress if it was not taken before; called by the runner."""
        with self._lock:
            if self._is_reported:
                return None
            self._is_reported = True
            return self._progress


def enqueue(
    name: str,
    payload: Mapping[str, Any],
    *,
    office_id: uuid.UUID | None = None,
    key: str | None = None,
    run_at: datetime | None = None,
    actor: Actor | None = None,
) -> Job:
    """Ask for a job (``owner.name``) inside the unit of work; it starts after the commit, or at ``run_at``.

    With a ``key``, a job of that name and key that is not yet finished is returned instead.
    Raises UnknownJob, and RuntimeError outside a unit of work.
    """
    owner, spec = job_queue().spec(name)
    if key is not None:
        known = session().scalar(
            select(Job).where(Job.name == name, Job.key == key, Job.state.in_(LIVE_STATES))
        )
        if known is not None:
            return known
    now = utcnow()
    is_due = run_at is None or run_at <= now
    job = Job(
        owner=owner, name=name, office_id=office_id, key=key, payload=dict(payload), max_attempts=spec.max_attempts,
        actor_id=actor.user_id if actor and not actor.is_system else None, locale=current_locale(),
        run_at=run_at or now, sent_at=now if is_due else None,
    )  # fmt: skip
    session().add(job)
    session().flush()
    if is_due:
        _wake_after_commit(job.id)
    return job


def publish_fact(fact: Fact) -> None:
    """Put a fact into the unit of work: its plugin hears it after the commit, again if it fails."""
    enqueue(
        FACT_JOB,
        {"plugin": fact.plugin, "hook": fact.hook, "arguments": dict(fact.arguments)},
        office_id=fact.office_id,
    )


def get_job(actor: Actor, job_id: uuid.UUID) -> Job:
    """A job that the actor caused, or any job for an operator. Raises NotFound."""
    job = session().get(Job, job_id)
    if job is None or not _may_see(actor, job):
        raise NotFound(_("There is no such task."))
    return job


def find_jobs(
    actor: Actor, *, state: str | None = None, name: str | None = None, limit: int = 100, offset: int = 0
) -> list[Job]:
    """Jobs that the actor may see, newest first, of one state or name if given."""
    query = select(Job).order_by(Job.created_at.desc(), Job.id.desc()).limit(limit).offset(offset)
    if not (actor.is_operator or actor.is_system):
        query = query.where(Job.actor_id == actor.user_id)
    if state is not None:
        query = query.where(Job.state == state)
    if name is not None:
        query = query.where(Job.name == name)
    return list(session().scalars(query))


def retry_job(actor: Actor, job_id: uuid.UUID) -> Job:
    """Let a failed or cancelled job run again, with all its attempts. Raises NotFound, Conflict."""
    job = get_job(actor, job_id)
    if job.is_live:
        raise Conflict(_("This task is not finished yet."))
    if job.state == "done":
        raise Conflict(_("This task is done. There is nothing to repeat."))
    job.state, job.attempts, job.error, job.finished_at = "queued", 0, "", None
    job.is_cancel_requested = False
    job.run_at = job.sent_at = utcnow()
    session().flush()
    _wake_after_commit(job.id)
    return job


def cancel_job(actor: Actor, job_id: uuid.UUID) -> Job:
    """Stop a job: at once if it waits, when its function next looks if it runs. Raises NotFound, Conflict."""
    job = get_job(actor, job_id)
    if not job.is_live:
        raise Conflict(_("This task is already finished."))
    if job.state == "queued":
        job.state, job.finished_at = "cancelled", utcnow()
    job.is_cancel_requested = True
    return job


def _may_see(actor: Actor, job: Job) -> bool:
    return actor.is_operator or actor.is_system or job.actor_id == actor.user_id


def _wake_after_commit(job_id: uuid.UUID) -> None:
    queue = job_queue()

    def wake() -> None:
        queue.wake(job_id)

    after_commit(wake)
