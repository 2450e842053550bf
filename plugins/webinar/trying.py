"""Trying the way to the media engine and back before a meeting: what one sends there comes to oneself alone."""

from __future__ import annotations

import uuid
from typing import Any

from lms.plugin import Actor
from plugins.webinar import media, rooms
from plugins.webinar.engine import Direction, Kind, Rights
from plugins.webinar.media_commands import OfferCommand

PEOPLE: dict[Direction, str] = {"send": "mouth", "receive": "ear"}
"""Nobody hears themselves in a room, so whoever tries is two people there."""
MAY_SEND = Rights(frozenset({Kind.MICROPHONE}))


def connect(actor: Actor, room_id: uuid.UUID, command: OfferCommand) -> dict[str, Any]:
    """Answer an offer of who may open the page of a room, at any time. Raises NotFound, Forbidden, Unavailable, Invalid."""
    rooms.get_open_room(actor, room_id)
    direction = command.direction
    return media.connect_media(_room_of(actor), PEOPLE[direction], None, direction, command.sdp, MAY_SEND)


def end(actor: Actor, room_id: uuid.UUID) -> None:
    """Nothing is tried any more; twice is once. Raises NotFound, Forbidden, Unavailable."""
    rooms.get_open_room(actor, room_id)
    media.close_media(_room_of(actor))


def _room_of(actor: Actor) -> str:
    return f"try-{actor.user_id}"
