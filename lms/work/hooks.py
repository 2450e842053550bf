"""What background work and mail give to the rest: jobs, health, and people's rights over their mail."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint
from sqlalchemy import delete, false, func, or_, select, update

from lms.clock import utcnow
from lms.hooks.callers import hooks
from lms.hooks.contributions import ErasurePolicy, Fact, HealthCheck, JobSpec, PersonalData
from lms.hooks.figures import Figure
from lms.hooks.specs import hookimpl
from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.text import gettext as _
from lms.text import lazy_gettext as _l
from lms.text import ngettext
from lms.work.delivery import deliver_mail
from lms.work.jobs import JobRun
from lms.work.models import Job, JobWorker, Mail
from lms.work.queue import job_queue
from lms.work.views import blueprint

if TYPE_CHECKING:
    from lms.privacy.archive import ExportArchive

KEEP_DONE_JOBS = timedelta(days=14)
KEEP_FAILED_JOBS = timedelta(days=90)
KEEP_MAIL = timedelta(days=30)
LATE_AFTER = timedelta(minutes=10)
WORKER_SILENT_AFTER = timedelta(seconds=45)


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """The outbox page of development."""
    return [blueprint]


@hookimpl
def jobs() -> Sequence[JobSpec]:
    """Facts, mail, and keeping the tables small."""
    return [
        JobSpec("fact", hear_fact, _l("Tell a plugin what happened"), max_attempts=8),
        JobSpec("mail.send", deliver_mail, _l("Send a message"), max_attempts=8),
        JobSpec("prune", prune, _l("Remove old tasks and messages"), every=timedelta(days=1)),
    ]


def hear_fact(job: JobRun) -> None:
    """Hand a fact to the plugin that listens, in the office where it happened."""
    if job.office_id is None:
        raise ValueError("a fact belongs to an office")
    fact = Fact(job.payload["plugin"], job.payload["hook"], job.office_id, job.payload["arguments"])
    with unit_of_work():
        hooks().hear(fact)


def prune(job: JobRun) -> None:
    """Remove finished jobs and delivered messages that nobody needs any more."""
    now = utcnow()
    with unit_of_work():
        for states, age in ((("done", "cancelled"), KEEP_DONE_JOBS), (("failed",), KEEP_FAILED_JOBS)):
            session().execute(delete(Job).where(Job.state.in_(states), Job.finished_at < now - age))
        session().execute(delete(Mail).where(Mail.state != "queued", Mail.created_at < now - KEEP_MAIL))


@hookimpl
def health_checks() -> Sequence[HealthCheck]:
    """Is a worker there, does the queue move, does mail leave?"""
    return [_worker_health(), _queue_health(), _failed_health(), _transport_health(), _mail_health()]


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """Messages to people, and who caused a task."""
    month = _l("30 days")
    return [
        PersonalData("mail", "user_id", ("to", "subject", "text", "html", "calendar"), _l("Messages to people"), "public_task", month),
        PersonalData("job", "actor_id", ("payload", "result"), _l("Tasks that a person started"), "public_task", _l("14 days; failed ones 90 days")),
    ]  # fmt: skip


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """The person's messages and tasks."""
    mails = session().scalars(select(Mail).filter_by(user_id=user_id).order_by(Mail.created_at))
    archive.add_rows(
        "mail",
        _l("Messages"),
        [{"at": row.created_at, "to": row.to, "subject": row.subject, "text": row.text} for row in mails],
    )
    tasks = session().scalars(select(Job).filter_by(actor_id=user_id).order_by(Job.created_at))
    archive.add_rows(
        "jobs",
        _l("Tasks"),
        [{"at": row.created_at, "name": row.name, "state": row.state, "payload": row.payload} for row in tasks],
    )  # fmt: skip


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """Remove the person's messages, their name from those to others, and what they gave to finished tasks."""
    session().execute(delete(Mail).where(Mail.user_id == user_id))
    texts = (Mail.subject, Mail.text, Mail.html, Mail.calendar)
    named = [text.contains(name, autoescape=True) for name in policy.names for text in texts]
    for row in session().scalars(select(Mail).where(or_(false(), *named))):
        row.subject, row.text = policy.without_names(row.subject), policy.without_names(row.text)
        row.html, row.calendar = (
            policy.without_names(row.html),
            policy.without_names(row.calendar or "") or None,
        )
    session().execute(
        update(Job).where(Job.actor_id == user_id, Job.state.not_in(("queued", "running"))).values(payload={}, result={})
    )  # fmt: skip
    session().execute(update(Job).where(Job.actor_id == user_id).values(actor_id=None))


