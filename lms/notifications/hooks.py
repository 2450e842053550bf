"""What notifications give to the rest."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint
from sqlalchemy import delete, false, or_, select

from lms.clock import utcnow
from lms.hooks.contributions import (
    ErasurePolicy,
    HealthCheck,
    JobSpec,
    MessageChannel,
    NotificationKind,
    PersonalData,
)
from lms.hooks.specs import hookimpl
from lms.notifications import demo, mailing
from lms.notifications import jobs as work
from lms.notifications.models import Notification, NotificationPreference
from lms.notifications.views import blueprint
from lms.store.base import session
from lms.text import gettext as _
from lms.text import lazy_gettext as _l

if TYPE_CHECKING:
    from lms.demo import World
    from lms.privacy.archive import ExportArchive

DIGEST_EVERY = timedelta(minutes=15)
LATE_AFTER = timedelta(days=2)


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """The pages."""
    return [blueprint]


@hookimpl
def notification_kinds() -> Sequence[NotificationKind]:
    """What the core itself tells people."""
    return [
        NotificationKind("enrolled", _l("You were enrolled in something"), "at_once"),
        NotificationKind("waiting_list_place", _l("You got a place from the waiting list"), "at_once"),
        NotificationKind("approved", _l("Your request was answered"), "at_once"),
        NotificationKind("announcement", _l("Your office announced something"), "daily"),
    ]


@hookimpl
def message_channels() -> Sequence[MessageChannel]:
    """Mail; plugins may add others."""
    return [MessageChannel("mail", _l("E-mail"), mailing.send_by_mail)]


@hookimpl
def jobs() -> Sequence[JobSpec]:
    """Carrying notifications, the daily message, and forgetting old ones."""
    return [
        JobSpec("deliver", work.deliver, _l("Send a notification"), max_attempts=8),
        JobSpec("digest", work.send_daily, _l("Send the daily summaries"), every=DIGEST_EVERY),
        JobSpec("forget", work.forget_old, _l("Remove old notifications"), every=timedelta(days=1)),
    ]


@hookimpl
def health_checks() -> Sequence[HealthCheck]:
    """Do daily messages leave?"""
    late = session().scalar(
        select(Notification.id).where(
            Notification.by_mail == "daily", Notification.mailed_at.is_(None), Notification.created_at < utcnow() - LATE_AFTER
        ).limit(1)
    )  # fmt: skip
    if late is not None:
        return [
            HealthCheck(
                "notifications.digest", "warning", _("Daily messages have not left for two days."),
                _("See that a worker is running, and look for failed tasks on the operator's page."),
            )
        ]  # fmt: skip
    return [HealthCheck("notifications.digest", "ok", _("Daily messages leave as they should."))]


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """What people are told, and how they want to be told."""
    return [
        PersonalData("notification", "user_id", ("title", "body", "url"), _l("Telling people what concerns them"), "public_task", _l("180 days")),
        PersonalData("notification_preference", "user_id", ("in_app", "by_mail"), _l("How a person wants to be told"), "public_task", _l("As long as the account")),
    ]  # fmt: skip


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """The person's notifications and choices."""
    told = session().scalars(
        select(Notification).filter_by(user_id=user_id).order_by(Notification.created_at)
    )
    archive.add_rows(
        "notifications",
        _l("Notifications"),
        [
            {"at": row.created_at, "kind": row.kind, "title": row.title, "body": row.body, "url": row.url, "read_at": row.read_at}
            for row in told
        ],
    )  # fmt: skip
    chosen = session().scalars(select(NotificationPreference).filter_by(user_id=user_id))
    archive.add_rows(
        "notification_preferences",
        _l("Notification settings"),
        [{"kind": row.kind, "in_app": row.in_app, "by_mail": row.by_mail} for row in chosen],
    )


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """Remove what the person was told, and the person's name from what others were told."""
    session().execute(delete(Notification).where(Notification.user_id == user_id))
    session().execute(delete(NotificationPreference).where(NotificationPreference.user_id == user_id))
    named = [
        text.contains(name, autoescape=True)
        for name in policy.names
        for text in (Notification.title, Notification.body)
    ]
    for row in session().scalars(select(Notification).where(or_(false(), *named))):
        row.title, row.body = policy.without_names(row.title), policy.without_names(row.body)


@hookimpl
def demo_data(world: World) -> None:
    """What invented people were told."""
    demo.tell(world)
