"""The office's figures: sessions, time really used, how much they helped, and what became of those who queued.

Numbers about fewer than five people are not told. Where one line alone is hidden, the next
smallest is hidden with it, so that the sum does not give it away.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import fmean, median
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.plugin import Actor, Conflict, Table, _, directory, find_member_names, require, session, utcnow
from plugins.tutoring.after.forms import ReportAsked
from plugins.tutoring.desk.opening import MANAGE
from plugins.tutoring.forms import PURPOSES
from plugins.tutoring.models import Booking, QueuePlace, Slot

FEWEST_PEOPLE = 5
LONGEST = timedelta(days=1100)
USUAL = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Line:
    """Sessions of one kind. Everything but the name is None when too few people are behind it.

    ``used`` is the share of the time in which the two wrote or spoke to each other (of 1), ``helped`` the
    mean of what people answered, 1 to 5; both None as well where too few people told.
    """

    name: str
    people: int | None = None
    held: int | None = None
    missed: int | None = None
    cancelled: int | None = None
    used: float | None = None
    helped: float | None = None

    @property
    def is_hidden(self) -> bool:
        """True if too few people are behind it."""
        return self.people is None


@dataclass(frozen=True, slots=True)
class Desk:
    """What became of those who queued; None: too few. Waits are seconds until a tutor took them."""

    joined: int | None
    taken: int | None
    given_up: int | None
    usual_wait: float | None
    long_wait: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a time; days include both ends."""

    first_day: date
    last_day: date
    whole: Line
    by_tutor: Sequence[Line]
    by_topic: Sequence[Line]
    desk: Desk


def make_report(actor: Actor, command: ReportAsked) -> Report:
    """The figures of the office in scope. Raises Forbidden, Conflict for a time that cannot be."""
    require(actor, MANAGE)
    first, last, start, end = _time_of(actor, command)
    rows = _rows_between(start, end)
    names = find_member_names(actor, sorted({row.slot.tutor_id for row in rows}))
    topics = {key: str(title) for key, title in PURPOSES}
    return Report(
        first, last, _line(_("All sessions"), rows),
        _lines(rows, lambda row: names.get(row.slot.tutor_id) or _("Former member")),
        _lines(rows, lambda row: topics.get(row.purpose) or _("Something else")),
        _desk_between(start, end),
    )  # fmt: skip


def as_table(report: Report) -> Table:
    """The same for a spreadsheet; an empty cell is a number that is not told."""
    title = _("Tutoring %(first)s to %(last)s", first=report.first_day, last=report.last_day)
    columns = [
        _("Group"), _("People"), _("Held"), _("Missed"), _("Cancelled"), _("Share of time used"), _("Helped (1 to 5)"),
    ]  # fmt: skip
    lines = [report.whole, *report.by_tutor, *report.by_topic]
    rows = [
        [line.name, line.people, line.held, line.missed, line.cancelled, _rounded(line.used), _rounded(line.helped)]
        for line in lines
    ]  # fmt: skip
    desk = report.desk
    for name, value in (
        (_("Queued at the drop-in desk"), desk.joined), (_("Taken by a tutor"), desk.taken), (_("Gave up waiting"), desk.given_up),
        (_("Usual wait in seconds"), _rounded(desk.usual_wait)), (_("Wait of the slowest tenth in seconds"), _rounded(desk.long_wait)),
    ):  # fmt: skip
        rows.append([name, value, None, None, None, None, None])
    return Table(title, columns, rows)


def _time_of(actor: Actor, command: ReportAsked) -> tuple[date, date, datetime, datetime]:
    office = directory().get(actor.office_id or uuid.UUID(int=0))
    zone = ZoneInfo(office.zone)
    last = command.last_day or utcnow().astimezone(zone).date()
    first = command.first_day or last - USUAL
    if first > last:
        raise Conflict(_("The last day is before the first one."))
    if last - first > LONGEST:
        raise Conflict(_("Please choose at most three years."))
    start = datetime.combine(first, time(), zone)
    return first, last, start, datetime.combine(last + timedelta(days=1), time(), zone)


def _rows_between(start: datetime, end: datetime) -> list[Booking]:
    query = (
        select(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(Slot.starts_at >= start, Slot.starts_at < end, Slot.starts_at <= utcnow())
    )
    return list(session().scalars(query.where(Booking.state.in_(("done", "missed", "cancelled")))))


def _lines(rows: Iterable[Booking], name_of: Callable[[Booking], str]) -> list[Line]:
    groups: dict[str, list[Booking]] = {}
    for row in rows:
        groups.setdefault(name_of(row), []).append(row)
    lines = [_line(name, group) for name, group in sorted(groups.items())]
    shown = [line for line in lines if not line.is_hidden]
    if len(lines) - len(shown) == 1 and shown:
        smallest = min(shown, key=lambda line: (line.people or 0, line.name))
        lines[lines.index(smallest)] = Line(smallest.name)
    return lines


def _line(name: str, rows: Sequence[Booking]) -> Line:
    people = {row.trainee_id for row in rows}
    if len(people) < FEWEST_PEOPLE:
        return Line(name)
    states = [row.state for row in rows]
    return Line(
        name, len(people), states.count("done"), states.count("missed"), states.count("cancelled"),
        _told([(row.trainee_id, share) for row in rows if (share := _used(row)) is not None]),
        _told([(row.trainee_id, float(row.rating)) for row in rows if row.rating is not None]),
    )  # fmt: skip


def _told(values: Sequence[tuple[uuid.UUID, float]]) -> float | None:
    if len({person for person, _value in values}) < FEWEST_PEOPLE:
        return None
    return fmean(value for _person, value in values)


def _used(row: Booking) -> float | None:
    """The part of the time from the first to the last word, written or spoken; None where there was none."""
    if row.state != "done" or row.first_said_at is None or row.last_said_at is None:
        return None
    start, end = row.slot.starts_at, row.slot.ends_at
    used = min(row.last_said_at, end) - max(row.first_said_at, start)
    return max(0.0, used / (end - start))


def _desk_between(start: datetime, end: datetime) -> Desk:
    query = select(QueuePlace.trainee_id, QueuePlace.state, QueuePlace.created_at, QueuePlace.ended_at).where(
        QueuePlace.created_at >= start, QueuePlace.created_at < end, QueuePlace.state.not_in(("waiting", "message")), QueuePlace.message == "",
    )  # fmt: skip
    rows = session().execute(query).all()
    if len({row.trainee_id for row in rows}) < FEWEST_PEOPLE:
        return Desk(None, None, None, None, None)
    waits = sorted(
        (row.ended_at - row.created_at).total_seconds()
        for row in rows
        if row.state == "taken" and row.ended_at
    )
    given_up = sum(row.state in {"left", "gone"} for row in rows)
    enough = len(waits) >= FEWEST_PEOPLE
    return Desk(
        len(rows), sum(row.state == "taken" for row in rows), given_up,
        median(waits) if enough else None, waits[int(len(waits) * 0.9)] if enough else None,
    )  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
