"""Times of weekly patterns, on ordinary days and on the nights on which clocks change."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.tutoring.times import Week, times_between, times_of_day, wall_moment

ROME = ZoneInfo("Europe/Rome")
ZONES = [
    "Europe/Rome", "Europe/Vienna", "Europe/Madrid", "Europe/Bucharest", "Europe/London", "Europe/Lisbon", "Europe/Dublin",
    "Europe/Athens", "Europe/Helsinki", "Europe/Chisinau", "Europe/Istanbul", "Atlantic/Azores", "Atlantic/Canary",
    "America/New_York", "America/St_Johns", "America/Sao_Paulo", "America/Santiago", "America/Havana", "America/Los_Angeles",
    "America/Asuncion", "Africa/Casablanca", "Africa/Cairo", "Asia/Beirut", "Asia/Jerusalem", "Asia/Kolkata", "Asia/Kathmandu",
    "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham",
]  # fmt: skip


def week(
    zone: str = "Europe/Rome",
    starts: int = 600,
    ends: int = 720,
    slot: int = 30,
    pause: int = 0,
    weekday: int = 1,
) -> Week:
    return Week(ZoneInfo(zone), weekday, starts, ends, slot, pause)


def clocks(day: date, line: Week) -> list[str]:
    return [f"{begin.astimezone(line.zone):%H:%M}" for begin, _end in times_of_day(line, day)]


def test_tuesday_ten_to_twelve_is_four_half_hours() -> None:
    assert week().count == 4
    assert clocks(date(2026, 11, 24), week()) == ["10:00", "10:30", "11:00", "11:30"]


def test_pauses_stand_between_times_and_not_after_the_last() -> None:
    assert clocks(date(2026, 11, 24), week(pause=15)) == ["10:00", "10:45", "11:30"]


def test_a_week_goes_on_at_the_same_clock_when_summer_time_begins_and_ends() -> None:
    found = [
        begin.astimezone(ROME) for begin, _end in times_between(week(), date(2026, 3, 24), date(2026, 4, 1))
    ]
    assert {moment.time() for moment in found} == {time(10), time(10, 30), time(11), time(11, 30)}
    assert {moment.utcoffset() for moment in found} == {timedelta(hours=1), timedelta(hours=2)}


def test_a_time_that_the_spring_night_leaves_out_is_not_offered() -> None:
    line = week(starts=90, ends=240, weekday=6)
    assert clocks(date(2026, 3, 29), line) == ["01:30", "03:00", "03:30"]


def test_a_time_that_the_autumn_night_has_twice_is_offered_once() -> None:
    line = week(starts=90, ends=240, weekday=6)
    assert clocks(date(2026, 10, 25), line) == ["01:30", "02:00", "02:30", "03:00", "03:30"]


def test_there_is_no_moment_for_a_clock_time_that_never_is() -> None:
    assert wall_moment(ROME, date(2026, 3, 29), 150) is None
    assert wall_moment(ROME, date(2026, 10, 25), 150) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
@given(data=st.data())
def test_times_never_touch_in_any_zone_around_the_whole_year(zone: str, data: st.DataObject) -> None:
    starts = data.draw(st.integers(0, 1380), "starts")
    ends = data.draw(st.integers(starts + 10, 1440), "ends")
    line = week(
        zone,
        starts,
        ends,
        data.draw(st.integers(10, 120), "slot"),
        data.draw(st.integers(0, 60), "pause"),
        data.draw(st.integers(0, 6), "weekday"),
    )
    first = data.draw(st.dates(date(2026, 1, 1), date(2027, 12, 1)), "first")
    found = list(times_between(line, first, first + timedelta(days=20)))
    for begin, end in found:
        local = begin.astimezone(line.zone)
        assert end - begin == timedelta(minutes=line.slot_minutes)
        assert local.weekday() == line.weekday
        assert (local.hour * 60 + local.minute - starts) % (line.slot_minutes + line.pause_minutes) == 0
    for (_begin, end), (begin, _end) in itertools.pairwise(found):
        assert end <= begin
    assert len(found) <= 3 * line.count


@pytest.mark.parametrize("zone", ZONES)
def test_an_ordinary_winter_day_has_all_its_times(zone: str) -> None:
    line = week(zone)
    assert len(list(times_of_day(line, date(2026, 12, 1)))) == 4
