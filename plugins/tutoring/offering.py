"""When tutors are there: weekly patterns, days off, and the times that come of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from lms.plugin import Actor, Conflict, NotFound, _, directory, require, session, utcnow
from plugins.tutoring.forms import AddPattern, TakeDayOff
from plugins.tutoring.models import Booking, ClosedDay, DayOff, Pattern, Slot
from plugins.tutoring.times import Week, overlaps, times_between

OFFER = "tutoring.offer"
AHEAD = timedelta(days=130)
"""How far ahead times are made; more than any office may open for booking."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WeekLoad:
    """How much of a week's quota a tutor offers, and how much of that is taken."""

    quota: int
    offered: int
    taken: int


def find_patterns(actor: Actor) -> list[Pattern]:
    """The actor's own weekly patterns that are not over, in the order of the week. Raises Forbidden."""
    require(actor, OFFER)
    query = select(Pattern).filter_by(tutor_id=actor.user_id).order_by(Pattern.weekday, Pattern.starts)
    return [
        row for row in session().scalars(query) if row.last_day is None or row.last_day >= _today(row.zone)
    ]


def add_pattern(actor: Actor, command: AddPattern) -> Pattern:
    """Be there every week from now on. Raises Forbidden, and Conflict when it touches another pattern."""
    require(actor, OFFER)
    starts, ends = command.minutes
    today = _today(actor.zone)
    row = Pattern(
        tutor_id=actor.user_id, zone=actor.zone, weekday=int(command.weekday), starts=starts, ends=ends,
        slot_minutes=command.slot_minutes, pause_minutes=command.pause_minutes, place=command.place,
        where=command.where or "", topic=command.topic or "", language=command.language or actor.locale, capacity=command.capacity,
        first_day=max(command.first_day or today, today), last_day=command.last_day,
    )  # fmt: skip
    if row.last_day is not None and row.last_day < row.first_day:
        raise Conflict(_("The last day is over already."), fields={"last_day": _("Choose a day that comes.")})
    touching = next((each for each in find_patterns(actor) if _touch(each, row)), None)
    if touching is not None:
        raise Conflict(_("You are there at that time already: these hours touch another line of your week."))
    session().add(row)
    session().flush()
    make_slots(row)
    return row


def end_pattern(actor: Actor, pattern_id: uuid.UUID) -> int:
    """Be there no more; times that somebody has taken stay. Returns how many those are. Raises NotFound."""
    row = session().get(Pattern, pattern_id)
    if row is None or row.tutor_id != actor.user_id:
        raise NotFound(_("This line of your week is not there any more."))
    kept = _close(select(Slot).filter_by(pattern_id=row.id).where(Slot.starts_at > utcnow()))
    session().delete(row)
    session().flush()
    return kept


def take_day_off(actor: Actor, command: TakeDayOff) -> int:
    """Not be there on a day; returns how many times of it are taken already and must be settled by hand."""
    require(actor, OFFER)
    known = session().scalar(select(DayOff).filter_by(tutor_id=actor.user_id, day=command.day))
    if known is None:
        session().add(DayOff(tutor_id=actor.user_id, day=command.day))
    zone = ZoneInfo(actor.zone)
    begin = datetime.combine(command.day, datetime.min.time(), zone)
    day = (
        select(Slot)
        .filter_by(tutor_id=actor.user_id)
        .where(Slot.starts_at >= begin, Slot.starts_at < begin + timedelta(days=1))
    )
    return _close(day)


def give_day_back(actor: Actor, day_id: uuid.UUID) -> None:
    """Be there on a day after all. Raises NotFound."""
    row = session().get(DayOff, day_id)
    if row is None or row.tutor_id != actor.user_id:
        raise NotFound(_("This day is not there any more."))
    session().delete(row)
    session().flush()
    for pattern in find_patterns(actor):
        make_slots(pattern)


def find_days_off(actor: Actor) -> list[DayOff]:
    """Days off that are still to come."""
    query = select(DayOff).filter_by(tutor_id=actor.user_id).where(DayOff.day >= _today(actor.zone))
    return list(session().scalars(query.order_by(DayOff.day)))


def make_slots(pattern: Pattern) -> int:
    """Make the times of a pattern that are not there yet; returns how many. Twice is once."""
    now, today = utcnow(), _today(pattern.zone)
    last = min(filter(None, (pattern.last_day, today + AHEAD)))
    off = set(session().scalars(select(DayOff.day).filter_by(tutor_id=pattern.tutor_id)))
    closed = set(session().scalars(select(ClosedDay.day).where(ClosedDay.day >= today - ONE_DAY)))
    coming = select(Slot).filter_by(tutor_id=pattern.tutor_id).where(Slot.starts_at > now)
    known = {slot.starts_at: slot for slot in session().scalars(coming)}
    zone, clock = ZoneInfo(pattern.zone), ZoneInfo(directory().get(pattern.office_id).zone)
    made = 0
    for begin, end in times_between(week_of(pattern), max(pattern.first_day, today), last):
        slot = known.get(begin)
        is_open = slot is not None and not slot.is_closed
        is_off = begin.astimezone(zone).date() in off or begin.astimezone(clock).date() in closed
        if begin > now and not is_open and not is_off:
            _open(slot or Slot(tutor_id=pattern.tutor_id, starts_at=begin), pattern, end)
            made += 1
    session().flush()
    return made


def extend_all() -> int:
    """Make times further ahead for every pattern of the office in scope; returns how many."""
    return sum(make_slots(pattern) for pattern in session().scalars(select(Pattern)))


def week_load(actor: Actor, quota: int) -> WeekLoad:
    """The next seven days of a tutor, against the quota of the office."""
    now = utcnow()
    coming = (
        select(Slot)
        .filter_by(tutor_id=actor.user_id)
        .where(Slot.starts_at > now, Slot.starts_at < now + timedelta(days=7))
    )
    slots = list(session().scalars(coming))
    return WeekLoad(quota, len(slots), len(taken_of([slot.id for slot in slots])))


def taken_of(slot_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the times in which at least one seat is taken."""
    taken = select(Booking.slot_id).where(Booking.slot_id.in_(list(slot_ids)), Booking.state != "cancelled")
    return set(session().scalars(taken))


def week_of(pattern: Pattern) -> Week:
    """What of a pattern shapes its times."""
    return Week(
        ZoneInfo(pattern.zone), pattern.weekday, pattern.starts, pattern.ends, pattern.slot_minutes, pattern.pause_minutes
    )  # fmt: skip


def _open(slot: Slot, pattern: Pattern, end: datetime) -> None:
    slot.pattern_id, slot.ends_at, slot.is_closed = pattern.id, end, False
    for name in ("place", "where", "topic", "language", "capacity"):
        setattr(slot, name, getattr(pattern, name))
    session().add(slot)


def _touch(one: Pattern, other: Pattern) -> bool:
    is_over = (one.last_day is not None and one.last_day < other.first_day) or (
        other.last_day is not None and other.last_day < one.first_day
    )
    return not is_over and overlaps(week_of(one), week_of(other))


def _close(query: Select[Slot]) -> int:
    """Close times; returns in how many of them somebody is expected."""
    slots = list(session().scalars(query))
    for slot in slots:
        slot.is_closed = True
    session().flush()
    return len(taken_of(slot.id for slot in slots))


def _today(zone: str) -> date:
    return utcnow().astimezone(ZoneInfo(zone)).date()
