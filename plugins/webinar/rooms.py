"""Setting rooms up: create from a title, change, publish, call off; and finding them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, not_, or_, select
from sqlalchemy.sql.elements import BindParameter

from lms.plugin import (
    Activity,
    Actor,
    Conflict,
    CreateActivity,
    EditActivity,
    Enrolment,
    Invalid,
    NotFound,
    Ref,
    _,
    create_activity,
    current_zone,
    edit_activity,
    find_members,
    get_activity,
    get_managed_activity,
    may_manage,
    open_activity,
    owned_by,
    session,
    set_state,
    utcnow,
)
from plugins.webinar import letters, log
from plugins.webinar.chat_events import ChatRuled
from plugins.webinar.forms import AddHelper, CreateRoom, EditRoom
from plugins.webinar.models import Participant, Room
from plugins.webinar.presets import PRESETS
from plugins.webinar.rights import OPEN_RIGHTS, write_names

TYPE = "webinar"
KIND = "room"
OPENS_BEFORE = timedelta(minutes=15)
"""How long before the beginning people may come in; those who lead it may at any time."""
OPEN_AFTER = timedelta(hours=2)
"""How long after the planned end a room that nobody ended is still open."""
MOST_BETWEEN = 10_000
Person = uuid.UUID | BindParameter[Any]
_ME: BindParameter[Any] = bindparam("me")


@dataclass(frozen=True, slots=True)
class Meeting:
    """A room with its header."""

    room: Room
    activity: Activity

    @property
    def ends_at(self) -> datetime | None:
        """The planned end."""
        return self.activity.ends_at

    def is_open(self, now: datetime) -> bool:
        """True while people may come in."""
        begins, ends = self.activity.starts_at, self.activity.ends_at
        if self.room.ended_at is not None or self.room.cancelled_at is not None:
            return False
        if begins is None or ends is None:
            return True
        return begins - OPENS_BEFORE <= now <= ends + OPEN_AFTER

    def may_open_again(self, now: datetime) -> bool:
        """True when somebody ended it before its time was over: who leads it opens it again by coming in."""
        ends = self.activity.ends_at
        is_ended = self.room.ended_at is not None and self.room.cancelled_at is None
        return is_ended and (ends is None or now <= ends + OPEN_AFTER)

    def is_past(self, now: datetime) -> bool:
        """True once it is over, or was called off."""
        ends = self.activity.ends_at
        is_over = self.room.ended_at is not None or self.room.cancelled_at is not None
        return is_over or (ends is not None and now > ends + OPEN_AFTER)


def ref_of(room_id: uuid.UUID) -> Ref:
    """The room as others refer to it."""
    return Ref.of("webinar", KIND, room_id)


def create_room(actor: Actor, command: CreateRoom, parent_id: uuid.UUID | None = None) -> Meeting:
    """Make a room; it is a draft until it is published. Raises Forbidden, Invalid."""
    activity = create_activity(actor, CreateActivity(title=command.title, type=TYPE, parent_id=parent_id))
    room = _room(activity.id)
    apply_preset(room, activity, command.preset)
    room.duration = command.duration
    meeting = Meeting(room, activity)
    set_time(meeting, as_moment(command.starts_at) if command.starts_at else None)
    session().flush()
    return meeting


def plan_room(actor: Actor, command: CreateRoom) -> Meeting:
    """The same for somebody who plans a meeting that is to take place. Raises Forbidden, Invalid for one that would be over already."""
    if command.starts_at is not None:
        _require_ahead(as_moment(command.starts_at), command.duration)
    return create_room(actor, command)


def set_up(actor: Actor, activity_id: uuid.UUID) -> None:
    """The rows of a new activity of the type."""
    activity = session().get_one(Activity, activity_id)
    room = Room(activity_id=activity_id)
    session().add(room)
    apply_preset(room, activity, "webinar")
    session().flush()
    activity.completion_rule, activity.completion_goal = "attended", attended_minutes(room)
    session().flush()
    session().add(Participant(room_id=activity_id, user_id=actor.user_id, name=actor.name, role="host"))
    session().flush()


def apply_preset(room: Room, activity: Activity, name: str) -> None:
    """Begin from a kind of meeting."""
    preset = PRESETS[name]
    room.preset, room.layout = preset.name, preset.layout
    room.rights = write_names(preset.rights)
    room.has_lobby, room.may_record = preset.has_lobby, preset.may_record
    room.private_chat = preset.private_chat
    activity.capacity = preset.capacity


def edit_room(actor: Actor, room_id: uuid.UUID, command: EditRoom) -> Meeting:
    """Change a room. Who is expected hears of a new time. Raises NotFound, Forbidden, Invalid."""
    meeting = get_managed_room(actor, room_id)
    room, activity, before = meeting.room, meeting.activity, meeting.activity.starts_at
    preset = PRESETS[room.preset]
    if command.capacity and command.capacity > preset.capacity:
        text = _("A %(kind)s has at most %(count)s places.", kind=preset.title, count=preset.capacity)
        raise Invalid(text, fields={"capacity": text})
    starts_at = as_moment(command.starts_at) if command.starts_at else None
    if starts_at is not None and (starts_at, command.duration) != (before, room.duration):
        _require_ahead(starts_at, command.duration)
    length_before, room.duration = room.duration, command.duration
    room.rights = write_names(set(command.rights) & set(OPEN_RIGHTS))
    room.layout, room.has_lobby, room.guests = command.layout, command.has_lobby, command.guests
    room.present_percent, room.replay_percent = command.present_percent, command.replay_percent
    rules = ChatRuled(slow_seconds=command.slow_seconds, links=command.links, private=command.private_chat)
    if rules != ChatRuled(slow_seconds=room.slow_seconds, links=room.links, private=room.private_chat):
        room.slow_seconds, room.links, room.private_chat = rules.slow_seconds, rules.links, rules.private
        log.write(room, "chat.ruled", rules)
    edit_activity(
        actor, room_id,
        EditActivity(title=command.title, summary=command.summary, capacity=command.capacity or preset.capacity),
    )  # fmt: skip
    set_time(meeting, starts_at)
    if activity.state == "published" and (before, length_before) != (activity.starts_at, room.duration):
        room.sequence += 1
        letters.tell_changed(meeting.room, activity)
    session().flush()
    return meeting


def _require_ahead(starts_at: datetime, minutes: int) -> None:
    if starts_at + timedelta(minutes=minutes) <= utcnow():
        text = _("This time is over already. Choose one that is still to come.")
        raise Invalid(text, fields={"starts_at": text})


def attended_minutes(room: Room) -> int:
    """From how many minutes on somebody was there."""
    return max(1, room.duration * room.present_percent // 100)


def publish_room(actor: Actor, room_id: uuid.UUID) -> None:
    """Let people see it and come. Raises Conflict for one without a time or that was called off."""
    meeting = get_managed_room(actor, room_id)
    if meeting.activity.starts_at is None:
        raise Conflict(_("When does it begin? Give it a date first."))
    if meeting.room.cancelled_at is not None:
        raise Conflict(_("This was called off. Make a new one."))
    set_state(actor, room_id, "published")


def early_ends() -> Select[uuid.UUID, datetime]:
    """The ids of rooms that were called off or are over, and since when. Of the office in scope."""
    until = func.coalesce(Room.cancelled_at, Room.ended_at)
    return select(Room.activity_id, until).where(until.is_not(None))


def add_helper(actor: Actor, room_id: uuid.UUID, command: AddHelper) -> None:
    """Let somebody of the office lead or present with you. Raises NotFound, Forbidden."""
    meeting = get_managed_room(actor, room_id)
    person = find_members(actor, [command.user_id]).get(command.user_id)
    if person is None:
        raise NotFound(_("There is no such person."))
    row = session().scalar(select(Participant).filter_by(room_id=meeting.activity.id, user_id=person.id))
    if row is None:
        row = Participant(room_id=meeting.activity.id, user_id=person.id, name=person.name)
        session().add(row)
    if row.role != "host":
        row.role = command.role
    session().flush()


def remove_helper(actor: Actor, room_id: uuid.UUID, participant_id: uuid.UUID) -> None:
    """Make a helper an ordinary participant again; the host stays."""
    get_managed_room(actor, room_id)
    row = session().get(Participant, participant_id)
    if row is not None and row.room_id == room_id and row.role != "host":
        row.role = "participant"


def find_helpers(room_id: uuid.UUID) -> list[Participant]:
    """Host, co-hosts and presenters, in this order."""
    people = select(Participant).filter_by(room_id=room_id, is_program=False)
    rows = session().scalars(people.where(Participant.role != "participant"))
    order = {"host": 0, "cohost": 1, "presenter": 2}
    return sorted(rows, key=lambda row: (order[row.role], row.name))


def get_room(actor: Actor, room_id: uuid.UUID) -> Meeting:
    """A room that the actor may know of: its activity is open to them, or they were let in as a visitor. Raises NotFound, Forbidden."""
    if actor.is_visitor:
        return _visited(actor, room_id)
    activity = get_activity(actor, room_id)
    if activity.type != TYPE:
        raise NotFound(_("There is no such room."))
    return Meeting(_room(activity.id), activity)


def get_open_room(actor: Actor, room_id: uuid.UUID) -> Meeting:
    """The same, where a step of a course must be unlocked as well."""
    meeting = get_room(actor, room_id)
    if not actor.is_visitor:
        open_activity(actor, room_id)
    return meeting


def get_managed_room(actor: Actor, room_id: uuid.UUID) -> Meeting:
    """A room that the actor may change. Raises NotFound, Forbidden."""
    activity = get_managed_activity(actor, room_id)
    if activity.type != TYPE:
        raise NotFound(_("There is no such room."))
    return Meeting(_room(activity.id), activity)


def meeting_of(room_id: uuid.UUID) -> Meeting:
    """A room for who came to it by a key of its own. Raises NotFound."""
    room = _room(room_id)
    return Meeting(room, session().get_one(Activity, room_id))


def leads(actor: Actor, meeting: Meeting) -> bool:
    """True for who manages the activity, and for the host and co-hosts."""
    if actor.is_visitor:
        return False
    if may_manage(actor, meeting.activity):
        return True
    row = session().scalar(select(Participant).filter_by(room_id=meeting.activity.id, user_id=actor.user_id))
    return row is not None and row.role in {"host", "cohost"}


def find_rooms(actor: Actor, *, is_past: bool = False, limit: int = 50) -> list[Meeting]:
    """Rooms of the office that the actor sees: what is coming, by time; or what is over, the latest first."""
    if not actor.is_member:
        return []
    query = _rooms(actor.can("activities.manage"), is_past)
    wanted = {"me": actor.user_id, "closed": utcnow() - OPEN_AFTER, "most": limit}
    return [Meeting(room, activity) for activity, room in session().execute(query, wanted)]


@cache
def _rooms(sees_all: bool, is_past: bool) -> Select[Activity, Room]:
    query = select(Activity, Room).join(Room, Room.activity_id == Activity.id).where(_listed(sees_all, _ME))
    if is_past:
        query = query.where(_over()).order_by(Activity.starts_at.desc(), Activity.id)
    else:
        query = query.where(not_(_over())).order_by(
            Activity.starts_at.is_(None), Activity.starts_at, Activity.id
        )
    return query.limit(bindparam("most"))


def _over() -> ColumnElement[bool]:
    has_passed = and_(Activity.ends_at.is_not(None), Activity.ends_at < bindparam("closed"))
    return or_(Room.ended_at.is_not(None), Room.cancelled_at.is_not(None), has_passed)


def find_between(actor: Actor, start: datetime, end: datetime) -> list[Meeting]:
    """Rooms that the actor sees and that touch the time between two moments, by start."""
    if not actor.is_member:
        return []
    query = _rooms_between(actor.can("activities.manage"))
    rows = session().execute(query, {"me": actor.user_id, "start": start, "end": end})
    return [Meeting(room, activity) for activity, room in rows]


def find_ahead(
    actor: Actor, start: datetime, end: datetime, limit: int
) -> tuple[list[Meeting], Meeting | None]:
    """The first of those; and the next meeting, or one that goes on beyond its time, in which the actor is expected."""
    if not actor.is_member:
        return [], None
    query = _rooms_ahead(actor.can("activities.manage"))
    wanted = {
        "me": actor.user_id,
        "start": start,
        "end": end,
        "closed": start - OPEN_AFTER,
        "most": limit + 1,
    }
    found, expected = [], None
    for activity, room, is_next in session().execute(query, wanted):
        found.append(Meeting(room, activity))
        expected = found[-1] if is_next else expected
    return found, expected


@cache
def _rooms_between(sees_all: bool) -> Select[Activity, Room]:
    return (
        select(Activity, Room)
        .join(Room, Room.activity_id == Activity.id)
        .where(_listed(sees_all, _ME), _between())
        .order_by(Activity.starts_at)
        .limit(MOST_BETWEEN)
    )


@cache
def _rooms_ahead(sees_all: bool) -> Select[Activity, Room, bool]:
    """One statement for both, built once: every start page asks it."""
    expected = (
        select(Activity.id)
        .join(Room, Room.activity_id == Activity.id)
        .where(_expected(_ME), not_(_over()), Activity.starts_at.is_not(None))
        .order_by(Activity.starts_at, Activity.id)
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )
    is_next = func.coalesce(Activity.id == expected, false())
    return (
        select(Activity, Room, is_next)
        .join(Room, Room.activity_id == Activity.id)
        .where(or_(is_next, and_(_listed(sees_all, _ME), _between())))
        .order_by(is_next.desc(), Activity.starts_at)
        .limit(bindparam("most"))
    )


def _between() -> ColumnElement[bool]:
    return and_(Activity.starts_at < bindparam("end"), Activity.ends_at >= bindparam("start"))


def _listed(sees_all: bool, me: Person) -> ColumnElement[bool]:
    """SQL: published ones, steps of courses in which the person is, and what they manage."""
    if sees_all:
        return Activity.state != "archived"
    enrolled = select(Enrolment.id).where(
        Enrolment.activity_id == Activity.root_id,
        Enrolment.user_id == me,
        Enrolment.state == "active",
    )
    is_out = and_(Activity.state == "published", or_(Activity.root_id.is_(None), enrolled.exists()))
    return or_(owned_by(me), is_out)


def _expected(me: Person) -> ColumnElement[bool]:
    """SQL: published ones that the person made or helps to hold, or in which (or in whose course) they take part."""
    enrolled = select(Enrolment.id).where(
        Enrolment.activity_id == func.coalesce(Activity.root_id, Activity.id),
        Enrolment.user_id == me,
        Enrolment.state == "active",
    )
    helps = select(Participant.id).where(
        Participant.room_id == Activity.id,
        Participant.user_id == me,
        Participant.role != "participant",
    )
    is_theirs = or_(owned_by(me), enrolled.exists(), helps.exists())
    return and_(Activity.state == "published", is_theirs)


def as_moment(local: datetime) -> datetime:
    """A wall-clock time of the person at the screen as a moment. Raises Invalid for one that the clock skips."""
    if local.tzinfo is not None:
        return local
    zone = current_zone()
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        text = _("This time does not exist on that day, because the clocks change.")
        raise Invalid(text, fields={"starts_at": text})
    return moment


def find_by_ids(actor: Actor, ids: Sequence[uuid.UUID]) -> list[Meeting]:
    """Those of the rooms that the actor may know of."""
    if not actor.is_member:
        return []
    may_know = _listed(actor.can("activities.manage"), actor.user_id)
    query = select(Activity, Room).join(Room, Room.activity_id == Activity.id)
    rows = session().execute(query.where(Room.activity_id.in_(ids), may_know))
    return [Meeting(room, activity) for activity, room in rows]


def set_time(meeting: Meeting, starts_at: datetime | None) -> None:
    """When it begins, and with its duration ends; what counts as attended follows. Nobody is told."""
    activity, room = meeting.activity, meeting.room
    activity.starts_at = starts_at
    activity.ends_at = starts_at + timedelta(minutes=room.duration) if starts_at else None
    activity.minutes = room.duration
    if activity.completion_rule == "attended":
        activity.completion_goal = attended_minutes(room)


def _room(activity_id: uuid.UUID) -> Room:
    room = session().get(Room, activity_id)
    if room is None:
        raise NotFound(_("There is no such room."))
    return room


def _visited(actor: Actor, room_id: uuid.UUID) -> Meeting:
    row = session().scalar(select(Participant).filter_by(room_id=room_id, visitor_id=actor.user_id))
    activity = session().get(Activity, room_id) if row is not None else None
    if row is None or activity is None or activity.state != "published":
        raise NotFound(_("There is no such room."))
    return Meeting(row.room, activity)
