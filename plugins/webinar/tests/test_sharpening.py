"""A slide is drawn sharper once somebody looks closely: for those inside, in bounded size, and in the replay too."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from PIL import Image

from lms.plugin import (
    Actor,
    Forbidden,
    NotFound,
    World,
    office_scope,
    render_pdf,
    session,
    store_file,
    unit_of_work,
    utcnow,
)
from lms.testing import SignIn, run_jobs
from plugins.webinar import log, replay, sharpening, slides, zooming
from plugins.webinar.demo import DECK
from plugins.webinar.models import Recording, Room, Slide
from plugins.webinar.slide_events import SlideZoomed
from plugins.webinar.tests.making import LIST, go_in, open_room

KEY = "key-of-a-test-0001"


def prepared(app: Flask, world: World, body: bytes, name: str) -> tuple[uuid.UUID, uuid.UUID]:
    """A room with this file as slides, the first page shown by the trainer to a trainee; no job is left."""
    with world.inside("siena"), unit_of_work():
        meeting = open_room(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        go_in(world, meeting, "trainer", "trainee")
        file = store_file(trainer, io.BytesIO(body), name, slides.PURPOSE, allowed=slides.KINDS)
        deck_id = slides.take_file(meeting.room, file, trainer).id
    run_jobs(app)
    with world.inside("siena"), unit_of_work():
        slides.show(trainer, room_id, deck_id, 1)
    return room_id, deck_id


def picture(width: int, height: int) -> bytes:
    """An image file of this size."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(out, "PNG")
    return out.getvalue()


def pdf() -> bytes:
    """A document of two pages."""
    return render_pdf(DECK, {"pages": [["Prima", ["Uno", "Due"]], ["Seconda", ["Tre", "Quattro"]]]})


def look(actor: Actor, room_id: uuid.UUID, deck_id: uuid.UUID, scale: int, key: str = KEY) -> None:
    """Who shows the first page looks so close."""
    with office_scope(actor.office_id), unit_of_work():
        zooming.zoom(actor, room_id, SlideZoomed(deck=deck_id, number=1, scale=scale), key)


def size(sign_in: SignIn, room_id: uuid.UUID, deck_id: uuid.UUID, page: str = "1-sharp") -> tuple[int, int]:
    """How many points a picture has that a trainee gets."""
    with sign_in("trainee").get(f"{LIST}{room_id}/slides/{deck_id}/{page}.webp") as answer:
        assert answer.status_code == 200
        return Image.open(io.BytesIO(answer.data)).size


def test_a_page_is_drawn_sharper_once_who_shows_it_looks_closely(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    room_id, deck_id = prepared(app, world, pdf(), "lezione.pdf")
    address = f"{LIST}{room_id}/slides/{deck_id}/1-sharp.webp"
    run_jobs(app)
    look(world.actor("trainer"), room_id, deck_id, 125)
    assert run_jobs(app) == 0
    assert sign_in("trainee").get(address).status_code == 404
    for scale in (200, 300):
        look(world.actor("trainer"), room_id, deck_id, scale, f"{KEY}{scale}")
    assert run_jobs(app) == 1
    plain = size(sign_in, room_id, deck_id, "1")
    assert size(sign_in, room_id, deck_id) == (plain[0] * 2, plain[1] * 2)
    assert sign_in("trainee2").get(address).status_code == 403
    assert sign_in("head_vienna").get(address.replace("siena", "vienna")).status_code == 404
    with world.inside("siena"), unit_of_work():
        room = session().get_one(Room, room_id)
        assert log.read_state(room)[1]["slide"]["is_sharp"]
        slides.show(world.actor("trainer"), room_id, deck_id, 2)
        assert not log.read_state(room)[1]["slide"]["is_sharp"]
        slides.show(world.actor("trainer"), room_id, deck_id, 1)
        assert log.read_state(room)[1]["slide"]["is_sharp"]
    look(world.actor("trainer"), room_id, deck_id, 400, f"{KEY}-again")
    assert run_jobs(app) == 0


def test_somebody_inside_asks_for_it_alone_and_strangers_do_not(app: Flask, world: World) -> None:
    room_id, deck_id = prepared(app, world, pdf(), "lezione.pdf")
    with world.inside("siena"), unit_of_work():
        for _twice in range(2):
            assert not sharpening.ask(world.actor("trainee"), room_id, deck_id, 2)
        with pytest.raises(Forbidden):
            sharpening.ask(world.actor("trainee2"), room_id, deck_id, 2)
        for deck, number in ((deck_id, 3), (uuid.UUID(int=7), 1)):
            with pytest.raises(NotFound):
                sharpening.ask(world.actor("trainee"), room_id, deck, number)
        other = open_room(world).activity.id
        with pytest.raises(Forbidden):
            sharpening.ask(world.actor("trainee"), other, deck_id, 2)
    assert run_jobs(app) == 1
    with world.inside("siena"), unit_of_work():
        assert sharpening.ask(world.actor("trainee"), room_id, deck_id, 2)
        assert not sharpening.ask(world.actor("trainee"), room_id, deck_id, 1)


@pytest.mark.parametrize(
    ("sent", "sharp"), [((4000, 2250), (3200, 1800)), ((2400, 6000), (1896, 4740)), ((800, 600), (800, 600))]
)
def test_a_picture_gets_as_sharp_as_it_was_sent_within_bounds(
    app: Flask, world: World, sign_in: SignIn, sent: tuple[int, int], sharp: tuple[int, int]
) -> None:
    room_id, deck_id = prepared(app, world, picture(*sent), "foto.png")
    look(world.actor("trainer"), room_id, deck_id, 200)
    run_jobs(app)
    width, height = size(sign_in, room_id, deck_id)
    assert width * height <= sharpening.MOST_PIXELS * 1.01
    assert (width, height) == pytest.approx(sharp, rel=0.05)


def test_the_replay_says_where_there_is_a_sharper_picture(app: Flask, world: World) -> None:
    room_id, deck_id = prepared(app, world, pdf(), "lezione.pdf")
    look(world.actor("trainer"), room_id, deck_id, 200)
    run_jobs(app)
    with world.inside("siena"), unit_of_work():
        trainer = world.actor("trainer")
        row = Recording(
            room_id=room_id, owner_id=trainer.user_id, started_at=utcnow(), ended_at=utcnow() + timedelta(minutes=1)
        )  # fmt: skip
        session().add(row)
        session().flush()
        slides.show(trainer, room_id, deck_id, 2)
        shown = replay.read_replay(trainer, room_id, row.id)["slides"]
        assert [(each["number"], each["is_sharp"]) for each in shown] == [(1, True), (2, False)]
        assert session().get_one(Slide, (deck_id, 1)).sharp_file_id is not None
