"""Who shows a slide takes those along who follow when they look closer, also in the replay; nobody else does."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from pydantic import ValidationError

from lms.plugin import Conflict, Forbidden, World, session, utcnow
from plugins.webinar import log, moderating, replay, zooming
from plugins.webinar.models import Participant, Recording
from plugins.webinar.rooms import Meeting
from plugins.webinar.slide_events import SlideShown, SlideZoomed
from plugins.webinar.tests.making import go_in, open_room

KEY, OTHER, THIRD = "key-of-a-test-0001", "key-of-a-test-0002", "key-of-a-test-0003"
DECK = uuid.UUID(int=7)


def showing(world: World) -> tuple[Meeting, list[Participant]]:
    """A room in which the trainer shows the second page of a deck to a co-host and a trainee."""
    meeting = open_room(world)
    people = go_in(world, meeting, "trainer", "counsellor", "trainee")
    moderating.set_role(world.actor("trainer"), meeting.activity.id, people[1].id, "presenter")
    show(meeting, people[0], 2)
    return meeting, people


def show(meeting: Meeting, by: Participant, number: int) -> None:
    """Turn to a page."""
    log.write(meeting.room, "slide.shown", SlideShown(deck=DECK, number=number, person=by.id))


def view(scale: int, *, number: int = 2, x: int = 500) -> SlideZoomed:
    """So close, at so much of the width."""
    return SlideZoomed(deck=DECK, number=number, scale=scale, x=x, y=400)


def zoom_of(meeting: Meeting) -> object:
    """What who follows sees."""
    return log.read_state(meeting.room)[1]["slide"]["zoom"]


def test_who_shows_the_slide_takes_the_others_along_and_the_next_slide_begins_whole(world: World) -> None:
    with world.inside("siena"):
        meeting, people = showing(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        assert zoom_of(meeting) is None
        zooming.zoom(trainer, room_id, view(200, x=300), KEY)
        assert zoom_of(meeting) == {"scale": 200, "x": 300, "y": 400}
        zooming.zoom(trainer, room_id, view(100), OTHER)
        assert zoom_of(meeting) is None
        zooming.zoom(trainer, room_id, view(300), THIRD)
        show(meeting, people[0], 3)
        assert zoom_of(meeting) is None
        zooming.zoom(trainer, room_id, view(200, number=2), f"{KEY}-late")
        assert zoom_of(meeting) is None


def test_nobody_else_leads_the_eyes_of_the_others(world: World) -> None:
    with world.inside("siena"):
        meeting, people = showing(world)
        room_id = meeting.activity.id
        with pytest.raises(Forbidden):
            zooming.zoom(world.actor("trainee"), room_id, view(200), KEY)
        with pytest.raises(Conflict):
            zooming.zoom(world.actor("counsellor"), room_id, view(200), KEY)
        assert zoom_of(meeting) is None
        show(meeting, people[1], 1)
        zooming.zoom(world.actor("counsellor"), room_id, view(200, number=1), OTHER)
        assert zoom_of(meeting) is not None


@pytest.mark.parametrize(("scale", "x"), [(99, 500), (401, 500), (200, -1), (200, 1001)])
def test_a_view_outside_of_the_slide_is_refused(scale: int, x: int) -> None:
    with pytest.raises(ValidationError):
        view(scale, x=x)


def test_the_replay_looks_as_close_also_at_what_was_so_when_it_began(world: World) -> None:
    with world.inside("siena"):
        meeting, people = showing(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        zooming.zoom(trainer, room_id, view(250, x=200), KEY)
        first = log.write(meeting.room, "timer.stopped", log.Nothing())
        recording = Recording(
            room_id=room_id, owner_id=trainer.user_id, started_at=utcnow(), first_seq=first,
            ended_at=utcnow() + timedelta(minutes=1),
        )  # fmt: skip
        session().add(recording)
        session().flush()
        zooming.zoom(trainer, room_id, view(150), OTHER)
        show(meeting, people[0], 3)
        shown = replay.read_replay(trainer, room_id, recording.id)
        assert [each["scale"] for each in shown["zooms"]] == [100, 250, 150, 100]
        assert [each["at"] for each in shown["zooms"][:2]] == [0.0, 0.0]
        assert shown["zooms"][1]["x"] == 200
        assert [each["number"] for each in shown["slides"]] == [2, 3]
