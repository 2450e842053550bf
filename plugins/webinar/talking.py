"""Chat, hands, and being away."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from math import ceil

from sqlalchemy import select

from lms.plugin import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    _,
    ngettext,
    read_since,
    session,
    system_actor,
    utcnow,
)
from plugins.webinar import log
from plugins.webinar.chat_events import (
    MENTION,
    MOST_MENTIONS,
    ChatEdited,
    ChatGone,
    ChatRuled,
    ChatSaid,
)
from plugins.webinar.chat_signs import forget_signs
from plugins.webinar.entering import get_other, get_self, require_right
from plugins.webinar.log import Away, ByPerson, Told
from plugins.webinar.models import Participant

LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)


def say(actor: Actor, room_id: uuid.UUID, text: str, key: str, reply_to: int | None = None) -> int:
    """Write to everybody; returns the number. Raises Forbidden, Invalid, Conflict for who is to wait a while."""
    me = require_right(actor, room_id, "chat")
    whole_key = own_key(me, key)
    said = ChatSaid(person=me.id, text=text, reply_to=reply_to, mentions=_mentioned(me, text))
    take_turn(me, text, whole_key)
    return log.write(me.room, "chat.said", said, whole_key)


def take_turn(me: Participant, text: str, whole_key: str) -> None:
    """Write a new message now, by the rules of the chat; the same key again is the same message. Raises Invalid, Conflict."""
    if whole_key != me.said_key:
        _check_pause(me)
    check_links(me, text)
    me.said_at, me.said_key = utcnow(), whole_key
    session().flush()


def edit(actor: Actor, room_id: uuid.UUID, target: int, text: str, key: str) -> None:
    """Write one's own message number ``target`` anew. Raises Forbidden, Invalid, NotFound for another's or one that is gone."""
    me = require_right(actor, room_id, "chat")
    _seq, state = log.read_state(me.room)
    is_mine = any(each["seq"] == target and each["person"] == str(me.id) for each in state["chat"])
    if not is_mine:
        raise NotFound(_("This message is not there any more."))
    check_links(me, text)
    edited = ChatEdited(person=me.id, target=target, text=text, mentions=_mentioned(me, text))
    log.write(me.room, "chat.edited", edited, own_key(me, key))


def set_rules(actor: Actor, room_id: uuid.UUID, command: ChatRuled, key: str) -> None:
    """Set how often participants write, who may write links, whether to one person alone; for now and for later. Raises Forbidden."""
    me = require_right(actor, room_id, "moderate")
    me.room.slow_seconds, me.room.links = command.slow_seconds, command.links
    me.room.private_chat = command.private
    session().flush()
    log.write(me.room, "chat.ruled", command, own_key(me, key))


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
    forget_signs(room_id, target)


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


def _check_pause(me: Participant) -> None:
    """Who leads or presents is never slowed down."""
    if me.said_at is None or not me.room.slow_seconds or "present" in me.rights:
        return
    left = me.said_at + timedelta(seconds=me.room.slow_seconds) - utcnow()
    if left > timedelta(0):
        seconds = ceil(left.total_seconds())
        text = ngettext(
            "You can write again in one second.", "You can write again in %(num)s seconds.", seconds
        )
        raise Conflict(text, code="slow")


def check_links(me: Participant, text: str) -> None:
    """Raise Invalid (``no_links``) for a link of who may write none."""
    if me.room.links == "leaders" and "present" not in me.rights and LINK.search(text):
        raise Invalid(_("Only those who lead or present write links here."), code="no_links")


def _mentioned(me: Participant, text: str) -> list[uuid.UUID]:
    ids = {uuid.UUID(found) for found in MENTION.findall(text)}
    query = select(Participant.id).where(Participant.id.in_(ids), Participant.room_id == me.room_id)
    known = set(session().scalars(query)) if ids else set()
    if known != ids or len(ids) > MOST_MENTIONS:
        raise Invalid(_("Mention people of this room, up to %(count)s.", count=MOST_MENTIONS))
    return sorted(ids)
