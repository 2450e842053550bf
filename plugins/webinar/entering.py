"""Coming into a room and leaving it: the lobby, and who is there when."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import func, select

from lms.plugin import (
    Actor,
    Command,
    Conflict,
    Forbidden,
    NotFound,
    Ui,
    _,
    _l,
    session,
    utcnow,
)
from plugins.webinar import attendance, log, rooms
from plugins.webinar.attendance import JOINED_WITHIN
from plugins.webinar.log import ByPerson, Knocked, PersonChanged
from plugins.webinar.models import Interval, Participant, Room


class Enter(Command):
    """How somebody wants to be called in the room."""

    name: Annotated[str, Field(min_length=2, max_length=80), Ui(_l("Your name in the room"))]


@dataclass(frozen=True, slots=True)
class PersonInRoom:
    """A participant as pages show them; ``uid`` is by what the channels know them."""

    row: Participant

    def as_message(self) -> dict[str, Any]:
        """What clients get."""
        shown = Actor(self.row.presence_id or self.row.id, self.row.name)
        return {
            "id": str(self.row.id), "uid": str(self.row.presence_id or ""), "name": self.row.name, "initials": shown.initials,
            "hue": shown.avatar_hue, "role": self.row.role, "state": self.row.state, "is_guest": self.row.visitor_id is not None, "is_program": self.row.is_program,
        }  # fmt: skip


def enter(actor: Actor, room_id: uuid.UUID, command: Enter) -> Participant:
    """Come in, or wait in the lobby. Raises NotFound, Forbidden for who was refused or banned, Conflict when it is closed or full."""
    meeting = rooms.get_open_room(actor, room_id)
    row = _row_for(actor, meeting, command.name)
    if row.state == "banned":
        raise Forbidden(
            _("You cannot come into this meeting any more. Those who lead it decided so; please ask them."),
            code="banned",
        )
    if row.state == "refused" and row.role != "host":
        raise Forbidden(_("You were asked to leave this room."))
    if not row.is_moderator:
        _check_open(meeting)
    if row.state == "inside" or row.is_moderator or not _must_wait(meeting.room, row):
        if row.state != "inside" and not row.is_moderator:
            _check_places(meeting)
        _let_in(meeting.room, row)
    else:
        row.state, row.asked_at = "waiting", row.asked_at or utcnow()
        session().flush()
        log.write_staff(meeting.room, "lobby.changed", Knocked(person=row.id, state="waiting"))
    return row


def leave(actor: Actor, room_id: uuid.UUID) -> None:
    """Go out, or stop waiting. Twice is once."""
    row = log.find_in(actor, room_id)
    if row is None:
        return
    if row.state == "waiting":
        row.state = "outside"
        log.write_staff(row.room, "lobby.changed", Knocked(person=row.id, state="outside"))
    elif row.state == "inside":
        attendance.leave(row)
        attendance.count(row)
        log.write(row.room, "person.left", ByPerson(person=row.id))


def here(actor: Actor, room_id: uuid.UUID) -> None:
    """Heartbeat of somebody's page."""
    row = get_self(actor, room_id)
    attendance.beat(row)
    attendance.count_when_reached(row)


def lost(row: Participant, *, said_goodbye: bool) -> None:
    """A page of somebody is gone; where it was closed, their time ends now, where the network was lost, at the last heartbeat."""
    if row.state == "inside" and said_goodbye:
        attendance.leave(row)
    attendance.count(row)


def get_self(actor: Actor, room_id: uuid.UUID, *, alone: bool = False) -> Participant:
    """The actor inside a room; with ``alone`` their other pages wait until this is done. Raises Forbidden."""
    row = log.find_in(actor, room_id, alone=alone)
    if row is None or row.state != "inside":
        raise Forbidden(_("You are not in this room."), code="not_inside")
    return row


def require_right(actor: Actor, room_id: uuid.UUID, right: str, *, alone: bool = False) -> Participant:
    """The actor inside a room, who may do this now; ``alone`` as in ``get_self``. Raises Forbidden with the reason."""
    row = get_self(actor, room_id, alone=alone)
    if right not in row.rights:
        raise Forbidden(_("You may not do this here now."), code="no_right")
    return row


def get_other(me: Participant, participant_id: uuid.UUID) -> Participant:
    """Somebody of the same room. Raises NotFound."""
    row = session().get(Participant, participant_id)
    if row is None or row.room_id != me.room_id:
        raise NotFound(_("There is no such person in this room."))
    return row


