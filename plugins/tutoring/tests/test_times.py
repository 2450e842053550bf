"""Times of weekly patterns, on ordinary days and on the nights on which clocks change."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.plugin import Invalid
from plugins.tutoring.forms import AddPattern
from plugins.tutoring.times import (
    Week,
    overlaps,
    same_time_weekly,
    span_of_day,
    times_between,
    times_of_day,
    wall_moment,
)

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


def nights(zone: str) -> list[date]:
    """The days of two years on which clocks of a zone change; an ordinary day where they never do."""
    there = ZoneInfo(zone)
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(730)]
    offsets = [datetime.combine(day, time(0), there).utcoffset() for day in days]
    changing = [
        day for day, (one, other) in zip(days, itertools.pairwise(offsets), strict=False) if one != other
    ]
    return changing or [date(2026, 3, 29)]


def wall_clocks(zone: ZoneInfo, day: date) -> set[int]:
    """Every minute after midnight that clocks show on a day, found by walking through it."""
    begin = datetime.combine(day, time(), zone).astimezone(UTC) - timedelta(hours=1)
    walk = ((begin + timedelta(minutes=number)).astimezone(zone) for number in range(27 * 60))
    return {moment.hour * 60 + moment.minute for moment in walk if moment.date() == day}


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_on_the_nights_on_which_clocks_change_only_times_that_are_there_are_offered_once(
    zone: str, data: st.DataObject
) -> None:
    day = data.draw(st.sampled_from(nights(zone)), "night")
    starts = data.draw(st.integers(0, 300), "starts")
    ends = data.draw(st.integers(starts + 10, 480), "ends")
    line = week(zone, starts, ends, data.draw(st.integers(10, 90), "slot"), data.draw(st.integers(0, 30), "pause"), day.weekday())  # fmt: skip
    there, found = wall_clocks(line.zone, day), list(times_of_day(line, day))
    shown = [begin.astimezone(line.zone) for begin, _end in found]
    assert all(each.date() == day and each.hour * 60 + each.minute in there for each in shown)
    assert len({(each.hour, each.minute) for each in shown}) == len(shown)
    opens, closes = span_of_day(line.zone, day, starts, ends)
    assert all(opens <= begin and end <= closes for begin, end in found)
    for (_begin, end), (begin, _end) in itertools.pairwise(found):
        assert end <= begin


@pytest.mark.parametrize("zone", ZONES)
@given(starts=st.integers(0, 1429), length=st.integers(-1440, 60), slot=st.integers(10, 240))
def test_backwards_and_too_short_hours_are_refused_in_every_zone(
    zone: str, starts: int, length: int, slot: int
) -> None:
    ends = min(max(starts + length, 0), 1439)
    clock = {
        name: f"{minutes // 60:02d}:{minutes % 60:02d}"
        for name, minutes in (("starts", starts), ("ends", ends))
    }
    given_ = {"weekday": "1", "slot_minutes": slot} | clock
    if ends - starts >= slot:
        assert AddPattern.read(given_).minutes == (starts, ends)
        return
    with pytest.raises(Invalid):
        AddPattern.read(given_)
    assert list(times_of_day(week(zone, starts, ends, slot), date(2026, 11, 24))) == []


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_hours_that_do_not_overlap_give_no_times_that_touch_even_on_those_nights(
    zone: str, data: st.DataObject
) -> None:
    day = data.draw(st.sampled_from(nights(zone)), "night")
    cuts = sorted(data.draw(st.lists(st.integers(0, 480), min_size=4, max_size=4, unique=True), "cuts"))
    slot = data.draw(st.integers(10, 60), "slot")
    one, other = (week(zone, *pair, slot, 0, day.weekday()) for pair in (cuts[:2], cuts[2:]))
    assert not overlaps(one, other)
    assert overlaps(one, week(zone, cuts[0], cuts[3], slot, 0, day.weekday()))
    both = sorted([*times_of_day(one, day), *times_of_day(other, day)])
    for (_begin, end), (begin, _end) in itertools.pairwise(both):
        assert end <= begin


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_same_time_every_week_is_the_same_clock_over_both_nights(zone: str, data: st.DataObject) -> None:
    there, night = ZoneInfo(zone), data.draw(st.sampled_from(nights(zone)), "night")
    day = night - timedelta(weeks=data.draw(st.integers(1, 3), "weeks before"))
    first = wall_moment(there, day, data.draw(st.integers(0, 1439), "minutes"))
    if first is None:
        return
    local = first.astimezone(there)
    for number, moment in enumerate(same_time_weekly(there, first, 6)):
        wanted = local.date() + timedelta(weeks=number)
        if moment is None:
            assert local.hour * 60 + local.minute not in wall_clocks(there, wanted)
            continue
        shown = moment.astimezone(there)
        assert (shown.date(), shown.hour, shown.minute) == (wanted, local.hour, local.minute)
