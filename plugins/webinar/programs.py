"""Studio programs (OBS and others) that send into a room, and screens elsewhere that show it; each by a key of its own."""

from __future__ import annotations

import secrets
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from sqlalchemy import func, select

from lms.plugin import (
    Actor,
    Command,
    Conflict,
    Forbidden,
    NotFound,
    Ui,
    Unavailable,
    _,
    _l,
    after_commit,
    keyed_hash,
    session,
    unit_of_work,
    utcnow,
)
from plugins.webinar import log, media, recording, rooms, whip
from plugins.webinar.engine import Direction, Rights
from plugins.webinar.log import ByPerson
from plugins.webinar.media_commands import WishCommand
from plugins.webinar.models import Participant
from plugins.webinar.program_models import Program, Use
from plugins.webinar.senders import rights_to_send

KEY = "webinar.program"
MOST = 10
MOST_SHOWN = 9
"""So many cameras a screen elsewhere gets if it has room for them; one has room for one."""
USES = (
    ("camera", _l("It sends into the room, as a camera")),
    ("screen", _l("It sends into the room, as a shared screen")),
    ("watch", _l("It shows the room, on a screen or in a stream elsewhere")),
)


class AddProgram(Command):
    """What a program is called in the room, and what it does there."""

    name: Annotated[str, Field(min_length=2, max_length=80), Ui(_l("Its name in the room"))]
    use: Annotated[Use, Ui(_l("What it does"), kind="radio", choices=USES)] = "camera"


@dataclass(frozen=True, slots=True)
class Connected:
    """The answer to an offer or a fragment. ``name`` is the last part of the session's address, ``ice`` its entity tag."""

    name: str
    text: str
    ice: str


# --- set up -----------------------------------------------------------------------------


def find_programs(actor: Actor, room_id: uuid.UUID) -> list[Program]:
    """Those that may connect. Raises NotFound, Forbidden."""
    rooms.get_managed_room(actor, room_id)
    query = select(Program).filter_by(room_id=room_id, revoked_at=None)
    return list(session().scalars(query.order_by(Program.created_at, Program.id)))


def add_program(actor: Actor, room_id: uuid.UUID, command: AddProgram) -> Program:
    """Let a program connect. It is recorded if who added it agreed to be. Raises NotFound, Forbidden, Conflict."""
    rooms.get_managed_room(actor, room_id)
    known = session().scalar(
        select(func.count()).select_from(Program).filter_by(room_id=room_id, revoked_at=None)
    )
    if (known or 0) >= MOST:
        raise Conflict(_("A room has at most %(count)s programs. Take one out first.", count=MOST))
    person = Participant(
        room_id=room_id, name=command.name, is_program=True, role="participant" if command.use == "watch" else "presenter",
    )  # fmt: skip
    session().add(person)
    session().flush()
    row = Program(room_id=room_id, participant_id=person.id, owner_id=actor.user_id, use=command.use)
    session().add(row)
    session().flush()
    return row


def renew_key(actor: Actor, room_id: uuid.UUID, program_id: uuid.UUID) -> None:
    """Make a new key; who holds the old one is cut off. Raises NotFound, Forbidden."""
    row = _get_managed(actor, room_id, program_id)
    row.version += 1
    _cut_off(row)


def remove_program(actor: Actor, room_id: uuid.UUID, program_id: uuid.UUID) -> None:
    """Let it connect no more. Raises NotFound, Forbidden."""
    row = _get_managed(actor, room_id, program_id)
    row.revoked_at = utcnow()
    _cut_off(row)


def key_of(row: Program) -> str:
    """The key of a program, its bearer token (RFC 6750); it stands in no table."""
    return f"{row.id.hex}.{keyed_hash(KEY, f'{row.id}:{row.version}')}"


# --- connections --------------------------------------------------------------------------


def find_by_key(room_id: uuid.UUID, key: str) -> Program | None:
    """The program of a room that has this key."""
    row = session().get(Program, _id(key.partition(".")[0]))
    if row is None or row.room_id != room_id or row.revoked_at is not None:
        return None
    return row if secrets.compare_digest(key_of(row).encode(), key.encode()) else None


