"""Who may send sound and pictures in a room: somebody inside a meeting, or one of the two of a call."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from lms.plugin import Actor, Forbidden, _, session
from plugins.webinar.call_models import CallPerson
from plugins.webinar.engine import Kind, Rights
from plugins.webinar.entering import get_self

KINDS: dict[str, tuple[Kind, ...]] = {
    "speak": (Kind.MICROPHONE,),
    "camera": (Kind.CAMERA,),
    "share": (Kind.SCREEN, Kind.SCREEN_SOUND),
}
OF_A_CALL = frozenset({"speak", "camera", "share"})


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody as the engine knows them, and what they may send; a meeting may be recorded, a call never."""

    person: str
    rights: Rights
    is_in_call: bool


def get_sender(actor: Actor, room_id: uuid.UUID, sid: str | None = None) -> Sender:
    """The actor inside a meeting or a call. In a call only the page (its socket ``sid``) that is in it connects. Raises Forbidden."""
    query = select(CallPerson).filter_by(call_id=room_id, user_id=actor.user_id)
    of_call = session().scalar(query)
    if of_call is None:
        me = get_self(actor, room_id)
        return Sender(str(me.id), rights_to_send(me.sent_rights, leads=me.leads_media), is_in_call=False)
    if not of_call.may_come or not of_call.page or sid not in {None, of_call.connection}:
        raise Forbidden(_("You are not in this call."), code="not_inside")
    return Sender(str(of_call.id), rights_to_send(OF_A_CALL, leads=True), is_in_call=True)


def rights_to_send(held: Iterable[str], *, leads: bool) -> Rights:
    """What somebody with these rights in the room may send, and whether they are let in before others. Both people of a call are."""
    return Rights(frozenset(kind for right in held for kind in KINDS.get(right, ())), leads)
