"""Days on which the office is closed: a plain list that its head keeps."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.plugin import (
    Actor,
    Invalid,
    NotFound,
    Ref,
    _,
    _l,
    directory,
    require,
    session,
    utcnow,
    write_audit,
)
from plugins.tutoring import letters, offering
from plugins.tutoring.desk.opening import MANAGE
from plugins.tutoring.forms import CloseDays
from plugins.tutoring.models import Booking, ClosedDay, Pattern, Slot

MOST_LINES = 200
NAME_LENGTH = 80
_ORDERS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?P<day>\d{1,2})([./])(?P<month>\d{1,2})\2(?P<year>\d{4})(?!\d)"),
)


def find_closed_days(actor: Actor, *, until: date | None = None) -> list[ClosedDay]:
    """The closed days of the actor's office that are to come; everybody may know them."""
    query = select(ClosedDay).where(ClosedDay.day >= _today(actor)).order_by(ClosedDay.day)
    return list(session().scalars(query if until is None else query.where(ClosedDay.day <= until)))


def close_days(actor: Actor, command: CloseDays) -> tuple[int, int]:
    """Close the office on these days: none of their times is offered any more.

    Returns how many days are new, and how many sessions are booked on them: those stay, and their tutors are
    told. Raises Forbidden, and Invalid that names the line which is no day.
    """
    require(actor, MANAGE)
    wanted = read_days(command.days)
    known = {row.day: row for row in session().scalars(select(ClosedDay))}
    fresh = [day for day in wanted if day not in known]
    for day, name in wanted.items():
        if day in known:
            known[day].name = name or known[day].name
        else:
            row = ClosedDay(day=day, name=name)
            session().add(row)
            session().flush()
            write_audit(actor, "tutoring.day_closed", ref_of(row), day.isoformat())
    zone = _zone(actor)
    return len(fresh), sum(_close(day, zone) for day in fresh)


def open_day(actor: Actor, day_id: uuid.UUID) -> None:
    """Be open on a day after all: what the tutors' weeks say holds again. Raises Forbidden, NotFound."""
    require(actor, MANAGE)
    row = session().get(ClosedDay, day_id)
    if row is None:
        raise NotFound(_("This day is not there any more."))
    write_audit(actor, "tutoring.day_opened", ref_of(row), row.day.isoformat())
    session().delete(row)
    session().flush()
    for pattern in session().scalars(select(Pattern)):
        offering.make_slots(pattern)


def read_days(text: str) -> dict[date, str]:
    """One line a day, such as "2026-12-25 Christmas" or "25.12.2026 Christmas". Pure. Raises Invalid with the number of the line."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    filled = [(number, line) for number, line in lines if line]
    if not filled:
        raise _refused(_("Write at least one day."))
    if len(filled) > MOST_LINES:
        raise _refused(_("At most %(count)d days at once.", count=MOST_LINES))
    found: dict[date, str] = {}
    for number, line in filled:
        match = next((match for order in _ORDERS if (match := order.match(line))), None)
        try:
            if match is None:
                raise ValueError
            day = date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            raise _refused(
                _("Line %(number)d is not a day: %(line)s", number=number, line=line[:40])
            ) from None
        found[day] = " ".join(line[match.end() :].strip(" ,;:–-\t").split())[:NAME_LENGTH]
    return found


def ref_of(row: ClosedDay) -> Ref:
    """The reference of a closed day."""
    return Ref.of("tutoring", "closed_day", row.id)


def _close(day: date, zone: ZoneInfo) -> int:
    begin = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    slots = list(session().scalars(select(Slot).where(Slot.starts_at >= begin, Slot.starts_at < end)))
    for slot in slots:
        slot.is_closed = True
    session().flush()
    expected: Sequence[Booking] = session().scalars(
        select(Booking).where(Booking.slot_id.in_([slot.id for slot in slots]), Booking.state == "booked")
    ).all()  # fmt: skip
    for row in expected:
        letters.tell_tutor(
            row, "closed", _l("The office is closed on the day of a session: please move or cancel it")
        )
    return len(expected)


def _zone(actor: Actor) -> ZoneInfo:
    return ZoneInfo(directory().get(actor.office_id).zone if actor.office_id else "UTC")


def _today(actor: Actor) -> date:
    return utcnow().astimezone(_zone(actor)).date()


def _refused(message: str) -> Invalid:
    return Invalid(message, fields={"days": message})
