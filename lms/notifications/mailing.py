"""Notifications by mail: at once, or once a day at eight in the morning where the person lives.

Each message can be ended by one click, signed in or not (RFC 8058): its address carries a
signed statement of whose messages of which kind are meant, and nothing else.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select, update

from lms.accounts.models import User
from lms.clock import utcnow
from lms.errors import NotFound
from lms.hooks.callers import hooks
from lms.notifications.models import Notification
from lms.notifications.service import Choice, get_choices, language_of, save_choices, zone_of
from lms.offices.directory import OfficeView, directory
from lms.store.base import session
from lms.store.runtime import settings
from lms.store.uow import unit_of_work
from lms.text import gettext as _
from lms.text import lazy_gettext as _l
from lms.work.mail import send_mail

DIGEST = "digest"
DIGEST_TIME = time(8, 0)
MOST_IN_DIGEST = 40
_SALT = "notifications.unsubscribe"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Whose messages: of one kind, or the daily ones."""

    user_id: uuid.UUID
    what: str


def send_by_mail(notification_id: uuid.UUID) -> None:
    """Send one notification at once, if that is (still) wanted; twice is once."""
    with unit_of_work():
        row = session().get(Notification, notification_id)
        if row is None or row.mailed_at is not None or row.by_mail != "at_once":
            return
        user = session().get(User, row.user_id)
        if user is not None and user.state == "active":
            context = {"item": row, "action_url": _absolute(row), "action_label": _l("Open")}
            send_mail(
                user.email, "notifications/one", context, locale=language_of(user, row.office_id),
                office=_office(row), key=f"notification:{row.id}",
                list_unsubscribe=unsubscribe_url(Subscription(user.id, row.kind)),
            )  # fmt: skip
        row.mailed_at = utcnow()


def send_digests(now: datetime) -> int:
    """Send the daily message to everybody for whom it is time; returns to how many."""
    waiting = Notification.by_mail == "daily", Notification.mailed_at.is_(None)
    people = list(session().scalars(select(Notification.user_id).where(*waiting).distinct()))
    return sum(_send_digest(user_id, now) for user_id in people)


def unsubscribe_url(subscription: Subscription) -> str:
    """Where a single POST ends these messages."""
    token = _serializer().dumps([str(subscription.user_id), subscription.what])
    return f"{settings().site_url}/notifications/unsubscribe/{token}"


def read_token(token: str) -> Subscription:
    """What an address of ``unsubscribe_url`` is about. Raises NotFound if we did not make it."""
    try:
        user_id, what = _serializer().loads(token)
        return Subscription(uuid.UUID(user_id), str(what))
    except (BadSignature, ValueError, TypeError):
        raise NotFound(_("This link is not complete. Use the one in the latest message.")) from None


def unsubscribe(subscription: Subscription, *, is_wanted: bool = False) -> None:
    """End these messages, or begin them again."""
    kinds, choices = hooks().notification_kinds(), get_choices(subscription.user_id)
    chosen = {}
    for name, choice in choices.items():
        usual = kinds[name].by_mail
        is_daily = usual == "daily" and choice.by_mail == "never" if is_wanted else choice.by_mail == "daily"
        if subscription.what == name or (subscription.what == DIGEST and is_daily):
            chosen[name] = Choice(choice.in_app, usual if is_wanted else "never")
    save_choices(subscription.user_id, chosen)
    if not is_wanted:
        unsent = (Notification.user_id == subscription.user_id, Notification.mailed_at.is_(None))
        session().execute(
            update(Notification).where(*unsent, Notification.kind.in_(chosen)).values(mailed_at=utcnow())
        )


def describe(subscription: Subscription) -> str:
    """The messages in words."""
    kind = hooks().notification_kinds().get(subscription.what)
    return str(kind.title) if kind else _("Daily summary")


def _send_digest(user_id: uuid.UUID, now: datetime) -> int:
    with unit_of_work():
        user = session().get_one(User, user_id)
        rows = list(
            session().scalars(
                select(Notification)
                .filter_by(user_id=user_id, by_mail="daily", mailed_at=None)
                .order_by(Notification.created_at)
            )
        )
        if not rows:
            return 0
        zone = ZoneInfo(zone_of(user, rows[-1].office_id))
        today = now.astimezone(zone).date()
        eight = datetime.combine(today, DIGEST_TIME, zone).astimezone(UTC)
        due = [row for row in rows if row.created_at < eight]
        if now < eight or not due:
            return 0
        unread = [row for row in due if row.read_at is None]
        if unread and user.state == "active":
            _send_summary(user, unread, f"digest:{user_id}:{today.isoformat()}")
        for row in due:
            row.mailed_at = now
        return 1 if unread else 0


def _send_summary(user: User, rows: Sequence[Notification], key: str) -> None:
    last = rows[-1]
    shown = rows[-MOST_IN_DIGEST:]
    context = {
        "items": [(row, _absolute(row)) for row in reversed(shown)], "more": len(rows) - len(shown),
        "count": len(rows), "action_url": f"{_base(last)}/notifications", "action_label": _l("See all notifications"),
    }  # fmt: skip
    send_mail(
        user.email, "notifications/digest", context, locale=language_of(user, last.office_id), office=_office(last),
        key=key, list_unsubscribe=unsubscribe_url(Subscription(user.id, DIGEST)),
    )  # fmt: skip


def _office(row: Notification) -> OfficeView | None:
    return directory().by_id(row.office_id) if row.office_id else None


def _base(row: Notification) -> str:
    office = _office(row)
    return f"{settings().site_url}/o/{office.slug}" if office else settings().site_url


def _absolute(row: Notification) -> str:
    return f"{settings().site_url}{row.url}" if row.url else f"{_base(row)}/notifications"


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt=_SALT)
