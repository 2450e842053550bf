"""Who is here: each person once, over tabs, devices and processes.

Kept in the database, which every mode has: one row for each connection and channel, written
when it comes and goes and renewed by its process for all its connections together every 20
seconds. A person who drops out counts as here for 15 seconds more, so a reconnect is no
news; the connections of a process that was killed fade after 50 seconds.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, delete, or_, select, update

from lms.access.actor import Actor
from lms.clock import utcnow
from lms.live.models import LivePresence
from lms.store.base import session
from lms.store.scope import all_offices
from lms.store.uow import unit_of_work

GRACE = timedelta(seconds=15)
RENEW_SECONDS = 20.0
FADE = timedelta(seconds=50)
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is here."""

    user_id: uuid.UUID
    name: str

    @property
    def initials(self) -> str:
        """Letters for the avatar."""
        return Actor(self.user_id, self.name).initials

    @property
    def avatar_hue(self) -> int:
        """Colour of the avatar."""
        return Actor(self.user_id, self.name).avatar_hue

    def as_message(self) -> dict[str, Any]:
        """The person as clients get it."""
        return {
            "id": str(self.user_id),
            "name": self.name,
            "initials": self.initials,
            "hue": self.avatar_hue,
        }


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody who is not here any more."""

    office_id: uuid.UUID
    channel: str
    user_id: uuid.UUID


def arrive(actor: Actor, connection: str, channel: str) -> bool:
    """Count a connection in, inside the unit of work; True if the person was not here yet."""
    is_known = session().scalar(
        select(LivePresence.id)
        .where(_is_here(utcnow()), LivePresence.channel == channel, LivePresence.user_id == actor.user_id)
        .limit(1)
    )
    row = session().scalar(select(LivePresence).filter_by(connection=connection, channel=channel))
    if row is None:
        row = LivePresence(
            connection=connection,
            channel=channel,
            user_id=actor.user_id,
            name=actor.name,
            office_id=actor.office_id,
        )
        session().add(row)
    row.seen_at, row.left_at = utcnow(), None
    session().flush()
    return is_known is None


def depart(connection: str, channels: Iterable[str]) -> None:
    """A connection ended or left channels; inside the unit of work. The grace begins."""
    session().execute(
        update(LivePresence)
        .where(LivePresence.connection == connection, LivePresence.channel.in_(list(channels)))
        .values(left_at=utcnow()),
        execution_options={"synchronize_session": False},
    )


def _is_here_since(
    seen_after: datetime | BindParameter[Any], left_after: datetime | BindParameter[Any]
) -> ColumnElement[bool]:
    return or_(
        and_(LivePresence.left_at.is_(None), LivePresence.seen_at > seen_after),
        LivePresence.left_at > left_after,
    )


_HERE = (
    select(LivePresence.user_id, LivePresence.name)
    .where(
        _is_here_since(bindparam("seen_after"), bindparam("left_after")),
        LivePresence.channel == bindparam("channel"),
    )
    .order_by(LivePresence.name)
)


def who_is_here(channel: str) -> list[Person]:
    """The people in a channel of the office in scope, by name. Who may know is the caller's to check."""
    now = utcnow()
    rows = session().execute(_HERE, {"channel": channel, "seen_after": now - FADE, "left_after": now - GRACE})
    names: dict[uuid.UUID, str] = {}
    for user_id, name in rows:
        names.setdefault(user_id, name)
    return [Person(user_id, name) for user_id, name in names.items()]


def renew(connections: Iterable[str]) -> None:
    """Say that connections of this process still live; opens its own unit of work."""
    with all_offices("presence of all connections of this process"), unit_of_work():
        session().execute(
            update(LivePresence)
            .where(LivePresence.connection.in_(list(connections)), LivePresence.left_at.is_(None))
            .values(seen_at=utcnow()),
            execution_options={"synchronize_session": False},
        )


def take_departures() -> list[Departure]:
    """Remove those whose grace is over and tell who is really gone; each departure is told to one process only."""
    now = utcnow()
    is_gone = or_(LivePresence.left_at < now - GRACE, LivePresence.seen_at < now - FADE)
    with all_offices("presence of all connections"):
        if session().scalar(select(LivePresence.id).where(is_gone).limit(1)) is None:
            session().rollback()
            return []
        with unit_of_work():
            rows = session().execute(
                delete(LivePresence)
                .where(is_gone)
                .returning(LivePresence.office_id, LivePresence.channel, LivePresence.user_id),
                execution_options={"synchronize_session": False},
            )
            candidates = {Departure(*row) for row in rows}
            return [each for each in candidates if not _remains(each, now)]


def _remains(departure: Departure, now: datetime) -> bool:
    found = session().scalar(
        select(LivePresence.id)
        .where(
            _is_here(now),
            LivePresence.office_id == departure.office_id,
            LivePresence.channel == departure.channel,
            LivePresence.user_id == departure.user_id,
        )
        .limit(1)
    )
    return found is not None


def _is_here(now: datetime) -> ColumnElement[bool]:
    return _is_here_since(now - FADE, now - GRACE)
