"""Which programs may connect with a room, and what they are told; with a real engine behind."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.plugin import (
    Conflict,
    Forbidden,
    NotFound,
    World,
    read_since,
    session,
    unit_of_work,
)
from lms.testing import SignIn
from plugins.webinar import banning, entering, log, media, moderating, privacy, programs, recording
from plugins.webinar.models import Participant
from plugins.webinar.program_models import Program, Use
from plugins.webinar.programs import MOST, AddProgram
from plugins.webinar.rooms import Meeting
from plugins.webinar.tests.making import LIST, go_in, open_room
from plugins.webinar.tests.media.engines import EngineProcess, engine_of
from plugins.webinar.tests.whip_client import (
    FRAGMENT,
    LAYERED_OFFER,
    NEW_ICE,
    SDP,
    STUDIO_OFFER,
    WATCH_OFFER,
    WhipClient,
)


@pytest.fixture
def engine(app: Flask) -> Iterator[EngineProcess]:
    """The engine of this installation."""
    with engine_of(app) as running:
        yield running


def add(world: World, meeting: Meeting, use: Use = "camera", name: str = "Regia") -> Program:
    """A program that the trainer added. Inside the office."""
    return programs.add_program(world.actor("trainer"), meeting.activity.id, AddProgram(name=name, use=use))


@dataclass(frozen=True)
class Prepared:
    """A program of an open room: the ids of both and of its participant, and its key."""

    id: uuid.UUID
    person: uuid.UUID
    key: str


def prepare(world: World, use: Use = "camera") -> tuple[uuid.UUID, Prepared]:
    """An open room with a program."""
    with world.inside("siena"), unit_of_work():
        meeting = open_room(world)
        go_in(world, meeting, "trainer", "trainee")
        row = add(world, meeting, use)
        made = Prepared(row.id, row.participant_id, programs.key_of(row))
        return meeting.activity.id, made


def whip(client: FlaskClient, room_id: uuid.UUID, key: str, protocol: str = "whip") -> WhipClient:
    """A client of a room's endpoint."""
    return WhipClient(client, f"{LIST}{room_id}/{protocol}", key)


def seen(world: World, key: str, room_id: uuid.UUID) -> dict[str, str]:
    """Names and states of programs, as somebody's page gets them."""
    with world.inside("siena"):
        found = [each.as_message() for each in entering.find_people(world.actor(key), room_id)]
        return {each["name"]: each["state"] for each in found if each["is_program"]}


def test_a_studio_program_is_in_the_room_while_it_is_connected(
    client: FlaskClient, world: World, engine: EngineProcess
) -> None:
    room_id, made = prepare(world)
    assert seen(world, "trainee", room_id) == {}
    studio = whip(client, room_id, made.key)
    answer = studio.begin(STUDIO_OFFER)
    assert {"a=setup:passive", "a=ice-lite", "a=recvonly"} <= set(answer.splitlines())
    assert "H264/90000" in answer
    assert seen(world, "trainee", room_id) == {"Regia": "inside"}
    assert studio.end().status_code == 200
    assert seen(world, "trainee", room_id) == {}
    assert studio.end().status_code == 404
    with world.inside("siena"):
        events = read_since(world.actor("trainer"), log.channel_of(room_id), 0)
    assert [event.kind for event in events][-2:] == ["person.entered", "person.left"]


def test_a_wrong_key_opens_nothing_and_is_counted(client: FlaskClient, world: World) -> None:
    room_id, made = prepare(world)
    other, of_other = prepare(world)
    wrong = [
        "",
        "x",
        f"{made.id.hex}.{'0' * 64}",
        made.key[:-1],
        f"{uuid.uuid4().hex}.{made.key[33:]}",
        of_other.key,
    ]
    for given in wrong:
        answer = whip(client, room_id, given).post(STUDIO_OFFER)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert whip(client, other, made.key).post(STUDIO_OFFER).status_code == 401
    codes = {whip(client, room_id, "x").post(STUDIO_OFFER).status_code for _ in range(60)}
    assert codes == {401, 429}


def test_a_key_is_for_one_direction(client: FlaskClient, world: World) -> None:
    room_id, made = prepare(world)
    assert whip(client, room_id, made.key, "whep").post(WATCH_OFFER).status_code == 403
    other, watching = prepare(world, "watch")
    assert whip(client, other, watching.key).post(STUDIO_OFFER).status_code == 403


def test_nothing_connects_with_a_room_that_is_not_open(client: FlaskClient, world: World) -> None:
    room_id, made = prepare(world)
    with world.inside("siena"), unit_of_work():
        moderating.end_room(world.actor("trainer"), room_id)
    assert whip(client, room_id, made.key).post(STUDIO_OFFER).status_code == 409


