"""Durable, sequenced channels: write once, miss nothing, get nothing twice.

Numbers are given under the lock of the channel's row, so they have no holes and their order
is the order of commits. Clients are told after the commit; what they miss they see by the
next number or the heartbeat and ask for.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from lms.access.actor import Actor
from lms.clock import utcnow
from lms.commands import Command
from lms.errors import Conflict, Forbidden, Invalid
from lms.live.hub import OwnedKind, hub
from lms.live.kinds import LARGEST_PAYLOAD_BYTES, EventKind, Snapshot
from lms.live.models import LiveChannel, LiveEvent
from lms.store.base import session
from lms.store.scope import current_scope
from lms.store.uow import after_commit, savepoint
from lms.text import gettext as _

PAGE = 500
LONGEST_KEY = 80


@dataclass(frozen=True, slots=True)
class Appended:
    """The number of an event, and whether it was written now or had been before."""

    seq: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as readers see it."""

    seq: int
    kind: str
    payload: Mapping[str, Any]
    key: str
    at: datetime
    actor_id: uuid.UUID | None
    actor_name: str

    def as_message(self) -> dict[str, Any]:
        """The event as it goes to clients."""
        by = Actor(self.actor_id, self.actor_name) if self.actor_id else None
        return {
            "seq": self.seq, "kind": self.kind, "payload": dict(self.payload), "key": self.key,
            "at": self.at.isoformat(),
            "by": {"id": str(by.user_id), "name": by.name, "initials": by.initials, "hue": by.avatar_hue} if by else None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What a client needs to be up to date; ``has_more`` means: ask again from the last event."""

    head: int
    events: list[EventView]
    snapshot: Snapshot | None = None
    has_more: bool = False


def append(
    actor: Actor,
    channel: str,
    kind: str,
    payload: Mapping[str, Any] | Command,
    key: str,
    *,
    at: datetime | None = None,
) -> Appended:
    """Write an event into a channel of the office in scope, inside the unit of work.

    The same ``key`` by the same actor again returns the first event. ``at`` is for imports of
    what happened earlier, of which nobody is told. Raises NotFound (channel),
    Forbidden, Invalid (kind, payload, size), Conflict (the key is somebody else's).
    """
    owned = hub().kind_of(channel)
    event_kind = _event_kind(owned, kind)
    check_append(actor, channel, kind)
    data = _payload(event_kind, payload)
    if not 0 < len(key) <= LONGEST_KEY:
        raise Invalid(_("This message has no usable key."), code="bad_key")
    row = _locked_channel(owned, channel)
    actor_id = None if actor.is_system else actor.user_id
    known = session().scalar(select(LiveEvent).filter_by(channel_id=row.id, key=key))
    if known is not None:
        if known.actor_id != actor_id:
            raise Conflict(_("Somebody else has used this key."), code="key_taken")
        return Appended(known.seq, is_new=False)
    row.head_seq += 1
    event = LiveEvent(
        channel_id=row.id, seq=row.head_seq, kind=kind, payload=data, key=key, actor_id=actor_id,
        actor_name="" if actor.is_system else actor.name, at=at or utcnow(),
    )  # fmt: skip
    session().add(event)
    session().flush()
    _broadcast_after_commit(row.office_id, channel, _view(event))
    if event_kind.on_append is not None and at is None:
        event_kind.on_append(actor, channel, data, event.seq)
    return Appended(event.seq, is_new=True)


def read_since(actor: Actor, channel: str, seq: int, limit: int = PAGE) -> list[EventView]:
    """Events after number ``seq``, oldest first. Raises NotFound, Forbidden."""
    check_read(actor, channel)
    return _events_after(channel, seq, limit)


def read_latest(actor: Actor, channel: str, limit: int) -> list[EventView]:
    """The latest events, oldest first. Raises NotFound, Forbidden."""
    check_read(actor, channel)
    found = session().scalars(_LATEST, {"channel": channel, "limit": limit})
    return [_view(row) for row in reversed(list(found))]


def read_event(actor: Actor, channel: str, key: str) -> EventView | None:
    """The event that was written with ``key``, if it is still there. Raises NotFound, Forbidden."""
    check_read(actor, channel)
    found = session().scalar(_BY_KEY, {"channel": channel, "key": key, "limit": 1})
    return _view(found) if found is not None else None


def catch_up(actor: Actor, channel: str, since: int | None) -> CatchUp:
    """What a client that has everything up to ``since`` (None: nothing yet) must get. Raises NotFound, Forbidden."""
    check_read(actor, channel)
    kind = hub().kind_of(channel).kind
    head = read_heads([channel]).get(channel, 0)
    if since is None and kind.snapshot is not None:
        snapshot = kind.snapshot(actor, channel)
        events = _events_after(channel, snapshot.seq, PAGE)
        return CatchUp(head, events, snapshot, _has_more(events, head))
    if since is None:
        since = max(0, head - kind.tail)
    events = _events_after(channel, since, PAGE) if since < head else []
    return CatchUp(head, events, None, _has_more(events, head))


def read_heads(channels: list[str]) -> dict[str, int]:
    """The latest numbers of channels of the office in scope; 0 for those nobody has written into."""
    rows = session().execute(
        select(LiveChannel.name, LiveChannel.head_seq).where(LiveChannel.name.in_(channels))
    )
    return dict.fromkeys(channels, 0) | {row.name: row.head_seq for row in rows}


def forget_events(channel: str) -> int:
    """Remove all that was said in a channel of the office in scope, when its time is over; returns how much.

    Numbers go on where they were, so that nobody takes a new event for an old one.
    """
    row = session().scalar(select(LiveChannel).filter_by(name=channel))
    if row is None:
        return 0
    gone = session().scalars(delete(LiveEvent).where(LiveEvent.channel_id == row.id).returning(LiveEvent.seq))
    return len(gone.all())


def check_read(actor: Actor, channel: str) -> None:
    """Raise Forbidden with the reason unless the actor may read the channel."""
    decision = hub().kind_of(channel).kind.may_read(actor, channel)
    if not (decision or actor.is_system):
        raise Forbidden(decision.reason)


def check_append(actor: Actor, channel: str, kind: str) -> None:
    """Raise Forbidden with the reason unless the actor may write this kind into the channel."""
    decision = hub().kind_of(channel).kind.may_append(actor, channel, kind)
    if not (decision or actor.is_system):
        raise Forbidden(decision.reason)


def _event_kind(owned: OwnedKind, kind: str) -> EventKind:
    found = owned.kind.events.get(kind)
    if found is None:
        raise Invalid(_("This channel does not take messages of this kind."), code="unknown_kind")
    return found


def _payload(kind: EventKind, payload: Mapping[str, Any] | Command) -> dict[str, Any]:
    command = payload if isinstance(payload, kind.payload) else kind.payload.read(payload)
    data: dict[str, Any] = command.model_dump(mode="json")
    if len(json.dumps(data).encode("utf-8")) > min(kind.max_bytes, LARGEST_PAYLOAD_BYTES):
        raise Invalid(_("This message is too long."), code="too_large")
    return data


def _locked_channel(owned: OwnedKind, channel: str) -> LiveChannel:
    """The channel's row, locked until the commit (on SQLite the unit of work holds the only write lock)."""
    query = (
        select(LiveChannel)
        .filter_by(name=channel)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = session().scalar(query)
    if row is not None:
        return row
    try:
        with savepoint():
            session().add(LiveChannel(name=channel, owner=owned.owner, office_id=current_scope().office_id))
            session().flush()
    except IntegrityError:
        pass  # another process was faster; its row is read below
    return session().scalars(query).one()


def _broadcast_after_commit(office_id: uuid.UUID, channel: str, event: EventView) -> None:
    live = hub()
    message = {"event": event.as_message()}

    def broadcast() -> None:
        live.emit(office_id, channel, "event", message)

    after_commit(broadcast)


_EVENTS = (
    select(LiveEvent)
    .join(LiveChannel, LiveChannel.id == LiveEvent.channel_id)
    .where(LiveChannel.name == bindparam("channel"))
    .limit(bindparam("limit"))
)
_LATEST = _EVENTS.order_by(LiveEvent.seq.desc())
_BY_KEY = _EVENTS.where(LiveEvent.key == bindparam("key"))
_AFTER = _EVENTS.where(LiveEvent.seq > bindparam("seq")).order_by(LiveEvent.seq)


def _events_after(channel: str, seq: int, limit: int) -> list[EventView]:
    wanted = {"channel": channel, "seq": seq, "limit": min(limit, PAGE)}
    return [_view(row) for row in session().scalars(_AFTER, wanted)]


def _has_more(events: list[EventView], head: int) -> bool:
    return len(events) == PAGE and events[-1].seq < head


def _view(row: LiveEvent) -> EventView:
    return EventView(row.seq, row.kind, row.payload, row.key, row.at, row.actor_id, row.actor_name)
