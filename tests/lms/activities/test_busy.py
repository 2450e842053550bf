"""Who is taken by activities with a time, and when."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete

from lms.activities.busy import LONGEST, USUAL, Busy, find_busy
from lms.activities.enrolment import enrol_people
from lms.activities.forms import CreateActivity
from lms.activities.models import Activity
from lms.activities.owners import add_owner
from lms.activities.service import create_activity, set_state
from lms.calendar.forms import SaveItem
from lms.calendar.models import CalendarItem
from lms.calendar.service import create_item, delete_item
from lms.clock import utcnow
from lms.demo import World
from lms.store.base import session
from lms.testing import count_queries

SOON = timedelta(days=400)
"""Further ahead than anything of the demo."""


@pytest.fixture(autouse=True)
def _no_other_dates(world: World) -> None:
    """Some dates of the demo come back every week for ever: on which days depends on the present one."""
    with world.inside("siena"):
        session().execute(delete(CalendarItem))


def add(world: World, length: timedelta | None, *, state: str = "published") -> Activity:
    """A dated activity of the trainer's, in Siena."""
    trainer = world.actor("trainer")
    row = create_activity(trainer, CreateActivity(title="Colloqui in azienda"))
    row.starts_at = utcnow() + SOON
    row.ends_at = row.starts_at + length if length else None
    if state != "draft":
        set_state(trainer, row.id, state)
    return row


def busy(world: World, *keys: str) -> list[Busy]:
    ids = [world.people[key].id for key in keys]
    return find_busy(ids, utcnow() + SOON - timedelta(days=1), utcnow() + SOON + timedelta(days=1))


def test_who_runs_it_and_who_takes_part_is_taken_and_nobody_else(world: World) -> None:
    with world.inside("siena"):
        row = add(world, timedelta(hours=2))
        enrol_people(world.actor("trainer"), row.id, [world.people["trainee5"].id])
        add_owner(world.actor("trainer"), row.id, world.people["tutor"].id)
        found = busy(world, "trainer", "tutor", "trainee5", "trainee6")
        assert {each.user_id for each in found} == {
            world.people[key].id for key in ("trainer", "tutor", "trainee5")
        }
        assert {(each.start, each.end, each.title) for each in found} == {
            (row.starts_at, row.ends_at, "Colloqui in azienda")
        }
        assert find_busy([], utcnow(), utcnow() + SOON) == []


def test_steps_of_a_course_take_who_is_enrolled_in_the_course(world: World) -> None:
    with world.inside("siena"):
        trainer = world.actor("trainer")
        course = create_activity(trainer, CreateActivity(title="Corso", type="course"))
        step = create_activity(trainer, CreateActivity(title="In aula", parent_id=course.id))
        step.starts_at = utcnow() + SOON
        for each in (course, step):
            set_state(trainer, each.id, "published")
        enrol_people(trainer, course.id, [world.people["trainee5"].id])
        (found,) = busy(world, "trainee5")
        assert (found.title, found.end - found.start) == ("In aula", USUAL)


@pytest.mark.parametrize(
    ("length", "state", "is_taken"),
    [
        (None, "published", True),
        (LONGEST, "published", True),
        (LONGEST + timedelta(minutes=1), "published", False),
        (timedelta(hours=2), "draft", False),
        (timedelta(hours=2), "archived", False),
    ],
)
def test_spans_of_days_and_what_is_not_published_take_nobody(
    world: World, length: timedelta | None, state: str, is_taken: bool
) -> None:
    with world.inside("siena"):
        add(world, length, state=state)
        assert bool(busy(world, "trainer")) is is_taken


def test_touching_ends_are_not_the_same_time(world: World) -> None:
    with world.inside("siena"):
        row = add(world, timedelta(hours=2))
        assert row.starts_at
        assert row.ends_at
        (found,) = busy(world, "trainer")
        assert not found.touches(row.ends_at, row.ends_at + USUAL)
        assert not found.touches(row.starts_at - USUAL, row.starts_at)
        assert found.touches(row.ends_at - timedelta(minutes=1), row.ends_at + USUAL)
        assert find_busy([found.user_id], row.ends_at, row.ends_at + USUAL) == []


def test_it_is_one_query_for_many_people(world: World) -> None:
    with world.inside("siena"):
        with count_queries() as counted:
            find_busy([person.id for person in world.people.values()], utcnow(), utcnow() + SOON)
        assert len(counted) == 1


# --- dates of the office ----------------------------------------------------------------

ROME = ZoneInfo("Europe/Rome")


def far_day() -> date:
    return (utcnow() + SOON).astimezone(ROME).date()


def dates(world: World, *keys: str, day: date | None = None) -> list[Busy]:
    """By what of the office's calendar these people are taken on that day."""
    begin = datetime.combine(day or far_day(), time(), ROME)
    return find_busy([world.people[key].id for key in keys], begin, begin + timedelta(days=1))


def save(world: World, author: str = "counsellor", **changes: object) -> uuid.UUID:
    values = {"title": "Sportello", "day": far_day(), "starts": time(14), "ends": time(16)} | changes
    return create_item(world.actor(author), SaveItem.model_validate(values)).id


def test_a_date_of_the_office_takes_who_entered_it_and_is_told_to_the_others(world: World) -> None:
    with world.inside("siena"):
        item_id = save(world)
        found = {each.user_id: each for each in dates(world, "counsellor", "trainee5")}
        own, other = (found[world.people[key].id] for key in ("counsellor", "trainee5"))
        assert (own.is_theirs, other.is_theirs) == (True, False)
        assert own.start == datetime.combine(far_day(), time(14), ROME)
        assert own.end - own.start == timedelta(hours=2)
        delete_item(world.actor("counsellor"), item_id)
        assert dates(world, "counsellor") == []
    with world.inside("vienna"):
        save(world, "counsellor_vienna")
    with world.inside("siena"):
        assert dates(world, "counsellor", "counsellor_vienna") == []


def test_a_date_that_repeats_takes_people_each_time_by_the_clock_of_the_office(world: World) -> None:
    with world.inside("siena"):
        begin = far_day() - timedelta(weeks=30)
        save(world, day=begin, repeat="weekly", repeat_until=far_day() + timedelta(weeks=1))
        for weeks, is_taken in ((0, True), (1, True), (2, False)):
            day = far_day() + timedelta(weeks=weeks)
            found = dates(world, "counsellor", day=day)
            assert [each.start for each in found] == [datetime.combine(day, time(14), ROME)][:is_taken]
        assert dates(world, "counsellor", day=far_day() + timedelta(days=1)) == []


@pytest.mark.parametrize(
    "changes",
    [{"starts": None, "ends": None}, {"starts": time(8), "ends": time(18), "last_day": timedelta(days=2)}],
)
def test_whole_days_and_spans_of_days_in_the_calendar_take_nobody(
    world: World, changes: dict[str, object]
) -> None:
    if "last_day" in changes:
        changes = changes | {"last_day": far_day() + timedelta(days=2)}
    with world.inside("siena"):
        save(world, **changes)
        assert dates(world, "counsellor", "trainee5") == []
