"""iCalendar feeds (RFC 5545): a person's own behind a secret address, and the office's open one."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from sqlalchemy import select

from lms.access.actor import Actor, system_actor
from lms.accounts.actors import load_actor
from lms.calendar.forms import CalendarSettings
from lms.calendar.models import CalendarFeed, CalendarItem
from lms.calendar.recurrence import bounds_of, rule_of
from lms.calendar.service import find_all, find_items
from lms.clock import utcnow
from lms.errors import NotFound
from lms.hooks.contributions import CalendarEntry
from lms.offices.directory import OfficeView
from lms.offices.service import get_settings
from lms.store.base import session
from lms.store.runtime import settings
from lms.store.uow import unit_of_work
from lms.text import gettext as _

SETTINGS = "core.calendar"
OWN_UIDS = "@calendar.contrada"
BACK, AHEAD = timedelta(days=60), timedelta(days=400)
USED_EVERY = timedelta(hours=1)
_PRODUCT = "-//Contrada//Calendar//EN"


def get_feed(actor: Actor) -> CalendarFeed | None:
    """The person's feed in this office, if they made one."""
    return session().scalar(select(CalendarFeed).filter_by(user_id=actor.user_id))


def create_feed(actor: Actor) -> str:
    """Make the person's secret; an earlier one ends. Returns it: it cannot be shown again."""
    revoke_feed(actor)
    secret = secrets.token_urlsafe(24)
    session().add(CalendarFeed(user_id=actor.user_id, secret_hash=_hash(secret)))
    session().flush()
    return secret


def revoke_feed(actor: Actor) -> None:
    """End the person's feed; ending one that is not there is fine."""
    found = get_feed(actor)
    if found is not None:
        session().delete(found)
        session().flush()


def read_personal_feed(office: OfficeView, secret: str) -> bytes:
    """The calendar behind a secret. Raises NotFound for one that is unknown, ended or of somebody who left."""
    row = session().scalar(select(CalendarFeed).filter_by(secret_hash=_hash(secret)))
    actor = load_actor(row.user_id, office) if row is not None else None
    if row is None or actor is None or not actor.is_member:
        raise NotFound(_("There is no calendar at this address. It may have been renewed."))
    body = write_calendar(actor, office, f"{office.name} – {actor.name}")
    if row.used_at is None or utcnow() - row.used_at > USED_EVERY:
        with unit_of_work():
            row = session().get_one(CalendarFeed, row.id)
            row.used_at = utcnow()
    return body


def read_office_feed(office: OfficeView) -> bytes:
    """The public dates of an office. Raises NotFound unless the office offers them."""
    if not has_public_feed(office):
        raise NotFound(_("This office has no public calendar."))
    return write_calendar(system_actor(office.id), office, office.name, only_public=True)


def has_public_feed(office: OfficeView) -> bool:
    """True if the office offers its public dates to everybody."""
    return get_settings(office, SETTINGS, CalendarSettings).has_public_feed


def write_calendar(actor: Actor, office: OfficeView, name: str, *, only_public: bool = False) -> bytes:
    """Everything that the actor may see from two months ago to a year ahead, as an iCalendar object."""
    zone, now = ZoneInfo(office.zone), utcnow()
    start, end = now - BACK, now + AHEAD
    calendar = Calendar.new(prodid=_PRODUCT, name=name, refresh_interval=timedelta(hours=1))
    for item in find_items(actor, start, end):
        if item.is_public or not only_public:
            calendar.add_component(_event_of_item(item, zone, office))
    others = (entry for entry in find_all(actor, start, end) if not entry.uid.endswith(OWN_UIDS))
    stamp = datetime.combine(now.date(), time(), UTC)
    for entry in _once(others):
        if entry.is_public or not only_public:
            calendar.add_component(_event_of_entry(entry, zone, stamp))
    calendar.add_missing_timezones()
    body: bytes = calendar.to_ical()
    return body


def _event_of_item(item: CalendarItem, zone: ZoneInfo, office: OfficeView) -> Event:
    first, last = bounds_of(item, zone)
    event = Event.new(
        uid=f"{item.id}{OWN_UIDS}", start=first, end=last, summary=item.title, sequence=item.sequence,
        stamp=item.updated_at, created=item.created_at, last_modified=item.updated_at,
        description=item.description or None, location=item.place or None,
        url=f"{settings().site_url}/o/{office.slug}/calendar/items/{item.id}",
    )  # fmt: skip
    rule = rule_of(item, zone)
    if rule is not None:
        event.add("rrule", rule)
    return event


def _event_of_entry(entry: CalendarEntry, zone: ZoneInfo, stamp: datetime) -> Event:
    start, end = entry.start.astimezone(zone), entry.end.astimezone(zone)
    event = Event.new(
        uid=entry.uid, start=start.date() if entry.is_all_day else start, end=end.date() if entry.is_all_day else end,
        summary=entry.title, sequence=entry.sequence, stamp=stamp, description=entry.summary or None,
        location=entry.place or None, url=f"{settings().site_url}{entry.url}" if entry.url else None,
    )  # fmt: skip
    if entry.series_place is not None:
        event.add("recurrence-id", entry.series_place.astimezone(zone))
    if entry.is_cancelled:
        event.add("status", "CANCELLED")
    return event


def _once(entries: Iterable[CalendarEntry]) -> Iterable[CalendarEntry]:
    """A UID, with the place in a series, names one thing in a calendar (RFC 5545, 3.8.4.7); of two, the first counts."""
    return {(entry.uid, entry.series_place): entry for entry in reversed(list(entries))}.values()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
