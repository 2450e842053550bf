"""Sessions as an activity, alone or as a step of a course."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from lms.plugin import (
    CreateActivity,
    Enrol,
    World,
    completions_of,
    create_activity,
    enrol,
    enrolment_of,
    session,
    set_state,
)
from plugins.tutoring import booking, meeting
from plugins.tutoring.forms import Book, EditGoal, NoteOutcome
from plugins.tutoring.models import Booking


def test_sessions_count_from_the_day_on_which_one_takes_part(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        trainer, trainee = world.actor("trainer"), world.actor("trainee5")
        activity = create_activity(trainer, CreateActivity(title="A talk with a tutor", type="tutoring"))
        meeting.edit_goal(trainer, activity.id, EditGoal(sessions=1))
        set_state(trainer, activity.id, "published")
        enrol(trainee, activity.id, Enrol())
        first, *_between, second = (each.slot for each in booking.find_free(trainee)[:6])
        own = enrolment_of(trainee, activity.id)
        assert own is not None
        own.enrolled_at = second.starts_at - timedelta(minutes=1)
        for slot, had in ((first, 0), (second, 1)):
            row = booking.book(trainee, slot.id, Book())
            monkeypatch.setattr(meeting, "utcnow", lambda over=slot.ends_at: over)
            settle(world, row.id)
            assert meeting.standing_of(trainee, activity.id).had == had
            done = [each.id for _completion, each in completions_of(trainee.user_id)]
            assert (activity.id in done) is bool(had)


def settle(world: World, booking_id: uuid.UUID) -> None:
    """The tutor of a session writes down what came of it."""
    tutor_id = session().get_one(Booking, booking_id).slot.tutor_id
    key = next(key for key, person in world.people.items() if person.id == tutor_id)
    meeting.note_outcome(world.actor(key), booking_id, NoteOutcome(result="A plan"))
