"""Repetition of dates by the rules of iCalendar (RFC 5545, 3.8.5), at the same wall-clock time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event

from lms.calendar.models import CalendarItem


def rule_of(item: CalendarItem, zone: ZoneInfo) -> dict[str, Any] | None:
    """The RRULE of a date; UNTIL has the type of DTSTART, in UTC where it has a time. None without repetition."""
    if item.repeat == "none":
        return None
    rule: dict[str, Any] = {"freq": item.repeat.upper()}
    if item.repeat_until is not None:
        last = datetime.combine(item.repeat_until, time(23, 59, 59), zone).astimezone(UTC)
        rule["until"] = item.repeat_until if item.is_all_day else last
    return rule


def bounds_of(item: CalendarItem, zone: ZoneInfo) -> tuple[date, date]:
    """DTSTART and DTEND of a date: days for a whole day, else times in the office's zone."""
    start, end = item.starts_at.astimezone(zone), item.ends_at.astimezone(zone)
    return (start.date(), end.date()) if item.is_all_day else (start, end)


def occurrences(
    item: CalendarItem, zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Begin and end, in UTC, of each time that the date happens between two moments."""
    rule = rule_of(item, zone)
    if rule is None:
        if item.starts_at < end and item.ends_at > start:
            yield item.starts_at, item.ends_at
        return
    event = Event()
    event.add("uid", str(item.id))
    first, last = bounds_of(item, zone)
    event.add("dtstart", first)
    event.add("dtend", last)
    event.add("rrule", rule)
    calendar = Calendar()
    calendar.add_component(event)
    for each in recurring_ical_events.of(calendar).between(start.astimezone(zone), end.astimezone(zone)):
        begin, finish = _moment(each["dtstart"].dt, zone), _moment(each["dtend"].dt, zone)
        if begin < end and finish > start:
            yield begin, finish


def _moment(value: date, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(), zone)
    return value.astimezone(UTC)
