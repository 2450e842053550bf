"""When the drop-in desk is open, on the clock of the office."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Integer, String, cast, exists, null, or_, select

from lms.plugin import Actor, Conflict, NotFound, Ref, _, directory, require, session, utcnow, write_audit
from plugins.tutoring.desk import telling
from plugins.tutoring.desk.forms import AddOpening
from plugins.tutoring.models import Booking, ClosedDay, DeskHours, Pattern, Slot
from plugins.tutoring.times import span_of_day

MANAGE = "tutoring.manage"
AHEAD_DAYS = 14
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether the desk is open; ``until`` it closes if it is, ``next_at`` it opens if not. None: never."""

    is_open: bool
    until: datetime | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An opening time of the week, in minutes after midnight on the clock of the office."""

    weekday: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Offered:
    """A tutor offers times about a topic, in a language; empty: any."""

    tutor_id: uuid.UUID
    topic: str
    language: str


@dataclass(frozen=True, slots=True)
class DeskWeek:
    """The opening times of a desk; the closed days to come with their names, in order; who has half an hour
    at this moment that nobody took or to which nobody came, and until when; and what the tutors' weeks offer."""

    lines: Sequence[Line]
    closed: Mapping[date, str]
    unused: Sequence[tuple[uuid.UUID, datetime]] = ()
    offers: Sequence[Offered] = ()


def find_hours(actor: Actor) -> list[DeskHours]:
    """The opening times of the actor's office, in the order of the week; everybody may know them."""
    return list(session().scalars(select(DeskHours).order_by(DeskHours.weekday, DeskHours.starts)))


def add_opening(actor: Actor, command: AddOpening) -> DeskHours:
    """Open the desk at one more time of the week. Raises Forbidden, Conflict when it touches another."""
    require(actor, MANAGE)
    row = DeskHours(
        weekday=int(command.weekday),
        starts=command.starts.hour * 60 + command.starts.minute,
        ends=command.ends.hour * 60 + command.ends.minute,
    )
    if any(
        each.weekday == row.weekday and each.starts <= row.ends and row.starts <= each.ends
        for each in find_hours(actor)
    ):
        raise Conflict(_("The desk is open at that time already."))
    session().add(row)
    session().flush()
    write_audit(actor, "tutoring.desk_opened", ref_of(row), _in_words(row))
    return row


def end_opening(actor: Actor, hours_id: uuid.UUID) -> None:
    """Open the desk at that time no more. Raises Forbidden, NotFound."""
    require(actor, MANAGE)
    row = session().get(DeskHours, hours_id)
    if row is None:
        raise NotFound(_("This opening time is not there any more."))
    write_audit(actor, "tutoring.desk_closed", ref_of(row), _in_words(row))
    session().delete(row)
    session().flush()


def read_week(actor: Actor) -> DeskWeek:
    """All that says when people are there in the actor's office, in one query."""
    now = utcnow()
    number, day, word = cast(null(), Integer), cast(null(), Date), cast(null(), String)
    who, moment = cast(null(), Slot.tutor_id.type), cast(null(), Slot.ends_at.type)
    lines = select(
        DeskHours.weekday, DeskHours.starts, DeskHours.ends, day.label("day"), word.label("name"), who.label("tutor_id"), moment.label("until"),
        word.label("language"),
    )  # fmt: skip
    days = select(number, number, number, ClosedDay.day, ClosedDay.name, who, moment, word)
    is_used = exists().where(Booking.slot_id == Slot.id, Booking.state.in_(("held", "booked", "done")))
    unused = select(number, number, number, day, word, Slot.tutor_id, Slot.ends_at, word).where(
        Slot.place != "in_person",
        Slot.is_closed.is_(False),
        Slot.starts_at <= now,
        Slot.ends_at > now,
        ~is_used,
    )
    offers = (
        select(number, number, number, day, Pattern.topic, Pattern.tutor_id, moment, Pattern.language)
        .where(or_(Pattern.last_day.is_(None), Pattern.last_day >= now.date()))
        .distinct()
    )
    query = lines.union_all(days.where(ClosedDay.day >= now.date() - ONE_DAY), unused, offers)
    rows = session().execute(query).all()
    closed = sorted((row.day, row.name) for row in rows if row.day is not None)
    return DeskWeek(
        [Line(row.weekday, row.starts, row.ends) for row in rows if row.weekday is not None],
        dict(closed),
        [(row.tutor_id, row.until) for row in rows if row.until is not None],
        [Offered(row.tutor_id, row.name, row.language) for row in rows if row.language is not None],
    )


def opening_now(actor: Actor, *, at: datetime | None = None, week: DeskWeek | None = None) -> Opening:
    """Whether the desk of the actor's office is open at this moment, or at another one."""
    if actor.office_id is None:
        return Opening(is_open=False)
    week = week or read_week(actor)
    return opening_at(week.lines, _zone(actor), at or utcnow(), week.closed)


def opening_with_unused(actor: Actor, *, week: DeskWeek | None = None) -> Opening:
    """The same, and open too while a tutor at the desk has half an hour that nobody took, or to which nobody came."""
    week = week or read_week(actor)
    found = opening_now(actor, week=week)
    if found.is_open or not week.unused or utcnow().astimezone(_zone(actor)).date() in week.closed:
        return found
    here = telling.tutors_here()
    until = max((end for tutor_id, end in week.unused if tutor_id in here), default=None)
    return Opening(True, until=until) if until else found


def opening_at(
    lines: Sequence[DeskHours | Line], zone: ZoneInfo, now: datetime, closed: Collection[date] = ()
) -> Opening:
    """Whether a desk with these opening times and closed days is open at a moment, and when that changes. Pure."""
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=number) for number in range(-1, AHEAD_DAYS)]
    spans = [
        span_of_day(zone, day, line.starts, line.ends)
        for day in days
        for line in lines
        if line.weekday == day.weekday() and day not in closed
    ]
    real = [(begin, end) for begin, end in spans if begin < end]
    closes = max((end for begin, end in real if begin <= now < end), default=None)
    opens = min((begin for begin, _end in real if begin > now), default=None)
    return Opening(True, until=closes) if closes else Opening(False, next_at=opens)


def _zone(actor: Actor) -> ZoneInfo:
    return ZoneInfo(directory().get(actor.office_id).zone if actor.office_id else "UTC")


def ref_of(row: DeskHours) -> Ref:
    """The reference of an opening time."""
    return Ref.of("tutoring", "desk_hours", row.id)


def _in_words(row: DeskHours) -> str:
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return f"{days[row.weekday]} {row.starts // 60:02d}:{row.starts % 60:02d}-{row.ends // 60:02d}:{row.ends % 60:02d}"
