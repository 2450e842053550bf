"""The drop-in queue: joining, waiting, leaving, and being taken by one tutor."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Select, case, func, select
from sqlalchemy.exc import IntegrityError

from lms.plugin import (
    Actor,
    Conflict,
    Forbidden,
    NotFound,
    _,
    require,
    session,
    system_actor,
    utcnow,
)
from plugins.tutoring import calling, chat
from plugins.tutoring.desk import routing, telling
from plugins.tutoring.desk.forms import JoinQueue
from plugins.tutoring.desk.opening import opening_now, opening_with_unused
from plugins.tutoring.models import Booking, QueuePlace, Slot
from plugins.tutoring.offering import OFFER

AWAY_AFTER = timedelta(seconds=90)
"""Whose page was not heard of for so long is shown as away."""
KEPT = timedelta(minutes=10)
"""How long a place is kept for somebody whose connection is gone."""
LAST_ONES = timedelta(minutes=15)
"""How long after closing time those who still wait can be taken."""
SESSION = timedelta(minutes=30)
ENDS_BY_ITSELF = timedelta(minutes=60)
"""How long after its half hour a conversation that nobody ended goes on."""
USUAL_MINUTES = 15
SAMPLE = 20
LONGEST_QUEUE = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands: ``position`` from 1; ``minutes`` to wait, None if no tutor who fits is at the desk."""

    place: QueuePlace
    position: int
    minutes: int | None
    tutors: int


def join(actor: Actor, command: JoinQueue) -> QueuePlace:
    """Wait for a tutor; who waits already keeps their place. Raises Forbidden, Conflict: closed, full, talking."""
    if not actor.is_member or actor.can(OFFER):
        raise Forbidden(_("The drop-in desk is for people who look for help."))
    if not opening_with_unused(actor).is_open:
        raise Conflict(_("The drop-in desk is closed now. Please book a session."), code="closed")
    if own_conversation(actor) is not None:
        raise Conflict(_("You are talking to a tutor already."), code="talking")
    known = own_place(actor)
    if known is not None:
        known.topic, known.seen_at = command.topic, utcnow()
        known.subject, known.language = _wish(command)
        return known
    if waiting_count() >= LONGEST_QUEUE:
        raise Conflict(_("Too many people wait now. Please book a session."), code="full")
    subject, language = _wish(command)
    row = QueuePlace(
        trainee_id=actor.user_id, topic=command.topic, subject=subject, language=language, seen_at=utcnow()
    )
    session().add(row)
    session().flush()
    telling.tell_queue(row.office_id)
    telling.call_tutors(row)
    return row


def own_place(actor: Actor) -> QueuePlace | None:
    """The place in which the actor waits."""
    return session().scalar(select(QueuePlace).filter_by(trainee_id=actor.user_id, state="waiting"))


def last_place(actor: Actor) -> QueuePlace | None:
    """The actor's latest place, if it ended within the last hour: to say what became of it."""
    query = select(QueuePlace).filter_by(trainee_id=actor.user_id)
    row = session().scalar(query.order_by(QueuePlace.created_at.desc(), QueuePlace.id.desc()).limit(1))
    is_fresh = row is not None and row.ended_at is not None and row.ended_at > utcnow() - timedelta(hours=1)
    return row if is_fresh else None


def own_conversation(actor: Actor) -> Booking | None:
    """The drop-in conversation that the actor has now, as trainee."""
    query = select(Booking).where(
        Booking.trainee_id == actor.user_id, Booking.place_id.is_not(None), Booking.ended_at.is_(None),
        Booking.state == "booked", Booking.is_message.is_(False),
    )  # fmt: skip
    return session().scalar(query.order_by(Booking.created_at.desc()).limit(1))


def hear_from(actor: Actor) -> QueuePlace | None:
    """The actor's page is still there: keep their place. None if they do not wait any more."""
    row = own_place(actor)
    if row is not None:
        row.seen_at = utcnow()
        session().flush()
    return row


