"""Who may try the way to the media engine before a meeting, and that nothing is left of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.plugin import World, unit_of_work
from lms.testing import SignIn
from plugins.webinar import media
from plugins.webinar.tests.making import LIST, open_room
from plugins.webinar.tests.media.engines import EngineProcess, engine_of
from plugins.webinar.tests.whip_client import STUDIO_OFFER, WATCH_OFFER

OFFERS = {"send": STUDIO_OFFER, "receive": WATCH_OFFER}


@pytest.fixture
def engine(app: Flask) -> Iterator[EngineProcess]:
    """The engine of this installation."""
    with engine_of(app) as running:
        yield running


@pytest.fixture
def room_id(world: World) -> uuid.UUID:
    """An open meeting."""
    with world.inside("siena"), unit_of_work():
        return open_room(world).activity.id


def try_it(client: FlaskClient, room_id: uuid.UUID, direction: str) -> tuple[int, str]:
    """Offer one direction; the status, and the name of the connection."""
    answer = client.post(
        f"{LIST}{room_id}/try", data={"direction": direction, "sdp": OFFERS[direction]},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    return answer.status_code, (answer.get_json() or {}).get("peer", "")


def test_who_sees_a_meeting_tries_the_way_alone_and_is_forgotten_afterwards(
    engine: EngineProcess, sign_in: SignIn, app: Flask, room_id: uuid.UUID
) -> None:
    peers: dict[str, list[str]] = {}
    for key in ("trainee", "trainer"):
        found = [try_it(sign_in(key), room_id, direction) for direction in OFFERS]
        assert [status for status, _peer in found] == [200, 200]
        peers[key] = [peer for _status, peer in found]
    rooms = {media.room_of(peer) for each in peers.values() for peer in each}
    assert len(rooms) == 2
    assert str(room_id) not in rooms
    assert sign_in("trainee").post(f"{LIST}{room_id}/try/end").status_code == 204
    with app.app_context():
        there = {key: [media.is_connected(peer) for peer in each] for key, each in peers.items()}
        assert there == {"trainee": [False, False], "trainer": [True, True]}
        for peer in peers["trainer"]:
            media.leave_media(peer)
        assert media.media_desk().engine.load().rooms == 0


def test_trying_again_takes_the_place_of_what_was_tried_before(
    engine: EngineProcess, sign_in: SignIn, app: Flask, room_id: uuid.UUID
) -> None:
    trainee = sign_in("trainee")
    (_first, before), (_second, now) = try_it(trainee, room_id, "send"), try_it(trainee, room_id, "send")
    with app.app_context():
        assert (media.is_connected(before), media.is_connected(now)) == (False, True)


def test_nobody_tries_by_a_meeting_that_they_do_not_see(
    engine: EngineProcess, sign_in: SignIn, client: FlaskClient, app: Flask, world: World, room_id: uuid.UUID
) -> None:
    with world.inside("siena"), unit_of_work():
        draft = open_room(world)
        draft.activity.state, draft_id = "draft", draft.activity.id
    assert try_it(sign_in("trainee"), draft_id, "send")[0] == 404
    assert try_it(sign_in("head_vienna"), room_id, "send")[0] in {403, 404}
    assert try_it(client, room_id, "send")[0] in {302, 303, 401}
    with app.app_context():
        assert media.media_desk().engine.load().peers == 0


def test_what_is_no_offer_is_refused_and_without_an_engine_one_hears_so(
    sign_in: SignIn, room_id: uuid.UUID
) -> None:
    trainee, page = sign_in("trainee"), f"{LIST}{room_id}/try"
    wrong = trainee.post(page, data={"direction": "sideways", "sdp": "v=0"})
    assert wrong.status_code == 422
    status, _peer = try_it(trainee, room_id, "send")
    assert status == 503
