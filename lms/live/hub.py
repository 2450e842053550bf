"""The living part of one process: its connections, and the way out to all others.

Services reach it through ``hub()``; it is the only thing that emits to sockets.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from lms.access.actor import Actor
from lms.access.policy import Policy
from lms.clock import monotonic
from lms.errors import Forbidden, NotFound
from lms.hooks.callers import hooks
from lms.live.kinds import ChannelKind, Rate, TokenBucket, kind_name
from lms.live.managers import BusManager
from lms.store.runtime import part
from lms.store.uow import after_commit
from lms.text import gettext as _

EXTENSION = "lms_live"
FRESH_SECONDS = 2.0
GOODBYE_SECONDS = 0.3

Identify = Callable[[Mapping[str, Any], str, Policy], Actor | None]
"""Who is behind a connection: given the WSGI environment of its handshake, an office's slug, and whom the namespace lets in."""


@dataclass(eq=False)
class Connection:
    """A client of this process in one namespace."""

    sid: str
    namespace: str
    owner: str
    policy: Policy
    environ: Mapping[str, Any]
    office_slug: str
    actor: Actor
    office_id: uuid.UUID
    engine_sid: str
    checked_at: float = field(default_factory=monotonic)
    channels: set[str] = field(default_factory=set)
    is_dropped: bool = False
    _buckets: dict[str, TokenBucket] = field(default_factory=dict)

    def take(self, what: str, rate: Rate) -> bool:
        """Count one use of ``what``; False if that is too often."""
        bucket = self._buckets.setdefault(what, TokenBucket(rate))
        return bucket.take()


@dataclass(frozen=True, slots=True)
class OwnedKind:
    """A kind of channel with the part of the product and the namespace that it belongs to."""

    owner: str
    namespace: str
    kind: ChannelKind


