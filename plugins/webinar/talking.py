"""Chat, hands, and being away."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from lms.plugin import Actor, Forbidden, NotFound, _, read_since, session, system_actor
from plugins.webinar import log
from plugins.webinar.entering import get_other, get_self, require_right
from plugins.webinar.log import Away, ByPerson, ChatGone, ChatSaid, Told
from plugins.webinar.models import Participant


def say(actor: Actor, room_id: uuid.UUID, text: str, key: str, reply_to: int | None = None) -> int:
    """Write to everybody; returns the number. Raises Forbidden."""
    me = require_right(actor, room_id, "chat")
    return log.write(
        me.room, "chat.said", ChatSaid(person=me.id, text=text, reply_to=reply_to), own_key(me, key)
    )


def tell_staff(
    actor: Actor, room_id: uuid.UUID, text: str, key: str, person: uuid.UUID | None = None
) -> None:
    """Write to those who lead, whatever else is locked; or, as one who leads, to ``person``."""
    me = get_self(actor, room_id)
    about = me
    if person is not None and person != me.id:
        if not me.is_moderator:
            raise Forbidden(_("Write to those who lead the room."))
        about = get_other(me, person)
    payload = Told(person=about.id, by=me.id, text=text)
    log.write_staff(me.room, "staff.told", payload, own_key(me, key))
    log.write_person(about, "staff.told", payload, own_key(me, key))


def take_back(actor: Actor, room_id: uuid.UUID, target: int) -> None:
    """Take back one's own message, or, leading the room, delete another's. Raises NotFound. Twice is once."""
    me = get_self(actor, room_id)
    found = read_since(system_actor(me.office_id), log.channel_of(room_id), target - 1, 1)
    is_message = bool(found) and found[0].seq == target and found[0].kind == "chat.said"
    if not is_message or (found[0].payload["person"] != str(me.id) and not me.is_moderator):
        raise NotFound(_("This message is not there any more."))
    log.write(me.room, "chat.gone", ChatGone(person=me.id, target=target), f"gone-{target}")


def raise_hand(actor: Actor, room_id: uuid.UUID, key: str) -> None:
    """Ask for the floor."""
    me = get_self(actor, room_id)
    log.write(me.room, "hand.raised", ByPerson(person=me.id), own_key(me, key))


def lower_hand(actor: Actor, room_id: uuid.UUID, key: str, person: uuid.UUID | None = None) -> None:
    """Put one's hand down; leading the room, somebody else's."""
    me = get_self(actor, room_id) if person is None else require_right(actor, room_id, "moderate")
    whose = me if person is None else get_other(me, person)
    log.write(me.room, "hand.lowered", ByPerson(person=whose.id), own_key(me, key))


def set_away(actor: Actor, room_id: uuid.UUID, key: str, *, is_away: bool) -> None:
    """Away from the screen, or back."""
    me = get_self(actor, room_id)
    log.write(me.room, "person.away", Away(person=me.id, is_away=is_away), own_key(me, key))


def own_key(me: Participant, key: str) -> str:
    """A key that belongs to one person alone, so that nobody can use somebody else's."""
    return f"{me.id.hex}{key}"[:80]


def find_by_user(room_id: uuid.UUID, user_id: uuid.UUID) -> Participant | None:
    """A member of the office in a room."""
    return session().scalar(select(Participant).filter_by(room_id=room_id, user_id=user_id))
