"""The conversations that a tutor has open, and who goes on with them: passing on, taking over."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from lms.plugin import Actor, Conflict, Forbidden, NotFound, _, require, session, utcnow, who_is_here
from plugins.tutoring import chat
from plugins.tutoring.booking import get_booking
from plugins.tutoring.desk import telling
from plugins.tutoring.desk.forms import PassOn
from plugins.tutoring.models import Booking, Pattern, Slot
from plugins.tutoring.offering import OFFER

SOON = timedelta(minutes=10)
LATE = timedelta(minutes=60)
SHOWN = 30


@dataclass(frozen=True, slots=True)
class Thread:
    """What a tutor knows of somebody: sessions the two have had and will have."""

    past: list[Booking]
    coming: list[Booking]


def find_open(actor: Actor) -> list[Booking]:
    """The chats that the actor answers now: drop-in ones, and booked ones about to begin, in order. Raises Forbidden."""
    require(actor, OFFER)
    now = utcnow()
    query = _running().where(
        Slot.tutor_id == actor.user_id, Slot.starts_at <= now + SOON,
        Booking.place_id.is_not(None) | (Slot.ends_at > now - LATE),
    )  # fmt: skip
    return list(session().scalars(query))


def find_left_alone(actor: Actor) -> list[Booking]:
    """Drop-in conversations whose tutor's connection is gone, so that another one can go on. Raises Forbidden."""
    require(actor, OFFER)
    here = {person.user_id for person in who_is_here(telling.DESK)} | {actor.user_id}
    query = _running().where(Booking.place_id.is_not(None), Slot.tutor_id.not_in(here))
    return list(session().scalars(query))


def find_tutors(actor: Actor) -> list[uuid.UUID]:
    """To whom the actor can pass a conversation on: who is at the desk, and who offers hours. Raises Forbidden."""
    require(actor, OFFER)
    here = {person.user_id for person in who_is_here(telling.DESK)}
    return sorted((here | set(session().scalars(select(Pattern.tutor_id).distinct()))) - {actor.user_id})


def thread_with(actor: Actor, row: Booking) -> Thread:
    """The other sessions of a conversation's two people. The actor must be its tutor; raises NotFound."""
    if row.slot.tutor_id != actor.user_id:
        raise NotFound(_("There is no such session."))
    query = (
        select(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(Slot.tutor_id == actor.user_id, Booking.trainee_id == row.trainee_id, Booking.id != row.id)
    )
    past = query.where(Booking.state == "done").order_by(Slot.starts_at.desc()).limit(5)
    coming = (
        query.where(Booking.state == "booked", Slot.starts_at > utcnow()).order_by(Slot.starts_at).limit(3)
    )
    return Thread(list(session().scalars(past)), list(session().scalars(coming)))


def pass_on(actor: Actor, booking_id: uuid.UUID, command: PassOn) -> Booking:
    """Let another tutor go on; the trainee reads it in the conversation. Raises NotFound, Forbidden, Conflict."""
    row = get_booking(actor, booking_id)
    if row.slot.tutor_id != actor.user_id:
        raise Forbidden(_("Only the tutor of a conversation passes it on."))
    if command.tutor_id not in find_tutors(actor) or command.tutor_id == row.trainee_id:
        raise NotFound(_("There is no such tutor."))
    _change_tutor(row, command.tutor_id)
    telling.tell_passed(row, actor, command.note)
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


def _change_tutor(row: Booking, tutor_id: uuid.UUID) -> None:
    if not chat.is_open(row) or row.slot.capacity != 1:
        raise Conflict(_("This conversation cannot be passed on any more."))
    row.slot.tutor_id = tutor_id
    row.slot.is_closed = True
    try:
        session().flush()
    except IntegrityError as error:
        raise Conflict(_("That tutor has another session at this time.")) from error
    chat.tell_passed(row, telling.name_of(row, tutor_id))
    telling.tell_queue(row.office_id)


def _running() -> Select[Booking]:
    query = select(Booking).join(Slot, Slot.id == Booking.slot_id)
    is_running = (Slot.place == "chat", Booking.state == "booked", Booking.ended_at.is_(None))
    return query.where(*is_running).order_by(Slot.starts_at, Booking.id).limit(SHOWN)
