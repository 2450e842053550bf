"""What else the people of a session do at its time: meetings, other activities, and dates of the office that they keep.

A date of the office that somebody else keeps takes nobody: who books is told of it, and decides.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from lms.plugin import Actor, Busy, find_busy, session, utcnow
from plugins.tutoring.models import Slot

AHEAD = 60
"""How many of their own times a tutor is warned about at once."""


def find_clashes(slots: Sequence[Slot]) -> dict[uuid.UUID, Busy]:
    """By the ids of those times at which their tutor is taken by something else: what it is. One query for all.

    By what a tutor is taken is for that tutor alone; others only learn that the time is not free.
    """
    if not slots:
        return {}
    first, last = min(slot.starts_at for slot in slots), max(slot.ends_at for slot in slots)
    taken: dict[uuid.UUID, list[Busy]] = {}
    for each in find_busy({slot.tutor_id for slot in slots}, first, last):
        if each.is_theirs:
            taken.setdefault(each.user_id, []).append(each)
    found = {
        slot.id: next((each for each in taken.get(slot.tutor_id, []) if each.touches(slot.starts_at, slot.ends_at)), None)
        for slot in slots
    }  # fmt: skip
    return {slot_id: each for slot_id, each in found.items() if each is not None}


def find_own_clashes(actor: Actor) -> list[tuple[Slot, Busy]]:
    """The tutor's own coming times at which they are taken by something else, in order."""
    query = (
        select(Slot)
        .filter_by(tutor_id=actor.user_id, is_closed=False)
        .where(Slot.starts_at > utcnow())
        .order_by(Slot.starts_at)
    )
    slots = list(session().scalars(query.limit(500)))
    found = find_clashes(slots)
    return [(slot, found[slot.id]) for slot in slots if slot.id in found][:AHEAD]


def busy_at(actor: Actor, slot: Slot) -> Busy | None:
    """What the actor does themselves at that time; if nothing, what the whole office has then."""
    found = find_busy([actor.user_id], slot.starts_at, slot.ends_at)
    return min(found, key=lambda each: not each.is_theirs, default=None)
