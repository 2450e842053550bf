"""The conversations that a tutor has open, and what belongs to each."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, select

from lms.plugin import Actor, NotFound, _, require, session, utcnow
from plugins.tutoring.desk import telling
from plugins.tutoring.desk.opening import MANAGE
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


def find_running(actor: Actor) -> list[Booking]:
    """All conversations of the drop-in desk that go on now, for whoever runs it. Raises Forbidden."""
    require(actor, MANAGE)
    return list(session().scalars(_running().where(Booking.place_id.is_not(None))))


def find_left_alone(actor: Actor) -> list[Booking]:
    """Drop-in conversations whose tutor's connection is gone, so that another one can go on. Raises Forbidden."""
    require(actor, OFFER)
    here = telling.tutors_here() | {actor.user_id}
    query = _running().where(
        Booking.place_id.is_not(None), Booking.is_message.is_(False), Slot.tutor_id.not_in(here)
    )
    return list(session().scalars(query))


def find_tutors(actor: Actor) -> list[uuid.UUID]:
    """To whom the actor can pass a conversation on: who is at the desk, and who offers hours. Raises Forbidden."""
    require(actor, OFFER)
    return sorted(
        (telling.tutors_here() | set(session().scalars(select(Pattern.tutor_id).distinct())))
        - {actor.user_id}
    )


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


def _running() -> Select[Booking]:
    query = select(Booking).join(Slot, Slot.id == Booking.slot_id)
    is_running = (Slot.place == "chat", Booking.state == "booked", Booking.ended_at.is_(None))
    return query.where(*is_running).order_by(Slot.starts_at, Booking.id).limit(SHOWN)