@pytest.mark.parametrize(
    ("offer", "media_type", "status"),
    [
        (STUDIO_OFFER, "text/plain", 415),
        ("v=0\r\n", SDP, 422),
        ("<offer/>", SDP, 422),
        (STUDIO_OFFER.replace("a=rtcp-mux\r\n", ""), SDP, 422),
        (STUDIO_OFFER.replace("H264", "H261"), SDP, 201),
        (STUDIO_OFFER + "a=x:" + "y" * 300_000, SDP, 422),
    ],
)
def test_an_offer_that_cannot_be_taken_is_refused_and_nothing_is_left(
    client: FlaskClient, world: World, engine: EngineProcess, offer: str, media_type: str, status: int
) -> None:
    room_id, made = prepare(world)
    assert whip(client, room_id, made.key).post(offer, media_type).status_code == status
    assert seen(world, "trainee", room_id) == ({"Regia": "inside"} if status == 201 else {})


def test_without_an_engine_the_program_may_try_again(client: FlaskClient, world: World) -> None:
    room_id, made = prepare(world)
    assert whip(client, room_id, made.key).post(STUDIO_OFFER).status_code == 503
    assert seen(world, "trainee", room_id) == {}


def test_ice_is_restarted_for_who_says_so_and_stale_candidates_are_refused(
    client: FlaskClient, world: World, engine: EngineProcess
) -> None:
    room_id, made = prepare(world)
    studio = whip(client, room_id, made.key)
    answer = studio.begin(STUDIO_OFFER)
    assert f"a=ice-ufrag:{studio.tag.strip(chr(34))}" in answer
    candidate = NEW_ICE.replace("mNew", "nxcM") + "a=candidate:1 1 UDP 1 127.0.0.1 9 typ host\r\n"
    assert studio.patch(candidate, studio.tag).status_code == 204
    assert studio.patch(candidate, None).status_code == 428
    assert studio.patch(candidate, '"another"').status_code == 412
    again = studio.patch(NEW_ICE, "*")
    assert (again.status_code, again.mimetype) == (200, FRAGMENT)
    lines = again.get_data(as_text=True).splitlines()
    assert lines[0] != f"a=ice-ufrag:{studio.tag.strip(chr(34))}"
    assert lines[0].endswith(again.headers["ETag"].strip('"'))
    assert [line[:12] for line in lines if line.startswith("a=candidate")]
    assert studio.patch(candidate, studio.tag).status_code == 412
    assert studio.patch(candidate, again.headers["ETag"]).status_code == 204
    assert studio.patch("a=mid:0\r\n", "*").status_code == 422


def test_who_asks_first_learns_what_can_be_sent_and_from_where(client: FlaskClient, world: World) -> None:
    room_id, _made = prepare(world)
    asked = client.options(f"{LIST}{room_id}/whip", headers={"Origin": "https://studio.example"})
    assert (asked.status_code, asked.headers["Accept-Post"]) == (200, SDP)
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert {"Authorization", "Content-Type"} <= set(asked.headers["Access-Control-Allow-Headers"].split(", "))
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    session_asked = client.options(f"{LIST}{room_id}/whip/x")
    assert session_asked.headers["Accept-Patch"] == FRAGMENT
    assert {"DELETE", "PATCH"} <= set(session_asked.headers["Access-Control-Allow-Methods"].split(", "))
    for path, methods in (("whip", ("GET", "PUT", "DELETE")), ("whip/x", ("GET", "PUT", "POST"))):
        codes = {client.open(f"{LIST}{room_id}/{path}", method=each).status_code for each in methods}
        assert codes == {405}, "kept for what the protocol may say later (RFC 9725, section 4.2)"


def test_a_page_of_another_site_sends_with_a_key_and_reads_where_its_session_is(
    client: FlaskClient, world: World, engine: EngineProcess
) -> None:
    room_id, made = prepare(world)
    elsewhere = {"Origin": "https://studio.example", "Sec-Fetch-Site": "cross-site"}
    key = {"Authorization": f"Bearer {made.key}"}
    begun = client.post(f"{LIST}{room_id}/whip", data=STUDIO_OFFER, content_type=SDP, headers=elsewhere | key)
    assert (begun.status_code, begun.headers["Access-Control-Allow-Origin"]) == (201, "*")
    assert {"Location", "ETag"} <= set(begun.headers["Access-Control-Expose-Headers"].split(", "))
    ended = client.delete(begun.headers["Location"], headers=elsewhere | key)
    assert (ended.status_code, ended.headers["Access-Control-Allow-Origin"]) == (200, "*")


def test_the_cookie_of_who_leads_opens_nothing_to_a_page_of_another_site(
    sign_in: SignIn, world: World
) -> None:
    room_id, _made = prepare(world)
    elsewhere = {"Origin": "https://studio.example", "Sec-Fetch-Site": "cross-site"}
    answer = sign_in("trainer").post(
        f"{LIST}{room_id}/whip", data=STUDIO_OFFER, content_type=SDP, headers=elsewhere
    )
    assert answer.status_code == 401


def test_what_went_wrong_is_said_in_plain_text_and_when_to_try_again(
    client: FlaskClient, world: World
) -> None:
    room_id, made = prepare(world)
    key = {"Authorization": f"Bearer {made.key}"}
    unread = client.post(
        f"{LIST}{room_id}/whip", data=STUDIO_OFFER, content_type=SDP, headers=key | {"Accept": "text/html"}
    )
    assert (unread.status_code, unread.mimetype) == (406, "text/plain")
    without_engine = whip(client, room_id, made.key).post(STUDIO_OFFER)
    assert (without_engine.status_code, without_engine.mimetype) == (503, "text/plain")
    assert int(without_engine.headers["Retry-After"]) > 0
    assert "<" not in without_engine.get_data(as_text=True)