def connect(row: Program, direction: Direction, offer: str) -> Connected:
    """Answer the offer of a program; a connection that it had is replaced. Outside of any unit of work.

    Raises Forbidden (removed, or its key is for the other direction), Conflict (closed), Unavailable, Invalid.
    """
    person = row.participant
    _check(row, person, direction)
    room, name, program_id = str(row.room_id), str(person.id), row.id
    rights = rights_to_send(person.sent_rights, leads=False) if direction == "send" else Rights()
    offered = whip.as_screen(offer) if row.use == "screen" else offer
    whip.credentials_in(offered)
    session().rollback()  # the engine may take its time: nothing is held meanwhile
    answer = media.connect_media(room, name, None, direction, offered, rights)
    peer = answer["peer"]
    if direction == "receive":
        media.wish_media(peer, WishCommand(peer=peer, speakers=MOST_SHOWN))
    ice = whip.credentials_in(answer["sdp"]).ufrag
    with unit_of_work():
        row = session().get_one(Program, program_id)
        row.peer, row.offer, row.ice, row.used_at = peer, offered, ice, utcnow()
        row.participant.state = "inside"
        session().flush()
        log.write(row.participant.room, "person.entered", ByPerson(person=row.participant_id))
        room_id = row.room_id
    if direction == "send":
        recording.go_on(room_id)
    return Connected(_name_of(peer), answer["sdp"], ice)


def change_ice(row: Program, name: str, fragment: str, condition: str) -> Connected | None:
    """Take candidates (they need no answer: None), or with ``*`` as ``condition`` restart ICE. Outside of any unit of work.

    The engine is ICE-lite and learns where its peer is from the peer's own checks (RFC 8445, section 2.5), so that
    candidates tell it nothing. Raises NotFound, StaleIce, Unavailable, Invalid.
    """
    _check_session(row, name)
    if condition != "*":
        if condition.strip('"') != row.ice:
            raise StaleIce(_("This connection has begun anew since. Use its newest entity tag."))
        return None
    peer, program_id = row.peer, row.id
    offer = whip.with_credentials(row.offer, whip.credentials_in(fragment))
    session().rollback()
    answer = media.restart_media(peer, None, offer)
    ice = whip.credentials_in(answer["sdp"]).ufrag
    with unit_of_work():
        row = session().get_one(Program, program_id)
        row.offer, row.ice = offer, ice
    return Connected(name, whip.fragment_of(answer["sdp"]), ice)


def leave(row: Program, name: str) -> None:
    """End a connection; it is heard and seen no more. Raises NotFound."""
    _check_session(row, name)
    _cut_off(row)


def forget_lost() -> int:
    """Take those out of their rooms whose connection broke without a word; returns how many. In the office's scope."""
    gone = 0
    query = select(Program).join(Participant, Participant.id == Program.participant_id)
    for row in session().scalars(query.where(Participant.state == "inside")):
        with suppress(Unavailable):  # nobody can say now; the next time will tell
            if not media.is_connected(row.peer):
                _go_out(row)
                gone += 1
    return gone


def forget_owner(user_id: uuid.UUID) -> None:
    """Nothing that this person added connects any more, or keeps a name."""
    for row in session().scalars(select(Program).filter_by(owner_id=user_id)):
        row.owner_id, row.revoked_at = None, row.revoked_at or utcnow()
        row.participant.name = "–"
        _cut_off(row)


class StaleIce(Conflict):
    """A fragment belongs to an ICE session that is over."""

    status = 412


def _check(row: Program, person: Participant, direction: Direction) -> None:
    if row.direction != direction:
        other = _("This key is for showing the room, not for sending.")
        raise Forbidden(
            other if direction == "send" else _("This key is for sending, not for showing the room.")
        )
    if person.state in {"removed", "banned"}:
        raise Forbidden(_("This program was asked to leave the room."))
    meeting = rooms.meeting_of(row.room_id)
    if meeting.activity.state != "published" or not meeting.is_open(utcnow()):
        raise Conflict(_("The room is not open now."), code="closed")


def _check_session(row: Program, name: str) -> None:
    if not row.peer or _name_of(row.peer) != name:
        raise NotFound(_("This connection is gone."))


def _cut_off(row: Program) -> None:
    peer = row.peer
    _go_out(row)
    if peer:

        def run() -> None:
            with suppress(Unavailable):  # without an engine there is no connection
                media.leave_media(peer)

        after_commit(run)


def _go_out(row: Program) -> None:
    row.peer = row.offer = row.ice = ""
    if row.participant.state == "inside":
        row.participant.state = "outside"
        log.write(row.participant.room, "person.left", ByPerson(person=row.participant_id))
    session().flush()


def _get_managed(actor: Actor, room_id: uuid.UUID, program_id: uuid.UUID) -> Program:
    rooms.get_managed_room(actor, room_id)
    row = session().get(Program, program_id)
    if row is None or row.room_id != room_id or row.revoked_at is not None:
        raise NotFound(_("There is no such program."))
    return row


def _name_of(peer: str) -> str:
    """The part of a connection's name that is its own."""
    return peer.rpartition("/")[2]


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
