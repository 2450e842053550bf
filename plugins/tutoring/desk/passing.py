"""Who goes on with a conversation: another tutor, once the trainee agrees; or whoever is there when its tutor is gone."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.plugin import Actor, Conflict, Forbidden, NotFound, _, require, session
from plugins.tutoring import calling, chat, intake
from plugins.tutoring.booking import get_booking
from plugins.tutoring.desk import telling
from plugins.tutoring.desk.conversations import find_left_alone, find_tutors
from plugins.tutoring.desk.forms import PassOn
from plugins.tutoring.models import Booking
from plugins.tutoring.offering import OFFER


def propose(actor: Actor, booking_id: uuid.UUID, command: PassOn) -> Booking:
    """Ask the trainee whether another tutor may go on. Raises NotFound, Forbidden, Conflict."""
    row = get_booking(actor, booking_id)
    if row.slot.tutor_id != actor.user_id:
        raise Forbidden(_("Only the tutor of a conversation passes it on."))
    if command.tutor_id not in find_tutors(actor) or command.tutor_id == row.trainee_id:
        raise NotFound(_("There is no such tutor."))
    _check_can_pass(row)
    row.proposed_tutor_id, row.pass_note = command.tutor_id, command.note
    session().flush()
    telling.ask_trainee(row, telling.name_of(row, command.tutor_id))
    return row


def agree(actor: Actor, booking_id: uuid.UUID) -> Booking:
    """Go on with the tutor who was proposed. Raises NotFound, Conflict when nobody is any more."""
    row = _asked(actor, booking_id)
    if row.trainee_id != actor.user_id:
        raise Forbidden(_("Only the person you talk to can agree."))
    proposed, note, before = row.proposed_tutor_id, row.pass_note, row.slot.tutor_id
    if proposed is None:
        raise Conflict(_("Your tutor does not ask this any more."))
    _change_tutor(row, proposed)
    telling.tell_passed(row, telling.name_of(row, before), note)
    return row


def decline(actor: Actor, booking_id: uuid.UUID) -> Booking:
    """Stay with the tutor one has; a tutor withdraws the question with it. Raises NotFound, Conflict."""
    row = _asked(actor, booking_id)
    row.proposed_tutor_id, row.pass_note = None, ""
    session().flush()
    chat.tell_declined(row)
    return row


def take_over(actor: Actor, booking_id: uuid.UUID) -> Booking:
    """Go on with a conversation whose tutor is gone. Raises Forbidden, NotFound, Conflict: the tutor is back, or somebody was faster."""
    require(actor, OFFER)
    query = select(Booking).filter_by(id=booking_id).with_for_update(of=Booking)
    row = session().scalar(query.execution_options(populate_existing=True))
    if row is None or row.place_id is None or row.trainee_id == actor.user_id:
        raise NotFound(_("There is no such session."))
    if row.id not in {each.id for each in find_left_alone(actor)}:
        raise Conflict(_("A tutor goes on with this conversation already."), code="taken")
    _change_tutor(row, actor.user_id)
    return row


def _asked(actor: Actor, booking_id: uuid.UUID) -> Booking:
    row = get_booking(actor, booking_id)
    if row.proposed_tutor_id is None:
        raise Conflict(_("Your tutor does not ask this any more."))
    return row


def _check_can_pass(row: Booking) -> None:
    if not chat.is_open(row) or row.slot.capacity != 1:
        raise Conflict(_("This conversation cannot be passed on any more."))


def _change_tutor(row: Booking, tutor_id: uuid.UUID) -> None:
    _check_can_pass(row)
    row.slot.tutor_id, row.slot.is_closed = tutor_id, True
    row.proposed_tutor_id, row.pass_note = None, ""
    try:
        session().flush()
    except IntegrityError as error:
        raise Conflict(_("That tutor has another session at this time.")) from error
    chat.tell_passed(row, telling.name_of(row, tutor_id))
    calling.end_call(row)
    intake.hide_things(row)
    telling.tell_queue(row.office_id)
