"""The trainee's side of the summary: agreeing with it, and saying how much the session helped."""

from __future__ import annotations

import uuid

from lms.plugin import Actor, Conflict, Forbidden, _, _l, session, utcnow
from plugins.tutoring import letters
from plugins.tutoring.after.forms import Agree, Rate
from plugins.tutoring.booking import get_booking
from plugins.tutoring.models import Booking


def agree(actor: Actor, booking_id: uuid.UUID, command: Agree) -> Booking:
    """Say that the summary is right; saying it again changes the word. Raises NotFound, Forbidden, Conflict."""
    row = _settled(actor, booking_id)
    is_first = row.agreed_at is None
    row.agreed_at, row.trainee_word = row.agreed_at or utcnow(), command.word or ""
    session().flush()
    if is_first:
        letters.tell_tutor(row, "agreed", _l("Your summary was confirmed"))
    return row


def rate(actor: Actor, booking_id: uuid.UUID, command: Rate) -> Booking:
    """Say how much it helped; it is read in sums only, never with a name. Raises NotFound, Forbidden, Conflict."""
    row = _settled(actor, booking_id)
    row.rating = int(command.score)
    session().flush()
    return row


def allow_copy(actor: Actor, booking_id: uuid.UUID, *, is_allowed: bool) -> Booking:
    """Let the tutor keep a copy of the conversation too, or not. Raises NotFound, Forbidden."""
    row = get_booking(actor, booking_id)
    _check_trainee(actor, row)
    row.is_copy_allowed = is_allowed
    session().flush()
    return row


def _settled(actor: Actor, booking_id: uuid.UUID) -> Booking:
    row = get_booking(actor, booking_id)
    _check_trainee(actor, row)
    if row.state != "done":
        raise Conflict(_("Your tutor has not written down yet what came of this session."))
    return row


def _check_trainee(actor: Actor, row: Booking) -> None:
    if actor.user_id != row.trainee_id:
        raise Forbidden(_("Only the person whose session it was can do this."))