def standing_of(place: QueuePlace) -> Standing:
    """Where a place is in the queue, and how long it takes about, from the latest conversations."""
    before = func.count(QueuePlace.id)
    ahead = (
        session().scalar(
            select(before).where(
                QueuePlace.state == "waiting",
                (QueuePlace.created_at < place.created_at)
                | ((QueuePlace.created_at == place.created_at) & (QueuePlace.id < place.id)),
            )
        )
        or 0
    )
    tutors = len(routing.who_fits(routing.find_offers(), telling.tutors_here(), place))
    minutes = None if tutors == 0 else -(-(ahead + 1) * usual_minutes() // tutors) if ahead >= tutors else 1
    return Standing(place, ahead + 1, minutes, tutors)


def usual_minutes() -> int:
    """How long a drop-in conversation takes, in whole minutes: the middle of the latest twenty."""
    query = select(Slot.starts_at, Booking.ended_at).join(Slot, Slot.id == Booking.slot_id)
    ended = query.where(
        Booking.place_id.is_not(None), Booking.ended_at.is_not(None), Booking.is_message.is_(False)
    )
    rows = session().execute(ended.order_by(Booking.ended_at.desc()).limit(SAMPLE)).all()
    lengths = [(end - begin).total_seconds() / 60 for begin, end in rows if end is not None]
    return max(1, round(median(lengths))) if lengths else USUAL_MINUTES


def leave(actor: Actor) -> None:
    """Wait no more; leaving twice is fine."""
    row = own_place(actor)
    if row is not None:
        _end(row, "left")


def find_queue(actor: Actor) -> list[QueuePlace]:
    """All who wait, the first first; for tutors. Raises Forbidden."""
    require(actor, OFFER)
    return list(session().scalars(_queue().limit(LONGEST_QUEUE)))


def waiting_count() -> int:
    """How many people wait."""
    return session().scalar(select(func.count(QueuePlace.id)).filter_by(state="waiting")) or 0


def is_away(place: QueuePlace, now: datetime | None = None) -> bool:
    """True if the person's page has not been heard of for a while; their place is kept."""
    return place.seen_at < (now or utcnow()) - AWAY_AFTER


def take(actor: Actor, place_id: uuid.UUID | None = None) -> Booking:
    """Begin a conversation with the next for whom the actor is the right one, or with a chosen person.

    Two tutors at the same moment get one person each. Raises Forbidden, NotFound (nobody waits),
    Conflict (somebody else was faster with the chosen one).
    """
    require(actor, OFFER)
    return take_chosen(actor, place_id) if place_id else _begin(actor, _next(actor))


def take_chosen(actor: Actor, place_id: uuid.UUID, state: str = "waiting") -> Booking:
    """Begin a conversation with the person of a place, who waits or left a message. Raises NotFound, Forbidden, Conflict."""
    return _begin(actor, _chosen(place_id, state))


def _begin(actor: Actor, row: QueuePlace) -> Booking:
    if row.trainee_id == actor.user_id:
        raise Forbidden(_("You cannot take yourself out of the queue."))
    now = utcnow()
    slot = Slot(
        tutor_id=actor.user_id, starts_at=now, ends_at=now + SESSION, place="chat", topic=row.topic[:120],
        language=actor.locale, is_closed=True,
    )  # fmt: skip
    session().add(slot)
    session().flush()
    booking = Booking(
        slot_id=slot.id, trainee_id=row.trainee_id, place_id=row.id, purpose="other",
        message=row.message or row.topic, is_message=bool(row.message),
    )  # fmt: skip
    session().add(booking)
    try:
        _end(row, "taken")
    except IntegrityError as error:
        raise _faster() from error
    session().refresh(booking)
    if not booking.is_message:  # that person is told with the first word of the answer
        telling.tell_taken(booking, actor)
    return booking


def end_conversation(booking: Booking) -> None:
    """End a conversation; both can still read it. Whose session it is was checked by whoever got it. Twice is once."""
    if booking.ended_at is not None or booking.place_id is None:
        return
    booking.ended_at = utcnow()
    session().flush()
    chat.tell_ended(booking)
    calling.end_call(booking)


# --- by itself ------------------------------------------------------------------------


def tidy() -> int:
    """End what nobody ended, in the office in scope: people who are gone, a desk that closed, old conversations."""
    return _end_absent() + _end_after_closing() + _end_old_conversations()


def _end_absent() -> int:
    gone = _queue().where(QueuePlace.seen_at < utcnow() - KEPT)
    return _end_all(list(session().scalars(gone)), "gone")


def _end_after_closing() -> int:
    waiting = list(session().scalars(_queue()))
    if not waiting:
        return 0
    office = system_actor(waiting[0].office_id)
    was_open = opening_now(office, at=utcnow() - LAST_ONES).is_open or opening_with_unused(office).is_open
    return 0 if was_open else _end_all(waiting, "closed")


def _end_all(rows: list[QueuePlace], state: str) -> int:
    for row in rows:
        _end(row, state)
        telling.tell_dropped(row)
    return len(rows)


def _end_old_conversations() -> int:
    now = utcnow()
    is_over = case(
        (Booking.is_message, Slot.ends_at < now - chat.OPEN_AFTER), else_=Slot.ends_at < now - ENDS_BY_ITSELF
    )
    query = select(Booking).join(Slot, Slot.id == Booking.slot_id).where(
        Booking.place_id.is_not(None), Booking.ended_at.is_(None), is_over
    )  # fmt: skip
    rows = list(session().scalars(query))
    for row in rows:
        end_conversation(row)
    return len(rows)


def _end(row: QueuePlace, state: str) -> None:
    row.state, row.ended_at = state, utcnow()
    session().flush()
    telling.tell_queue(row.office_id)
    telling.tell_place(row)


def _queue() -> Select[QueuePlace]:
    waiting = select(QueuePlace).where(QueuePlace.state == "waiting")
    return waiting.order_by(QueuePlace.created_at, QueuePlace.id)


def _wish(command: JoinQueue) -> tuple[str, str]:
    """Topic and language as far as a tutor of the office offers them."""
    offers = routing.find_offers()
    return (
        command.subject if command.subject in routing.subjects_of(offers) else "",
        command.language if command.language in routing.languages_of(offers) else "",
    )


def _next(actor: Actor) -> QueuePlace:
    """The first for whom the actor is the right one: whose page is there before the others; passes over who is being taken at this moment."""
    is_here = QueuePlace.seen_at >= utcnow() - AWAY_AFTER
    query = _queue().order_by(None).order_by(is_here.desc(), QueuePlace.created_at, QueuePlace.id)
    places = list(session().scalars(query.limit(LONGEST_QUEUE)))
    if not places:
        raise NotFound(_("Nobody waits now."))
    for place in routing.order_for(actor.user_id, places, routing.find_offers(), telling.tutors_here()):
        locked = select(QueuePlace).filter_by(id=place.id, state="waiting").with_for_update(skip_locked=True)
        row = session().scalar(locked.execution_options(populate_existing=True))
        if row is not None:
            return row
    raise NotFound(
        _(
            "Whoever waits now asks for a colleague who is at the desk. You can still take somebody from the list."
        )
    )


def _chosen(place_id: uuid.UUID, state: str) -> QueuePlace:
    query = select(QueuePlace).filter_by(id=place_id).with_for_update()
    row = session().scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(_("This person does not wait any more."))
    if row.state != state:
        raise _faster()
    return row


def _faster() -> Conflict:
    return Conflict(
        _("This person does not wait any more: somebody else took them, or they left."), code="taken"
    )
