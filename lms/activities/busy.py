"""When people are taken by activities with a time: what else would be at the same hour asks here."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Uuid, func, select, type_coerce, union

from lms.activities.models import Activity, ActivityOwner, Enrolment
from lms.store.base import session

USUAL = timedelta(hours=1)
"""How long an activity takes that says no end."""
LONGEST = timedelta(hours=12)
"""What takes longer is a span of days, such as a course, and not an hour in which nobody can do anything else."""


@dataclass(frozen=True, slots=True)
class Busy:
    """A person is taken from one moment to another. ``title`` says by what: it is for them alone."""

    user_id: uuid.UUID
    start: datetime
    end: datetime
    title: str

    def touches(self, start: datetime, end: datetime) -> bool:
        """True if it is at the same time, at least in part."""
        return self.start < end and start < self.end


def find_busy(user_ids: Collection[uuid.UUID], start: datetime, end: datetime) -> list[Busy]:
    """When these people run or take part in published activities, between two moments, by start; one query for all.

    Steps of a course count for who is enrolled in it. Of the office in scope. Since 0.1.
    """
    if not user_ids:
        return []
    whole = func.coalesce(Activity.root_id, Activity.id)
    people = union(
        select(Activity.id.label("activity_id"), Activity.owner_id.label("user_id")),
        select(Activity.id, ActivityOwner.user_id).join(ActivityOwner, ActivityOwner.activity_id == whole),
        select(Activity.id, Enrolment.user_id)
        .join(Enrolment, Enrolment.activity_id == whole)
        .where(Enrolment.state == "active"),
    ).subquery()
    ends = func.coalesce(Activity.ends_at, Activity.starts_at)
    who = type_coerce(people.c.user_id, Uuid())
    query = (
        select(who, Activity.starts_at, Activity.ends_at, Activity.title)
        .join(people, people.c.activity_id == Activity.id)
        .where(
            Activity.state == "published",
            who.in_(list(user_ids)),
            Activity.starts_at < end,
            ends >= start - USUAL,
        )
        .order_by(Activity.starts_at, Activity.id)
    )
    found = [
        Busy(user_id, begin, until or begin + USUAL, title)
        for user_id, begin, until, title in session().execute(query)
        if begin is not None
    ]
    return [each for each in found if each.end - each.start <= LONGEST and each.touches(start, end)]
