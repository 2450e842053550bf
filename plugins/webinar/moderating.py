"""Leading a room: rights, the floor, the end."""

from __future__ import annotations

import uuid
from typing import Literal

from lms.plugin import Actor, Conflict, Invalid, _, session, utcnow
from plugins.webinar import attendance, log, recording, sending, stopping
from plugins.webinar.entering import get_other, get_self, require_right, tell_change
from plugins.webinar.log import Asked, ByPerson, HelpCalled, LayoutSet, Locked
from plugins.webinar.models import Participant
from plugins.webinar.rights import GIVEN, MODERATORS, OPEN_RIGHTS, RoleName, change, write_names

MODERATE = "moderate"


def give_right(
    actor: Actor, room_id: uuid.UUID, person: uuid.UUID, right: str, *, is_given: bool
) -> Participant:
    """Give one person a right, or take it. Raises Forbidden, Invalid, NotFound."""
    me = require_right(actor, room_id, MODERATE)
    if right not in GIVEN:
        raise Invalid(_("This right cannot be given to one person."))
    row = get_other(me, person)
    if row.role in MODERATORS:
        raise Conflict(_("Those who lead the room may do everything."))
    standing = change(row.standing, right, is_given=is_given)
    row.granted, row.revoked = write_names(standing.granted), write_names(standing.revoked)
    session().flush()
    if is_given:
        stopping.let_go_on(row, right)
    tell_change(row)
    sending.tell_rights(row)
    return row


def set_role(actor: Actor, room_id: uuid.UUID, person: uuid.UUID, role: RoleName) -> Participant:
    """Make somebody co-host, presenter or participant. A visitor cannot lead; the host stays the host."""
    me = require_right(actor, room_id, MODERATE)
    row = get_other(me, person)
    if role == "host" or row.role == "host":
        raise Conflict(_("A room has one host."))
    if role == "cohost" and row.user_id is None:
        raise Conflict(_("Only members of the office can lead a room."))
    row.role = role
    session().flush()
    tell_change(row)
    sending.tell_rights(row)
    return row


def lock(actor: Actor, room_id: uuid.UUID, right: str, *, is_locked: bool) -> frozenset[str]:
    """Take a right from all participants at once, or give it back. Returns what is locked now."""
    me = require_right(actor, room_id, MODERATE)
    if right not in OPEN_RIGHTS:
        raise Invalid(_("This right cannot be locked."))
    before = frozenset(me.room.locked.split(",")) - {""}
    after = before | {right} if is_locked else before - {right}
    if after != before:
        me.room.locked = write_names(after)
        session().flush()
        log.write(me.room, "room.locked", Locked(rights=sorted(after)))
        sending.tell_all_rights(me.room)
    return after


def give_floor(actor: Actor, room_id: uuid.UUID, person: uuid.UUID) -> Participant:
    """Give somebody the floor: they may speak and be seen, are asked to switch on, and are shown to all."""
    me = require_right(actor, room_id, MODERATE)
    row = get_other(me, person)
    if row.role not in MODERATORS:
        standing = change(change(row.standing, "speak", is_given=True), "camera", is_given=True)
        row.granted, row.revoked = write_names(standing.granted), write_names(standing.revoked)
        session().flush()
        tell_change(row)
        sending.tell_rights(row)
    log.write(me.room, "floor.given", ByPerson(person=row.id))
    log.write_person(row, "person.asked", Asked(kind="speak"))
    return row


def take_floor(actor: Actor, room_id: uuid.UUID, person: uuid.UUID) -> Participant:
    """Take the floor back: what was given with it is taken again."""
    me = require_right(actor, room_id, MODERATE)
    row = get_other(me, person)
    given = row.standing.granted - {"speak", "camera"}
    row.granted = write_names(given)
    session().flush()
    tell_change(row)
    sending.tell_rights(row)
    log.write(me.room, "hand.lowered", ByPerson(person=row.id))
    return row


def ask_person(
    actor: Actor,
    room_id: uuid.UUID,
    person: uuid.UUID,
    kind: Literal["speak", "mute", "camera_off", "share_off"],
) -> None:
    """Ask somebody's page to switch on (the person decides) or off (it does so at once, and the engine in any case)."""
    me = require_right(actor, room_id, MODERATE)
    row = get_other(me, person)
    if kind in stopping.ASKED and row.role not in MODERATORS:
        stopping.stop(row, stopping.ASKED[kind])
    log.write_person(row, "person.asked", Asked(kind=kind))


def end_room(actor: Actor, room_id: uuid.UUID) -> None:
    """End it for all. Twice is once."""
    me = require_right(actor, room_id, MODERATE)
    if me.room.ended_at is None:
        me.room.ended_at = utcnow()
        session().flush()
        log.write(me.room, "room.ended", log.Nothing())
        attendance.count_all(me.room)
        recording.close_quietly(room_id)
        sending.tell_end(me.room)


def set_layout(actor: Actor, room_id: uuid.UUID, command: LayoutSet) -> None:
    """How the stage looks for all who follow the presenter; who presents or leads decides."""
    me = require_right(actor, room_id, "present")
    if command.pinned is not None:
        get_other(me, command.pinned)
    log.write(me.room, "layout.set", command)


def call_help(actor: Actor, room_id: uuid.UUID, command: HelpCalled) -> None:
    """Say to those who lead that something does not work."""
    me = get_self(actor, room_id)
    log.write_staff(me.room, "help.called", HelpCalled(person=me.id, problem=command.problem))


def settle_help(actor: Actor, room_id: uuid.UUID, person: uuid.UUID) -> None:
    """The problem is settled."""
    me = require_right(actor, room_id, MODERATE)
    log.write_staff(me.room, "help.settled", ByPerson(person=get_other(me, person).id))
