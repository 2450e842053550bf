"""Dates of the office, and everything with a time that a person may see."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select

from lms.access.actor import Actor
from lms.access.policy import require
from lms.calendar.forms import SaveItem
from lms.calendar.models import CalendarItem
from lms.calendar.recurrence import occurrences
from lms.clock import utcnow
from lms.errors import Invalid, NotFound
from lms.hooks.callers import hooks
from lms.hooks.contributions import CalendarEntry, NextStep
from lms.offices.directory import directory
from lms.refs import Ref
from lms.store.base import session
from lms.text import gettext as _

MANAGE = "calendar.manage"
ONE_HOUR = timedelta(hours=1)
LONGEST = timedelta(days=62)
UNDO_FOR = ONE_HOUR
_PLANNING = ("starts_at", "ends_at", "is_all_day", "repeat", "repeat_until")


def find_all(actor: Actor, start: datetime, end: datetime) -> list[CalendarEntry]:
    """Everything with a time between two moments that any part of the product has for the person, by time."""
    return _touching(hooks().calendar_items(actor, start, end), start, end)


def find_coming(actor: Actor, ahead: timedelta, limit: int) -> tuple[list[CalendarEntry], NextStep | None]:
    """The next dates, so many of them; and the most urgent step that anything with a time offers."""
    now = utcnow()
    found = hooks().calendar_items(actor, now, now + ahead, limit)
    offers = [entry.next_step for entry in found if entry.next_step]
    first = min(offers, key=lambda offer: offer.priority, default=None)
    return _touching(found, now, now + ahead)[:limit], first


def _touching(found: Sequence[CalendarEntry], start: datetime, end: datetime) -> list[CalendarEntry]:
    return [
        entry
        for entry in found
        if entry.start < end and max(entry.end, entry.start + timedelta(seconds=1)) > start
    ]


_ITEMS = (
    select(CalendarItem)
    .where(
        CalendarItem.deleted_at.is_(None),
        CalendarItem.starts_at < bindparam("end"),
        or_(CalendarItem.repeat != "none", CalendarItem.ends_at >= bindparam("start")),
    )
    .order_by(CalendarItem.starts_at)
)


def find_items(actor: Actor, start: datetime, end: datetime) -> list[CalendarItem]:
    """The office's own dates that may fall between two moments."""
    if not actor.is_member:
        return []
    return list(session().scalars(_ITEMS, {"start": start, "end": end}))


def find_occurrences(
    actor: Actor, start: datetime, end: datetime
) -> list[tuple[CalendarItem, datetime, datetime]]:
    """The office's own dates with each of their repetitions between two moments."""
    zone = zone_of(actor)
    return [
        (item, begin, finish)
        for item in find_items(actor, start, end)
        for begin, finish in occurrences(item, zone, start, end)
    ]


def get_item(actor: Actor, item_id: uuid.UUID) -> CalendarItem:
    """A date of the office. Raises NotFound."""
    item = session().get(CalendarItem, item_id)
    if item is None or item.deleted_at is not None or not actor.is_member:
        raise NotFound(_("There is no such date. It may have been deleted."))
    return item


def find_visible(actor: Actor, item_ids: Sequence[uuid.UUID]) -> list[CalendarItem]:
    """Those of the dates that the actor may see."""
    if not actor.is_member:
        return []
    query = select(CalendarItem).where(CalendarItem.id.in_(item_ids), CalendarItem.deleted_at.is_(None))
    return list(session().scalars(query))


def create_item(actor: Actor, command: SaveItem) -> CalendarItem:
    """Add a date. Raises Forbidden, Invalid."""
    require(actor, MANAGE)
    item = CalendarItem(
        created_by_id=None if actor.is_system else actor.user_id, sequence=0, office_id=actor.office_id
    )
    _fill(item, command, zone_of(actor))
    session().add(item)
    session().flush()
    return item


def edit_item(actor: Actor, item_id: uuid.UUID, command: SaveItem) -> CalendarItem:
    """Change a date; whoever subscribed sees a new version. Raises Forbidden, NotFound, Invalid."""
    require(actor, MANAGE)
    item = get_item(actor, item_id)
    before = [getattr(item, name) for name in _PLANNING]
    _fill(item, command, zone_of(actor))
    if before != [getattr(item, name) for name in _PLANNING]:
        item.sequence += 1
    return item


