"""The same half hour, week after week: shown before with what stands in the way, booked all or none, ended one by one or together."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from lms.plugin import (
    Actor,
    Conflict,
    Forbidden,
    NotFound,
    _,
    directory,
    find_members,
    session,
    utcnow,
)
from plugins.tutoring import booking, intake, letters
from plugins.tutoring.clashes import find_clashes
from plugins.tutoring.forms import BookWeekly, TutoringSettings
from plugins.tutoring.models import Booking, Pattern, Series, Slot
from plugins.tutoring.times import same_time_weekly

FEWEST = 2
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a series that is looked at: when (None where the clocks leave that time out), its time, what stands in the way."""

    day: datetime
    slot: Slot | None
    problem: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A series before it is booked: for whom, with whom, in whose clock, week by week."""

    trainee_id: uuid.UUID
    tutor_id: uuid.UUID
    zone: str
    weeks: list[Week]

    @property
    def is_free(self) -> bool:
        """True if all of it can be booked."""
        return not any(week.problem for week in self.weeks)

    @property
    def free_ones(self) -> int:
        """How many weeks are free from the first on, without a gap."""
        return next((number for number, week in enumerate(self.weeks) if week.problem), len(self.weeks))


def longest(actor: Actor) -> int:
    """How many weeks the actor may book at once in their office; 1 where they may not."""
    rules = booking.rules_of(actor)
    return rules.series_most if rules.series_by_trainees else 1


def longest_for_tutor(actor: Actor) -> int:
    """How many weeks a tutor may book at once for somebody they help."""
    return booking.rules_of(actor).series_most


def plan(actor: Actor, slot_id: uuid.UUID, count: int, trainee_id: uuid.UUID | None = None) -> Plan:
    """The weeks from a time on, each free or with its reason. Raises NotFound, Forbidden.

    A tutor names the trainee, with whom they must have had or have a session; notice and window are
    the trainee's rules alone.
    """
    first = booking.get_slot(actor, slot_id)
    _check_may(actor, first, trainee_id)
    who = trainee_id or actor.user_id
    zone = _zone_of(first)
    coming, rules = booking.find_coming(_as(actor, who)), booking.rules_of(actor)
    moments = same_time_weekly(zone, first.starts_at, _limit(actor, trainee_id, count))
    slots = _slots_at(first.tutor_id, [moment for moment in moments if moment])
    used = _seats_used([slot.id for slot in slots.values()])
    clashing = find_clashes(list(slots.values()))
    weeks = []
    for number, moment in enumerate(moments):
        slot = slots.get(moment) if moment else None
        problem = _problem(actor, slot, moment, coming, used, rules if trainee_id is None else None)
        if not problem and slot is not None and slot.id in clashing:
            problem = _("The tutor is taken by something else.")
        weeks.append(Week(moment or first.starts_at + timedelta(weeks=number), slot, problem))
    return Plan(who, first.tutor_id, zone.key, weeks)


def book_weekly(
    actor: Actor, slot_id: uuid.UUID, command: BookWeekly, trainee_id: uuid.UUID | None = None
) -> list[Booking]:
    """Book every week of a series, or none. Raises what ``plan`` raises, and Conflict that names what is not free."""
    found = plan(actor, slot_id, command.count, trainee_id)
    if len(found.weeks) < command.count:
        raise Conflict(_("At most %(count)d weeks can be booked at once.", count=len(found.weeks)))
    if not found.is_free:
        raise Conflict(_("Not every week is free. Choose fewer weeks or another time."), code="taken")
    who = _as(actor, found.trainee_id)
    try:
        booking.check_count(who, booking.find_coming(who))
    except Conflict as refusal:
        if trainee_id is None:
            raise
        raise Conflict(_("This person has a session booked already."), code="too_many") from refusal
    series = Series(zone=found.zone, count=command.count)
    session().add(series)
    session().flush()
    rows = [_book_week(series, week, command, found.trainee_id) for week in found.weeks]
    for row in rows:
        intake.show_things(actor, row, command.things)
    booking.stop_waiting(who)
    letters.tell_booked_weekly(rows, by_tutor=trainee_id is not None)
    return rows


def find_series(row: Booking) -> list[Booking]:
    """All sessions that were booked together with one, in order; nothing for a single one."""
    if row.series_id is None:
        return []
    query = select(Booking).filter_by(series_id=row.series_id).join(Slot, Slot.id == Booking.slot_id)
    return list(session().scalars(query.order_by(Slot.starts_at)))


def find_following(actor: Actor, row: Booking) -> list[Booking]:
    """A session and those after it in its series that the actor can still cancel."""
    return [
        each
        for each in find_series(row)
        if each.slot.starts_at >= row.slot.starts_at and booking.may_change(actor, each)
    ]


def cancel_following(actor: Actor, booking_id: uuid.UUID) -> list[Booking]:
    """Cancel a session and all that follow it in its series. Raises NotFound, Conflict when it is too late for the first."""
    row = booking.get_booking(actor, booking_id)
    booking.check_may_change(actor, row)
    rows = find_following(actor, row) or [row]
    for each in rows:
        booking.end_booking(actor, each)
    letters.tell_cancelled(rows, actor)
    for each in rows:
        booking.offer_freed(each.slot)
    return rows


def find_starts(actor: Actor, like: Slot | None = None) -> list[Slot]:
    """The tutor's own coming times with a free seat; the one at the same hour of the week as another comes first."""
    used = (
        select(func.count()).where(Booking.slot_id == Slot.id, Booking.state != "cancelled").scalar_subquery()
    )
    query = select(Slot).where(
        Slot.tutor_id == actor.user_id,
        Slot.starts_at > utcnow(),
        Slot.is_closed.is_(False),
        used < Slot.capacity,
    )
    slots = list(session().scalars(query.order_by(Slot.starts_at).limit(SHOWN)))
    if like is None:
        return slots
    wanted, soon = _hour_of_week(like), utcnow() + timedelta(hours=booking.rules_of(actor).notice_hours)
    return sorted(
        slots, key=lambda slot: (slot.starts_at < soon, _hour_of_week(slot) != wanted, slot.starts_at)
    )