def admit(actor: Actor, room_id: uuid.UUID, participant_id: uuid.UUID) -> None:
    """Let somebody in from the lobby. Twice is once."""
    me = require_right(actor, room_id, "moderate")
    row = get_other(me, participant_id)
    if row.state in {"waiting", "refused"}:
        _let_in(me.room, row)
        _tell_lobby(row)


def admit_all(actor: Actor, room_id: uuid.UUID) -> int:
    """Let everybody in who waits, first come first; returns how many."""
    me = require_right(actor, room_id, "moderate")
    rows = find_waiting(me.room_id)
    for row in rows:
        _let_in(me.room, row)
        _tell_lobby(row)
    return len(rows)


def refuse(actor: Actor, room_id: uuid.UUID, participant_id: uuid.UUID) -> None:
    """Do not let somebody in."""
    me = require_right(actor, room_id, "moderate")
    row = get_other(me, participant_id)
    if row.state == "waiting":
        row.state = "refused"
        session().flush()
        _tell_lobby(row)


def find_waiting(room_id: uuid.UUID) -> list[Participant]:
    """Who waits in the lobby, the longest first."""
    query = select(Participant).filter_by(room_id=room_id, state="waiting").order_by(Participant.asked_at)
    return list(session().scalars(query))


def find_people(
    actor: Actor, room_id: uuid.UUID, ids: Sequence[uuid.UUID] | None = None
) -> list[PersonInRoom]:
    """Who is or was inside (and for those who lead: who waits); all, or some by id. Raises Forbidden."""
    me = get_self(actor, room_id)
    query = select(Participant).filter_by(room_id=room_id).order_by(Participant.name)
    if ids is not None:
        query = query.where(Participant.id.in_(ids))
    elif not me.is_moderator:
        query = query.where(Participant.state == "inside")
    return [PersonInRoom(row) for row in session().scalars(query)]


def count_inside(room_id: uuid.UUID) -> int:
    """How many people are there now."""
    query = (
        select(func.count(Interval.participant_id.distinct()))
        .join(Participant, Participant.id == Interval.participant_id)
        .where(Participant.room_id == room_id, Interval.seen_at > utcnow() - JOINED_WITHIN)
        .where(Interval.was_left.is_(False))
    )
    return session().scalar(query) or 0


def _row_for(actor: Actor, meeting: rooms.Meeting, name: str) -> Participant:
    row = log.find_in(actor, meeting.activity.id)
    if row is None:
        row = Participant(room_id=meeting.activity.id, user_id=actor.user_id, name=name)
        session().add(row)
        session().flush()
    row.name = name
    if row.role == "participant" and rooms.leads(actor, meeting):
        row.role = "cohost"
    session().flush()
    session().refresh(row)
    return row


def _must_wait(room: Room, row: Participant) -> bool:
    return room.has_lobby and row.role == "participant"


def _check_open(meeting: rooms.Meeting) -> None:
    now = utcnow()
    if meeting.is_open(now) and meeting.activity.state == "published":
        return
    if meeting.is_past(now):
        raise Conflict(_("This meeting is over."), code="over")
    raise Conflict(_("This room opens 15 minutes before the beginning."), code="too_early")


def _check_places(meeting: rooms.Meeting) -> None:
    capacity = meeting.activity.capacity
    if capacity is not None and count_inside(meeting.activity.id) >= capacity:
        raise Conflict(
            _("All places in this room are taken. Please try again when somebody has left."), code="full"
        )


def _let_in(room: Room, row: Participant) -> None:
    if room.opened_at is None or room.ended_at is not None:
        room.opened_at, room.ended_at = room.opened_at or utcnow(), None
        log.write(room, "room.opened", log.Nothing())
    if row.state != "inside":
        row.state, row.asked_at = "inside", None
    session().flush()
    attendance.come(row)
    tell_change(row)


def tell_change(row: Participant) -> None:
    """Write what somebody is and may do into the log, if that is news."""
    payload = PersonChanged(
        person=row.id, role=row.role, granted=sorted(row.standing.granted), revoked=sorted(row.standing.revoked),
        is_removed=row.state in {"removed", "banned"},
    )  # fmt: skip
    _seq, state = log.read_state(row.room)
    known = state["people"].get(str(row.id), {})
    wanted = payload.model_dump(mode="json", exclude={"person"})
    if any(known.get(name) != value for name, value in wanted.items()):
        log.write(row.room, "person.changed", payload)


def _tell_lobby(row: Participant) -> None:
    payload = Knocked.read({"person": str(row.id), "state": row.state})
    log.write_staff(row.room, "lobby.changed", payload)
    log.write_person(row, "lobby.changed", payload)