def _count(query: object) -> int:
    return int(session().scalar(query) or 0)  # type: ignore[call-overload]  # any SELECT of one number


def _worker_health() -> HealthCheck:
    seen = session().scalar(select(func.max(JobWorker.seen_at)))
    if seen is None or utcnow() - seen > WORKER_SILENT_AFTER:
        return HealthCheck(
            "jobs.worker",
            "failed",
            _("No worker is running: tasks and mail wait."),
            _("Start one: python3 -m lms worker (serve does it for you)."),
        )
    return HealthCheck("jobs.worker", "ok", _("A worker is running."))


def _queue_health() -> HealthCheck:
    limit = utcnow() - LATE_AFTER
    late = _count(select(func.count()).select_from(Job).where(Job.state == "queued", Job.run_at < limit))
    if late:
        text = ngettext(
            "%(n)d task has waited for more than 10 minutes.",
            "%(n)d tasks have waited for more than 10 minutes.",
            late,
        )
        return HealthCheck(
            "jobs.queue",
            "warning",
            text,
            _("Give the worker more threads: jobs.workers in lms.toml."),
            _count_jobs,
        )
    return HealthCheck("jobs.queue", "ok", _("Nothing waits for long."), figures=_count_jobs)


def _count_jobs() -> list[Figure]:
    counts = dict.fromkeys(("queued", "running", "failed"), 0)
    states = session().execute(select(Job.state, func.count()).group_by(Job.state))
    counts.update((state, count) for state, count in states)
    return [Figure("jobs", "Tasks that are kept", count, {"state": state}) for state, count in counts.items()]


def _failed_health() -> HealthCheck:
    failed = _count(select(func.count()).select_from(Job).where(Job.state == "failed"))
    if failed:
        text = ngettext("%(n)d task was given up.", "%(n)d tasks were given up.", failed)
        return HealthCheck(
            "jobs.failed", "warning", text, _("Look at them on the operator's page and run them again.")
        )
    return HealthCheck("jobs.failed", "ok", _("No task was given up."))


def _transport_health() -> HealthCheck:
    if job_queue().is_reachable:
        return HealthCheck("jobs.transport", "ok", _("The task queue answers."))
    return HealthCheck(
        "jobs.transport",
        "warning",
        _("The task queue does not answer. Tasks are kept and still run, but more slowly."),
        _("Start Redis again, or look at redis_url in lms.toml."),
    )


def _count_mail() -> list[Figure]:
    waiting = _count(select(func.count()).select_from(Mail).where(Mail.state == "queued"))
    return [Figure("mail_waiting", "Messages that have not left", waiting)]


def _mail_health() -> HealthCheck:
    if not job_queue().settings.mail.url:
        return HealthCheck(
            "mail",
            "warning",
            _("No mail server is set up: messages stay here."),
            _("Set mail.url in lms.toml."),
            _count_mail,
        )
    limit = utcnow() - LATE_AFTER
    stuck = _count(
        select(func.count()).select_from(Mail).where(Mail.state == "queued", Mail.created_at < limit)
    )
    if stuck:
        text = ngettext(
            "%(n)d message has waited for more than 10 minutes.",
            "%(n)d messages have waited for more than 10 minutes.",
            stuck,
        )
        remedy = _("Look at the mail server and at mail.url in lms.toml.")
        return HealthCheck("mail", "failed", text, remedy, _count_mail)
    return HealthCheck("mail", "ok", _("Mail leaves as it should."), figures=_count_mail)
