"""A conversation goes on by voice, video or screen, in the same page, where a part of the office offers rooms for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from lms.plugin import Actor, LiveRoom, Ref, Talk, directory, hooks, utcnow
from plugins.tutoring import chat
from plugins.tutoring.models import Booking
from plugins.tutoring.refs import find_by_ref, ref_of

BEFORE = timedelta(days=1)
"""How long before a session that was booked its two people can call each other."""
AFTER = timedelta(hours=2)


def room_of(actor: Actor, row: Booking) -> LiveRoom | None:
    """The room of a conversation, for its two people while it goes on; None where no part of the office offers one."""
    if not chat.is_open(row) or row.state != "booked" or utcnow() < row.slot.starts_at - BEFORE:
        return None
    is_drop_in = row.place_id is not None
    until = row.slot.ends_at + (chat.OPEN_AFTER if is_drop_in else AFTER)
    url = f"/o/{directory().get(row.office_id).slug}/tutoring/sessions/{row.id}"
    return hooks().live_room(None, actor, Talk(ref_of(row), (row.trainee_id, row.slot.tutor_id), url, until))


def end_call(row: Booking) -> None:
    """The conversation is over or goes on with somebody else: nobody speaks in its room any more."""
    hooks().on_talk_ended(row.office_id, ref_of(row))


def note_spoken(ref: Ref, at: datetime) -> None:
    """The two began or stopped speaking to each other: time that they used. Twice is once, in any order."""
    row = find_by_ref(ref)
    if row is None:
        return
    row.first_said_at = min(row.first_said_at or at, at)
    row.last_said_at = max(row.last_said_at or at, at)


def forget_call(row: Booking) -> None:
    """What was written is not kept any more; nothing of its calls is either."""
    hooks().on_talk_forgotten(row.office_id, ref_of(row))
