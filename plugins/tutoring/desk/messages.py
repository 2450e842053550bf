"""Messages that are left for the desk: written when it is closed, answered by a tutor when there is one."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select

from lms.plugin import (
    Actor,
    Conflict,
    Forbidden,
    _,
    append,
    directory,
    load_actor,
    require,
    session,
    utcnow,
)
from plugins.tutoring import chat
from plugins.tutoring.booking import get_booking
from plugins.tutoring.desk import queue, routing, telling
from plugins.tutoring.desk.forms import LeaveMessage
from plugins.tutoring.models import EMPTIED, Booking, QueuePlace
from plugins.tutoring.offering import OFFER

MOST = 500
SHOWN = 100
TOPIC_LENGTH = 80


def leave_message(actor: Actor, command: LeaveMessage) -> QueuePlace:
    """Leave a message for the desk. Raises Forbidden, and Conflict while an earlier one is not answered yet."""
    if not actor.is_member or actor.can(OFFER):
        raise Forbidden(_("The drop-in desk is for people who look for help."))
    if own_message(actor) is not None:
        raise Conflict(_("You have left a message already. Wait for the answer, or take it back first."))
    waiting = session().scalar(select(func.count(QueuePlace.id)).filter_by(state="message")) or 0
    if waiting >= MOST:
        raise Conflict(_("Too many messages wait for an answer now. Please book a session."), code="full")
    offers = routing.find_offers()
    row = QueuePlace(
        trainee_id=actor.user_id, topic=_begin_of(command.message), message=command.message, state="message", seen_at=utcnow(),
        subject=command.subject if command.subject in routing.subjects_of(offers) else "",
        language=command.language if command.language in routing.languages_of(offers) else "",
    )  # fmt: skip
    session().add(row)
    session().flush()
    telling.tell_queue(row.office_id)
    telling.tell_message_left(row, routing.who_fits(offers, offers, row) or set(offers))
    return row


def own_message(actor: Actor) -> QueuePlace | None:
    """The actor's message that nobody has answered yet."""
    return session().scalar(select(QueuePlace).filter_by(trainee_id=actor.user_id, state="message"))


def own_answers(actor: Actor) -> list[Booking]:
    """The actor's conversations that began with a message and go on, the latest first."""
    query = select(Booking).where(
        Booking.trainee_id == actor.user_id, Booking.is_message, Booking.ended_at.is_(None), Booking.state == "booked"
    )  # fmt: skip
    return list(session().scalars(query.order_by(Booking.created_at.desc()).limit(5)))


def take_back(actor: Actor) -> None:
    """Leave no message after all; twice is fine."""
    row = own_message(actor)
    if row is not None:
        row.state, row.ended_at, row.topic, row.message = "left", utcnow(), "", EMPTIED
        session().flush()
        telling.tell_queue(row.office_id)


def find_messages(actor: Actor) -> list[QueuePlace]:
    """What nobody has answered yet, the oldest first; for tutors. Raises Forbidden."""
    require(actor, OFFER)
    query = select(QueuePlace).filter_by(state="message")
    return list(session().scalars(query.order_by(QueuePlace.created_at, QueuePlace.id).limit(SHOWN)))


def answer(actor: Actor, place_id: uuid.UUID) -> Booking:
    """Begin a conversation with what was left as its first words; one tutor at most.

    Raises Forbidden, NotFound, and Conflict when somebody else was faster or it was taken back.
    """
    require(actor, OFFER)
    row = queue.take_chosen(actor, place_id, "message")
    writer = load_actor(row.trainee_id, directory().get(row.office_id))
    if writer is not None and row.place_id is not None:
        place = session().get_one(QueuePlace, row.place_id)
        append(writer, chat.channel_of(row), chat.SAID, chat.Say(text=place.message), f"left-{place.id}")
    return get_booking(actor, row.id)


def _begin_of(message: str) -> str:
    first = " ".join(message.split())
    return first if len(first) <= TOPIC_LENGTH else f"{first[: TOPIC_LENGTH - 1].rstrip()}…"
