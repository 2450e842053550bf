"""Taking a time, moving it, giving it back, and the list of those who wait."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import BindParameter

from lms.plugin import (
    Actor,
    Conflict,
    Forbidden,
    NotFound,
    _,
    directory,
    find_members,
    get_settings,
    hooks,
    session,
    system_actor,
    utcnow,
)
from plugins.tutoring import intake, letters
from plugins.tutoring.clashes import find_clashes
from plugins.tutoring.forms import Book, TutoringSettings
from plugins.tutoring.models import OPEN, Booking, Slot, Waiting
from plugins.tutoring.refs import PLUGIN, ref_of

HELD_FOR = timedelta(minutes=30)
SHOWN = 60


@dataclass(frozen=True, slots=True)
class OwnSessions:
    """Somebody's sessions: what comes, the next first; what was, the latest first; and what they have to write down yet, the oldest first."""

    coming: list[Booking]
    past: list[Booking]
    unsettled: list[Booking]


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A time that can be taken now, and how many seats it still has."""

    slot: Slot
    seats: int


def find_free(
    actor: Actor,
    *,
    tutor_id: uuid.UUID | None = None,
    topic: str = "",
    language: str = "",
    limit: int = SHOWN,
    rules: TutoringSettings | None = None,
) -> list[FreeSlot]:
    """The next times that the actor could take, in order; nobody is offered their own, or one at which its tutor is taken.

    With a ``topic`` those about it or about anything; with a ``language`` those of tutors who work in it.
    ``rules`` are those of the office, if the caller has them.
    """
    if not actor.is_member:
        return []
    rules, now = rules or rules_of(actor), utcnow()
    taken = (
        select(func.count()).where(Booking.slot_id == Slot.id, Booking.state != "cancelled").scalar_subquery()
    )
    query = (
        select(Slot, taken)
        .where(
            Slot.starts_at >= now + timedelta(hours=rules.notice_hours),
            Slot.starts_at <= now + timedelta(days=rules.window_days),
            Slot.is_closed.is_(False), Slot.tutor_id != actor.user_id, taken < Slot.capacity,
        )
        .order_by(Slot.starts_at, Slot.id)
        .limit(limit)
    )  # fmt: skip
    if tutor_id is not None:
        query = query.where(Slot.tutor_id == tutor_id)
    if topic:
        query = query.where(Slot.topic.in_(("", topic)))
    if language:
        query = query.where(Slot.language == language)
    rows = session().execute(query).all()
    clashing = find_clashes([slot for slot, _used in rows])
    return [FreeSlot(slot, slot.capacity - used) for slot, used in rows if slot.id not in clashing]


def get_slot(actor: Actor, slot_id: uuid.UUID) -> Slot:
    """A time that is still to come. Raises NotFound."""
    slot = session().get(Slot, slot_id)
    if slot is None or not actor.is_member or slot.starts_at <= utcnow():
        raise NotFound(_("This time is not there any more."))
    return slot


def book(actor: Actor, slot_id: uuid.UUID, command: Book) -> Booking:
    """Take a time. Raises NotFound, Forbidden, and Conflict with the reason: taken, too late, too many, double."""
    slot = get_slot(actor, slot_id)
    check_rules(actor, slot)
    row = take_seat(slot, actor.user_id, "booked")
    row.purpose, row.message = command.purpose, command.message or ""
    intake.show_things(actor, row, command.things)
    _stop_waiting(actor.user_id)
    letters.tell_booked(row)
    return row


def move(actor: Actor, booking_id: uuid.UUID, slot_id: uuid.UUID) -> Booking:
    """Take another time instead; the old one is free again. Raises what ``book`` and ``cancel`` raise."""
    row = get_booking(actor, booking_id)
    check_may_change(actor, row)
    slot = get_slot(actor, slot_id)
    check_rules(actor, slot, instead_of=row)
    left = row.slot
    row.slot_id, row.seat = slot.id, _free_seat(slot)
    row.sequence += 1
    row.reminded_at = None
    _flush_seat()
    session().refresh(row)
    intake.follow(row, left)
    letters.tell_moved(row)
    offer_freed(left)
    return row


def cancel(actor: Actor, booking_id: uuid.UUID) -> Booking:
    """Give a time back; the next on the waiting list is asked. Raises NotFound, Conflict when it is too late."""
    row = get_booking(actor, booking_id)
    check_may_change(actor, row)
    end_booking(actor, row)
    letters.tell_cancelled([row], actor)
    offer_freed(row.slot)
    return row


def end_booking(actor: Actor, row: Booking) -> None:
    """Cancel a session whose change was checked; the caller tells people and offers the time."""
    row.state, row.cancelled_by_id = "cancelled", actor.user_id
    row.sequence += 1
    session().flush()
    intake.hide_things(row)
    hooks().on_talk_ended(row.office_id, ref_of(row))


def get_booking(actor: Actor, booking_id: uuid.UUID) -> Booking:
    """A session in which the actor is trainee or tutor. Raises NotFound."""
    row = session().get(Booking, booking_id)
    if row is None or not (actor.is_system or actor.user_id in {row.trainee_id, row.slot.tutor_id}):
        raise NotFound(_("There is no such session."))
    return row


def own_sessions(me: BindParameter[uuid.UUID] | uuid.UUID) -> Select[Booking]:
    """Sessions that somebody has, as trainee or tutor."""
    mine = (Booking.trainee_id == me) | (Slot.tutor_id == me)
    return select(Booking).join(Slot, Slot.id == Booking.slot_id).where(mine)


def find_coming(actor: Actor) -> list[Booking]:
    """The actor's own sessions that are not over, as trainee or tutor, the next first."""
    query = own_sessions(actor.user_id).where(Slot.ends_at > utcnow(), Booking.state.in_(OPEN))
    return list(session().scalars(query.order_by(Slot.starts_at)))


