"""Private messages: from one person in a room to one other, and to nobody else.

They stand on the two persons' own channels alone, never in the log of the room: so no other page gets them, no
replay and no copy holds them, and those who lead do not read them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from lms.plugin import (
    Actor,
    Conflict,
    EventView,
    Forbidden,
    Invalid,
    _,
    forget_events,
    office_scope,
    read_since,
    session,
    system_actor,
)
from plugins.webinar import log
from plugins.webinar.chat_events import Whispered
from plugins.webinar.entering import get_other, require_right
from plugins.webinar.models import Participant
from plugins.webinar.talking import own_key, take_turn

KIND = "chat.whispered"
PAGE = 500


def whisper(actor: Actor, room_id: uuid.UUID, person: uuid.UUID, text: str, key: str) -> None:
    """Write to one person alone, where the room allows it. Slow mode and the rule about links hold too.

    Raises Forbidden (``no_private``: the room does not allow it), NotFound, Invalid, Conflict (``not_reached``:
    the other one is out of the room or may not write; ``slow``).
    """
    me = require_right(actor, room_id, "chat")
    if not me.room.private_chat:
        raise Forbidden(_("Private messages are not allowed in this room."), code="no_private")
    other = get_other(me, person)
    if other.id == me.id:
        raise Invalid(_("Choose somebody else."))
    if other.state != "inside" or other.is_program or "chat" not in other.rights:
        raise Conflict(_("This person can get no private messages now."), code="not_reached")
    whole_key = own_key(me, key)
    take_turn(me, text, whole_key)
    said = Whispered(by=me.id, to=other.id, text=text)
    for row in (me, other):
        log.write_person(row, KIND, said, whole_key)


def export_whispers(row: Participant, title: str) -> list[dict[str, Any]]:
    """Private messages that somebody wrote and got in one room, for the archive of their data.

    One's own also as they were written anew or taken back later; what one got as it stands now.
    """
    with office_scope(row.office_id):
        events = list(_all_for(row))
        gone = {each.payload["target"] for each in events if each.kind == "alone.gone"}
        anew = {
            each.payload["target"]: each.payload["text"] for each in events if each.kind == "alone.edited"
        }
        first = {each.key: each.payload for each in events if each.kind == KIND}
        found: list[dict[str, Any]] = []
        for each in events:
            said = first.get(each.payload["target"] if each.kind == "alone.edited" else each.key)
            if said is None or each.kind == "alone.gone":
                continue
            is_own = said["by"] == str(row.id)
            if not is_own and (each.kind != KIND or each.key in gone):
                continue
            other = _name(session().get(Participant, uuid.UUID(said["to" if is_own else "by"])))
            text = each.payload["text"] if is_own else anew.get(each.key, each.payload["text"])
            sender, receiver = (row.name, other) if is_own else (other, row.name)
            found.append({"meeting": title, "at": each.at, "from": sender, "to": receiver, "text": text})
        return found


def _all_for(row: Participant) -> Iterator[EventView]:
    seq, office = 0, system_actor(row.office_id)
    while events := read_since(office, log.person_channel(row.id), seq, PAGE):
        yield from events
        seq = events[-1].seq


def forget_whispers(row: Participant) -> None:
    """What only this person's own channel holds goes; the other one keeps their copy, without the name."""
    with office_scope(row.office_id):
        forget_events(log.person_channel(row.id))


def _name(row: Participant | None) -> str:
    return row.name if row is not None else "–"