def delete_item(actor: Actor, item_id: uuid.UUID) -> CalendarItem:
    """Remove a date; it can be brought back. Raises Forbidden, NotFound."""
    require(actor, MANAGE)
    item = get_item(actor, item_id)
    item.deleted_at = utcnow()
    return item


def restore_item(actor: Actor, item_id: uuid.UUID) -> CalendarItem:
    """Bring a date back. Raises Forbidden, NotFound."""
    require(actor, MANAGE)
    item = session().get(CalendarItem, item_id)
    if item is None:
        raise NotFound(_("There is no such date. It may have been deleted."))
    item.deleted_at = None
    item.sequence += 1
    return item


def find_just_deleted(actor: Actor, item_id: uuid.UUID) -> CalendarItem | None:
    """A date that was deleted lately, to offer to undo it."""
    item = session().get(CalendarItem, item_id) if actor.can(MANAGE) else None
    if item is None or item.deleted_at is None or utcnow() - item.deleted_at > UNDO_FOR:
        return None
    return item


def zone_of(actor: Actor) -> ZoneInfo:
    """The office's zone, in which its dates are meant."""
    office = directory().by_id(actor.office_id) if actor.office_id else None
    return ZoneInfo(office.zone if office else "UTC")


def ref_of(item: CalendarItem) -> Ref:
    """The reference of a date."""
    return Ref.of("calendar", "item", item.id)


def as_form(item: CalendarItem, zone: ZoneInfo) -> dict[str, object]:
    """The values that a form shows for a date."""
    start, end = item.starts_at.astimezone(zone), item.ends_at.astimezone(zone)
    last = (end - timedelta(days=1)).date() if item.is_all_day else end.date()
    return {
        "title": item.title, "day": start.date().isoformat(), "place": item.place, "description": item.description,
        "starts": "" if item.is_all_day else f"{start:%H:%M}", "ends": "" if item.is_all_day else f"{end:%H:%M}",
        "last_day": last.isoformat() if last != start.date() else "", "repeat": item.repeat,
        "repeat_until": item.repeat_until.isoformat() if item.repeat_until else "", "is_public": item.is_public,
    }  # fmt: skip


def _fill(item: CalendarItem, command: SaveItem, zone: ZoneInfo) -> None:
    item.title, item.place, item.description = command.title, command.place, command.description
    item.is_public = command.is_public
    item.is_all_day = command.starts is None
    item.starts_at, item.ends_at = _times(command, zone)
    item.repeat = command.repeat
    item.repeat_until = command.repeat_until if command.repeat != "none" else None
    if item.repeat_until is not None and item.repeat_until < command.day:
        raise _wrong("repeat_until", _("This is before the first day."))


def _times(command: SaveItem, zone: ZoneInfo) -> tuple[datetime, datetime]:
    last_day = command.last_day or command.day
    if last_day < command.day:
        raise _wrong("last_day", _("The last day is before the first one."))
    if command.starts is None:
        if command.ends is not None:
            raise _wrong("starts", _("Say when it begins, or leave both times empty."))
        return _moment(command.day, time(), zone, "day"), _moment(
            last_day + timedelta(days=1), time(), zone, "last_day"
        )
    start = _moment(command.day, command.starts, zone, "starts")
    end = _moment(last_day, command.ends, zone, "ends") if command.ends else start + ONE_HOUR
    if end <= start:
        raise _wrong("ends", _("The end is before the beginning."))
    if end - start > LONGEST:
        raise _wrong("last_day", _("A date can take two months at most."))
    return start, end


def _moment(day: date, clock: time, zone: ZoneInfo, name: str) -> datetime:
    local = datetime.combine(day, clock.replace(tzinfo=None), zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise _wrong(name, _("On that day the clock is put forward, and this time does not exist."))
    return moment


def _wrong(name: str, message: str) -> Invalid:
    return Invalid(message, fields={name: message})
