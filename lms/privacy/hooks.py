"""What the privacy area contributes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import click
from flask import Blueprint
from sqlalchemy import select

from lms.accounts.models import User
from lms.hooks.contributions import (
    AuditAction,
    ErasurePolicy,
    HealthCheck,
    JobSpec,
    PersonalData,
)
from lms.hooks.specs import hookimpl
from lms.privacy import cli, service, views
from lms.privacy.models import PrivacyRequest
from lms.store.audit import AuditEntry, verify_chain
from lms.store.base import session
from lms.text import gettext as _
from lms.text import lazy_gettext as _l
from lms.work.jobs import JobRun

if TYPE_CHECKING:
    from lms.privacy.archive import ExportArchive


@hookimpl
def audit_actions() -> Sequence[AuditAction]:
    """What is written into the audit."""
    return [
        AuditAction("export.made", _l("Made an archive of a person’s data")),
        AuditAction("erasure.asked", _l("Asked to be erased")),
        AuditAction("erasure.cancelled", _l("Took back the wish to be erased")),
        AuditAction("user.erased", _l("Erased a person")),
    ]


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """The page "Your data"."""
    return [views.blueprint]


@hookimpl
def commands() -> Sequence[click.Command]:
    """``lms privacy``: export, erase and verify from the command line."""
    return [cli.privacy]


@hookimpl
def jobs() -> Sequence[JobSpec]:
    """Making archives, erasing people, removing old archives."""
    return [
        JobSpec("export", _export, _l("Make an archive of a person's data")),
        JobSpec("erase", _erase, _l("Erase a person"), max_attempts=20),
        JobSpec("clean", _clean, _l("Remove old archives"), every=timedelta(days=1)),
    ]


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """What is held about privacy requests and in the audit chain."""
    why = _l("To carry out and to prove requests about personal data, and to see who did what")
    kept = _l("Three years, without the name after an erasure")
    return [
        PersonalData(
            "privacy_request", "user_id", ("kind", "state", "due_at"), why, "legal_obligation", kept
        ),
        PersonalData(
            "audit_entry",
            "actor_id",
            ("action", "object", "at"),
            why,
            "legal_obligation",
            kept,
            stays_nameless=True,
        ),
    ]


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Requests, and what the audit chain says the person did."""
    requests = session().scalars(select(PrivacyRequest).filter_by(user_id=user_id))
    entries = session().scalars(select(AuditEntry).filter_by(actor_id=user_id).order_by(AuditEntry.seq))
    archive.add_rows(
        "privacy_requests",
        _("Your requests about your data"),
        [{"kind": row.kind, "state": row.state, "asked_at": row.created_at} for row in requests],
    )
    archive.add_rows(
        "audit",
        _("What you did that is written down for safety"),
        [{"action": row.action, "object": row.object, "at": row.at} for row in entries],
    )


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """Take the words of the person out of their requests, and their finished archives off the disk."""
    name = session().scalar(select(User.name).filter_by(id=user_id))
    for row in session().scalars(select(PrivacyRequest).filter_by(user_id=user_id)):
        row.reason = ""
        if name and name in row.report:
            row.report = ""
    service.remove_archives(user_id)


@hookimpl
def health_checks() -> Sequence[HealthCheck]:
    """Whether the audit chain is whole."""
    verdict = verify_chain()
    if verdict.broken_at is None:
        return [
            HealthCheck(
                "privacy.audit",
                "ok",
                _("The audit chain is whole (%(count)s entries).", count=verdict.entries),
            )
        ]
    text = _("The audit chain is broken at entry %(number)s: somebody changed it.", number=verdict.broken_at)
    return [
        HealthCheck(
            "privacy.audit",
            "failed",
            text,
            _("Compare with a backup from before and find out who had access."),
        )
    ]


def _export(run: JobRun) -> None:
    service.make_export(uuid.UUID(run.payload["request_id"]))


def _erase(run: JobRun) -> None:
    service.carry_out_erasure(uuid.UUID(run.payload["request_id"]))


def _clean(_run: JobRun) -> None:
    service.delete_old_exports()
