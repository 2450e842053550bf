"""Who comes without an account, by which link, and what they can do there."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.plugin import Actor, Forbidden, NotFound, World, session, utcnow
from lms.testing import SignIn, sent_mail
from plugins.webinar import banning, jobs, letters, log, moderating, registering, rooms
from plugins.webinar.entering import Enter, enter
from plugins.webinar.models import Participant, Registration
from plugins.webinar.registering import InviteGuest, Register
from plugins.webinar.tests.making import LIST, go_in, open_room

ROSA = "rosa@example.org"


def register(world: World, **changes: object) -> tuple[uuid.UUID, str]:
    """Rosa registers for a meeting that is open now; the room, and the path of her link."""
    with world.inside("siena"):
        meeting = open_room(world, guests="registration")
        for name, value in changes.items():
            setattr(meeting.activity, name, value)
        row = registering.register(meeting.activity.id, Register(name="Rosa", email=ROSA.upper()), {}, "it")
        return meeting.activity.id, letters.link_of(row).partition("/webinar/")[2]


def come(app: Flask, path: str) -> tuple[FlaskClient, int]:
    """A new browser presses the button of a link; the browser and the status."""
    browser = app.test_client()
    return browser, browser.post(f"{LIST}{path}").status_code


def test_a_guest_registers_gets_a_letter_comes_in_and_stands_in_no_list_of_people(
    app: Flask, client: FlaskClient, sign_in: SignIn, world: World
) -> None:
    with world.inside("siena"):
        room_id = open_room(world, guests="registration").activity.id
    assert (
        client.post(f"{LIST}{room_id}/register", data={"name": "Rosa Cioni", "email": ROSA}).status_code
        == 303
    )
    mail = sent_mail(ROSA)[-1]
    assert mail.calendar_method == "REQUEST"
    path = re.search(r"/o/siena/webinar/(guest/\S+)", mail.text)
    assert path is not None
    assert "Prova di colloquio" in client.get(f"{LIST}{path[1]}").text
    browser, status = come(app, path[1])
    assert status == 303
    room = browser.get(f"{LIST}{room_id}/room")
    assert "Rosa Cioni" in room.text
    assert "camera=(self), microphone=(self)" in room.headers["Permissions-Policy"]
    entered = browser.post(f"{LIST}{room_id}/enter", data={"name": "Rosa"}).json
    assert entered is not None
    assert (entered["state"], entered["role"]) == ("inside", "participant")
    assert "Rosa" not in sign_in("head").get("/o/siena/people").text


def _guest(room_id: uuid.UUID) -> Participant:
    return (
        session()
        .query(Participant)
        .filter(Participant.room_id == room_id, Participant.visitor_id.is_not(None))
        .one()
    )


def test_a_visitor_opens_no_other_page(app: Flask, world: World) -> None:
    _room_id, path = register(world)
    browser, _status = come(app, path)
    with world.inside("siena"):
        other = open_room(world).activity.id
    assert browser.get(f"{LIST}{other}/room").status_code == 404
    for page in ("", f"{other}", f"{other}/edit", f"{other}/guests"):
        assert browser.get(f"{LIST}{page}").status_code in {302, 401}
    assert browser.get("/o/siena/lounge").status_code in {302, 401}
    assert browser.get(f"/o/vienna/webinar/{other}/room").status_code in {302, 401}


def test_looking_at_a_link_uses_nothing_up_and_once_is_one_browser(
    app: Flask, client: FlaskClient, world: World
) -> None:
    room_id, path = register(world)
    with world.inside("siena"):
        session().query(Registration).filter_by(room_id=room_id).one().link_rule = "once"
    for _time in range(3):
        assert client.get(f"{LIST}{path}").status_code == 200
    first, status = come(app, path)
    assert status == 303
    assert come(app, path)[1] == 403
    assert first.post(f"{LIST}{path}").status_code == 303


def test_a_link_until_the_end_ends_with_the_meeting(app: Flask, world: World) -> None:
    room_id, path = register(world)
    with world.inside("siena"):
        session().query(Registration).filter_by(room_id=room_id).one().link_rule = "until"
        rooms.get_room(world.actor("trainer"), room_id).room.ended_at = utcnow()
    assert come(app, path)[1] == 403


def test_a_wrong_secret_a_revoked_and_a_renewed_link(
    app: Flask, client: FlaskClient, sign_in: SignIn, world: World
) -> None:
    room_id, path = register(world)
    assert client.get(f"{LIST}{path[:-4]}0000").status_code == 404
    browser, _status = come(app, path)
    with world.inside("siena"):
        row = session().query(Registration).filter_by(room_id=room_id).one()
        row_id = row.id
    trainer, page = sign_in("trainer"), f"{LIST}{room_id}/guests/change"
    assert sign_in("trainee").post(page, data={"do": "revoke", "id": row_id}).status_code == 403
    assert trainer.post(page, data={"do": "revoke", "id": row_id}).status_code == 303
    assert browser.get(f"{LIST}{room_id}/room").status_code in {302, 401}
    assert come(app, path)[1] == 403
    assert trainer.post(page, data={"do": "renew", "id": row_id}).status_code == 303
    assert come(app, path)[1] == 404
    with world.inside("siena"):
        session().rollback()
        renewed = letters.link_of(session().get_one(Registration, row_id)).partition("/webinar/")[2]
    assert come(app, renewed)[1] == 303


def test_beyond_the_places_people_wait_and_move_up(world: World) -> None:
    room_id, _path = register(world, capacity=1)
    with world.inside("siena"):
        second = registering.register(room_id, Register(name="Ivan", email="ivan@example.org"), {}, "en")
        assert second.state == "waiting"
        first = session().query(Registration).filter_by(room_id=room_id, email=ROSA).one()
        registering.cancel_by_link(first.id, letters.link_secret(first))
        assert second.state == "registered"
        assert [mail.calendar_method for mail in sent_mail("ivan@example.org")] == [None, "REQUEST"]


def test_own_questions_are_asked_and_those_that_must_be_answered_are(
    client: FlaskClient, world: World
) -> None:
    room_id, _path = register(world)
    with world.inside("siena"):
        registering.add_field(
            world.actor("trainer"), room_id, registering.AddField(label="Da quale comune?", is_required=True)
        )
        field_id = registering.find_fields(room_id)[0].id
    data = {"name": "Ivan Petrov", "email": "ivan@example.org"}
    answer = client.post(f"{LIST}{room_id}/register", data=data)
    assert answer.status_code == 422
    assert "Da quale comune?" in answer.text
    assert (
        client.post(f"{LIST}{room_id}/register", data=data | {f"field-{field_id}": "Siena"}).status_code
        == 303
    )


@pytest.mark.parametrize("guests", ["none", "link"])
def test_without_public_registration_there_is_no_page(client: FlaskClient, world: World, guests: str) -> None:
    with world.inside("siena"):
        room_id = open_room(world, guests=guests).activity.id
    assert client.get(f"{LIST}{room_id}/register").status_code == 404


def test_a_banned_guest_is_nobody_any_more(app: Flask, world: World) -> None:
    room_id, path = register(world)
    browser, _status = come(app, path)
    browser.post(f"{LIST}{room_id}/enter", data={"name": "Rosa"})
    with world.inside("siena"):
        session().rollback()
        go_in(world, rooms.get_room(world.actor("trainer"), room_id), "trainer")
        banning.ban(world.actor("trainer"), room_id, _guest(room_id).id)
    assert browser.get(f"{LIST}{room_id}/room").status_code in {302, 401}


def test_a_guest_cannot_lead(app: Flask, world: World) -> None:
    room_id, path = register(world)
    come(app, path)
    with world.inside("siena"):
        session().rollback()
        go_in(world, rooms.get_room(world.actor("trainer"), room_id), "trainer")
        with pytest.raises(Exception, match="Only members"):
            moderating.set_role(world.actor("trainer"), room_id, _guest(room_id).id, "cohost")


def test_an_invitation_needs_a_room_that_takes_guests(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        command = InviteGuest(name="Rosa", email=ROSA)
        with pytest.raises(Exception, match="members of the office only"):
            registering.invite(world.actor("trainer"), meeting.activity.id, command, "it")
        with pytest.raises((Forbidden, NotFound)):
            registering.invite(world.actor("trainee"), meeting.activity.id, command, "it")


def test_reminders_go_out_once_each_in_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.inside("siena"):
        who, begins = world.actor("trainer"), utcnow() + timedelta(days=20)
        meeting = rooms.create_room(who, rooms.CreateRoom(title="Fra venti giorni", starts_at=begins))
        rooms.publish_room(who, meeting.activity.id)
        meeting.room.guests = "registration"
        registering.register(
            meeting.activity.id, Register(name="Rosa", email="rosa.due@example.org"), {}, "it"
        )
        for before in (
            timedelta(days=9),
            timedelta(days=7),
            timedelta(days=6, hours=23),
            timedelta(days=3),
            timedelta(hours=23),
            timedelta(hours=22),
            timedelta(minutes=50),
        ):
            monkeypatch.setattr(jobs, "utcnow", lambda before=before: begins - before)
            jobs.remind_office()
        assert len(sent_mail("rosa.due@example.org")) == 1 + 3


def test_old_registrations_are_forgotten_and_their_names_with_them(app: Flask, world: World) -> None:
    room_id, path = register(world)
    come(app, path)
    with world.inside("siena"):
        session().rollback()
        assert registering.forget_old(utcnow() + timedelta(days=100)) == 0
        assert registering.forget_old(utcnow() + timedelta(days=200)) >= 1
        assert _guest_name(room_id) == "–"


def _guest_name(room_id: uuid.UUID) -> str:
    return (
        session()
        .query(Participant)
        .filter(Participant.room_id == room_id, Participant.visitor_id.is_not(None))
        .one()
        .name
    )


def test_a_visitor_enters_by_the_service_too_and_hears_the_room(app: Flask, world: World) -> None:
    room_id, path = register(world)
    come(app, path)
    with world.inside("siena") as office:
        session().rollback()
        guest = Actor(
            _guest(room_id).visitor_id or room_id, "Rosa", office_id=office.id, visitor_of="webinar"
        )
        assert enter(guest, room_id, Enter(name="Rosa")).state == "inside"
        assert log.ROOM_CHANNEL.may_read(guest, log.channel_of(room_id))
