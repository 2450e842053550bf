"""Repetition, compared with a library that implements all of RFC 5545."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from lms.calendar.models import CalendarItem
from lms.calendar.recurrence import bounds_of, occurrences, rule_of

ROME = ZoneInfo("Europe/Rome")
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def expected(item: CalendarItem, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """What the library says, as moments in UTC."""
    event = Event()
    event.add("uid", "1")
    for name, value in zip(("dtstart", "dtend"), bounds_of(item, ROME), strict=True):
        event.add(name, value)
    event.add("rrule", rule_of(item, ROME))
    calendar = Calendar()
    calendar.add_component(event)
    found = [
        (moment(each["dtstart"].dt), moment(each["dtend"].dt))
        for each in recurring_ical_events.of(calendar).between(
            start.astimezone(ROME) - timedelta(days=2), end.astimezone(ROME) + timedelta(days=2)
        )
    ]
    return sorted((begin, finish) for begin, finish in found if begin < end and finish > start)


def moment(value: date) -> datetime:
    local = value if isinstance(value, datetime) else datetime.combine(value, time(), ROME)
    return local.astimezone(UTC)


@settings(max_examples=150, deadline=None)
@given(
    day=DAYS,
    # Times that exist on every day: a clock put forward skips the hour from two to three.
    clock=st.times(time(4), time(20)).map(lambda each: each.replace(second=0, microsecond=0)),
    hours=st.integers(1, 3),
    days=st.integers(0, 40),
    repeat=st.sampled_from(["weekly", "monthly", "yearly"]),
    repeat_until=st.none() | DAYS,
    look=DAYS,
    window=st.integers(1, 400),
    is_all_day=st.booleans(),
)
def test_dates_repeat_as_the_standard_says(
    day: date, clock: time, hours: int, days: int, repeat: str, repeat_until: date | None, look: date,
    window: int, is_all_day: bool,
) -> None:  # fmt: skip
    if is_all_day:
        begin = datetime.combine(day, time(), ROME)
        finish = datetime.combine(day + timedelta(days=days + 1), time(), ROME)
    else:
        begin = datetime.combine(day, clock, ROME)
        finish = datetime.combine(day + timedelta(days=days), clock, ROME) + timedelta(hours=hours)
    item = CalendarItem(
        starts_at=begin.astimezone(UTC), ends_at=finish.astimezone(UTC), is_all_day=is_all_day, repeat=repeat,
        repeat_until=repeat_until if repeat_until is None or repeat_until >= day else day,
    )  # fmt: skip
    start = datetime.combine(look, time(), ROME).astimezone(UTC)
    end = start + timedelta(days=window)
    assert sorted(occurrences(item, ROME, start, end)) == expected(item, start, end)
