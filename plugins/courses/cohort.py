"""The people of a course: who is where, who is stuck, why each tick is there, and a few words to those who wait."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from markupsafe import Markup
from sqlalchemy import and_, select

from lms.plugin import (
    Activity,
    Actor,
    Completion,
    Enrolment,
    Invalid,
    NotFound,
    Record,
    Ref,
    Table,
    _,
    _l,
    approve,
    children_of,
    find_member_names,
    find_members,
    format_date,
    get_managed_activity,
    group_member_ids,
    notify,
    reason_of,
    session,
    utcnow,
)
from plugins.courses.forms import Nudge
from plugins.courses.models import Place
from plugins.courses.outline import SECTION, address_of

SortKey = Literal["name", "done", "seen"]
ON_PAGE = 200
TICK = "✓"
FILLED, EMPTY = Markup('<td title="{day}">{mark}</td>'), "<td></td>"


@dataclass(slots=True)
class Row:
    """A person in a course. ``done`` holds when each step was completed, ``scores`` the value where there is one.

    ``last_at``: when something happened last.
    """

    user_id: uuid.UUID
    name: str
    state: str
    enrolled_at: datetime | None
    seen_at: datetime | None
    done: dict[uuid.UUID, datetime] = field(default_factory=dict)
    scores: dict[uuid.UUID, int] = field(default_factory=dict)
    completed_at: datetime | None = None
    required: int = 0
    count: int = 0
    last_at: datetime | None = None

    def happened(self, at: datetime | None) -> None:
        """Something happened then."""
        if at is not None and (self.last_at is None or at > self.last_at):
            self.last_at = at

    def days_idle(self, now: datetime) -> int:
        """Days since something happened last; 0 for who has completed the course."""
        if self.completed_at is not None or self.last_at is None:
            return 0
        return max(0, (now - self.last_at) // timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Ask:
    """Which people, in which order. ``stuck``: nothing happened for so many days. ``show``: all, going, done, waiting."""

    text: str = ""
    group_id: uuid.UUID | None = None
    stuck: int = 0
    show: str = "all"
    sort: str = "name"
    direction: str = "asc"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Cohort:
    """People x steps of a course, as asked for; ``total`` people in all pages, ``everybody`` without any filter."""

    course: Activity
    steps: Sequence[Activity]
    rows: Sequence[Row]
    total: int
    everybody: int
    completed: int
    stuck: int

    def stops_at(self, row: Row) -> tuple[int, str] | None:
        """Where a person stands still: number and title of the first needed step that is not done."""
        steps = enumerate(self.steps, start=1)
        return next(
            ((n, each.title) for n, each in steps if each.is_required and each.id not in row.done), None
        )


@dataclass(frozen=True, slots=True)
class Tick:
    """A step of one person, and why it is done or not."""

    step: Activity
    completed_at: datetime | None
    reason: str


def read_cohort(actor: Actor, course_id: uuid.UUID, ask: Ask, *, stuck_after: int = 14) -> Cohort:
    """The table, in a constant number of queries. Raises NotFound, Forbidden."""
    course = get_managed_activity(actor, course_id)
    steps = [each for each in children_of(course_id) if each.state == "published" and each.type != SECTION]
    rows = _read_rows(actor, course_id, steps)
    now = utcnow()
    wanted = _narrow(rows, ask, now)
    wanted.sort(key=_sort_key(ask.sort), reverse=ask.direction == "desc")
    start = (ask.page - 1) * ON_PAGE
    return Cohort(
        course, steps, wanted[start : start + ON_PAGE], len(wanted), len(rows),
        sum(1 for each in rows if each.completed_at), sum(1 for each in rows if each.days_idle(now) >= stuck_after),
    )  # fmt: skip


def _read_rows(actor: Actor, course_id: uuid.UUID, steps: Sequence[Activity]) -> list[Row]:
    people = (
        session()
        .execute(
            select(Enrolment.user_id, Enrolment.state, Enrolment.enrolled_at, Place.seen_at)
            .outerjoin(
                Place, and_(Place.course_id == Enrolment.activity_id, Place.user_id == Enrolment.user_id)
            )
            .where(Enrolment.activity_id == course_id, Enrolment.state != "ended")
        )
        .all()
    )
    names = find_member_names(actor, [each.user_id for each in people])
    required = sum(1 for each in steps if each.is_required)
    rows = {
        each.user_id: Row(
            each.user_id,
            names[each.user_id],
            each.state,
            each.enrolled_at,
            each.seen_at,
            required=required,
        )
        for each in people
        if each.user_id in names
    }
    for each in rows.values():
        each.happened(each.enrolled_at)
        each.happened(each.seen_at)
    needed = {each.id for each in steps if each.is_required}
    done = session().execute(
        select(
            Completion.activity_id,
            Completion.user_id,
            Completion.completed_at,
            Completion.value,
            Completion.rule,
        )
        .join(Activity, Activity.id == Completion.activity_id)
        .where(
            (Activity.parent_id == course_id) | (Activity.id == course_id), Completion.withdrawn_at.is_(None)
        )
    )
    for activity_id, user_id, completed_at, value, rule in done:
        if (row := rows.get(user_id)) is None:
            continue
        if activity_id == course_id:
            row.completed_at = completed_at
            continue
        row.done[activity_id] = completed_at
        if row.last_at is None or completed_at > row.last_at:
            row.last_at = completed_at
        row.count += activity_id in needed
        if rule == "score" and value is not None:
            row.scores[activity_id] = value
    return list(rows.values())


def cells_of(cohort: Cohort) -> list[Markup]:
    """For each person, the cells under the steps as HTML: the day and a score or a tick; empty for what is not done.

    There are thousands, and few that differ: each is written once, so that the page has nothing left to ask.
    """
    ids = [each.id for each in cohort.steps]
    known: dict[tuple[int, int, int | None], str] = {}

    def cell(at: datetime | None, score: int | None) -> str:
        if at is None:
            return EMPTY
        key = (at.toordinal(), at.hour * 4 + at.minute // 15, score)  # days begin at a quarter in some zones
        if key not in known:
            known[key] = FILLED.format(day=format_date(at), mark=TICK if score is None else score)
        return known[key]

    found = []
    for row in cohort.rows:
        done, scores = row.done, row.scores
        cells = [cell(done.get(each), scores.get(each) if scores else None) for each in ids]
        found.append(Markup("".join(cells)))  # noqa: S704 - cells are escaped
    return found


def _narrow(rows: Sequence[Row], ask: Ask, now: datetime) -> list[Row]:
    found = list(rows)
    if ask.text:
        found = [each for each in found if ask.text.casefold() in each.name.casefold()]
    if ask.group_id is not None:
        members = set(group_member_ids(ask.group_id))
        found = [each for each in found if each.user_id in members]
    if ask.stuck > 0:
        found = [each for each in found if each.state == "active" and each.days_idle(now) >= ask.stuck]
    match ask.show:
        case "going":
            return [each for each in found if each.state == "active" and each.completed_at is None]
        case "done":
            return [each for each in found if each.completed_at is not None]
        case "waiting":
            return [each for each in found if each.state != "active"]
    return found


def _sort_key(sort: str) -> Callable[[Row], Any]:
    if sort == "done":
        return lambda row: (row.count, row.name.casefold())
    if sort == "seen":
        return lambda row: (row.last_at is not None, row.last_at or utcnow(), row.name.casefold())
    return lambda row: row.name.casefold()


def as_table(cohort: Cohort) -> Table:
    """The cohort as a table for a spreadsheet: dates where done, scores beside them."""
    columns = [
        _("Name"),
        _("State"),
        _("Enrolled"),
        _("Last active"),
        _("Steps done"),
        _("Steps needed"),
        _("Completed"),
    ]
    scored = [each for each in cohort.steps if any(each.id in row.scores for row in cohort.rows)]
    columns += [each.title for each in cohort.steps]
    columns += [_("%(title)s: score", title=each.title) for each in scored]
    words = {"active": _("Takes part"), "waiting": _("Waiting list"), "pending": _("Waiting for approval")}
    rows = [
        [
            row.name, words.get(row.state, row.state), row.enrolled_at, row.last_at, row.count, row.required, row.completed_at,
            *(row.done.get(each.id) for each in cohort.steps), *(row.scores.get(each.id) for each in scored),
        ]
        for row in cohort.rows
    ]  # fmt: skip
    return Table(cohort.course.title, columns, rows)


def explain_person(actor: Actor, course_id: uuid.UUID, user_id: uuid.UUID) -> tuple[str, list[Tick]]:
    """A person's name and every step with its reason; the course itself last. Raises NotFound, Forbidden."""
    course = get_managed_activity(actor, course_id)
    person = find_members(actor, [user_id]).get(user_id)
    is_in = session().scalar(select(Enrolment.id).filter_by(activity_id=course_id, user_id=user_id))
    if person is None or is_in is None:
        raise NotFound(_("This person does not take part."))
    steps = [each for each in children_of(course_id) if each.state == "published" and each.type != SECTION]
    rows = session().execute(
        select(Completion, Record)
        .outerjoin(Record, Record.id == Completion.record_id)
        .where(
            Completion.activity_id.in_([course_id, *(each.id for each in steps)]),
            Completion.user_id == user_id,
        )
    )
    known = {row.activity_id: (row, record) for row, record in rows}
    return person.name, [_tick(each, known.get(each.id)) for each in (*steps, course)]


