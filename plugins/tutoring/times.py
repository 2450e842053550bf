"""From a weekly pattern to moments, right on both nights on which clocks change. Pure arithmetic.

A time begins at a wall-clock time of the tutor's zone. A wall-clock time that a spring night
leaves out gives no time; one that an autumn night has twice counts once, the first time. A time
never reaches past the end of the pattern on that day's clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Week:
    """What of a pattern shapes its times; minutes are wall-clock minutes after midnight."""

    zone: ZoneInfo
    weekday: int
    starts: int
    ends: int
    slot_minutes: int
    pause_minutes: int

    @property
    def count(self) -> int:
        """How many times an ordinary day has."""
        step = self.slot_minutes + self.pause_minutes
        return max(0, (self.ends - self.starts + self.pause_minutes) // step)


def times_between(week: Week, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Beginning and end (UTC) of all times from one day to another, both included, in order."""
    day = first + timedelta(days=(week.weekday - first.weekday()) % 7)
    while day <= last:
        yield from times_of_day(week, day)
        day += timedelta(days=7)


def times_of_day(week: Week, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The times of one day; they never touch each other, not even where an hour is left out."""
    closes = _moment(week.zone, day, week.ends, fold=1)
    step = week.slot_minutes + week.pause_minutes
    free_from = _moment(week.zone, day, week.starts)
    for number in range(week.count):
        begin = wall_moment(week.zone, day, week.starts + number * step)
        if begin is None or begin < free_from:
            continue
        end = begin + timedelta(minutes=week.slot_minutes)
        if end <= closes:
            yield begin, end
            free_from = end


def wall_moment(zone: ZoneInfo, day: date, minutes: int) -> datetime | None:
    """The first moment (UTC) at which clocks of the zone show that time; None if they never do."""
    local = datetime.combine(day, time()) + timedelta(minutes=minutes)
    moment = _moment(zone, day, minutes)
    return moment if moment.astimezone(zone).replace(tzinfo=None, fold=0) == local else None


def same_time_weekly(zone: ZoneInfo, first: datetime, count: int) -> list[datetime | None]:
    """The moments (UTC) at which clocks of the zone show the same time as at ``first``, week after week; None where they never do."""
    local = first.astimezone(zone)
    minutes = local.hour * 60 + local.minute
    later = [wall_moment(zone, local.date() + timedelta(weeks=number), minutes) for number in range(1, count)]
    return [first.astimezone(UTC), *later]


def span_of_day(zone: ZoneInfo, day: date, starts: int, ends: int) -> tuple[datetime, datetime]:
    """From when until when (UTC) a door is open that opens and closes by the clock of the zone on that day."""
    return _moment(zone, day, starts), _moment(zone, day, ends, fold=1)


def _moment(zone: ZoneInfo, day: date, minutes: int, *, fold: int = 0) -> datetime:
    local = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return local.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def overlaps(one: Week, other: Week) -> bool:
    """True if two weekly patterns of one zone touch the same minutes of the same weekday."""
    return one.weekday == other.weekday and one.starts < other.ends and other.starts < one.ends
