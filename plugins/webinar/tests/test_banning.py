"""Who is put out of a room may come back, who is banned may not; what is switched off for all stays off until each switches it on."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.plugin import Forbidden, World, is_audited_since, session, unit_of_work
from lms.testing import SignIn
from plugins.webinar import (
    banning,
    entering,
    letters,
    log,
    media,
    moderating,
    registering,
    rooms,
    senders,
    sending,
    stopping,
    talking,
)
from plugins.webinar.engine import Kind, Rights
from plugins.webinar.models import Participant, Registration
from plugins.webinar.registering import InviteGuest
from plugins.webinar.tests.making import LIST, go_in, open_room

KEY = "key-of-a-test-0001"


def test_who_was_put_out_is_silent_and_may_come_back(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, trainee = meeting.activity.id, world.actor("trainee")
        host, one = go_in(world, meeting, "trainer", "trainee")
        banning.remove(world.actor("trainer"), room_id, one.id, "Rumore")
        assert not log.ROOM_CHANNEL.may_read(trainee, log.channel_of(room_id))
        assert log.read_state(meeting.room)[1]["people"][str(one.id)]["is_removed"]
        with pytest.raises(Forbidden):
            talking.raise_hand(trainee, room_id, KEY)
        with pytest.raises(Forbidden):
            banning.remove(world.actor("trainer"), room_id, host.id)
        with pytest.raises(Forbidden):
            banning.remove(trainee, room_id, host.id)
        assert go_in(world, meeting, "trainee")[0].state == "inside"
        assert not log.read_state(meeting.room)[1]["people"][str(one.id)]["is_removed"]


def test_with_a_lobby_who_was_put_out_comes_back_through_it(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world, "interview")
        _host, one = go_in(world, meeting, "trainer", "trainee")
        entering.admit(world.actor("trainer"), meeting.activity.id, one.id)
        banning.remove(world.actor("trainer"), meeting.activity.id, one.id)
        assert go_in(world, meeting, "trainee")[0].state == "waiting"


def test_who_is_banned_comes_back_only_when_it_is_lifted_and_the_audit_keeps_both(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        one = go_in(world, meeting, "trainer", "trainee", "trainee2")[1]
        banning.ban(trainer, room_id, one.id, "Insulti")
        assert [(row.id, row.ban_reason) for row in banning.find_banned(room_id)] == [(one.id, "Insulti")]
        with pytest.raises(Forbidden, match="any more"):
            go_in(world, meeting, "trainee")
        for key in ("trainee", "trainee2"):
            with pytest.raises(Forbidden):
                banning.lift_ban(world.actor(key), room_id, one.id)
        for _again in range(2):
            banning.lift_ban(trainer, room_id, one.id)
        assert (one.state, one.ban_reason) == ("outside", "")
        assert go_in(world, meeting, "trainee")[0].state == "inside"
        thing, began = rooms.ref_of(room_id), meeting.room.created_at
        for action, is_kept in ((banning.BANNED, True), (banning.LIFTED, True), (banning.REMOVED, False)):
            assert is_audited_since(trainer, action, thing, began) == is_kept


def test_who_led_and_is_banned_does_not_let_themselves_in(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        one = go_in(world, meeting, "trainer", "counsellor")[1]
        if one.role != "cohost":
            moderating.set_role(trainer, room_id, one.id, "cohost")
        banning.ban(trainer, room_id, one.id)
        with pytest.raises(Forbidden):
            banning.lift_ban(world.actor("counsellor"), room_id, one.id)
        with pytest.raises(Forbidden):
            go_in(world, meeting, "counsellor")


def test_a_ban_is_seen_and_lifted_on_the_page_of_the_meeting_by_who_leads_it(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"), unit_of_work():
        meeting = open_room(world)
        room_id = meeting.activity.id
        one = go_in(world, meeting, "trainer", "trainee")[1].id
        banning.ban(world.actor("trainer"), room_id, one, "Insulti")
    assert "Insulti" not in sign_in("trainee2").get(f"{LIST}{room_id}").text
    assert (
        sign_in("trainee2").post(f"{LIST}{room_id}/bans/lift", data={"participant": one}).status_code == 403
    )
    page = sign_in("trainer")
    assert "Insulti" in page.get(f"{LIST}{room_id}").text
    assert page.post(f"{LIST}{room_id}/bans/lift", data={"participant": str(one)}).status_code == 303
    assert "Insulti" not in page.get(f"{LIST}{room_id}").text


def test_the_link_and_the_browser_of_a_banned_guest_open_the_room_no_more(app: Flask, world: World) -> None:
    room_id, other_id = make_public(world), make_public(world)
    browser, elsewhere = app.test_client(), app.test_client()
    path = invite(world, room_id, "rosa@example.org")
    assert come(browser, path, room_id) == 200
    with world.inside("siena"), unit_of_work():
        go_in(world, rooms.get_room(world.actor("trainer"), room_id), "trainer")
        guest = session().scalars(select(Participant).filter_by(room_id=room_id, name="Rosa")).one()
        banning.ban(world.actor("trainer"), room_id, guest.id)
        guest_id = guest.id
    for client in (browser, elsewhere):
        refused = client.get(path)
        assert refused.status_code == 403
        assert "Non puoi più entrare in questo incontro" in refused.text
        assert client.post(path).status_code == 403
    second = invite(world, room_id, "ivo@example.org")
    assert browser.post(second).status_code == 403
    assert come(browser, invite(world, other_id, "rosa@example.org"), other_id) == 200
    assert browser.post(second).status_code == 403
    assert come(elsewhere, second, room_id) == 200
    with world.inside("siena"), unit_of_work():
        banning.lift_ban(world.actor("trainer"), room_id, guest_id)
    assert come(browser, path, room_id) == 200


def test_all_cameras_are_off_in_the_engine_until_each_switches_on_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, Rights] = {}
    monkeypatch.setattr(
        media, "change_media_rights", lambda _room, person, rights: told.update({person: rights})
    )
    monkeypatch.setattr(sending, "after_commit", lambda work: work())
    with world.inside("siena"):
        meeting = open_room(world, "class")
        room_id = meeting.activity.id
        _host, *others = go_in(world, meeting, "trainer", "trainee", "trainee2")
        one, other = (str(row.id) for row in others)
        with pytest.raises(Forbidden):
            stopping.stop_all(world.actor("trainee"), room_id, "camera")
        told.clear()
        stopping.stop_all(world.actor("trainer"), room_id, "camera")
        assert set(told) == {one, other}
        assert all(Kind.CAMERA not in each.kinds and Kind.MICROPHONE in each.kinds for each in told.values())
        sender = senders.get_sender(world.actor("trainee"), room_id)
        assert Kind.CAMERA not in sender.rights.kinds
        assert "camera" in others[0].rights
        stopping.go_on(world.actor("trainee"), room_id, "camera")
        assert Kind.CAMERA in told[one].kinds
        assert Kind.CAMERA not in told[other].kinds


def test_a_locked_camera_stays_off_whoever_switches_it_on_but_for_one_who_was_given_it(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world, "class")
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        _host, one, _other = go_in(world, meeting, "trainer", "trainee", "trainee2")
        moderating.lock(trainer, room_id, "camera", is_locked=True)
        stopping.stop_all(trainer, room_id, "camera")
        moderating.give_right(trainer, room_id, one.id, "camera", is_given=True)
        for key, is_seen in (("trainee", True), ("trainee2", False)):
            stopping.go_on(world.actor(key), room_id, "camera")
            kinds = senders.get_sender(world.actor(key), room_id).rights.kinds
            assert (Kind.CAMERA in kinds) == is_seen


def test_a_muted_person_is_silent_even_if_their_page_ignores_it(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world, "class")
        room_id = meeting.activity.id
        _host, one = go_in(world, meeting, "trainer", "trainee")
        moderating.ask_person(world.actor("trainer"), room_id, one.id, "mute")
        kinds = senders.get_sender(world.actor("trainee"), room_id).rights.kinds
        assert Kind.MICROPHONE not in kinds
        assert Kind.CAMERA in kinds


def test_a_muted_program_goes_on_when_it_is_given_the_right_and_is_not_muted_with_all(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world, "class")
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        _host, row = go_in(world, meeting, "trainer", "trainee")
        row.is_program = True
        stopping.stop_all(trainer, room_id, "speak")
        assert "speak" in row.sent_rights
        moderating.ask_person(trainer, room_id, row.id, "mute")
        assert "speak" not in row.sent_rights
        moderating.give_right(trainer, room_id, row.id, "speak", is_given=True)
        assert "speak" in row.sent_rights


def test_who_leads_or_presents_is_known_to_the_engine_and_nobody_else(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world, "meeting")
        people = go_in(world, meeting, "trainer", "trainee", "trainee2")
        moderating.set_role(world.actor("trainer"), meeting.activity.id, people[1].id, "presenter")
        for key, leads in (("trainer", True), ("trainee", True), ("trainee2", False)):
            assert senders.get_sender(world.actor(key), meeting.activity.id).rights.leads == leads


def make_public(world: World) -> uuid.UUID:
    """A meeting for which anybody may register."""
    with world.inside("siena"), unit_of_work():
        return open_room(world, guests="registration").activity.id


def invite(world: World, room_id: uuid.UUID, address: str) -> str:
    """A personal link."""
    with world.inside("siena"), unit_of_work():
        registering.invite(world.actor("trainer"), room_id, InviteGuest(name="Rosa", email=address), "en")
        row = session().scalars(select(Registration).filter_by(room_id=room_id, email=address)).one()
        return f"/o/siena{letters.link_of(row).partition('/o/siena')[2]}"


def come(client: FlaskClient, path: str, room_id: uuid.UUID) -> int:
    """Open a link and go in."""
    assert client.post(path).status_code == 303
    return client.post(f"{LIST}{room_id}/enter", data={"name": "Rosa"}).status_code
