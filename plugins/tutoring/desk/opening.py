"""When the drop-in desk is open, on the clock of the office."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select

from lms.plugin import Actor, Conflict, NotFound, Ref, _, directory, require, session, utcnow, write_audit
from plugins.tutoring.desk import telling
from plugins.tutoring.desk.forms import AddOpening
from plugins.tutoring.models import Booking, DeskHours, Slot
from plugins.tutoring.times import span_of_day

MANAGE = "tutoring.manage"
AHEAD_DAYS = 14


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether the desk is open; ``until`` it closes if it is, ``next_at`` it opens if not. None: never."""

    is_open: bool
    until: datetime | None = None
    next_at: datetime | None = None


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


def opening_now(actor: Actor, *, at: datetime | None = None) -> Opening:
    """Whether the desk of the actor's office is open at this moment, or at another one."""
    if actor.office_id is None:
        return Opening(is_open=False)
    zone = ZoneInfo(directory().get(actor.office_id).zone)
    return opening_at(find_hours(actor), zone, at or utcnow())


def opening_with_unused(actor: Actor) -> Opening:
    """The same, and open too while a tutor at the desk has half an hour that nobody took, or to which nobody came."""
    found = opening_now(actor)
    here = telling.tutors_here() if not found.is_open and actor.office_id else set()
    if not here:
        return found
    now = utcnow()
    is_used = exists().where(Booking.slot_id == Slot.id, Booking.state.in_(("held", "booked", "done")))
    query = select(func.max(Slot.ends_at)).where(
        Slot.tutor_id.in_(here), Slot.place == "chat", Slot.is_closed.is_(False), Slot.starts_at <= now, Slot.ends_at > now, ~is_used
    )  # fmt: skip
    until = session().scalar(query)
    return Opening(True, until=until) if until else found


def opening_at(lines: Sequence[DeskHours], zone: ZoneInfo, now: datetime) -> Opening:
    """Whether a desk with these opening times is open at a moment, and when that changes. Pure."""
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=number) for number in range(-1, AHEAD_DAYS)]
    spans = [
        span_of_day(zone, day, line.starts, line.ends)
        for day in days
        for line in lines
        if line.weekday == day.weekday()
    ]
    real = [(begin, end) for begin, end in spans if begin < end]
    closes = max((end for begin, end in real if begin <= now < end), default=None)
    opens = min((begin for begin, _end in real if begin > now), default=None)
    return Opening(True, until=closes) if closes else Opening(False, next_at=opens)


def ref_of(row: DeskHours) -> Ref:
    """The reference of an opening time."""
    return Ref.of("tutoring", "desk_hours", row.id)


def _in_words(row: DeskHours) -> str:
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return f"{days[row.weekday]} {row.starts // 60:02d}:{row.starts % 60:02d}-{row.ends // 60:02d}:{row.ends % 60:02d}"
