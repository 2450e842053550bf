"""Repetition of dates by the rules of iCalendar (RFC 5545, 3.8.5), at the same wall-clock time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from lms.calendar.models import CalendarItem

_WEEK = timedelta(weeks=1)
_MONTHS = {"monthly": 1, "yearly": 12}


class Repeated(Protocol):
    """What repeats: a date of the office, or what a query reads of one."""

    @property
    def starts_at(self) -> datetime:
        """The first beginning, in UTC."""

    @property
    def ends_at(self) -> datetime:
        """The first end, in UTC."""

    @property
    def repeat(self) -> str:
        """One of ``REPEATS``."""

    @property
    def repeat_until(self) -> date | None:
        """The last day; None: without end."""


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
    item: Repeated, zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Begin and end, in UTC, of each time that the date happens between two moments.

    Computed directly, because pages with a calendar are opened all day: years of weeks are
    stepped over at once, not counted through.
    """
    if item.repeat == "none":
        if item.starts_at < end and item.ends_at > start:
            yield item.starts_at, item.ends_at
        return
    first = item.starts_at.astimezone(zone).replace(tzinfo=None)
    length = item.ends_at.astimezone(zone).replace(tzinfo=None) - first
    # A day more on both sides, because the clock may be changed in between.
    since = start.astimezone(zone).replace(tzinfo=None) - length - timedelta(days=1)
    until = end.astimezone(zone).replace(tzinfo=None) + timedelta(days=1)
    if item.repeat_until is not None:
        until = min(until, datetime.combine(item.repeat_until, time.max))
    for local in _starts(first, item.repeat, since):
        if local > until:
            return
        begin, finish = _moment(local, zone), _moment(local + length, zone)
        if begin < end and finish > start:
            yield begin, finish


def _starts(first: datetime, repeat: str, since: datetime) -> Iterator[datetime]:
    """Wall-clock beginnings from about ``since`` on, without end."""
    if repeat == "weekly":
        local = first + max(0, (since - first) // _WEEK) * _WEEK
        while True:
            yield local
            local += _WEEK
    step = _MONTHS[repeat]
    number = max(0, ((since.year - first.year) * 12 + since.month - first.month) // step)
    while True:
        years, month = divmod(first.month - 1 + number * step, 12)
        number += 1
        try:
            yield first.replace(year=first.year + years, month=month + 1)
        except ValueError:
            continue  # a month without that day has no such date (RFC 5545, 3.3.10)


def _moment(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)
