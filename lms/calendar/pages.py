"""A month as weeks of days, and the days ahead, in the person's zone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lms.hooks.contributions import CalendarEntry

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayEntry:
    """An entry as it is on one day. ``begins`` and ``ends`` are False where it goes on from or into another day."""

    entry: CalendarEntry
    begins: bool
    ends: bool

    @property
    def is_all_day(self) -> bool:
        """True if no clock time is worth showing on this day."""
        return self.entry.is_all_day or not (self.begins or self.ends)


@dataclass(frozen=True, slots=True)
class Day:
    """A day with what happens on it."""

    date: date
    is_today: bool
    is_outside: bool
    entries: list[DayEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Month:
    """A month; its weeks begin on Monday and are whole."""

    first: date

    @classmethod
    def read(cls, text: str, today: date) -> Month:
        """From ``2026-11``; the present month if it is not one between the years 1970 and 2200."""
        year, _dash, month = text.partition("-")
        numbers = [int(part) for part in (year, month) if part.isascii() and part.isdigit() and len(part) < 5]
        if len(numbers) == 2 and 1970 <= numbers[0] <= 2200 and 1 <= numbers[1] <= 12:
            return cls(date(numbers[0], numbers[1], 1))
        return cls(today.replace(day=1))

    @property
    def key(self) -> str:
        """As in addresses."""
        return f"{self.first:%Y-%m}"

    @property
    def previous(self) -> Month:
        """The month before."""
        return Month((self.first - ONE_DAY).replace(day=1))

    @property
    def following(self) -> Month:
        """The month after."""
        return Month((self.first + timedelta(days=32)).replace(day=1))

    @property
    def shown(self) -> tuple[date, date]:
        """The first day shown and the day after the last."""
        last = self.following.first - ONE_DAY
        return self.first - timedelta(days=self.first.weekday()), last + timedelta(days=7 - last.weekday())


def bounds(first: date, after_last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Midnight to midnight, as moments."""
    start, end = datetime.combine(first, time(), zone), datetime.combine(after_last, time(), zone)
    return start.astimezone(UTC), end.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Frame:
    """What days are laid out by: whose zone, which day is today, which month is meant (any, if None)."""

    zone: ZoneInfo
    office_zone: ZoneInfo
    today: date
    month: Month | None = None


def lay_out(first: date, after_last: date, entries: Iterable[CalendarEntry], frame: Frame) -> list[Day]:
    """Each day from the first to the one before ``after_last`` with its entries: whole days first, then by time."""
    count = (after_last - first).days
    days = [_day(first + index * ONE_DAY, frame) for index in range(count)]
    for entry in sorted(entries, key=lambda each: (not each.is_all_day, each.start)):
        begin, end = _span(entry, frame)
        for index in range(max(0, (begin - first).days), min(count - 1, (end - first).days) + 1):
            day = days[index]
            day.entries.append(DayEntry(entry, day.date == begin, day.date == end))
    return days


def _day(day: date, frame: Frame) -> Day:
    is_outside = frame.month is not None and (day.year, day.month) != (
        frame.month.first.year,
        frame.month.first.month,
    )
    return Day(day, day == frame.today, is_outside)


def _span(entry: CalendarEntry, frame: Frame) -> tuple[date, date]:
    """First and last day. Whole days are the office's days, wherever one looks at them from."""
    zone = frame.office_zone if entry.is_all_day else frame.zone
    begin = entry.start.astimezone(zone)
    end = max(entry.end.astimezone(zone) - timedelta(microseconds=1), begin)
    return begin.date(), end.date()
