"""Who was there, for how long; what it counts for; how it is proved and corrected."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from lms.plugin import (
    Activity,
    Actor,
    Command,
    NotFound,
    Table,
    Ui,
    _,
    _l,
    directory,
    enrolment_of,
    format_datetime,
    format_time,
    ngettext,
    record_progress,
    render_pdf,
    session,
    system_actor,
    utcnow,
    write_audit,
)
from plugins.webinar import log, rooms
from plugins.webinar.log import ByPerson
from plugins.webinar.models import Correction, Interval, Participant, Registration, Room, Sheet, Watched
from plugins.webinar.rooms import Meeting, attended_minutes

JOINED_WITHIN = timedelta(seconds=60)
"""A gap this short is a reconnect, not an absence."""
ONE_MINUTE = timedelta(minutes=1)
RELOADED_WITHIN = timedelta(seconds=5)
"""Who closed the page and is back so soon loaded it anew."""
PAPER = Path(__file__).parent / "documents" / "sheet.typ"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

Span = tuple[datetime, datetime]


class CorrectMinutes(Command):
    """Somebody was there longer or shorter than the room knows."""

    minutes: Annotated[int, Field(ge=0, le=1440), Ui(_l("Minutes"))]
    reason: Annotated[str, Field(min_length=3, max_length=300), Ui(_l("Why"))]


@dataclass(frozen=True, slots=True)
class Line:
    """One person on the presence sheet. ``minutes`` is what counts, ``measured`` what the room saw, at ``times``.

    ``watched`` is what they saw in replays, ``watched_minutes`` what of it counts besides: of what they missed, up to the cap.
    """

    participant: Participant
    times: Sequence[Span]
    measured: timedelta
    minutes: int
    correction: Correction | None
    is_present: bool
    watched: timedelta = timedelta(0)
    watched_minutes: int = 0

    @property
    def first_at(self) -> datetime | None:
        """When they first came."""
        return self.times[0][0] if self.times else None

    @property
    def last_at(self) -> datetime | None:
        """When they were last there."""
        return max(left for _entered, left in self.times) if self.times else None

    @property
    def measured_clock(self) -> str:
        """The measured time in hours, minutes and seconds."""
        return _hours(self.measured)

    @property
    def watched_clock(self) -> str:
        """The watched time in hours, minutes and seconds; empty for none."""
        return _hours(self.watched) if self.watched else ""


def come(row: Participant) -> None:
    """Somebody opens a page of the room. Their time goes on if the link was cut or the page loaded anew, else a new one begins."""
    latest = _latest(row)
    gap = JOINED_WITHIN if latest is None or not latest.was_left else RELOADED_WITHIN
    _go_on(row, latest, gap)


def beat(row: Participant) -> None:
    """A page of somebody is open at this moment; where another of theirs was closed just now, their time goes on."""
    _go_on(row, _latest(row), JOINED_WITHIN)


def leave(row: Participant) -> None:
    """Somebody closes a page of the room."""
    latest, now = _latest(row), utcnow()
    if latest is not None and not latest.was_left and now - latest.seen_at <= JOINED_WITHIN:
        latest.seen_at, latest.was_left = max(now, latest.seen_at), True


def seconds_within(spans: Iterable[Span], begins: datetime, ends: datetime) -> float:
    """How long the spans cover a time together; what overlaps counts once."""
    total, until = 0.0, begins
    for entered, left in sorted(spans):
        start, stop = max(entered, until), min(left, ends)
        if stop > start:
            total += (stop - start).total_seconds()
            until = stop
    return total


def count(row: Participant) -> None:
    """Write down as progress what was attended since the last time; for members who take part."""
    activity = session().get_one(Activity, row.room_id)
    total = _minutes(row, activity) + _watched_minutes(row, activity)
    gained = total - row.counted_minutes
    if row.user_id is None or gained <= 0 or not _takes_part(row.user_id, activity):
        return
    row.counted_minutes = total
    session().flush()
    record_progress(
        system_actor(row.office_id), activity.id, "attended", user_id=row.user_id, result={"minutes": gained},
        key=f"webinar:{row.id}:{total}",
    )  # fmt: skip


def count_when_reached(row: Participant) -> None:
    """The tick comes as soon as it is earned, not only at the end."""
    activity = session().get_one(Activity, row.room_id)
    goal = activity.completion_goal or attended_minutes(row.room)
    if row.counted_minutes < goal <= _minutes(row, activity) + _watched_minutes(row, activity):
        count(row)


def count_all(room: Room) -> None:
    """Write down what everybody attended."""
    for row in session().scalars(select(Participant).filter_by(room_id=room.activity_id)):
        count(row)


def read_sheet(actor: Actor, room_id: uuid.UUID) -> tuple[Meeting, list[Line]]:
    """Everybody who was there, by name. Raises NotFound, Forbidden."""
    meeting = rooms.get_managed_room(actor, room_id)
    people = (
        session().scalars(select(Participant).filter_by(room_id=room_id).order_by(Participant.name)).all()
    )
    ids = [row.id for row in people]
    spans: dict[uuid.UUID, list[Span]] = {}
    for each in session().scalars(
        select(Interval).where(Interval.participant_id.in_(ids)).order_by(Interval.entered_at)
    ):
        spans.setdefault(each.participant_id, []).append((each.entered_at, each.seen_at))
    corrections = {
        each.participant_id: each
        for each in session().scalars(
            select(Correction)
            .where(Correction.participant_id.in_(ids))
            .order_by(Correction.created_at, Correction.id)
        )
    }
    seen = find_watched(ids)
    lines = [
        _line(meeting, row, (spans.get(row.id, []), seen.get(row.id, [])), corrections.get(row.id))
        for row in people
    ]
    return meeting, [line for line in lines if line.first_at or line.correction or line.watched]


def find_watched(participant_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Span]]:
    """What these people saw in replays, by the clock of the meeting."""
    found: dict[uuid.UUID, list[Span]] = {}
    for each in session().scalars(select(Watched).where(Watched.participant_id.in_(participant_ids))):
        found.setdefault(each.participant_id, []).append((each.begins_at, each.ends_at))
    return found


def present_ids(room: Room, activity: Activity) -> set[uuid.UUID]:
    """The accounts and registrations of those who were there long enough."""
    rows = session().scalars(select(Participant).filter_by(room_id=activity.id)).all()
    present = [row for row in rows if _minutes(row, activity) >= attended_minutes(room)]
    visitors = [row.visitor_id for row in present if row.visitor_id]
    guests = session().scalars(
        select(Registration.id).where(
            Registration.room_id == activity.id, Registration.visitor_id.in_(visitors)
        )
    )
    return {row.user_id for row in present if row.user_id} | set(guests)


def correct(actor: Actor, room_id: uuid.UUID, participant_id: uuid.UUID, command: CorrectMinutes) -> None:
    """Set somebody's minutes by hand, with a reason; the audit keeps both. Raises NotFound, Forbidden."""
    rooms.get_managed_room(actor, room_id)
    row = session().get(Participant, participant_id)
    if row is None or row.room_id != room_id:
        raise NotFound(_("There is no such person."))
    before = _minutes(row, session().get_one(Activity, room_id))
    session().add(
        Correction(
            participant_id=row.id,
            minutes=command.minutes,
            reason=command.reason,
            corrected_by_id=actor.user_id,
        )
    )
    session().flush()
    detail = f"{row.id}: {before} -> {command.minutes}. {command.reason}"
    write_audit(actor, "webinar.attendance_corrected", rooms.ref_of(room_id), detail)
    count(row)


