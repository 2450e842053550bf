"""When the drop-in desk is open, on every clock; who sets it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.plugin import Conflict, Forbidden, World
from lms.testing import SignIn
from plugins.tutoring.desk import opening, queue
from plugins.tutoring.desk.forms import AddOpening
from plugins.tutoring.models import DeskHours
from plugins.tutoring.tests.desk import DESK, DROP_IN, close

ZONES = [
    "Europe/Rome",
    "Europe/Vienna",
    "Europe/Lisbon",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
]
LINES = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 1380), st.integers(1, 600)).map(
        lambda line: DeskHours(weekday=line[0], starts=line[1], ends=min(1440, line[1] + line[2]))
    ),
    max_size=6,
)
MOMENTS = st.integers(0, 2 * 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(lines=LINES, zone=st.sampled_from(ZONES), now=MOMENTS)
def test_the_desk_is_open_until_it_closes_and_closed_until_it_opens(
    lines: list[DeskHours], zone: str, now: datetime
) -> None:
    here = opening.opening_at(lines, ZoneInfo(zone), now)
    second = timedelta(seconds=1)
    if here.until is not None:
        assert here.is_open
        assert opening.opening_at(lines, ZoneInfo(zone), max(now, here.until - second)).is_open
    elif here.next_at is not None:
        assert opening.opening_at(lines, ZoneInfo(zone), here.next_at).is_open
        assert not opening.opening_at(lines, ZoneInfo(zone), max(now, here.next_at - second)).is_open
    else:
        assert not lines


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        (
            datetime(2027, 3, 27, 8, 30, tzinfo=UTC),
            True,
        ),  # Saturday, 9:30 in Rome, the day before clocks change
        (datetime(2027, 3, 28, 7, 30, tzinfo=UTC), True),  # Sunday, 9:30 in Rome, after they changed
        (datetime(2027, 3, 28, 8, 30, tzinfo=UTC), False),
    ],
)
def test_opening_times_are_of_the_clock_on_the_wall(now: datetime, is_open: bool) -> None:
    lines = [DeskHours(weekday=day, starts=540, ends=600) for day in (5, 6)]
    assert opening.opening_at(lines, ZoneInfo("Europe/Rome"), now).is_open is is_open


def test_only_who_manages_tutoring_sets_opening_times(sign_in: SignIn, world: World) -> None:
    line = {"form_id": "addopening", "weekday": "6", "starts": "10:00", "ends": "12:00"}
    assert sign_in("tutor").post(f"{DESK}/hours", data=line).status_code == 403
    assert sign_in("trainee").get(f"{DESK}/hours").status_code == 403
    assert sign_in("head").post(f"{DESK}/hours", data=line).status_code == 303
    assert "10:00–12:00" in sign_in("trainee5").get(DROP_IN).text
    with world.inside("siena"), pytest.raises(Forbidden):
        opening.add_opening(world.actor("tutor"), AddOpening(weekday="6", starts=time(15), ends=time(16)))


def test_times_that_touch_and_backward_times_are_refused(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"), pytest.raises(Conflict):
        opening.add_opening(world.actor("head"), AddOpening(weekday="0", starts=time(12), ends=time(15)))
    line = {"form_id": "addopening", "weekday": "6", "starts": "12:00", "ends": "10:00"}
    assert sign_in("head").post(f"{DESK}/hours", data=line).status_code == 422


def test_an_opening_time_of_another_office_is_not_there(sign_in: SignIn, world: World) -> None:
    with world.inside("vienna"):
        hours_id = opening.find_hours(world.actor("head_vienna"))[0].id
    assert sign_in("head").post(f"{DESK}/hours/{hours_id}/end").status_code == 404


def test_outside_opening_times_there_is_a_way_to_book_and_no_queue(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        close()
    browser = sign_in("trainee5")
    page = browser.get(DROP_IN).text
    assert 'href="/o/siena/tutoring"' in page
    assert 'name="topic"' not in page
    answer = browser.post(DROP_IN, data={"form_id": "joinqueue", "topic": "Una domanda"})
    assert answer.status_code == 422
    with world.inside("siena"):
        assert queue.own_place(world.actor("trainee5")) is None
