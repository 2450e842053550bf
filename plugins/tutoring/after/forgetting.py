"""Retention: what was written in sessions is kept for as long as the office says; that they took place stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select

from lms.plugin import Actor, forget_events, session, utcnow
from plugins.tutoring import calling, chat, intake
from plugins.tutoring.booking import rules_of
from plugins.tutoring.models import EMPTIED, Booking, QueuePlace, Slot, Task

DAYS_OF_A_MONTH = 30.44
BATCH = 500


def count_due(actor: Actor) -> int:
    """How many sessions of the office in scope would be emptied now; nothing is changed."""
    return session().scalar(select(func.count()).select_from(_due(_limit(actor)).subquery())) or 0


def forget_due(office_actor: Actor) -> int:
    """Empty the sessions of the office in scope whose time is over; returns how many. Doing it again is harmless."""
    rows = list(session().scalars(_due(_limit(office_actor)).limit(BATCH)))
    for row in rows:
        forget_events(chat.channel_of(row))
        calling.forget_call(row)
        intake.hide_things(row)
        row.purpose = row.message = row.result = row.next_step = row.trainee_word = row.pass_note = ""
        row.follow_up_on, row.forgotten_at = None, utcnow()
    ids = [row.id for row in rows]
    session().execute(delete(Task).where(Task.booking_id.in_(ids)))
    old = (
        QueuePlace.created_at < _limit(office_actor),
        QueuePlace.state != "waiting",
        QueuePlace.topic != "",
    )
    for place in session().scalars(select(QueuePlace).where(*old).limit(BATCH)):
        place.topic, place.message = "", EMPTIED if place.message else ""
    session().flush()
    return len(rows)


def _limit(actor: Actor) -> datetime:
    return utcnow() - timedelta(days=rules_of(actor).keep_months * DAYS_OF_A_MONTH)


def _due(limit: datetime) -> Select[Booking]:
    query = select(Booking).join(Slot, Slot.id == Booking.slot_id)
    return query.where(Slot.ends_at < limit, Booking.forgotten_at.is_(None)).order_by(Slot.ends_at)
