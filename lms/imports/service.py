"""The life of an import: draft, confirmed, written by a job, reported."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta

from sqlalchemy import delete, select

from lms.access.actor import Actor
from lms.access.policy import require
from lms.accounts.actors import load_actor
from lms.accounts.membership import join_office
from lms.accounts.models import User
from lms.accounts.registration import create_user
from lms.accounts.signin import site_prefix
from lms.clock import utcnow
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.groups.service import put_into_group
from lms.imports.models import PeopleImport
from lms.imports.planning import WRITTEN, PlannedRow, plan
from lms.imports.reading import decode, read_rows
from lms.offices.directory import OfficeView, directory
from lms.refs import Ref
from lms.store.audit import write_audit
from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.tables import Table, to_csv
from lms.text import gettext as _
from lms.text import lazy_gettext as _l
from lms.work.jobs import JobRun, enqueue
from lms.work.mail import send_mail

IMPORT = "people.import"
JOB = "core.imports.write"
KEEP_DRAFT = timedelta(days=1)
KEEP_REPORT = timedelta(days=30)
REPORT_COLUMNS = ("row", "name", "email", "result", "reason")


def begin_import(actor: Actor, data: bytes, text: str, file_name: str) -> uuid.UUID:
    """Keep a file to be looked at; nothing is written about anybody. Raises Forbidden, Invalid."""
    require(actor, IMPORT)
    if bool(data) == bool(text):
        message = _("Please choose a file or paste the rows, one of both.")
        raise Invalid(message, fields={"file": message})
    content = decode(data) if data else text
    read_rows(content)
    row = PeopleImport(created_by_id=actor.user_id, file_name=file_name[:200], content=content)
    session().add(row)
    session().flush()
    return row.id


def get_import(actor: Actor, import_id: uuid.UUID) -> PeopleImport:
    """An import of the actor's office. Raises NotFound, Forbidden."""
    require(actor, IMPORT)
    row = session().get(PeopleImport, import_id)
    if row is None or row.office_id != actor.office_id:
        raise NotFound(_("There is no such import. Drafts are kept for one day."))
    return row


def preview(actor: Actor, row: PeopleImport) -> list[PlannedRow]:
    """The verdict on each row, as things are now; refused rows first."""
    planned = plan(actor, read_rows(row.content))
    return sorted(planned, key=lambda each: (each.verdict != "refused", each.row.line))


def confirm_import(actor: Actor, import_id: uuid.UUID) -> None:
    """Have all valid rows written by a job. Raises NotFound, Forbidden, Conflict."""
    row = get_import(actor, import_id)
    if row.state != "draft":
        raise Conflict(_("This import was confirmed already."))
    if not any(each.verdict in WRITTEN for each in preview(actor, row)):
        raise Conflict(_("There is nothing to write: all rows are unchanged or refused."))
    row.state = "running"
    payload = {"import_id": str(row.id)}
    row.job_id = enqueue(JOB, payload, office_id=row.office_id, key=str(row.id), actor=actor).id


def discard_import(actor: Actor, import_id: uuid.UUID) -> None:
    """Forget a draft. Raises NotFound, Forbidden, Conflict."""
    row = get_import(actor, import_id)
    if row.state != "draft":
        raise Conflict(_("This import was confirmed already."))
    session().delete(row)


def run_import(job: JobRun) -> None:
    """The job: judge again and write all valid rows in one transaction; running it twice writes once."""
    if job.office_id is None or job.actor_id is None:
        raise ValueError("an import belongs to an office and a person")
    office = directory().get(job.office_id)
    with unit_of_work():
        row = session().get(PeopleImport, uuid.UUID(str(job.payload["import_id"])))
        if row is None or row.state != "running":
            return
        actor = load_actor(job.actor_id, office)
        if actor is None or not actor.can(IMPORT):
            raise Forbidden(_("Who started this import may not import people any more."))
        planned = plan(actor, read_rows(row.content))
        for number, each in enumerate(planned):
            if each.verdict in WRITTEN:
                _write(office, each)
            if number % 20 == 0:
                job.progress(number, len(planned))
        _finish(row, planned)
        counts = f"{row.written_count} written, {row.refused_count} refused"
        write_audit(actor, "people.imported", Ref.of("core", "office", office.id), counts)
        job.result({"written": row.written_count, "refused": row.refused_count})


def prune_imports() -> None:
    """Remove drafts that nobody confirmed, and old reports."""
    now = utcnow()
    for state, age in (("draft", KEEP_DRAFT), ("done", KEEP_REPORT)):
        session().execute(
            delete(PeopleImport).where(PeopleImport.state == state, PeopleImport.created_at < now - age)
        )


def find_imports(actor: Actor) -> list[PeopleImport]:
    """Imports of the last 30 days, the newest first. Raises Forbidden."""
    require(actor, IMPORT)
    query = select(PeopleImport).where(PeopleImport.state != "draft").order_by(PeopleImport.created_at.desc())
    return list(session().scalars(query.limit(10)))


def _write(office: OfficeView, planned: PlannedRow) -> None:
    row = planned.row
    if planned.user_id is None:
        user = create_user(row.name, planned.email, locale=office.languages[0])
        user.email_confirmed_at, user.phone = None, row.phone[:40]
    else:
        user = session().get_one(User, planned.user_id)
    join_office(user.id, office.id, planned.roles, function=row.function[:120])
    for group_id in planned.group_ids:
        put_into_group(group_id, [user.id])
    if planned.verdict != "change":
        context = {
            "name": user.name, "office_name": office.name, "is_new": planned.verdict == "create", "email": user.email,
            "action_url": f"{site_prefix(office)}/sign-in/code", "action_label": _l("Sign in"),
        }  # fmt: skip
        send_mail(user.email, "welcome", context, locale=user.locale or office.languages[0], office=office)


def _finish(row: PeopleImport, planned: list[PlannedRow]) -> None:
    counts = Counter("written" if each.verdict in WRITTEN else each.verdict for each in planned)
    row.written_count, row.unchanged_count = counts["written"], counts["unchanged"]
    row.refused_count = counts["refused"]
    lines = [(each.row.line, each.row.name, each.row.email, each.verdict, each.reason) for each in planned]
    row.report = to_csv(Table("import", REPORT_COLUMNS, lines)).decode()
    row.state, row.content, row.finished_at = "done", "", utcnow()
