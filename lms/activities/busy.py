"""When people are taken by activities with a time, and what the office has at the same hour."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Select, String, Uuid, cast, false, func, null, or_, select, type_coerce, union

from lms.activities.models import Activity, ActivityOwner, Enrolment
from lms.calendar.models import CalendarItem
from lms.calendar.recurrence import occurrences
from lms.hooks.callers import hooks
from lms.offices.directory import directory
from lms.store.base import session
from lms.store.scope import current_scope

USUAL = timedelta(hours=1)
"""How long an activity takes that says no end."""
LONGEST = timedelta(hours=12)
"""What takes longer is a span of days, such as a course, and not an hour in which nobody can do anything else."""


@dataclass(frozen=True, slots=True)
class Busy:
    """A person is taken from one moment to another. ``title`` says by what: it is for them alone.

    Not ``is_theirs`` are dates of the whole office that somebody else keeps: they may or may not be there.
    """

    user_id: uuid.UUID
    start: datetime
    end: datetime
    title: str
    is_theirs: bool = True

    def touches(self, start: datetime, end: datetime) -> bool:
        """True if it is at the same time, at least in part."""
        return self.start < end and start < self.end


def find_busy(user_ids: Collection[uuid.UUID], start: datetime, end: datetime) -> list[Busy]:
    """When these people run or take part in published activities, and the dates of their office, between two
    moments, by start; one query for all.

    Steps of a course count for who is enrolled in it. What was called off or ended early takes nobody from
    then on (``ActivityType.early_ends``). A date of the office counts with its times, whole days do not; it is
    theirs who entered it. Of the office in scope. Since 0.1.
    """
    if not user_ids:
        return []
    query = _activities(user_ids, start, end).union_all(_dates(start, end))
    found = [
        each
        for row in session().execute(query)
        for each in (_of_date(row, user_ids, start, end) if row.repeat else _of_activity(row))
        if each.end - each.start <= LONGEST and each.touches(start, end)
    ]
    return sorted(found, key=lambda each: each.start)


def _activities(user_ids: Collection[uuid.UUID], start: datetime, end: datetime) -> Select[Any]:
    """Whom which activity takes; ``until`` is when it ended early. ``repeat`` is NULL: it is no date of the office."""
    whole = func.coalesce(Activity.root_id, Activity.id)
    people = union(
        select(Activity.id.label("activity_id"), Activity.owner_id.label("user_id")),
        select(Activity.id, ActivityOwner.user_id).join(ActivityOwner, ActivityOwner.activity_id == whole),
        select(Activity.id, Enrolment.user_id)
        .join(Enrolment, Enrolment.activity_id == whole)
        .where(Enrolment.state == "active"),
    ).subquery()
    who, moment = type_coerce(people.c.user_id, Uuid()), Activity.starts_at.type
    types = hooks().activity_types().values()
    ended = [kind.early_ends() for _owner, kind in types if kind.early_ends is not None]
    none = select(cast(null(), Uuid).label("activity_id"), cast(null(), moment).label("until")).where(false())
    early = none.union_all(*ended).subquery()
    return (
        select(
            who.label("user_id"), Activity.title, Activity.starts_at, Activity.ends_at, early.c.until,
            cast(null(), String).label("repeat"), cast(null(), Date).label("repeat_until"),
        )
        .join(people, people.c.activity_id == Activity.id)
        .join(early, early.c.activity_id == Activity.id, isouter=True)
        .where(
            Activity.state == "published", who.in_(list(user_ids)), Activity.starts_at < end,
            func.coalesce(Activity.ends_at, Activity.starts_at) >= start - USUAL,
        )
    )  # fmt: skip


def _dates(start: datetime, end: datetime) -> Select[Any]:
    """The dates of the office that have times and may fall between two moments."""
    item = CalendarItem
    return select(
        item.created_by_id, item.title, item.starts_at, item.ends_at, cast(null(), item.ends_at.type), item.repeat, item.repeat_until
    ).where(
        item.deleted_at.is_(None), item.is_all_day.is_(False), item.starts_at < end, or_(item.repeat != "none", item.ends_at >= start),
    )  # fmt: skip


def _of_activity(row: Any) -> Iterator[Busy]:
    ends = row.ends_at or row.starts_at + USUAL
    until = ends if row.until is None else min(ends, row.until)
    if row.starts_at < until:
        yield Busy(row.user_id, row.starts_at, until, row.title)


def _of_date(row: Any, user_ids: Collection[uuid.UUID], start: datetime, end: datetime) -> Iterator[Busy]:
    office_id = current_scope().office_id
    zone = ZoneInfo(directory().get(office_id).zone if office_id else "UTC")
    for begin, finish in occurrences(row, zone, start, end):
        for user_id in user_ids:
            yield Busy(user_id, begin, finish, row.title, is_theirs=user_id == row.user_id)
