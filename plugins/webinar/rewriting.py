"""What one wrote to one person alone, or to those who lead, is written anew or taken back by the rules of the public chat.

Such a message stands on several channels, under one key: by that it is known, and each channel that holds it is told.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Literal

from lms.plugin import (
    Actor,
    Command,
    EventView,
    Forbidden,
    NotFound,
    _,
    append,
    read_event,
    session,
    system_actor,
)
from plugins.webinar import log
from plugins.webinar.chat_events import AloneEdited, AloneGone
from plugins.webinar.entering import get_self, require_right
from plugins.webinar.models import Participant
from plugins.webinar.talking import check_links, own_key

WHISPERED, TOLD = "chat.whispered", "staff.told"
Change = Literal["alone.edited", "alone.gone"]


def edit(actor: Actor, room_id: uuid.UUID, target: str, text: str, key: str) -> None:
    """Write one's own message anew. Raises NotFound for another's or one that is gone.

    To one person: as long as one may write to one person alone at all (Forbidden, and Invalid for links). To those
    who lead: always; and from them to one person, as long as one leads.
    """
    me = get_self(actor, room_id)
    said = _find(me, target)
    if said is None or said.payload["by"] != str(me.id) or _is_gone(me, said):
        raise _missing()
    if said.kind == WHISPERED:
        require_right(actor, room_id, "chat")
        if not me.room.private_chat:
            raise Forbidden(_("Private messages are not allowed in this room."), code="no_private")
        check_links(me, text)
    edited = AloneEdited(by=me.id, target=target, text=text)
    _tell(me, said, "alone.edited", edited, own_key(me, key))


def take_back(actor: Actor, room_id: uuid.UUID, target: str) -> None:
    """Take back one's own message; who leads deletes what was written to those who lead or by them. Raises NotFound. Twice is once."""
    me = get_self(actor, room_id)
    said = _find(me, target)
    is_theirs = said is not None and said.kind == TOLD and me.is_moderator
    if said is None or not (is_theirs or said.payload["by"] == str(me.id)):
        raise _missing()
    _tell(me, said, "alone.gone", AloneGone(by=me.id, target=target), _gone_key(target))


def _find(me: Participant, target: str) -> EventView | None:
    """The message, on one of the channels that this person hears."""
    heard = [log.person_channel(me.id)]
    if me.is_moderator:
        heard.append(log.staff_channel(me.room_id))
    office = system_actor(me.office_id)
    found = (read_event(office, channel, target) for channel in heard)
    return next((each for each in found if each is not None and each.kind in {WHISPERED, TOLD}), None)


def _is_gone(me: Participant, said: EventView) -> bool:
    office = system_actor(me.office_id)
    return any(read_event(office, channel, _gone_key(said.key)) for channel in _channels(me, said))


def _tell(me: Participant, said: EventView, kind: Change, payload: Command, key: str) -> None:
    """Write it where the message stands: what was forgotten there gets nothing new."""
    office = system_actor(me.office_id)
    for channel in _channels(me, said):
        if read_event(office, channel, said.key) is not None:
            append(office, channel, kind, payload, key)


def _channels(me: Participant, said: EventView) -> Sequence[str]:
    is_whisper = said.kind == WHISPERED
    people = [said.payload[each] for each in (("by", "to") if is_whisper else ("person",))]
    rows = [session().get(Participant, uuid.UUID(each)) for each in people]
    staff = [] if is_whisper else [log.staff_channel(me.room_id)]
    return [*staff, *(log.person_channel(row.id) for row in rows if row is not None)]


def _gone_key(target: str) -> str:
    return f"gone-{target}"[:80]


def _missing() -> NotFound:
    return NotFound(_("This message is not there any more."))