def find_own(actor: Actor, past: int = 5) -> OwnSessions:
    """The actor's own sessions, as trainee and as tutor; ``past`` says how many of those that are over."""
    now = utcnow()
    over = Slot.ends_at <= now
    was = (
        own_sessions(actor.user_id)
        .where(over, Booking.state.not_in(("cancelled", "held")))
        .order_by(Slot.starts_at.desc())
    )
    is_open = Booking.state.in_(OPEN)
    query = own_sessions(actor.user_id).where(
        (is_open & ~over)
        | (is_open & (Slot.tutor_id == actor.user_id))
        | Booking.id.in_(was.limit(past).with_only_columns(Booking.id))
    )
    rows = list(session().scalars(query.order_by(Slot.starts_at)))
    done = [row for row in rows if row.slot.ends_at <= now]
    return OwnSessions(
        [row for row in rows if row.slot.ends_at > now],
        [row for row in reversed(done) if row.state != "held"][:past],
        [row for row in done if row.state == "booked" and row.slot.tutor_id == actor.user_id],
    )


def find_visible(actor: Actor, ids: Sequence[uuid.UUID]) -> list[Booking]:
    """Those of the sessions in which the actor is trainee or tutor."""
    return list(session().scalars(own_sessions(actor.user_id).where(Booking.id.in_(ids))))


# --- waiting ------------------------------------------------------------------------


def wait(actor: Actor, tutor_id: uuid.UUID | None) -> None:
    """Be asked when a time becomes free; asking twice is once. Raises Forbidden."""
    if not actor.is_member:
        raise Forbidden(_("Only members of the office can wait for a session."))
    row = session().scalar(select(Waiting).filter_by(trainee_id=actor.user_id))
    if row is None:
        session().add(Waiting(trainee_id=actor.user_id, tutor_id=tutor_id))
    else:
        row.tutor_id = tutor_id
    session().flush()


def is_waiting(actor: Actor) -> bool:
    """True if the actor is on the list."""
    return session().scalar(select(Waiting.id).filter_by(trainee_id=actor.user_id)) is not None


def stop_waiting(actor: Actor) -> None:
    """Leave the list; leaving twice is fine."""
    _stop_waiting(actor.user_id)


