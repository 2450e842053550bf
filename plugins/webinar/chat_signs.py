"""Signs on single messages of the chat: put there, taken away, counted for all, named for who asks.

The log holds counts alone: who gave a sign stands in a table, so that a big crowd is counted by the database and told together.
"""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from sqlalchemy import delete, func, select

from lms.plugin import Activity, Actor, NotFound, _, session
from plugins.webinar import log
from plugins.webinar.chat_events import ChatSigned
from plugins.webinar.chat_models import SIGNS, ChatSign, SignName
from plugins.webinar.entering import get_self, require_right
from plugins.webinar.merging import merger
from plugins.webinar.models import Participant, Room

MOST_NAMES = 60


def set_sign(actor: Actor, room_id: uuid.UUID, target: int, name: SignName, *, is_given: bool) -> None:
    """Put a sign on message number ``target``, or take one's own away. Twice is once. Raises Forbidden, NotFound."""
    me = require_right(actor, room_id, "chat")
    _seq, state = log.read_state(me.room)
    if not any(each["seq"] == target for each in state["chat"]):
        raise NotFound(_("This message is not there any more."))
    key = {"room_id": room_id, "target": target, "participant_id": me.id, "name": name}
    session().execute(delete(ChatSign).filter_by(**key))
    if is_given:
        session().add(ChatSign(**key))
    session().flush()
    merger().soon(f"signs {room_id} {target}", me.office_id, partial(tell_signs, room_id, target))


def find_signs(actor: Actor, room_id: uuid.UUID, target: int) -> dict[str, list[str]]:
    """Who gave which sign to a message: names by sign, the first sixty of each. For people inside. Raises Forbidden."""
    get_self(actor, room_id)
    rows = session().execute(
        select(ChatSign.name, Participant.name)
        .join(Participant, Participant.id == ChatSign.participant_id)
        .where(ChatSign.room_id == room_id, ChatSign.target == target)
        .order_by(Participant.name)
    )
    found: dict[str, list[str]] = {}
    for sign, person in rows:
        found.setdefault(sign, []).append(person)
    return {sign: found[sign][:MOST_NAMES] for sign in SIGNS if sign in found}


def own_signs(actor: Actor, room_id: uuid.UUID) -> dict[str, list[str]]:
    """The signs one gave, by number of the message, for a page that was loaded again. Raises Forbidden."""
    me = get_self(actor, room_id)
    found: dict[str, list[str]] = {}
    for row in session().scalars(select(ChatSign).filter_by(room_id=room_id, participant_id=me.id)):
        found.setdefault(str(row.target), []).append(row.name)
    return found


def forget_signs(room_id: uuid.UUID, target: int) -> None:
    """The message is gone, and what was said to it."""
    session().execute(delete(ChatSign).filter_by(room_id=room_id, target=target))


def tell_signs(room_id: uuid.UUID, target: int, turn: str = "") -> bool:
    """Write how many gave which sign into the log; False if that was done in this turn already."""
    counts = _count(room_id, target)
    signs = {str(sign): counts[sign] for sign in SIGNS if sign in counts}
    told = ChatSigned(target=target, signs=signs)
    return log.tell(session().get_one(Room, room_id), "chat.signed", told, turn)


def as_words(signs: dict[str, int]) -> str:
    """Signs and their numbers in a line, as the replay shows them."""
    return " ".join(f"{SIGNS[sign][0]} {signs[sign]}" for sign in SIGNS if signs.get(sign))


def export_signs(user_id: uuid.UUID) -> list[dict[str, Any]]:
    """Signs that a person gave, for the archive of their data."""
    rows = session().execute(
        select(ChatSign, Activity.title)
        .join(Participant, Participant.id == ChatSign.participant_id)
        .join(Activity, Activity.id == ChatSign.room_id)
        .where(Participant.user_id == user_id)
        .order_by(ChatSign.room_id, ChatSign.target)
    )
    return [{"meeting": title, "message": row.target, "sign": SIGNS[row.name][0]} for row, title in rows]


def _count(room_id: uuid.UUID, target: int) -> dict[SignName, int]:
    query = select(ChatSign.name, func.count()).filter_by(room_id=room_id, target=target)
    return dict(row for row in session().execute(query.group_by(ChatSign.name)))
