"""The waiting list: who is asked about a freed time, in which order, and what an offer does not allow."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import delete

from lms.plugin import Conflict, NotFound, World, save_settings, session, system_actor, utcnow
from lms.testing import SignIn
from plugins.tutoring import booking
from plugins.tutoring.forms import Book, TutoringSettings
from plugins.tutoring.models import Booking, Slot, Waiting

PAGE = "/o/siena/tutoring"


def wait_alone(world: World, *keys: str) -> None:
    """These people wait, in this order, and nobody else; each begins a minute after the one before."""
    session().execute(delete(Waiting))
    for number, key in enumerate(keys):
        booking.wait(world.actor(key), None)
        row = session().query(Waiting).filter_by(trainee_id=world.people[key].id).one()
        row.created_at = utcnow() - timedelta(hours=1) + timedelta(minutes=number)
    session().flush()


def forget_sessions(world: World, *keys: str) -> None:
    """These people had no session yet, whatever the demo says."""
    ids = [world.people[key].id for key in keys]
    session().execute(delete(Booking).where(Booking.trainee_id.in_(ids)))


def free_slots(world: World) -> list[Slot]:
    return [each.slot for each in booking.find_free(world.actor("trainee5"))]


def have_had_one(world: World, key: str, slot: Slot) -> None:
    """This person had a session before."""
    begin = utcnow() - timedelta(days=9)
    past = Slot(tutor_id=slot.tutor_id, starts_at=begin, ends_at=begin + timedelta(minutes=30), place="chat")
    session().add(Booking(slot=past, trainee_id=world.people[key].id, state="done"))
    session().flush()


def test_who_had_no_session_yet_is_asked_first_and_then_who_waits_longest(world: World) -> None:
    keys = ["trainee10", "trainee11", "trainee12"]
    with world.inside("siena"):
        forget_sessions(world, *keys)
        first, second, third, fourth = free_slots(world)[:4]
        wait_alone(world, *keys)
        have_had_one(world, "trainee10", first)
        asked = [booking.offer_freed(slot) for slot in (first, second, third)]
        assert [each.trainee_id if each else None for each in asked] == [
            world.people[key].id for key in ("trainee11", "trainee12", "trainee10")
        ]
        assert booking.offer_freed(fourth) is None  # everybody has an offer to decide about


def test_an_offer_is_kept_for_half_an_hour_and_not_longer(world: World) -> None:
    with world.inside("siena"):
        forget_sessions(world, "trainee10")
        wait_alone(world, "trainee10")
        row = booking.offer_freed(free_slots(world)[0])
        assert row
        assert row.held_until
        assert timedelta(minutes=29) < row.held_until - utcnow() <= timedelta(minutes=30)
        row.held_until = utcnow() - timedelta(seconds=1)
        with pytest.raises(Conflict):
            booking.accept_offer(world.actor("trainee10"), row.id)
        assert booking.is_waiting(world.actor("trainee10"))


def test_a_time_that_is_kept_is_the_next_step_of_who_waited_and_none_of_its_tutor(
    sign_in: SignIn, world: World
) -> None:
    with world.inside("siena"):
        forget_sessions(world, "trainee10")
        wait_alone(world, "trainee10")
        slot = free_slots(world)[0]
        row = booking.offer_freed(slot)
        assert row
        tutor = next(key for key, person in world.people.items() if person.id == slot.tutor_id)
        address = f"/tutoring/sessions/{row.id}"
    assert "C’è un orario libero per te" in sign_in("trainee10").get("/o/siena/").text
    page = sign_in(tutor).get("/o/siena/").text
    assert "C’è un orario libero per te" not in page
    assert address not in page


def test_an_offer_gives_nobody_more_sessions_than_the_office_allows(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        forget_sessions(world, "trainee10")
        first, second = free_slots(world)[:2]
        own = booking.book(world.actor("trainee10"), second.id, Book())
        wait_alone(world, "trainee10")
        row = booking.offer_freed(first)
        assert row
        ids = row.id, own.id
    browser = sign_in("trainee10")
    assert browser.post(f"{PAGE}/sessions/{ids[0]}/accept").status_code == 409
    assert browser.post(f"{PAGE}/sessions/{ids[1]}/cancel").status_code == 303
    assert browser.post(f"{PAGE}/sessions/{ids[0]}/accept").status_code == 303
    with world.inside("siena"):
        states = [booking.get_booking(world.actor("trainee10"), each).state for each in ids]
        assert states == ["booked", "cancelled"]


def test_nobody_is_asked_about_a_time_at_which_they_have_another_session(world: World) -> None:
    with world.inside("siena"):
        office = world.actor("head").office_id
        assert office
        save_settings(system_actor(office), office, "tutoring", TutoringSettings(open_bookings=3))
        forget_sessions(world, "trainee10", "trainee11")
        slot = free_slots(world)[0]
        begin = slot.starts_at + timedelta(minutes=10)
        other = Slot(
            tutor_id=world.people["trainer"].id, starts_at=begin, ends_at=begin + timedelta(minutes=30), place="chat"
        )  # fmt: skip
        session().add(Booking(slot=other, trainee_id=world.people["trainee10"].id, state="booked"))
        wait_alone(world, "trainee10", "trainee11")
        row = booking.offer_freed(slot)
        assert row
        assert row.trainee_id == world.people["trainee11"].id


@pytest.mark.parametrize("what", ["block", "end"])
def test_a_tutor_who_left_is_not_offered_booked_or_taken(what: str, sign_in: SignIn, world: World) -> None:
    def numbers() -> set[str]:
        """The times that the page offers."""
        text = sign_in("trainee5").get(PAGE).text
        return {str(slot_id) for slot_id in ids if f"/tutoring/book/{slot_id}" in text}

    with world.inside("siena"):
        forget_sessions(world, "trainee10")
        ids = [slot.id for slot in free_slots(world) if slot.tutor_id == world.people["counsellor"].id]
        wait_alone(world, "trainee10")
        held = booking.offer_freed(session().get_one(Slot, ids[0]))
        assert held
        held_id = held.id
    assert numbers()
    person = world.people["counsellor"].id
    answer = sign_in("head").post(f"/o/siena/people/{person}/{what}", data={"reason": "Non lavora più qui"})
    assert answer.status_code in {302, 303}
    assert numbers() == set()
    with world.inside("siena"):
        with pytest.raises(Conflict):
            booking.book(world.actor("trainee5"), ids[1], Book())
        with pytest.raises(Conflict):
            booking.accept_offer(world.actor("trainee10"), held_id)
        assert booking.offer_freed(session().get_one(Slot, ids[1])) is None
        with pytest.raises(NotFound):
            booking.book(world.actor("trainee5"), uuid.uuid4(), Book())


def test_who_left_the_office_is_not_asked_and_does_not_keep_a_time_from_the_next(
    sign_in: SignIn, world: World
) -> None:
    with world.inside("siena"):
        forget_sessions(world, "trainee10", "trainee11")
        wait_alone(world, "trainee10", "trainee11")
    gone = world.people["trainee10"].id
    sign_in("head").post(f"/o/siena/people/{gone}/end")
    with world.inside("siena"):
        row = booking.offer_freed(free_slots(world)[0])
        assert row
        assert row.trainee_id == world.people["trainee11"].id
