"""The same meeting again, every few weeks at the same hour: each one a meeting of its own, that can be changed and called off alone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import select

from lms.plugin import (
    Activity,
    Actor,
    Command,
    Conflict,
    Invalid,
    Ui,
    _,
    _l,
    copy_activity,
    current_zone,
    format_date,
    session,
    set_state,
    utcnow,
)
from plugins.webinar import agenda, rooms
from plugins.webinar.models import Participant
from plugins.webinar.rooms import Meeting

MOST = 26
"""Half a year of weeks."""
EVERY = (("1", _l("Every week")), ("2", _l("Every two weeks")), ("4", _l("Every four weeks")))


class Repeat(Command):
    """How often, and how many more."""

    weeks: Annotated[Literal["1", "2", "4"], Ui(_l("How often"), kind="select", choices=EVERY)]
    times: Annotated[int, Field(ge=1, le=MOST), Ui(_l("How many more meetings"))]


@dataclass(frozen=True, slots=True)
class Repeated:
    """The meetings that were made, and how many were there already."""

    made: Sequence[Meeting]
    known: int


def plan(meeting: Meeting, command: Repeat) -> list[datetime]:
    """When the others begin: at the same hour of the clock in the zone of the person at the screen. Raises Conflict without a date, Invalid."""
    first = meeting.activity.starts_at
    if first is None:
        raise Conflict(_("When does it begin? Give it a date first."))
    local = first.astimezone(current_zone()).replace(tzinfo=None)
    days = [local + timedelta(weeks=int(command.weeks) * number) for number in range(1, command.times + 1)]
    return [_moment(day) for day in days]


def repeat(actor: Actor, room_id: uuid.UUID, command: Repeat) -> Repeated:
    """Make the others, with the same rules, helpers, agenda, prepared polls, questions and slides, published if this one is; all or none.

    One that is there already at its time stays as it is. Raises NotFound, Forbidden, Conflict, Invalid.
    """
    meeting = rooms.get_managed_room(actor, room_id)
    if meeting.activity.root_id is not None:
        raise Conflict(_("A step of a course is not repeated. Copy the step in the course."))
    moments = plan(meeting, command)
    if moments[-1] <= utcnow():
        raise Invalid(_("All these dates are over."), fields={"times": _("All these dates are over.")})
    there = _known(meeting, moments)
    made = [_again(actor, meeting, each) for each in moments if each not in there and each > utcnow()]
    return Repeated(made, len(there))


def _moment(local: datetime) -> datetime:
    try:
        return rooms.as_moment(local)
    except Invalid:
        text = _("On %(day)s this time does not exist, because the clocks change.", day=format_date(local))
        raise Invalid(text, fields={"times": text}) from None


def _known(meeting: Meeting, moments: Sequence[datetime]) -> set[datetime]:
    query = select(Activity.starts_at).where(
        Activity.type == rooms.TYPE, Activity.title == meeting.activity.title,
        Activity.owner_id == meeting.activity.owner_id, Activity.root_id.is_(None),
        Activity.state != "archived", Activity.starts_at.in_(moments),
    )  # fmt: skip
    return {each for each in session().scalars(query) if each is not None}


def _again(actor: Actor, source: Meeting, starts_at: datetime) -> Meeting:
    origin = source.activity
    made_id = copy_activity(actor, origin.id, title=origin.title)[origin.id]
    made = rooms.meeting_of(made_id)
    rooms.set_time(made, starts_at)
    for helper in rooms.find_helpers(origin.id):
        if helper.role != "host" and helper.user_id not in {None, actor.user_id}:
            session().add(
                Participant(room_id=made_id, user_id=helper.user_id, name=helper.name, role=helper.role)
            )
    agenda.take_speakers(origin.id, made_id)
    session().flush()
    if origin.state == "published":
        set_state(actor, made_id, "published")
    return made