class Hub:
    """Connections of this process by session id, kinds of channels by name, and the bus."""

    def __init__(self, app: Flask, server: Any, bus: BusManager, identify: Identify, capacity: int) -> None:
        self.app = app
        self.bus = bus
        self.capacity = capacity
        self.connections: dict[str, Connection] = {}
        self.on_admitted: Callable[[], None] = lambda: None
        self._server = server
        self._identify = identify
        self._kinds: dict[str, OwnedKind] = {}
        self._lock = threading.Lock()

    # --- kinds ------------------------------------------------------------------

    def add_kind(self, owner: str, namespace: str, kind: ChannelKind) -> None:
        """Make a kind of channel known. Raises ValueError if the name is taken."""
        if kind.name in self._kinds:
            raise ValueError(f"two parts have channels called {kind.name!r}")
        self._kinds[kind.name] = OwnedKind(owner, namespace, kind)

    def kind_of(self, channel: str) -> OwnedKind:
        """The kind of a channel. Raises NotFound."""
        found = self._kinds.get(kind_name(channel))
        if found is None or not 0 < len(channel) <= 120:
            raise NotFound(_("There is no such channel."), code="no_channel")
        return found

    # --- connections ------------------------------------------------------------

    @property
    def is_full(self) -> bool:
        """True if this process holds as many sockets as it may; pages need the rest of its threads."""
        return len(self._server.eio.sockets) > self.capacity

    def admit(
        self, namespace: str, owner: str, policy: Policy, sid: str, environ: Any, slug: str
    ) -> Connection:
        """Find out who connects; raises Forbidden or NotFound. Needs an application context."""
        actor = self._identify(environ, slug, policy)
        if actor is None or actor.office_id is None:
            raise Forbidden(_("Please sign in first."), code="sign_in_needed")
        engine_sid = self._server.manager.eio_sid_from_sid(sid, namespace)
        connection = Connection(
            sid, namespace, owner, policy, environ, slug, actor, actor.office_id, engine_sid
        )
        self._judge(connection)
        with self._lock:
            self.connections[sid] = connection
        self.on_admitted()
        return connection

    def forget(self, sid: str) -> Connection | None:
        """A connection ended."""
        with self._lock:
            return self.connections.pop(sid, None)

    def end_lost(self) -> None:
        """End connections whose transport is gone although nobody was told.

        python-socketio keeps no lock over who comes and goes: of clients that do so in the same moment
        it may forget to tell one, and their person would be here for as long as this process lives.
        """
        for connection in self.all_connections():
            engine = self._server.eio.sockets.get(connection.engine_sid)
            if engine is None or engine.closed:
                handler = self._server.namespace_handlers[connection.namespace]
                handler.trigger_event("disconnect", connection.sid, self._server.reason.TRANSPORT_ERROR)
                self._server.manager.disconnect(connection.sid, connection.namespace, ignore_queue=True)

    def refresh(self, connection: Connection, *, max_age: float = FRESH_SECONDS) -> Actor:
        """The actor as of at most ``max_age`` seconds ago; raises Forbidden or NotFound if not welcome any more."""
        if monotonic() - connection.checked_at > max_age:
            actor = self._identify(connection.environ, connection.office_slug, connection.policy)
            if actor is None or actor.office_id != connection.office_id:
                raise Forbidden(_("You are signed out. Please sign in again."), code="sign_in_needed")
            connection.actor = actor
            self._judge(connection)
            connection.checked_at = monotonic()
        return connection.actor

    def drop(self, connection: Connection, code: str) -> None:
        """Say goodbye with a reason and disconnect a moment later, when the last answer has arrived."""
        if connection.is_dropped:
            return
        connection.is_dropped = True
        self._server.emit("goodbye", {"code": code}, to=connection.sid, namespace=connection.namespace)

        def end() -> None:
            self._server.sleep(GOODBYE_SECONDS)
            self._server.disconnect(connection.sid, namespace=connection.namespace)

        self._server.start_background_task(end)

    def drop_engine(self, sid: str, namespace: str) -> None:
        """End the whole transport of a refused client a moment later, when the refusal has reached it."""
        engine_sid = self._server.manager.eio_sid_from_sid(sid, namespace)

        def end() -> None:
            self._server.sleep(GOODBYE_SECONDS)
            if engine_sid in self._server.eio.sockets:
                self._server.eio.disconnect(engine_sid)

        self._server.start_background_task(end)

    def all_connections(self) -> list[Connection]:
        """The connections of this moment."""
        with self._lock:
            return list(self.connections.values())

    def _judge(self, connection: Connection) -> None:
        decision = connection.policy.decide(connection.actor)
        if not decision:
            raise Forbidden(decision.reason)
        if connection.owner not in hooks().owners_of("socket_namespaces", connection.office_id):
            raise NotFound(_("This part is not switched on in this office."), code="switched_off")

    # --- rooms and messages -------------------------------------------------------

    def enter(self, connection: Connection, channel: str) -> None:
        """Let a connection hear a channel."""
        self._server.enter_room(
            connection.sid, room_name(connection.office_id, channel), namespace=connection.namespace
        )
        connection.channels.add(channel)

    def leave(self, connection: Connection, channel: str) -> None:
        """Let a connection hear a channel no more."""
        self._server.leave_room(
            connection.sid, room_name(connection.office_id, channel), namespace=connection.namespace
        )
        connection.channels.discard(channel)

    def emit(
        self,
        office_id: uuid.UUID,
        channel: str,
        event: str,
        data: Mapping[str, Any],
        *,
        skip: str | None = None,
    ) -> None:
        """Send to all who hear the channel, in all processes, this one first."""
        self._server.emit(
            event,
            {"channel": channel} | dict(data),
            to=room_name(office_id, channel),
            namespace=self.kind_of(channel).namespace,
            skip_sid=skip,
        )

    def emit_here(self, office_id: uuid.UUID, channel: str, event: str, data: Mapping[str, Any]) -> None:
        """Send to all who hear the channel in this process."""
        self._server.emit(
            event,
            {"channel": channel} | dict(data),
            to=room_name(office_id, channel),
            namespace=self.kind_of(channel).namespace,
            ignore_queue=True,
        )

    def tell(self, sid: str, event: str, data: Mapping[str, Any]) -> bool:
        """Send to one connection of this process, from any thread; False if it is not here (any more)."""
        connection = self.connections.get(sid)
        if connection is None or connection.is_dropped:
            return False
        self._server.emit(event, dict(data), to=sid, namespace=connection.namespace, ignore_queue=True)
        return True

    # --- revoking -----------------------------------------------------------------

    def revoke(self, user_id: uuid.UUID) -> None:
        """Look at once, in all processes, whether a person may still be connected."""
        self.revoke_here(user_id)
        self.bus.tell_others({"revoke": str(user_id)})

    def take_notice(self, notice: Mapping[str, Any]) -> None:
        """Another process told us something."""
        if "revoke" in notice:
            self.revoke_here(uuid.UUID(notice["revoke"]))

    def revoke_here(self, user_id: uuid.UUID) -> None:
        """Do so in this process: the next event or sweep asks again."""
        for connection in self.all_connections():
            if connection.actor.user_id == user_id:
                connection.checked_at = float("-inf")


def hub() -> Hub:
    """The live hub of the running application."""
    found: Hub = part(EXTENSION)
    return found


def recheck_person(user_id: uuid.UUID) -> None:
    """After the commit, look again whether a person may be connected: sessions, roles or membership changed."""
    found = hub()

    def revoke() -> None:
        found.revoke(user_id)

    after_commit(revoke)


def room_name(office_id: uuid.UUID, channel: str) -> str:
    """The room of python-socketio for a channel."""
    return f"{office_id}/{channel}"