def as_table(meeting: Meeting, lines: Sequence[Line]) -> Table:
    """The presence sheet for a spreadsheet."""
    columns = (
        _("Name"),
        _("Guest"),
        _("Entered"),
        _("Left"),
        _("There at"),
        _("Time measured"),
        _("Minutes that count"),
        _("Corrected because"),
        _("Present"),
        _("Replay watched"),
        _("Minutes of it that count"),
    )
    return Table(
        meeting.activity.title, columns,
        [
            (line.participant.name, _("yes") if line.participant.visitor_id else "", line.first_at, line.last_at,
             _times(line), line.measured_clock, line.minutes, line.correction.reason if line.correction else "", _("yes") if line.is_present else _("no"),
             line.watched_clock, line.watched_minutes if line.watched else "")
            for line in lines
        ],
    )  # fmt: skip


def print_sheet(actor: Actor, room_id: uuid.UUID) -> bytes:
    """The presence sheet as a PDF with a new check code."""
    meeting, lines = read_sheet(actor, room_id)
    code = "-".join("".join(secrets.choice(LETTERS) for _number in range(4)) for _part in range(3))
    session().add(
        Sheet(room_id=room_id, code=code, people=len(lines), minutes=sum(line.minutes for line in lines))
    )
    session().flush()
    return render_pdf(PAPER, _paper(meeting, lines, code))


def find_sheet(code: str) -> tuple[Sheet, Activity]:
    """A sheet that was handed out, by the code on the paper. Raises NotFound."""
    row = session().scalar(select(Sheet).filter_by(code=code.strip().upper()))
    if row is None:
        raise NotFound(_("No presence sheet has this code."))
    return row, session().get_one(Activity, row.room_id)


def _latest(row: Participant) -> Interval | None:
    query = select(Interval).filter_by(participant_id=row.id).order_by(Interval.seen_at.desc()).limit(1)
    return session().scalar(query)


