"""Calling a meeting off: it is closed at once, and people are told a moment later, so that it can be undone until then."""

from __future__ import annotations

import uuid
from datetime import timedelta

from lms.plugin import Activity, Actor, Conflict, _, enqueue, session, utcnow
from plugins.webinar import letters
from plugins.webinar.models import Room
from plugins.webinar.rooms import get_managed_room

UNDONE_WITHIN = timedelta(minutes=2)
TELL = "webinar.tell_cancelled"


def call_off(actor: Actor, room_id: uuid.UUID) -> None:
    """Close it for good. Twice is once.

    After ``UNDONE_WITHIN`` everybody who is expected gets a letter that takes it out of their calendar; until then
    ``take_up_again`` brings it back.
    """
    meeting = get_managed_room(actor, room_id)
    room, now = meeting.room, utcnow()
    if room.cancelled_at is not None:
        return
    room.cancelled_at = now
    room.sequence += 1
    if meeting.activity.state == "published":
        payload = {"room": str(room_id), "sequence": room.sequence}
        enqueue(TELL, payload, office_id=room.office_id, run_at=now + UNDONE_WITHIN)


def take_up_again(actor: Actor, room_id: uuid.UUID) -> None:
    """It takes place after all, and nobody has heard that it would not. Twice is once. Raises Conflict when the letters have left."""
    room = get_managed_room(actor, room_id).room
    if room.cancelled_at is None:
        return
    if not may_take_up_again(room):
        raise Conflict(_("The letters have left. Make a new meeting, for example by repeating this one."))
    room.cancelled_at = None
    room.sequence += 1


def may_take_up_again(room: Room) -> bool:
    """Whether it was called off so lately that nobody was told."""
    return room.cancelled_at is not None and utcnow() - room.cancelled_at < UNDONE_WITHIN


def tell_cancelled(room_id: uuid.UUID, sequence: int) -> None:
    """Send the letters, unless it was taken up again meanwhile. In the office's scope."""
    room, activity = session().get(Room, room_id), session().get(Activity, room_id)
    if room is None or activity is None or room.cancelled_at is None or room.sequence != sequence:
        return
    letters.tell_cancelled(room, activity)
