"""Pages and CVs that a trainee shows a tutor: who can open them, until when, and never without the part they are of."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import current_app

from lms.plugin import (
    Card,
    Forbidden,
    NotFound,
    Ref,
    World,
    attachable_refs,
    attached_refs,
    session,
    utcnow,
)
from lms.testing import SignIn, count_queries, notifications_of
from plugins.tutoring import booking, intake
from plugins.tutoring.desk import passing, queue
from plugins.tutoring.desk.forms import JoinQueue, PassOn
from plugins.tutoring.forms import Book
from plugins.tutoring.models import Booking
from plugins.tutoring.refs import ref_of
from plugins.tutoring.tests.desk import open_all_week

PAGE = "/o/siena/tutoring"
WHO = "trainee2"
"""Somebody with a CV and without a session."""


def own(world: World, who: str = WHO) -> list[str]:
    with world.inside("siena"):
        return [str(ref) for ref in attachable_refs(world.actor(who))]


def book(world: World, *things: str, number: int = 0) -> uuid.UUID:
    with world.inside("siena"):
        who = world.actor(WHO)
        free = booking.find_free(who, tutor_id=world.people["tutor"].id)
        return booking.book(who, free[number].slot.id, Book(things=list(things))).id


def seen_by(world: World, who: str, booking_id: uuid.UUID) -> list[str]:
    return [str(card.ref) for card in cards_of(world, who, booking_id)]


def cards_of(world: World, who: str, booking_id: uuid.UUID) -> list[Card]:
    with current_app.test_request_context("/o/siena/"), world.inside("siena"):
        return intake.find_shown(world.actor(who), session().get_one(Booking, booking_id))


def path_of(world: World, booking_id: uuid.UUID) -> str:
    """Where the tutor opens what is shown to them."""
    (card,) = cards_of(world, "tutor", booking_id)
    return card.url if card.url.startswith("/o/") else f"/o/siena{card.url}"


def test_the_tutor_opens_what_was_ticked_and_nobody_else_does(sign_in: SignIn, world: World) -> None:
    thing, *others = own(world)
    assert others, "somebody with a page and a CV"
    trainee = sign_in(WHO)
    with world.inside("siena"):
        slot_id = booking.find_free(world.actor(WHO), tutor_id=world.people["tutor"].id)[0].slot.id
    page = trainee.get(f"{PAGE}/book/{slot_id}").text
    assert thing in page
    assert "può aprire ciò che spunti" in page
    answer = trainee.post(f"{PAGE}/book/{slot_id}", data={"purpose": "cv", "things": thing})
    assert answer.status_code == 303
    booking_id = uuid.UUID(answer.location.rpartition("/")[2])
    assert seen_by(world, "tutor", booking_id) == [thing]
    address = path_of(world, booking_id)
    assert address in sign_in("tutor").get(f"{PAGE}/sessions/{booking_id}").text
    assert sign_in("tutor").get(address).status_code == 200
    assert sign_in("trainee6").get(address).status_code == 404
    assert sign_in("counsellor").get(address).status_code == 404


def test_what_is_taken_back_is_closed_at_once_and_can_be_shown_again(sign_in: SignIn, world: World) -> None:
    thing = own(world)[0]
    booking_id = book(world, thing)
    address = path_of(world, booking_id)
    trainee, tutor = sign_in(WHO), sign_in("tutor")
    assert trainee.post(f"{PAGE}/sessions/{booking_id}/things", data={"hide": thing}).status_code == 303
    assert tutor.get(address).status_code == 404
    assert seen_by(world, "tutor", booking_id) == []
    trainee.post(f"{PAGE}/sessions/{booking_id}/things", data={"things": thing})
    assert tutor.get(address).status_code == 200
    assert any(":shown-" in (each.key or "") for each in notifications_of(world.people["tutor"].id))


def test_a_right_that_the_trainee_gave_besides_is_not_taken_with_it(sign_in: SignIn, world: World) -> None:
    thing = own(world)[0]
    kinds = {"cv": "cvs", "page": "pages"}
    ref = Ref.parse(thing)
    given = {"audience": "person", "person_id": str(world.people["tutor"].id)}
    path = f"/o/siena/portfolio/share/{kinds[ref.kind]}/{ref.id}/give"
    assert sign_in(WHO).post(path, data=given).status_code in {302, 303}
    booking_id = book(world, thing)
    address = path_of(world, booking_id)
    with world.inside("siena"):
        booking.cancel(world.actor(WHO), booking_id)
    assert seen_by(world, WHO, booking_id) == []
    assert sign_in("tutor").get(address).status_code == 200


def test_it_ends_a_week_after_the_session(world: World) -> None:
    booking_id = book(world, own(world)[0])
    with world.inside("siena"):
        row = session().get_one(Booking, booking_id)
        row.slot.starts_at, row.slot.ends_at = (
            utcnow() - intake.SHOWN_AFTER - timedelta(minutes=left) for left in (31, 1)
        )
        session().flush()
        intake.follow(row, row.slot)
        assert not intake.may_show(world.actor(WHO), row)
    assert seen_by(world, "tutor", booking_id) == []


def test_a_moved_session_keeps_it_for_the_same_tutor_until_a_week_after_the_new_time(world: World) -> None:
    thing = own(world)[0]
    booking_id = book(world, thing)
    with world.inside("siena"):
        who = world.actor(WHO)
        booking.move(who, booking_id, booking.find_free(who, tutor_id=world.people["tutor"].id)[5].slot.id)
    assert seen_by(world, "tutor", booking_id) == [thing]


@pytest.mark.parametrize("change", ["cancelled", "moved to another tutor"])
def test_who_is_not_the_tutor_any_more_sees_nothing_any_more(world: World, change: str) -> None:
    booking_id = book(world, own(world)[0])
    with world.inside("siena"):
        who = world.actor(WHO)
        if change == "cancelled":
            booking.cancel(who, booking_id)
        else:
            free = booking.find_free(who, tutor_id=world.people["counsellor"].id)
            booking.move(who, booking_id, free[0].slot.id)
        row = session().get_one(Booking, booking_id)
        assert attached_refs(row.office_id, ref_of(row)) == []
    for key in ("tutor", "counsellor"):
        assert seen_by(world, key, booking_id) == []


def test_a_conversation_that_is_passed_on_takes_nothing_along(world: World) -> None:
    with world.inside("siena"):
        who = world.actor(WHO)
        open_all_week()
        queue.join(who, JoinQueue(topic="Una domanda"))
        row = queue.take(world.actor("tutor"))
        intake.show_things(who, row, own(world)[:1])
        passing.propose(world.actor("tutor"), row.id, PassOn(tutor_id=world.people["counsellor"].id))
        passing.agree(who, row.id)
        booking_id = row.id
    assert seen_by(world, "counsellor", booking_id) == []
    assert seen_by(world, WHO, booking_id) == []


def test_nobody_attaches_what_is_not_theirs_and_nothing_is_half_booked(sign_in: SignIn, world: World) -> None:
    foreign = own(world, "trainee")[0]
    with world.inside("siena"):
        slot_id = booking.find_free(world.actor(WHO), tutor_id=world.people["tutor"].id)[0].slot.id
    for bad in (
        foreign,
        f"portfolio:cv:{uuid.uuid4()}",
        "portfolio:cv:1",
        "nothing",
        f"files:file:{uuid.uuid4()}",
    ):
        answer = sign_in(WHO).post(f"{PAGE}/book/{slot_id}", data={"purpose": "cv", "things": bad})
        assert answer.status_code in {404, 422}, bad
    with world.inside("siena"):
        assert [row for row in booking.find_coming(world.actor(WHO)) if row.slot_id == slot_id] == []


def test_only_the_trainee_of_a_session_shows_and_takes_back(sign_in: SignIn, world: World) -> None:
    booking_id = book(world, own(world)[0])
    path = f"{PAGE}/sessions/{booking_id}/things"
    assert sign_in("trainee6").post(path, data={"things": own(world, "trainee")[0]}).status_code == 404
    with world.inside("siena"):
        row = session().get_one(Booking, booking_id)
        with pytest.raises(Forbidden):
            intake.take_back(world.actor("tutor"), row, own(world)[0])
        with pytest.raises(Forbidden):
            intake.show_things(world.actor("tutor"), row, own(world)[1:2])
        with pytest.raises(NotFound):
            intake.show_things(world.actor(WHO), row, own(world, "trainee")[:1])


def test_where_portfolios_are_off_nothing_is_asked_and_what_was_shown_ends_with_the_session(
    sign_in: SignIn, world: World
) -> None:
    thing = own(world)[0]
    booking_id = book(world, thing)
    off = {"plugin": "portfolio", "do": "off"}
    assert sign_in("head").post("/o/siena/admin/parts", data=off).status_code in {302, 303}
    page = sign_in(WHO).get(f"{PAGE}/sessions/{booking_id}").text
    assert "Mostra una tua pagina" not in page
    assert seen_by(world, "tutor", booking_id) == []
    with world.inside("siena"):
        booking.cancel(world.actor(WHO), booking_id)
    assert sign_in("head").post("/o/siena/admin/parts", data=off | {"do": "on"}).status_code in {302, 303}
    with world.inside("siena"):
        row = session().get_one(Booking, booking_id)
        assert attached_refs(row.office_id, ref_of(row)) == []


def test_pages_with_attachments_take_a_constant_number_of_queries(sign_in: SignIn, world: World) -> None:
    counts = []
    booking_id = book(world)
    for things in ([], own(world)):
        with world.inside("siena"):
            intake.show_things(world.actor(WHO), session().get_one(Booking, booking_id), things)
        browser = sign_in("tutor")
        browser.get(f"{PAGE}/sessions/{booking_id}")
        with count_queries() as counted:
            browser.get(f"{PAGE}/sessions/{booking_id}")
        counts.append(len(counted))
    assert counts[1] - counts[0] <= 6