def _tick(step: Activity, found: tuple[Completion, Record | None] | None) -> Tick:
    if found is None:
        return Tick(step, None, "")
    row, record = found
    reason = _("%(date)s, %(reason)s (rule %(version)s)", date=format_date(row.completed_at), reason=reason_of(row, record), version=row.rule_version)  # fmt: skip
    if row.withdrawn_at is not None:
        return Tick(step, None, _("Was done (%(reason)s); no longer counts since %(date)s.", reason=reason, date=format_date(row.withdrawn_at)))  # fmt: skip
    return Tick(step, row.completed_at, reason)


def nudge(actor: Actor, course_id: uuid.UUID, command: Nudge) -> int:
    """Remind people of a course, each at most once a day; returns how many. Raises NotFound, Forbidden, Invalid for none."""
    course = get_managed_activity(actor, course_id)
    active = set(
        session().scalars(
            select(Enrolment.user_id)
            .filter_by(activity_id=course_id, state="active")
            .where(Enrolment.user_id.in_(command.people))
        )
    )
    if not active:
        raise Invalid(_("Choose at least one person who takes part."))
    day = utcnow().date().isoformat()
    for person in sorted(active):
        notify(
            person, "courses_nudge", title=_l("“%(title)s” is waiting for you", title=course.title),
            body=command.text or _l("You can go on exactly where you left. Write to your trainer if something holds you up."),
            url=address_of(course), ref=Ref.of("core", "activity", course_id),
            key=f"courses-nudge:{course_id}:{day}",
        )  # fmt: skip
    return len(active)


def let_in(actor: Actor, course_id: uuid.UUID, people: Sequence[uuid.UUID]) -> None:
    """Let people in who asked. Raises NotFound, Forbidden, Conflict."""
    for person in people:
        approve(actor, course_id, person)
