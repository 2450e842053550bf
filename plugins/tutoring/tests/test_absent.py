"""Half an hour to which nobody comes: suggested after ten minutes, told once, then open for drop-in."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from lms.plugin import Conflict, World, session, utcnow
from lms.testing import SignIn, notifications_of
from plugins.tutoring import booking, chat, meeting
from plugins.tutoring.chat import Say
from plugins.tutoring.desk import opening, queue, telling
from plugins.tutoring.desk.forms import JoinQueue
from plugins.tutoring.tests.desk import DROP_IN, close
from plugins.tutoring.tests.test_booking import PAGE, take
from plugins.tutoring.tests.test_chat import two_of


def begun(world: World, minutes: float, place: str = "chat") -> uuid.UUID:
    """A booked session that began so many minutes ago, with the desk closed."""
    booking_id = take(world)
    with world.inside("siena"):
        close()
        slot = booking.get_booking(world.actor("trainee5"), booking_id).slot
        slot.starts_at = utcnow() - timedelta(minutes=minutes)
        slot.ends_at, slot.place = slot.starts_at + timedelta(minutes=30), place
        session().flush()
    return booking_id


def test_after_ten_minutes_the_tutor_is_told_once_and_not_when_somebody_wrote(
    world: World, sign_in: SignIn
) -> None:
    booking_id = begun(world, 9)
    with world.inside("siena"):
        trainee, tutor, key = two_of(world, booking_id)
        row = booking.get_booking(trainee, booking_id)
        assert not meeting.seems_absent(row)
        row.slot.starts_at -= timedelta(minutes=2)
        for _turn in range(2):
            meeting.suggest_missed()
        assert sum("absent" in (each.key or "") for each in notifications_of(tutor.user_id)) == 1
    assert "non è ancora qui" in sign_in(key).get(f"{PAGE}/sessions/{booking_id}").text
    assert f"/tutoring/sessions/{booking_id}#absent" in sign_in(key).get("/o/siena/").text
    assert "#absent" not in sign_in("trainee5").get("/o/siena/").text
    assert "non è ancora qui" not in sign_in("trainee5").get(f"{PAGE}/sessions/{booking_id}").text
    with world.inside("siena"):
        chat.say(trainee, booking_id, Say(text="Eccomi"))
        assert not meeting.seems_absent(booking.get_booking(trainee, booking_id))


@pytest.mark.parametrize("place", ["chat", "call"])
def test_a_time_to_which_nobody_came_is_open_for_drop_in_while_its_tutor_is_at_the_desk(
    place: str, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = begun(world, 11, place)
    with world.inside("siena"):
        trainee, tutor, key = two_of(world, booking_id)
        ends = booking.get_booking(trainee, booking_id).slot.ends_at
    monkeypatch.setattr(telling, "tutors_here", lambda: {tutor.user_id})
    with world.inside("siena"):
        assert not opening.opening_with_unused(world.actor("trainee6")).is_open
        with pytest.raises(Conflict):
            queue.join(world.actor("trainee6"), JoinQueue(topic="Una domanda"))
    assert sign_in(key).post(f"{PAGE}/sessions/{booking_id}/missed").status_code == 303
    with world.inside("siena"):
        found = opening.opening_with_unused(world.actor("trainee6"))
        assert (found.is_open, found.until) == (True, ends)
    assert 'name="topic"' in sign_in("trainee6").get(DROP_IN).text
    with world.inside("siena"):
        queue.join(world.actor("trainee6"), JoinQueue(topic="Una domanda"))
        assert queue.tidy() == 0 or queue.own_place(world.actor("trainee6")) is not None
        assert queue.take(tutor).trainee_id == world.people["trainee6"].id
    monkeypatch.setattr(telling, "tutors_here", set)
    with world.inside("siena"):
        assert not opening.opening_with_unused(world.actor("trainee7")).is_open