def _go_on(row: Participant, latest: Interval | None, gap: timedelta) -> None:
    now = utcnow()
    if latest is not None and now - latest.seen_at <= gap:
        latest.seen_at, latest.was_left = max(now, latest.seen_at), False
        return
    latest = Interval(participant_id=row.id, entered_at=now, seen_at=now)
    session().add(latest)
    session().flush()
    log.write(row.room, "person.entered", ByPerson(person=row.id), f"entered-{latest.id.hex}")


def _line(
    meeting: Meeting, row: Participant, spans: tuple[list[Span], list[Span]], correction: Correction | None
) -> Line:
    times, seen = spans
    frame = _frame(meeting.room, meeting.activity, times)
    measured = timedelta(seconds=seconds_within(times, *frame))
    minutes = correction.minutes if correction else measured // ONE_MINUTE
    return Line(
        row, times, measured, minutes, correction, minutes >= attended_minutes(meeting.room),
        timedelta(seconds=seconds_within(seen, datetime.min.replace(tzinfo=UTC), utcnow())), _gained(meeting.room, times, seen, frame),
    )  # fmt: skip


def _minutes(row: Participant, activity: Activity) -> int:
    corrected = session().scalar(
        select(Correction.minutes)
        .filter_by(participant_id=row.id)
        .order_by(Correction.created_at.desc(), Correction.id.desc())
        .limit(1)
    )
    if corrected is not None:
        return corrected
    spans = _spans(row)
    return int(seconds_within(spans, *_frame(row.room, activity, spans)) // 60)


def _watched_minutes(row: Participant, activity: Activity) -> int:
    if not row.room.replay_percent:
        return 0
    spans, seen = _spans(row), find_watched([row.id]).get(row.id, [])
    return _gained(row.room, spans, seen, _frame(row.room, activity, spans))


def _gained(room: Room, times: Sequence[Span], seen: Sequence[Span], frame: Span) -> int:
    """Minutes of the meeting that somebody missed and saw in a replay, up to the cap of the room."""
    more = seconds_within([*times, *seen], *frame) - seconds_within(times, *frame)
    return min(int(more // 60), room.duration * room.replay_percent // 100)


def _spans(row: Participant) -> list[Span]:
    rows = session().scalars(select(Interval).filter_by(participant_id=row.id))
    return [(each.entered_at, each.seen_at) for each in rows]


def _frame(room: Room, activity: Activity, spans: Sequence[Span]) -> Span:
    """The time that counts: from the planned beginning, or from when it was opened if that was later, to the end."""
    opened = room.opened_at or (min(each[0] for each in spans) if spans else utcnow())
    begins = max(opened, activity.starts_at) if activity.starts_at else opened
    return begins, room.ended_at or utcnow()


def _takes_part(user_id: uuid.UUID, activity: Activity) -> bool:
    who = Actor(user_id, "", office_id=activity.office_id)
    enrolment = enrolment_of(who, activity.root_id or activity.id)
    return activity.state == "published" and enrolment is not None and enrolment.state == "active"


def _paper(meeting: Meeting, lines: Sequence[Line], code: str) -> dict[str, Any]:
    activity, office = meeting.activity, directory().get(meeting.activity.office_id)
    when = format_datetime(activity.starts_at, "EEEE d MMMM y, HH:mm") if activity.starts_at else ""
    return {
        "title": _("Presence sheet"), "meeting": activity.title, "office": office.name, "code": code,
        "facts": [
            [_("When"), when], [_("Planned"), ngettext("%(num)d minute", "%(num)d minutes", meeting.room.duration)],
            [_("Counts as present from"), ngettext("%(num)d minute", "%(num)d minutes", attended_minutes(meeting.room))],
            [_("Printed"), format_datetime(utcnow())], [_("Check code"), code],
        ],
        "columns": [_("Name"), _("Entered"), _("Left"), _("Measured"), _("Minutes"), _("Present"), _("Replay")],
        "rows": [
            [line.participant.name + (f" ({_('Guest')})" if line.participant.visitor_id else ""), _clock(line.first_at), _clock(line.last_at),
             line.measured_clock, f"{line.minutes}{' *' if line.correction else ''}", _("yes") if line.is_present else _("no"), f"{line.watched_clock} (+{line.watched_minutes})" if line.watched else ""]
            for line in lines
        ],
        "note": _("Replay: what of the recording somebody watched, and in brackets the minutes of what they missed that count besides."),
        "notes": [f"* {line.participant.name}: {line.correction.reason}" for line in lines if line.correction],
    }  # fmt: skip


def _times(line: Line) -> str:
    """Each time by itself, to the second, as who checks a sheet wants it."""
    return "; ".join(
        f"{format_datetime(entered, 'HH:mm:ss')}–{format_datetime(left, 'HH:mm:ss')}"
        for entered, left in line.times
    )


def _clock(moment: datetime | None) -> str:
    return format_time(moment) if moment else "–"


def _hours(time: timedelta) -> str:
    return str(timedelta(seconds=round(time.total_seconds())))
