"""What of a recording somebody has really watched. It counts apart from presence, up to the cap of the room.

A page tells what it played, piece by piece; what was jumped over is in no piece. Nobody can have
watched more than the time of the clock allows at the greatest speed.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from lms.plugin import Actor, Command, Invalid, _, session, utcnow
from plugins.webinar import attendance, log, recording
from plugins.webinar.models import Participant, Recording, Watched

FASTEST = 2.2
"""Twice the speed, and what a player gains when it catches up with the sound."""
MOST_SAVED = timedelta(minutes=2)
"""Of the time of the clock: how late a page without a network may tell what it played."""
FIRST = timedelta(seconds=30)

Seconds = Annotated[float, Field(ge=0, le=100_000)]


class Played(Command):
    """A piece of a recording that was played, in seconds from its beginning."""

    begins: Seconds
    ends: Seconds


def note_played(actor: Actor, room_id: uuid.UUID, recording_id: uuid.UUID, command: Played) -> float:
    """Count a piece that was played; the same again is nothing new. Returns the seconds watched of this recording.

    Raises NotFound, Forbidden, and Invalid for more than can have been watched by now.
    """
    row = recording.get_recording(actor, room_id, recording_id)
    begins = row.started_at + timedelta(seconds=command.begins)
    ends = min(row.started_at + timedelta(seconds=command.ends), row.ended_at or row.started_at)
    if ends <= begins:
        raise Invalid(_("There is no such moment in this recording."))
    me = get_watcher(actor, room_id)
    _spend(me, (ends - begins) / FASTEST)
    touching = session().scalars(
        select(Watched)
        .filter_by(participant_id=me.id)
        .where(Watched.begins_at <= ends, Watched.ends_at >= begins)
    )
    for each in touching.all():
        begins, ends = min(begins, each.begins_at), max(ends, each.ends_at)
        session().delete(each)
    session().add(Watched(participant_id=me.id, begins_at=begins, ends_at=ends))
    session().flush()
    attendance.count_when_reached(me)
    return seconds_watched(actor, row)


def seconds_watched(actor: Actor, row: Recording) -> float:
    """How many seconds of a recording the actor has watched."""
    me = log.find_in(actor, row.room_id)
    if me is None or row.ended_at is None:
        return 0.0
    return attendance.seconds_within(
        attendance.find_watched([me.id]).get(me.id, []), row.started_at, row.ended_at
    )


def get_watcher(actor: Actor, room_id: uuid.UUID) -> Participant:
    """The row of who watches, who was not always there before; that they may was checked."""
    me = log.find_in(actor, room_id)
    if me is None:
        me = Participant(room_id=room_id, user_id=actor.user_id, name=actor.name)
        session().add(me)
        session().flush()
        session().refresh(me)
    return me


def _spend(me: Participant, time: timedelta) -> None:
    now = utcnow()
    spent = max(me.watched_until or now - FIRST, now - MOST_SAVED) + time
    if spent > now:
        raise Invalid(_("Nobody can have watched so much in this time."), code="too_fast")
    me.watched_until = spent
