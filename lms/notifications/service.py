"""What can be done with notifications: tell somebody, read, choose how to be told."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, update

from lms.access.actor import Actor
from lms.accounts.models import User
from lms.accounts.sessions import Person
from lms.clock import utcnow
from lms.errors import NotFound
from lms.hooks.callers import hooks
from lms.hooks.contributions import NotificationKind, Text
from lms.notifications.models import Notification, NotificationPreference
from lms.offices.directory import directory
from lms.refs import Ref
from lms.store.base import session
from lms.store.runtime import settings
from lms.store.scope import current_scope
from lms.text import gettext as _
from lms.text import locale as speaking
from lms.work.jobs import enqueue

DELIVER_JOB = "core.notifications.deliver"
ON_PAGE = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """How a person hears of a kind."""

    in_app: bool
    by_mail: str


def notify(
    user_id: uuid.UUID,
    kind: str,
    *,
    title: Text,
    body: Text = "",
    url: str = "",
    ref: Ref | None = None,
    key: str | None = None,
    at: datetime | None = None,
) -> Notification | None:
    """Tell a person something, inside the unit of work; None if they chose not to hear of this kind.

    Lazy texts are said in the person's language. ``url`` is a path of this site. The same ``key``
    again changes nothing. Raises NotFound for a kind that nobody declared or a person who is gone.
    """
    if key is not None:
        known = session().scalar(select(Notification).filter_by(user_id=user_id, key=key))
        if known is not None:
            return known
    user = session().get(User, user_id)
    if user is None or user.state == "erased":
        raise NotFound(_("There is no such person."))
    choice = _choice(user_id, _kind(kind))
    if not choice.in_app and choice.by_mail == "never":
        return None
    office_id = current_scope().office_id
    with speaking(language_of(user, office_id)):
        row = Notification(
            user_id=user_id, office_id=office_id, kind=kind, title=str(title)[:300], body=str(body)[:1000], url=url,
            ref=str(ref) if ref else "", key=key, in_app=choice.in_app, by_mail=choice.by_mail, created_at=at or utcnow(),
        )  # fmt: skip
    session().add(row)
    session().flush()
    for channel in hooks().message_channels():
        if channel != "mail" or choice.by_mail == "at_once":
            enqueue(
                DELIVER_JOB, {"channel": channel, "notification_id": str(row.id)}, key=f"{channel}:{row.id}"
            )
    return row


def unread_count(actor: Actor) -> int:
    """How many notifications wait for the person, in one query."""
    return session().scalar(select(unread_of(literal(actor.user_id)))) or 0


def unread_of(user_id: Person) -> ColumnElement[int]:
    """How many notifications wait for the person of that column, as a part of another query."""
    waiting = (Notification.user_id == user_id, Notification.in_app, Notification.read_at.is_(None))
    return select(func.count()).select_from(Notification).where(*waiting).scalar_subquery()


def find_notifications(actor: Actor, *, page: int = 1) -> tuple[list[Notification], int]:
    """A page of the person's notifications, unread first, then newest, and how many there are."""
    mine = (Notification.user_id == actor.user_id, Notification.in_app.is_(True))
    count = session().scalar(select(func.count()).select_from(Notification).where(*mine)) or 0
    order = (Notification.read_at.is_(None).desc(), Notification.created_at.desc(), Notification.id.desc())
    rows = session().scalars(
        select(Notification).where(*mine).order_by(*order).limit(ON_PAGE).offset((page - 1) * ON_PAGE)
    )
    return list(rows), count


def get_notification(actor: Actor, notification_id: uuid.UUID) -> Notification:
    """One's own notification. Raises NotFound."""
    row = session().get(Notification, notification_id)
    if row is None or row.user_id != actor.user_id:
        raise NotFound(_("There is no such notification."))
    return row


def mark_read(actor: Actor, notification_id: uuid.UUID, *, is_read: bool = True) -> Notification:
    """Mark one's own notification as read or unread. Raises NotFound."""
    row = get_notification(actor, notification_id)
    row.read_at = (row.read_at or utcnow()) if is_read else None
    return row


def mark_all_read(actor: Actor) -> tuple[int, datetime]:
    """Mark all as read; returns how many were not, and the moment by which ``undo_all_read`` knows them."""
    now = utcnow()
    unread = (
        Notification.user_id == actor.user_id,
        Notification.read_at.is_(None),
        Notification.in_app.is_(True),
    )
    count = session().scalar(select(func.count()).select_from(Notification).where(*unread)) or 0
    session().execute(update(Notification).where(*unread).values(read_at=now))
    return count, now


def undo_all_read(actor: Actor, moment: datetime) -> None:
    """Bring back what ``mark_all_read`` marked at that moment."""
    session().execute(
        update(Notification)
        .where(Notification.user_id == actor.user_id, Notification.read_at == moment)
        .values(read_at=None)
    )


def get_choices(user_id: uuid.UUID) -> dict[str, Choice]:
    """How the person hears of each kind there is."""
    rows = session().scalars(select(NotificationPreference).filter_by(user_id=user_id))
    chosen = {row.kind: Choice(row.in_app, row.by_mail) for row in rows}
    return {
        name: chosen.get(name, Choice(kind.in_app, kind.by_mail))
        for name, kind in hooks().notification_kinds().items()
    }


def save_choices(user_id: uuid.UUID, choices: Mapping[str, Choice]) -> None:
    """Keep how the person wants to hear of these kinds; kinds that nobody declares are left out."""
    known = hooks().notification_kinds()
    rows = {
        row.kind: row for row in session().scalars(select(NotificationPreference).filter_by(user_id=user_id))
    }
    for name, choice in choices.items():
        if name not in known:
            continue
        row = rows.get(name)
        if row is None:
            row = NotificationPreference(user_id=user_id, kind=name)
            session().add(row)
        row.in_app, row.by_mail = choice.in_app, choice.by_mail


def save_preferences(actor: Actor, values: Mapping[str, Any]) -> None:
    """Keep what the form ``preferences_command`` gave."""
    known = hooks().notification_kinds()
    save_choices(
        actor.user_id,
        {name: Choice(bool(values[f"app_{name}"]), str(values[f"mail_{name}"])) for name in known if f"mail_{name}" in values},
    )  # fmt: skip


def zone_of(user: User, office_id: uuid.UUID | None) -> str:
    """The zone in which a person lives: their own choice, else their office's."""
    office = directory().by_id(office_id) if office_id else None
    return user.zone or (office.zone if office else "UTC")


def language_of(user: User, office_id: uuid.UUID | None) -> str:
    """The language in which a person is told: their own choice, else their office's."""
    office = directory().by_id(office_id) if office_id else None
    return user.locale or (office.languages[0] if office else settings().languages[0])


def _kind(name: str) -> NotificationKind:
    found = hooks().notification_kinds().get(name)
    if found is None:
        raise NotFound(_("There is no such kind of notification."))
    return found


def _choice(user_id: uuid.UUID, kind: NotificationKind) -> Choice:
    row = session().get(NotificationPreference, (user_id, kind.name))
    return Choice(row.in_app, row.by_mail) if row else Choice(kind.in_app, kind.by_mail)