def accept_offer(actor: Actor, booking_id: uuid.UUID) -> Booking:
    """Take the time that is being held. Raises NotFound, and Conflict with the reason: too late, the tutor is not
    there any more, another session at that time, too many sessions."""
    row = get_booking(actor, booking_id)
    if row.trainee_id != actor.user_id or row.state != "held":
        raise NotFound(_("This offer is not there any more."))
    if row.held_until is not None and row.held_until <= utcnow():
        raise Conflict(
            _("The time to decide is over, and the next person was asked. You are still on the list.")
        )
    _check_tutor(row.slot)
    others = [each for each in find_coming(actor) if each.id != row.id]
    check_count(actor, others)
    if clashes(row.slot, others):
        raise Conflict(_("You have another session at that time."))
    row.state, row.held_until, row.purpose = "booked", None, "other"
    _stop_waiting(actor.user_id)
    letters.tell_booked(row)
    return row


def decline_offer(actor: Actor, booking_id: uuid.UUID) -> None:
    """Leave the time to the next one, and stay on the list. Raises NotFound."""
    row = get_booking(actor, booking_id)
    if row.trainee_id != actor.user_id or row.state != "held":
        raise NotFound(_("This offer is not there any more."))
    _release(row)


def offer_freed(slot: Slot) -> Booking | None:
    """Hold a freed time for the next on the list: who had no session yet first, then who waits longest."""
    is_too_late = slot.is_closed or slot.starts_at <= utcnow() + HELD_FOR
    if is_too_late or find_clashes([slot]) or not _who_is_there(slot.office_id, [slot.tutor_id]):
        return None
    had_one = exists().where(Booking.trainee_id == Waiting.trainee_id, Booking.state == "done")
    own = aliased(Slot)
    is_taken = exists().where(
        Booking.trainee_id == Waiting.trainee_id, Booking.state.in_(OPEN), own.id == Booking.slot_id,
        own.starts_at < slot.ends_at, own.ends_at > slot.starts_at,
    )  # fmt: skip
    was_asked = exists().where(
        Booking.trainee_id == Waiting.trainee_id,
        (Booking.state == "held") | and_(Booking.slot_id == slot.id, Booking.held_until.is_not(None)),
    )
    query = (
        select(Waiting)
        .where((Waiting.tutor_id == slot.tutor_id) | Waiting.tutor_id.is_(None))
        .where(Waiting.trainee_id != slot.tutor_id, ~was_asked, ~is_taken)
        .order_by(had_one, Waiting.created_at, Waiting.id)
    )
    waiting = session().scalars(query).all()
    there = _who_is_there(slot.office_id, [each.trainee_id for each in waiting])
    person = next((each for each in waiting if each.trainee_id in there), None)
    if person is None:
        return None
    row = take_seat(slot, person.trainee_id, "held")
    row.held_until = utcnow() + HELD_FOR
    letters.tell_offer(row)
    return row


def release_expired() -> int:
    """Ask the next person where nobody decided in time, in the office in scope; returns how many."""
    late = select(Booking).where(Booking.state == "held", Booking.held_until <= utcnow())
    rows = list(session().scalars(late))
    for row in rows:
        _release(row)
    return len(rows)


# --- how ----------------------------------------------------------------------------


def rules_of(actor: Actor) -> TutoringSettings:
    """The house rules of the actor's office."""
    if actor.office_id is None:
        return TutoringSettings()
    return get_settings(directory().get(actor.office_id), PLUGIN, TutoringSettings)


def may_change(actor: Actor, row: Booking) -> bool:
    """True if the actor can still move or cancel it; tutors can until it begins."""
    if row.state not in OPEN or row.slot.starts_at <= utcnow():
        return False
    hours = 0 if actor.user_id == row.slot.tutor_id else rules_of(actor).cancel_hours
    return utcnow() <= row.slot.starts_at - timedelta(hours=hours)


def check_may_change(actor: Actor, row: Booking) -> None:
    """Raise Conflict when it is too late to move or cancel."""
    if not may_change(actor, row):
        raise Conflict(
            _("It is too late to change this session here. Please tell the other person."), code="too_late"
        )


