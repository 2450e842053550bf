"""Private notes of a tutor about somebody: encrypted at rest, each reading written down."""

from __future__ import annotations

import uuid
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from lms.plugin import (
    Actor,
    Command,
    Forbidden,
    Ref,
    Ui,
    Unavailable,
    _,
    _l,
    seal,
    session,
    unseal,
    write_audit,
)
from plugins.tutoring.booking import get_booking
from plugins.tutoring.models import Booking, PrivateNote

LONGEST = 5000
READ, WRITTEN = "tutoring.note_read", "tutoring.note_written"


class WriteNote(Command):
    """What a tutor wants to remember; empty takes the note away."""

    text: Annotated[
        str,
        Field(max_length=LONGEST),
        Ui(_l("Private note"), kind="textarea", hint=_l("Only you read it. It is kept encrypted.")),
    ] = ""


def read_note(actor: Actor, booking_id: uuid.UUID) -> str:
    """The actor's own note about the person of a session, empty if there is none; the reading is audited.

    Raises NotFound, Forbidden (not the tutor), Unavailable (sealed with another key).
    """
    row = _as_tutor(actor, booking_id)
    note = _find(actor, row)
    if note is None:
        return ""
    text = unseal(note.sealed)
    if text is None:
        raise Unavailable(_("This note cannot be opened: it was kept with another key of this installation."))
    write_audit(actor, READ, ref_of(note))
    return text


def write_note(actor: Actor, booking_id: uuid.UUID, command: WriteNote) -> None:
    """Keep a note about the person of a session instead of the one before. Raises NotFound, Forbidden."""
    row = _as_tutor(actor, booking_id)
    note = _find(actor, row)
    text = command.text.strip()
    if note is None and not text:
        return
    if note is None:
        note = PrivateNote(tutor_id=actor.user_id, trainee_id=row.trainee_id, sealed="")
    note.sealed = seal(text)
    session().add(note)
    session().flush()
    write_audit(actor, WRITTEN, ref_of(note))
    if not text:
        session().delete(note)
        session().flush()


def ref_of(note: PrivateNote) -> Ref:
    """The reference of a note."""
    return Ref.of("tutoring", "note", note.id)


def _as_tutor(actor: Actor, booking_id: uuid.UUID) -> Booking:
    row = get_booking(actor, booking_id)
    if row.slot.tutor_id != actor.user_id:
        raise Forbidden(_("Only the tutor of a session keeps notes about it."))
    return row


def _find(actor: Actor, row: Booking) -> PrivateNote | None:
    return session().scalar(select(PrivateNote).filter_by(tutor_id=actor.user_id, trainee_id=row.trainee_id))