def test_a_studio_program_may_send_several_sizes_and_say_nothing_of_its_addresses(
    client: FlaskClient, world: World, engine: EngineProcess
) -> None:
    room_id, made = prepare(world)
    lines = whip(client, room_id, made.key).begin(LAYERED_OFFER).splitlines()
    assert "a=simulcast:recv 0;1;2" in lines
    assert [line for line in lines if line.startswith("a=candidate:")]


def test_a_new_key_and_the_end_of_a_key_cut_it_off(
    client: FlaskClient, sign_in: SignIn, world: World, engine: EngineProcess
) -> None:
    room_id, made = prepare(world)
    studio, key = whip(client, room_id, made.key), made.key
    trainer = sign_in("trainer")
    page = f"{LIST}{room_id}/programs"
    for deed in ("renew", "remove"):
        studio.begin(STUDIO_OFFER)
        assert key in trainer.get(page).get_data(as_text=True)
        assert trainer.post(f"{page}/change", data={"id": str(made.id), "do": deed}).status_code == 303
        assert studio.post(STUDIO_OFFER).status_code == 401
        assert seen(world, "trainee", room_id) == {}
        with world.inside("siena"):
            studio.key = programs.key_of(session().get_one(Program, made.id))
            assert media.media_desk().engine.load().peers == 0
        key = studio.key
    assert key not in trainer.get(page).get_data(as_text=True)


def test_only_who_leads_the_meeting_sees_keys(sign_in: SignIn, world: World) -> None:
    room_id, made = prepare(world)
    page = f"{LIST}{room_id}/programs"
    for stranger in ("trainee", "tutor"):
        assert sign_in(stranger).get(page).status_code in {403, 404}
        assert sign_in(stranger).post(
            f"{page}/change", data={"id": str(made.id), "do": "renew"}
        ).status_code in {403, 404}
    with world.inside("siena"):
        other = open_room(world)
        with pytest.raises(NotFound):
            programs.renew_key(world.actor("trainer"), other.activity.id, made.id)
        with pytest.raises(Forbidden):
            programs.find_programs(world.actor("trainee"), room_id)


def test_a_room_has_a_bounded_number_of_programs(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        for number in range(MOST):
            add(world, meeting, name=f"Regia {number}")
        with pytest.raises(Conflict):
            add(world, meeting)


def test_a_program_that_was_removed_does_not_come_back(
    client: FlaskClient, world: World, engine: EngineProcess
) -> None:
    room_id, made = prepare(world)
    studio = whip(client, room_id, made.key)
    studio.begin(STUDIO_OFFER)
    with world.inside("siena"), unit_of_work():
        banning.remove(world.actor("trainer"), room_id, made.person)
    assert studio.post(STUDIO_OFFER).status_code == 403


def test_a_program_that_broke_off_is_taken_out_of_the_room(
    client: FlaskClient, world: World, engine: EngineProcess
) -> None:
    room_id, made = prepare(world)
    whip(client, room_id, made.key).begin(STUDIO_OFFER)
    with world.inside("siena"):
        assert programs.forget_lost() == 0
    engine.kill()
    with world.inside("siena"):
        assert programs.forget_lost() == 0  # nobody can say
    engine.start()
    with world.inside("siena"), unit_of_work():
        assert programs.forget_lost() == 1
    assert seen(world, "trainee", room_id) == {}


def test_a_program_is_recorded_only_if_who_added_it_agreed(world: World) -> None:
    room_id, made = prepare(world)
    with world.inside("siena"):
        assert recording.agreed(room_id) == frozenset()
        recording.answer(world.actor("trainee"), room_id, is_given=True)
        assert str(made.person) not in recording.agreed(room_id)
        recording.answer(world.actor("trainer"), room_id, is_given=True)
        assert str(made.person) in recording.agreed(room_id)
        programs.remove_program(world.actor("trainer"), room_id, made.id)
        assert str(made.person) in recording.agreed(room_id), "a replay keeps what was agreed to"
        recording.withdraw(world.actor("trainer"), room_id)
        assert str(made.person) not in recording.agreed(room_id)


def test_a_program_counts_as_nobody(sign_in: SignIn, world: World) -> None:
    room_id, _made = prepare(world)
    page = sign_in("trainer").get(f"{LIST}{room_id}").get_data(as_text=True)
    assert "Regia" not in page
    sheet = sign_in("trainer").get(f"{LIST}{room_id}/attendance").get_data(as_text=True)
    assert "Regia" not in sheet


def test_an_erased_person_leaves_no_key_and_no_name(world: World, app: Flask) -> None:
    room_id, made = prepare(world)
    with world.inside("siena"):
        programs.forget_owner(world.people["trainer"].id)
        assert programs.find_by_key(room_id, made.key) is None
        assert session().get_one(Participant, made.person).name == "–"
    assert {each.table for each in privacy.declared()} >= {"webinar_program"}