def check_rules(actor: Actor, slot: Slot, *, instead_of: Booking | None = None) -> None:
    """Raise Forbidden or Conflict with the reason for which the actor cannot have a time."""
    check_time(actor, slot, rules_of(actor))
    _check_tutor(slot)
    others = [each for each in find_coming(actor) if instead_of is None or each.id != instead_of.id]
    if instead_of is None:
        check_count(actor, others)
    if clashes(slot, others):
        raise Conflict(_("You have another session at that time."))


def check_time(actor: Actor, slot: Slot, rules: TutoringSettings) -> None:
    """Raise Forbidden or Conflict where nobody, or not this person, can be given a time: closed, one's own, too soon, too far."""
    now = utcnow()
    if slot.tutor_id == actor.user_id:
        raise Forbidden(_("You cannot book a session with yourself."))
    if slot.is_closed:
        raise _not_there()
    if slot.starts_at < now + timedelta(hours=rules.notice_hours):
        raise Conflict(
            _("This is too soon: sessions are booked %(hours)s hours before.", hours=rules.notice_hours),
            code="too_soon",
        )
    if slot.starts_at > now + timedelta(days=rules.window_days):
        raise Conflict(_("This is too far ahead: book at most %(days)s days before.", days=rules.window_days))


def _check_tutor(slot: Slot) -> None:
    """Raise Conflict when the tutor of a time left the office, closed it, or does something else then."""
    if slot.is_closed or not _who_is_there(slot.office_id, [slot.tutor_id]):
        raise _not_there()
    if find_clashes([slot]):
        raise Conflict(_("Your tutor is taken at that time. Please choose another one."), code="busy")


def _who_is_there(office_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    people = find_members(system_actor(office_id), ids)
    return {key for key, person in people.items() if not person.is_blocked}


def _not_there() -> Conflict:
    return Conflict(_("Your tutor is not there at that time any more. Please choose another one."))


def check_count(actor: Actor, coming: Sequence[Booking]) -> None:
    """Raise Conflict when a person has as many sessions booked as they may; those booked together count once."""
    booked = {
        each.series_id or each.id
        for each in coming
        if each.trainee_id == actor.user_id and each.slot.starts_at > utcnow()
    }
    if len(booked) >= rules_of(actor).open_bookings:
        raise Conflict(
            _("You have a session already. After it, or when you cancel it, you can book the next one."),
            code="too_many",
        )


def clashes(slot: Slot, coming: Sequence[Booking]) -> bool:
    """True if one of the sessions is at the same time."""
    return any(each.slot.starts_at < slot.ends_at and slot.starts_at < each.slot.ends_at for each in coming)


def take_seat(slot: Slot, trainee_id: uuid.UUID, state: str) -> Booking:
    """A seat of a time, for somebody whose right to it was checked. Raises Conflict when none is free."""
    row = Booking(slot_id=slot.id, trainee_id=trainee_id, seat=_free_seat(slot), state=state)
    session().add(row)
    _flush_seat()
    session().refresh(row)
    return row


def _free_seat(slot: Slot) -> int:
    used = set(
        session().scalars(select(Booking.seat).filter_by(slot_id=slot.id).where(Booking.state != "cancelled"))
    )
    seat = next((number for number in range(slot.capacity) if number not in used), None)
    if seat is None:
        raise _taken()
    return seat


def _flush_seat() -> None:
    """Two who take one seat at the same moment: the database refuses the second."""
    try:
        session().flush()
    except IntegrityError as error:
        raise _taken() from error


def _taken() -> Conflict:
    return Conflict(_("Somebody has just taken this time. Please choose another one."), code="taken")


def _release(row: Booking) -> None:
    row.state = "cancelled"
    row.sequence += 1
    session().flush()
    offer_freed(row.slot)


def _stop_waiting(user_id: uuid.UUID) -> None:
    row = session().scalar(select(Waiting).filter_by(trainee_id=user_id))
    if row is not None:
        session().delete(row)
        session().flush()
