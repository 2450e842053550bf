"""What tests of the desk need: opening times that hold now, people who wait."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import delete

from lms.plugin import World, session, utcnow
from plugins.tutoring.desk import queue
from plugins.tutoring.desk.forms import JoinQueue
from plugins.tutoring.models import DeskHours

DESK = "/o/siena/tutoring/desk"
DROP_IN = "/o/siena/tutoring/drop-in"


def open_all_week() -> None:
    """The desk of the office in scope never closes."""
    close()
    session().add_all([DeskHours(weekday=day, starts=0, ends=1440) for day in range(7)])
    session().flush()


def close() -> None:
    """The desk of the office in scope is never open."""
    session().execute(delete(DeskHours))


def wait(world: World, *keys: str) -> list[uuid.UUID]:
    """These people join the queue of Siena, in this order; returns their places."""
    with world.inside("siena"):
        open_all_week()
        places = [queue.join(world.actor(key), JoinQueue(topic=f"Domanda di {key}")) for key in keys]
        return [place.id for place in places]


def go_away(world: World, key: str, minutes: float) -> None:
    """The page of somebody who waits was last heard of so long ago."""
    with world.inside("siena"):
        place = queue.own_place(world.actor(key))
        assert place is not None
        place.seen_at = utcnow() - timedelta(minutes=minutes)
