"""What the import gives to the rest."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint
from sqlalchemy import or_, select, update

from lms.accounts.models import User
from lms.hooks.contributions import (
    AuditAction,
    ErasurePolicy,
    Importer,
    JobSpec,
    Permission,
    PersonalData,
)
from lms.hooks.specs import hookimpl
from lms.imports.models import PeopleImport
from lms.imports.service import IMPORT, prune_imports, run_import
from lms.imports.views import blueprint
from lms.store.base import session
from lms.store.scope import all_offices
from lms.store.uow import unit_of_work
from lms.text import lazy_gettext as _l
from lms.work.jobs import JobRun

if TYPE_CHECKING:
    from lms.privacy.archive import ExportArchive


@hookimpl
def permissions() -> Sequence[Permission]:
    """Who imports people."""
    return [Permission(IMPORT, _l("Import people from a file"), frozenset({"head", "operator"}))]


@hookimpl
def audit_actions() -> Sequence[AuditAction]:
    """What is written into the audit."""
    return [
        AuditAction("people.imported", _l("Imported people")),
    ]


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """The pages."""
    return [blueprint]


@hookimpl
def importers() -> Sequence[Importer]:
    """CSV."""
    return [Importer("csv", "people", _l("CSV file"), "imports.begin", (".csv", ".txt"))]


@hookimpl
def jobs() -> Sequence[JobSpec]:
    """Writing, and removing what nobody needs any more."""
    return [
        JobSpec("write", run_import, _l("Import people"), max_attempts=3),
        JobSpec("prune", _prune, _l("Remove old imports"), every=timedelta(days=1)),
    ]


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """Files with people in them, for a short time."""
    return [
        PersonalData(
            "people_import", "created_by_id", ("file_name", "content", "report"), _l("Import of people"), "public_task",
            _l("Drafts one day, reports 30 days"),
        )
    ]  # fmt: skip


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """The imports that the person made."""
    with all_offices("a person's own data"):
        rows = session().scalars(select(PeopleImport).filter_by(created_by_id=user_id))
        archive.add_rows(
            "imports", _l("Imports of people"),
            [{"at": row.created_at, "file": row.file_name, "written": row.written_count} for row in rows],
        )  # fmt: skip


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """Forget who made an import, and every file that names the person."""
    email = session().scalar(select(User.email).filter_by(id=user_id)) or ""
    with all_offices("erasure of a person"):
        session().execute(
            update(PeopleImport).where(PeopleImport.created_by_id == user_id).values(created_by_id=None)
        )
        names_person = or_(
            PeopleImport.content.icontains(email, autoescape=True),
            PeopleImport.report.icontains(email, autoescape=True),
        )
        session().execute(
            update(PeopleImport).where(names_person).values(content="", report="", file_name="")
        )


def _prune(_job: JobRun) -> None:
    with all_offices("pruning"), unit_of_work():
        prune_imports()
