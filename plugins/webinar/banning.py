"""Putting people out of a room: for now, or so that they do not come back; and letting them come again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import select

from lms.plugin import Actor, Forbidden, _, end_visit, session, write_audit
from plugins.webinar import log, rooms, sending
from plugins.webinar.entering import get_other, require_right, tell_change
from plugins.webinar.models import Participant

REMOVED, BANNED, LIFTED = "webinar.person_removed", "webinar.person_banned", "webinar.ban_lifted"
"""What the audit keeps."""


def remove(actor: Actor, room_id: uuid.UUID, person: uuid.UUID, reason: str = "") -> Participant:
    """Put somebody out of the room now; they may come back, through the lobby if there is one. A program may not: it would be back at once.

    The host cannot be put out, and nobody puts themselves out. Raises Forbidden, NotFound.
    """
    return _put_out(actor, room_id, person, "removed", reason)


def ban(actor: Actor, room_id: uuid.UUID, person: uuid.UUID, reason: str = "") -> Participant:
    """Put somebody out for good: their account, their personal link and their browser as a guest open this room no more. Raises Forbidden, NotFound."""
    row = _put_out(actor, room_id, person, "banned", reason)
    if row.visitor_id is not None:
        end_visit(row.visitor_id)
    return row


def lift_ban(actor: Actor, room_id: uuid.UUID, person: uuid.UUID) -> None:
    """Let somebody come again. For who leads the meeting, in the room or on its page. Twice is once. Raises NotFound, Forbidden."""
    meeting = rooms.get_room(actor, room_id)
    if not rooms.leads(actor, meeting):
        raise Forbidden(_("Only those who lead it can do this."))
    row = session().get(Participant, person)
    if row is None or row.room_id != room_id or row.state != "banned":
        return
    if row.user_id == actor.user_id:
        raise Forbidden(_("Another one who leads the meeting must do this."))
    row.state, row.ban_reason = "outside", ""
    session().flush()
    tell_change(row)
    write_audit(actor, LIFTED, rooms.ref_of(room_id), str(row.id))


def find_banned(room_id: uuid.UUID) -> list[Participant]:
    """Who may not come into a room any more."""
    query = select(Participant).filter_by(room_id=room_id, state="banned").order_by(Participant.name)
    return list(session().scalars(query))


def check_guest(room_id: uuid.UUID, visitors: Iterable[uuid.UUID]) -> None:
    """Raise Forbidden if one of these visitors, who are one guest or one browser, may not come into a room any more."""
    known = list(visitors)
    query = select(Participant.id).filter_by(room_id=room_id, state="banned")
    if known and session().scalar(query.where(Participant.visitor_id.in_(known)).limit(1)) is not None:
        raise Forbidden(
            _("You cannot come into this meeting any more. Those who lead it decided so; please ask them."),
            code="banned",
        )


def _put_out(actor: Actor, room_id: uuid.UUID, person: uuid.UUID, state: str, reason: str) -> Participant:
    me = require_right(actor, room_id, "moderate")
    row = get_other(me, person)
    if row.role == "host" or row.id == me.id:
        raise Forbidden(_("The host cannot be removed."))
    row.state, row.ban_reason = state, reason if state == "banned" else ""
    session().flush()
    tell_change(row)
    sending.tell_rights(row)
    log.write_person(row, "lobby.changed", log.Knocked.read({"person": str(row.id), "state": state}))
    log.write_staff(me.room, "lobby.changed", log.Knocked.read({"person": str(row.id), "state": state}))
    said = f"{row.id}. {reason}" if reason else str(row.id)
    write_audit(actor, BANNED if state == "banned" else REMOVED, rooms.ref_of(room_id), said)
    return row
