"""Taking part: who gets in, who waits, and why not."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms.activities import enrolment, service
from lms.activities.forms import CreateActivity, EditActivity, EditEnrolment, Enrol
from lms.activities.models import Activity
from lms.demo import World
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.notifications.models import Notification
from lms.store.base import session


def _make(world: World, **details: object) -> uuid.UUID:
    """A published activity of Siena's trainer."""
    trainer = world.actor("trainer")
    activity = service.create_activity(trainer, CreateActivity(title="Colloquio di prova"))
    service.edit_activity(trainer, activity.id, EditActivity(title=activity.title, **details))
    service.set_state(trainer, activity.id, "published")
    return activity.id


def _states(world: World, activity_id: uuid.UUID) -> list[str]:
    return [row.state for row in enrolment.list_enrolments(world.actor("trainer"), activity_id)]


def test_a_trainee_takes_part_and_doing_it_twice_is_once(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        trainee = world.actor("trainee")
        first = enrolment.enrol(trainee, activity_id, Enrol())
        again = enrolment.enrol(trainee, activity_id, Enrol())
        assert (first.id, first.state) == (again.id, "active")


def test_who_comes_after_the_last_place_waits_and_gets_the_place_that_is_freed(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world, capacity=1)
        enrolment.enrol(world.actor("trainee"), activity_id, Enrol())
        second = enrolment.enrol(world.actor("trainee2"), activity_id, Enrol())
        third = enrolment.enrol(world.actor("trainee3"), activity_id, Enrol())
        assert [second.state, third.state] == ["waiting", "waiting"]
        enrolment.leave(world.actor("trainee"), activity_id)
        assert [second.state, third.state] == ["active", "waiting"]


def test_more_places_let_the_waiting_list_in(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world, capacity=1)
        for key in ("trainee", "trainee2", "trainee3"):
            enrolment.enrol(world.actor(key), activity_id, Enrol())
        trainer = world.actor("trainer")
        activity = service.edit_activity(
            trainer, activity_id, EditActivity(title="Colloquio di prova", capacity=3)
        )
        enrolment.fill_places(activity)
        assert _states(world, activity_id) == ["active", "active", "active"]


def test_a_wrong_key_is_refused_and_the_right_one_lets_in(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        service.edit_enrolment_rule(
            world.actor("trainer"), activity_id, EditEnrolment(enrolment_rule="key", enrolment_key="ginestra")
        )
        with pytest.raises(Invalid, match="not the key"):
            enrolment.enrol(world.actor("trainee"), activity_id, Enrol(key="rosa"))
        assert enrolment.enrol(world.actor("trainee"), activity_id, Enrol(key="ginestra")).state == "active"


def test_without_the_invitation_link_nobody_gets_in(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        service.edit_enrolment_rule(
            world.actor("trainer"), activity_id, EditEnrolment(enrolment_rule="invitation")
        )
        token = service.get_activity(world.actor("trainer"), activity_id).invitation_token
        with pytest.raises(Forbidden, match="invitation link"):
            enrolment.enrol(world.actor("trainee"), activity_id, Enrol())
        assert enrolment.enrol(world.actor("trainee"), activity_id, Enrol(token=token)).state == "active"


def test_approval_lets_in_only_after_staff_said_yes(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        service.edit_enrolment_rule(
            world.actor("trainer"), activity_id, EditEnrolment(enrolment_rule="approval")
        )
        trainee = world.actor("trainee")
        assert enrolment.enrol(trainee, activity_id, Enrol()).state == "pending"
        with pytest.raises(Forbidden):
            enrolment.approve(world.actor("trainee2"), activity_id, trainee.user_id)
        assert enrolment.approve(world.actor("trainer"), activity_id, trainee.user_id).state == "active"


def test_a_draft_is_invisible_to_trainees_and_closed_to_everybody(world: World) -> None:
    with world.inside("siena"):
        trainer = world.actor("trainer")
        draft = service.create_activity(trainer, CreateActivity(title="Bozza"))
        with pytest.raises(NotFound):
            service.get_activity(world.actor("trainee"), draft.id)
        with pytest.raises(Conflict, match="not open"):
            enrolment.enrol(trainer, draft.id, Enrol())


def test_an_activity_of_another_office_does_not_exist_here(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
    with world.inside("vienna"), pytest.raises(NotFound):
        service.get_activity(world.actor("head_vienna"), activity_id)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(moves=st.lists(st.tuples(st.booleans(), st.integers(1, 6)), max_size=24), capacity=st.integers(1, 4))
def test_places_are_never_given_twice_and_never_stay_free_while_somebody_waits(
    world: World, moves: list[tuple[bool, int]], capacity: int
) -> None:
    with world.inside("siena"):
        activity_id = _make(world, capacity=capacity)
        for is_coming, number in moves:
            person = world.actor(f"trainee{number}" if number > 1 else "trainee")
            if is_coming:
                enrolment.enrol(person, activity_id, Enrol())
            elif enrolment.enrolment_of(person, activity_id):
                enrolment.leave(person, activity_id)
        states = _states(world, activity_id)
        assert states.count("active") <= capacity
        assert "waiting" not in states or states.count("active") == capacity


def test_the_list_of_activities_costs_the_same_however_long_it_is(world: World) -> None:
    with world.inside("siena"):
        rows = service.find_activities(world.actor("trainee"))
        assert rows
        assert all(isinstance(row, Activity) and row.state == "published" for row in rows)


def test_only_members_of_the_office_can_be_enrolled_by_hand(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        strangers = [world.people["head_vienna"].id, uuid.uuid4()]
        trainer = world.actor("trainer")
        assert enrolment.enrol_people(trainer, activity_id, [*strangers, world.people["trainee"].id]) == 1
        rows = enrolment.list_enrolments(trainer, activity_id)
        assert [row.user_id for row in rows] == [world.people["trainee"].id]


def test_nobody_is_told_of_a_place_that_they_only_wait_for(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world, capacity=1)
        trainer, late = world.actor("trainer"), world.people["trainee2"].id
        enrolment.enrol(world.actor("trainee"), activity_id, Enrol())
        before = len(_told(late))
        enrolment.enrol_people(trainer, activity_id, [late])
        assert len(_told(late)) == before
        enrolment.leave(world.actor("trainee"), activity_id)
        assert _told(late)[before:] == ["waiting_list_place"]


def _told(user_id: uuid.UUID) -> list[str]:
    """Kinds of what somebody heard of, oldest first."""
    rows = (
        select(Notification.kind)
        .filter_by(user_id=user_id)
        .order_by(Notification.created_at, Notification.id)
    )
    return list(session().scalars(rows))