# --- how ------------------------------------------------------------------------------


def _check_may(actor: Actor, first: Slot, trainee_id: uuid.UUID | None) -> None:
    if trainee_id is None:
        if longest(actor) < FEWEST:
            raise Forbidden(
                _("In your office, your tutor books sessions for several weeks. Please ask them.")
            )
        return
    if first.tutor_id != actor.user_id:
        raise NotFound(_("This time is not there any more."))
    known = select(Booking.id).join(Slot, Slot.id == Booking.slot_id)
    known = known.where(
        Booking.trainee_id == trainee_id, Slot.tutor_id == actor.user_id, Booking.state != "held"
    )
    is_known = session().scalar(known.limit(1)) is not None
    if not is_known or trainee_id == actor.user_id or trainee_id not in find_members(actor, [trainee_id]):
        raise NotFound(_("You have no session with this person."))
    if longest_for_tutor(actor) < FEWEST:
        raise Forbidden(_("In your office, sessions are booked one by one."))


def _limit(actor: Actor, trainee_id: uuid.UUID | None, count: int) -> int:
    most = longest(actor) if trainee_id is None else longest_for_tutor(actor)
    return max(FEWEST, min(count, most))


def _zone_of(slot: Slot) -> ZoneInfo:
    """The clock by which the tutor is there every week."""
    pattern = session().get(Pattern, slot.pattern_id) if slot.pattern_id else None
    return ZoneInfo(pattern.zone if pattern else directory().get(slot.office_id).zone)


def _hour_of_week(slot: Slot) -> tuple[int, int, int]:
    local = slot.starts_at.astimezone(_zone_of(slot))
    return local.weekday(), local.hour, local.minute


def _slots_at(tutor_id: uuid.UUID, moments: Sequence[datetime]) -> dict[datetime, Slot]:
    query = select(Slot).where(Slot.tutor_id == tutor_id, Slot.starts_at.in_(moments))
    return {slot.starts_at: slot for slot in session().scalars(query)}


def _seats_used(slot_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    query = select(Booking.slot_id, func.count()).where(
        Booking.slot_id.in_(slot_ids), Booking.state != "cancelled"
    )
    return dict(session().execute(query.group_by(Booking.slot_id)).all())


def _problem(
    actor: Actor,
    slot: Slot | None,
    moment: datetime | None,
    coming: Sequence[Booking],
    used: dict[uuid.UUID, int],
    rules: TutoringSettings | None,
) -> str:
    """Why a week cannot be booked, in words; empty if it can. ``rules`` are those of a trainee who books."""
    if moment is None:
        return _("The clocks change that night: this time does not exist.")
    if slot is None or slot.is_closed:
        return _("The tutor is not there.")
    if used.get(slot.id, 0) >= slot.capacity:
        return _("Taken by somebody else.")
    if booking.clashes(slot, coming):
        return _("Another session at that time.")
    if rules is None:
        return "" if slot.starts_at > utcnow() else _("This time is over.")
    try:
        booking.check_time(actor, slot, rules)
    except (Conflict, Forbidden) as refusal:
        return str(refusal)
    return ""


def _book_week(series: Series, week: Week, command: BookWeekly, trainee_id: uuid.UUID) -> Booking:
    if week.slot is None:
        raise Conflict(_("Not every week is free. Choose fewer weeks or another time."), code="taken")
    row = booking.take_seat(week.slot, trainee_id, "booked")
    row.purpose, row.message = command.purpose, command.message or ""
    row.series_id, row.series_place = series.id, week.slot.starts_at
    session().flush()
    session().refresh(row)
    return row


def _as(actor: Actor, user_id: uuid.UUID) -> Actor:
    """Whose sessions and rules count: the trainee's, also where the tutor books."""
    return actor if user_id == actor.user_id else replace(actor, user_id=user_id)
