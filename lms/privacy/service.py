"""What people can ask about their data, and how it is carried out."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from lms.access.actor import Actor, system_actor
from lms.accounts.models import User
from lms.clock import utcnow
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.hooks.callers import hooks
from lms.hooks.contributions import ErasurePolicy
from lms.privacy.archive import ExportArchive
from lms.privacy.models import PrivacyRequest
from lms.privacy.proof import Trace, find_traces
from lms.refs import Ref
from lms.store.audit import write_audit
from lms.store.base import session
from lms.store.runtime import settings
from lms.store.scope import all_offices
from lms.store.uow import unit_of_work
from lms.text import gettext as _
from lms.text import locale
from lms.work.jobs import enqueue

ERASURE_DELAY = timedelta(days=14)
EXPORT_LIFETIME = timedelta(days=7)
EXPORT_JOB, ERASURE_JOB = "core.privacy.export", "core.privacy.erase"


class ErasureIncomplete(RuntimeError):
    """Something of the person is still there; everything was rolled back and is tried again."""

    def __init__(self, traces: list[Trace]) -> None:
        places = ", ".join(f"{trace.table}.{trace.column} ({trace.rows})" for trace in traces)
        super().__init__(f"after the erasure something was still found in: {places}")


def request_export(actor: Actor) -> PrivacyRequest:
    """Ask for an archive of everything; one at a time. Raises Conflict while one is being made."""
    open_one = session().scalar(
        select(PrivacyRequest)
        .filter_by(user_id=actor.user_id, kind="export")
        .where(PrivacyRequest.state.in_(("asked", "running")))
    )
    if open_one is not None:
        raise Conflict(_("Your archive is already being made."))
    return _add_request(actor.user_id, "export", EXPORT_JOB, delay=timedelta(0))


def request_erasure(actor: Actor, email: str, reason: str = "") -> PrivacyRequest:
    """Ask for erasure, confirmed by writing the own address; it can be taken back for 14 days."""
    if email.strip().lower() != actor.email.lower():
        raise Invalid(
            _("This is not your e-mail address."),
            fields={"email": _("Please write the address of this account.")},
        )
    if pending_erasure(actor.user_id) is not None:
        raise Conflict(_("You have already asked for this."))
    row = _add_request(actor.user_id, "erasure", ERASURE_JOB, delay=ERASURE_DELAY, reason=reason)
    write_audit(actor, "erasure.asked", Ref.of("core", "user", actor.user_id))
    return row


def cancel_erasure(actor: Actor) -> None:
    """Take the request back. Raises NotFound if there is none."""
    row = pending_erasure(actor.user_id)
    if row is None:
        raise NotFound(_("There is no open request."))
    row.state, row.finished_at = "cancelled", utcnow()
    write_audit(actor, "erasure.cancelled", Ref.of("core", "user", actor.user_id))


def pending_erasure(user_id: uuid.UUID) -> PrivacyRequest | None:
    """The erasure that a person is waiting for."""
    return session().scalar(
        select(PrivacyRequest)
        .filter_by(user_id=user_id, kind="erasure")
        .where(PrivacyRequest.state.in_(("asked", "failed")))
    )


def find_exports(actor: Actor) -> list[PrivacyRequest]:
    """The person's archives, newest first."""
    rows = select(PrivacyRequest).filter_by(user_id=actor.user_id, kind="export")
    return list(session().scalars(rows.order_by(PrivacyRequest.created_at.desc()).limit(5)))


def get_export_file(actor: Actor, request_id: uuid.UUID) -> Path:
    """The finished archive, for its owner only. Raises NotFound, also when it has expired."""
    row = session().get(PrivacyRequest, request_id)
    if row is None or row.user_id != actor.user_id or row.state != "ready" or not _path_of(row).exists():
        raise NotFound(_("This archive is no longer here. You can ask for a new one."))
    return _path_of(row)


def make_export(request_id: uuid.UUID) -> None:
    """Write the archive of a request; may run again after a crash."""
    with unit_of_work():
        row = session().get_one(PrivacyRequest, request_id)
        if row.state not in {"asked", "running", "failed"}:
            return
        row.state = "running"
        user_id = row.user_id
    user = session().get_one(User, user_id)
    archive = ExportArchive(user.name, utcnow())
    with locale(user.locale or "en"), all_offices("a person takes their data away"):
        archive.incomplete = hooks().export_user(user_id, archive)
        session().rollback()
        row = session().get_one(PrivacyRequest, request_id)
        _path_of(row).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        archive.write(_path_of(row))
    with unit_of_work():
        row = session().get_one(PrivacyRequest, request_id)
        row.state, row.finished_at = "ready", utcnow()
        row.report = ", ".join(archive.incomplete)
        write_audit(system_actor(), "export.made", Ref.of("core", "user", user_id))


def erase_now(actor: Actor, user_id: uuid.UUID, reason: str) -> str:
    """Erase a person at once and prove it; returns the report. For operators. Raises Forbidden, NotFound."""
    if not (actor.is_operator or actor.is_system):
        raise Forbidden(_("Only operators of this site can erase people at once."))
    with unit_of_work():
        return _erase(actor, user_id, reason)


def carry_out_erasure(request_id: uuid.UUID) -> None:
    """The job of an erasure that is due; does nothing if it was taken back."""
    with unit_of_work():
        row = session().get_one(PrivacyRequest, request_id)
        if row.state not in {"asked", "failed"} or row.due_at > utcnow():
            return
        row.report = _erase(system_actor(), row.user_id, row.reason)
        row.state, row.finished_at, row.reason = "done", utcnow(), ""


def delete_old_exports() -> int:
    """Remove archives after a week; returns how many."""
    limit, count = utcnow() - EXPORT_LIFETIME, 0
    with unit_of_work():
        rows = session().scalars(
            select(PrivacyRequest)
            .filter_by(kind="export", state="ready")
            .where(PrivacyRequest.finished_at < limit)
        )
        for row in rows:
            _path_of(row).unlink(missing_ok=True)
            row.state, count = "done", count + 1
    return count


def _erase(actor: Actor, user_id: uuid.UUID, reason: str) -> str:
    user = session().get(User, user_id)
    if user is None or user.state == "erased":
        raise NotFound(_("There is no such person."))
    canaries = [user.name, user.email]
    with all_offices("erasure of a person"):
        hooks().erase_user(user_id, ErasurePolicy(actor.user_id, reason, names=tuple(canaries)))
        session().flush()
        session().expunge_all()
        if traces := find_traces(user_id, canaries):
            raise ErasureIncomplete(traces)
    write_audit(actor, "user.erased", Ref.of("core", "user", user_id), reason)
    parts = hooks().owners_of("erase_user")
    return _(
        "Erased and checked in %(count)s parts; nothing of the person was found afterwards.", count=len(parts)
    )


def _add_request(
    user_id: uuid.UUID, kind: str, job: str, *, delay: timedelta, reason: str = ""
) -> PrivacyRequest:
    row = PrivacyRequest(user_id=user_id, kind=kind, reason=reason[:500], due_at=utcnow() + delay)
    session().add(row)
    session().flush()
    enqueue(job, {"request_id": str(row.id)}, key=str(row.id), run_at=row.due_at)
    return row


def _path_of(row: PrivacyRequest) -> Path:
    return settings().instance_dir / "exports" / f"{row.id}.zip"


def remove_archives(user_id: uuid.UUID) -> None:
    """Delete a person's archives from the disk."""
    for row in session().scalars(select(PrivacyRequest).filter_by(user_id=user_id, kind="export")):
        _path_of(row).unlink(missing_ok=True)
