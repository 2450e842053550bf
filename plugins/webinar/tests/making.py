"""What tests of rooms need: a room that is open now, and people in it."""

from __future__ import annotations

import uuid
from datetime import timedelta

from lms.plugin import World, session, utcnow
from plugins.webinar import entering, rooms
from plugins.webinar.entering import Enter
from plugins.webinar.forms import CreateRoom
from plugins.webinar.models import Participant
from plugins.webinar.presets import PresetName
from plugins.webinar.rooms import Meeting

LIST = "/o/siena/webinar/"


def open_room(
    world: World, preset: PresetName = "webinar", *, host: str = "trainer", **changes: object
) -> Meeting:
    """A published room that began ten minutes ago. Inside the office."""
    who = world.actor(host)
    begins = utcnow() - timedelta(minutes=10)
    meeting = rooms.create_room(
        who, CreateRoom(title="Prova di colloquio", starts_at=begins, duration=60, preset=preset)
    )
    rooms.publish_room(who, meeting.activity.id)
    for name, value in changes.items():
        setattr(meeting.room, name, value)
    session().flush()
    return meeting


def go_in(world: World, meeting: Meeting, *keys: str) -> list[Participant]:
    """These people enter, in this order."""
    return [
        entering.enter(world.actor(key), meeting.activity.id, Enter(name=world.people[key].name))
        for key in keys
    ]


def room_id_of(meeting: Meeting) -> uuid.UUID:
    """By what the room is known."""
    return meeting.activity.id
