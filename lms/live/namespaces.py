"""What a part of the product offers over sockets: one namespace, its channels and its events.

A plugin writes::

    class BoardNamespace(LiveNamespace):
        path = "/board"
        channels = (BOARD,)

        @on_event("card.move", Policy("permission", "board.edit"), MoveCard)
        def move_card(self, call: Call, command: MoveCard) -> Mapping[str, Any]:
            return {"position": service.move_card(call.actor, command)}

Clients connect with ``auth = {office: slug}`` and the cookie of their session, and get every
answer as an acknowledgement: ``{ok: true, ...}`` or ``{ok: false, error: {code, message, fields}}``.
All namespaces understand ``join``, ``leave``, ``append``, ``hint`` and ``ping``. The server sends
``event``, ``hint``, ``presence``, ``heads`` (every 10 s, so that gaps are found) and ``goodbye``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeVar

import structlog
from flask import Flask
from flask_socketio import ConnectionRefusedError as Refused
from flask_socketio import Namespace
from pydantic import Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from lms.access.actor import Actor
from lms.access.policy import Policy, mark, policy_of
from lms.commands import Command
from lms.errors import AppError, Forbidden, Invalid, NotFound, TooMany, Unavailable
from lms.live import presence
from lms.live.channels import append, catch_up, check_append, check_read, read_heads
from lms.live.hub import Connection, Hub
from lms.live.kinds import ChannelKind, Rate, kind_name
from lms.store.scope import office_scope
from lms.store.uow import after_commit, unit_of_work
from lms.text import gettext as _
from lms.text import locale

log = structlog.get_logger(__name__)

DEFAULT_RATE = Rate(40, 10)
PING_TIMEOUT = "ping timeout"
UNAVAILABLE = (DBAPIError, NoConnectionFree)
"""The database is away, or all connections with it are in use: the client is told, and sends again."""
MEMBER = Policy("member")
WELCOME = Policy("namespace")
WELCOME_READS = Policy("namespace", opens_transaction=False)
ChannelName = Annotated[str, Field(min_length=1, max_length=120)]
Handler = TypeVar("Handler", bound=Callable[..., Any])


class Join(Command):
    """Hear a channel; ``since`` is the number of the last event the client has."""

    channel: ChannelName
    since: Annotated[int, Field(ge=0)] | None = None


class Leave(Command):
    """Hear a channel no more."""

    channel: ChannelName


class Append(Command):
    """Write an event; ``key`` makes sending it again the same as once."""

    channel: ChannelName
    kind: Annotated[str, Field(max_length=60)]
    payload: dict[str, Any]
    key: Annotated[str, Field(min_length=8, max_length=80)]


class Hint(Command):
    """Tell the others something fleeting."""

    channel: ChannelName
    kind: Annotated[str, Field(max_length=60)]
    payload: dict[str, Any]


class Ping(Command):
    """Ask for the latest numbers of the channels joined, for example after sleep."""


@dataclass(frozen=True, slots=True)
class Call:
    """One event of one client: who, and over which connection."""

    actor: Actor
    connection: Connection

    @property
    def sid(self) -> str:
        """The name of the connection, for messages to it alone."""
        return self.connection.sid


@dataclass(frozen=True, slots=True)
class EventSpec:
    """What ``on_event`` says about a handler."""

    name: str
    command: type[Command]
    rate: Rate


def on_event(
    name: str, policy: Policy, command: type[Command], *, rate: Rate = DEFAULT_RATE
) -> Callable[[Handler], Handler]:
    """Let a method answer the socket event ``name``.

    It is called with a Call and the validated command, in the office's scope and in a unit of
    work unless the policy says ``opens_transaction=False``. What it returns is merged into
    the answer; expected errors become the answer.
    """

    def declare(method: Handler) -> Handler:
        method.lms_event = EventSpec(name, command, rate)  # type: ignore[attr-defined]  # read by LiveNamespace
        marked: Handler = mark(method, policy)
        return marked

    return declare


class LiveNamespace(Namespace):  # type: ignore[misc]  # flask_socketio has no types
    """Base of all namespaces. ``policy`` is who may connect; ``channels`` are the kinds offered here."""

    path: ClassVar[str] = "/"
    policy: ClassVar[Policy] = MEMBER
    channels: ClassVar[Sequence[ChannelKind]] = ()

    def __init__(self) -> None:
        super().__init__(self.path)
        self._app: Flask | None = None
        self._hub: Hub | None = None
        self._owner = ""
        self._handlers: dict[str, Callable[..., Any]] = {}
        for name in dir(type(self)):
            spec: EventSpec | None = getattr(getattr(type(self), name), "lms_event", None)
            if spec is not None:
                self._handlers[spec.name] = getattr(self, name)

    def bind(self, app: Flask, live: Hub, owner: str) -> None:
        """Connect the namespace with its application; called once while it is wired."""
        self._app, self._hub, self._owner = app, live, owner

    def policies(self) -> dict[str, Policy | None]:
        """The policy of each event, for the checks at start and the contract suite.

        Methods named ``on_...`` without one are listed with None: python-socketio would call
        them, this class never does.
        """
        found = {name: policy_of(handler) for name, handler in self._handlers.items()}
        found = {
            name: self.policy if each in {WELCOME, WELCOME_READS} else each for name, each in found.items()
        }
        bare = (name for name in dir(type(self)) if name.startswith("on_"))
        return found | {
            name.removeprefix("on_"): None
            for name in bare
            if not hasattr(getattr(type(self), name), "lms_event")
        }

    # --- the core's events --------------------------------------------------------

    @on_event("join", WELCOME_READS, Join)
    def join(self, call: Call, command: Join) -> Mapping[str, Any]:
        """Enter first, read then: what is written in between comes twice at worst, and is told apart by number."""
        self._check_own(command.channel)
        check_read(call.actor, command.channel)
        is_new_here = command.channel not in call.connection.channels
        self.hub.enter(call.connection, command.channel)
        caught_up = catch_up(call.actor, command.channel, command.since)
        if is_new_here:
            self._arrive(call, command.channel)
        answer: dict[str, Any] = {
            "head": caught_up.head,
            "events": [event.as_message() for event in caught_up.events],
            "has_more": caught_up.has_more,
        }
        if caught_up.snapshot is not None:
            answer["snapshot"] = {"seq": caught_up.snapshot.seq, "state": dict(caught_up.snapshot.state)}
        if is_new_here:
            people = presence.who_is_here(command.channel)
            answer["people"] = [person.as_message() for person in people[: presence.SHOWN]]
            answer["people_count"] = len(people)
        return answer

    @on_event("leave", WELCOME, Leave)
    def leave(self, call: Call, command: Leave) -> Mapping[str, Any]:
        """Stop hearing a channel."""
        if command.channel in call.connection.channels:
            self.hub.leave(call.connection, command.channel)
            presence.depart(call.connection.sid, [command.channel])
        return {}

    @on_event("append", WELCOME, Append, rate=Rate(200, 10))
    def append(self, call: Call, command: Append) -> Mapping[str, Any]:
        """Write an event of a kind that clients may write."""
        self._check_own(command.channel)
        kind = self.hub.kind_of(command.channel).kind.events.get(command.kind)
        if kind is None or not kind.is_for_clients:
            raise Invalid(_("This channel does not take messages of this kind."), code="unknown_kind")
        _count(call.connection, f"append {command.kind}", kind.rate)
        done = append(call.actor, command.channel, command.kind, command.payload, command.key)
        return {"seq": done.seq, "is_new": done.is_new}

    @on_event("hint", WELCOME_READS, Hint, rate=Rate(400, 10))
    def hint(self, call: Call, command: Hint) -> Mapping[str, Any]:
        """Pass something fleeting on to the others who hear the channel."""
        if command.channel not in call.connection.channels:
            raise Forbidden(_("Join the channel first."), code="not_joined")
        kind = self.hub.kind_of(command.channel).kind.hints.get(command.kind)
        if kind is None:
            raise Invalid(_("This channel does not take messages of this kind."), code="unknown_kind")
        _count(call.connection, f"hint {command.kind}", kind.rate)
        check_append(call.actor, command.channel, command.kind)
        payload = kind.payload.read(command.payload).model_dump(mode="json")
        self.send_hint(call, command.channel, command.kind, payload)
        return {}

    @on_event("ping", WELCOME_READS, Ping)
    def ping(self, call: Call, command: Ping) -> Mapping[str, Any]:
        """The latest numbers of the channels that this connection hears."""
        return {"heads": read_heads(sorted(call.connection.channels))}

    def send_hint(self, call: Call, channel: str, kind: str, payload: Mapping[str, Any]) -> None:
        """Send a hint to all others who hear the channel; it is not stored."""
        self.hub.emit(
            call.connection.office_id,
            channel,
            "hint",
            {"kind": kind, "payload": dict(payload), "by": str(call.actor.user_id)},
            skip=call.connection.sid,
        )

    def departed(self, connection: Connection, *, said_goodbye: bool) -> None:
        """A connection that heard channels has ended; called in its office's scope and a unit of work.

        ``said_goodbye`` is True where the page was closed, False where the network was lost. For
        namespaces that keep account of it; does nothing here.
        """

    # --- the life of a connection ---------------------------------------------------

    @property
    def hub(self) -> Hub:
        """The hub of the application. Raises RuntimeError before ``bind``."""
        if self._hub is None:
            raise RuntimeError(f"{type(self).__name__} is not bound to an application")
        return self._hub

    @property
    def app(self) -> Flask:
        """The application. Raises RuntimeError before ``bind``."""
        if self._app is None:
            raise RuntimeError(f"{type(self).__name__} is not bound to an application")
        return self._app

    def trigger_event(self, event: str, *args: Any) -> Any:
        """Called by python-socketio for everything that comes in, one event of a client at a time."""
        sid = str(args[0])
        if event == "connect":
            return self._connect(sid, args[1], args[2] if len(args) > 2 else None)
        if event == "disconnect":
            return self._disconnect(sid, said_goodbye=len(args) < 2 or args[1] != PING_TIMEOUT)
        return self._answer(event, sid, args[1] if len(args) == 2 else None)

    def _connect(self, sid: str, environ: Any, auth: Any) -> None:
        slug = auth.get("office") if isinstance(auth, Mapping) else None
        try:
            if self.hub.is_full:
                self.hub.drop_engine(sid, self.path)
                raise Unavailable(
                    _("Too many pages are connected now. We try again by ourselves."), code="full"
                )
            with self.app.app_context():
                self.hub.admit(self.path, self._owner, self.policy, sid, environ, str(slug or ""))
        except AppError as error:
            raise Refused(error.message, {"code": error.code}) from None
        except UNAVAILABLE:
            raise Refused(_("The database does not answer."), {"code": "unavailable"}) from None

    def _disconnect(self, sid: str, *, said_goodbye: bool) -> None:
        connection = self.hub.forget(sid)
        if connection is None or not connection.channels:
            return
        try:
            with self.app.app_context(), office_scope(connection.office_id), unit_of_work():
                presence.depart(sid, connection.channels)
                self.departed(connection, said_goodbye=said_goodbye)
        except (AppError, *UNAVAILABLE) as error:
            # Nobody waits for an answer; unrenewed, the presence fades by itself.
            log.warning("live.departure_not_noted", error=str(error))

    def _answer(self, event: str, sid: str, data: Any) -> dict[str, Any]:
        connection = self.hub.connections.get(sid)
        if connection is None or connection.is_dropped:
            return _refusal(Forbidden(_("Please connect again."), code="not_connected"))
        with self.app.app_context():
            try:
                actor = self.hub.refresh(connection)
            except AppError as error:
                self.hub.drop(connection, error.code)
                return _refusal(error)
            except UNAVAILABLE:
                return _refusal(_unavailable())
            with locale(actor.locale):
                try:
                    return {"ok": True} | dict(self._handle(event, Call(actor, connection), data) or {})
                except AppError as error:
                    return _refusal(error)
                except UNAVAILABLE:
                    return _refusal(_unavailable())

    def _handle(self, event: str, call: Call, data: Any) -> Mapping[str, Any] | None:
        handler = self._handlers.get(event)
        policy = policy_of(handler) if handler else None
        if handler is None or policy is None:
            raise NotFound(_("This is not known here."), code="unknown_event")
        decision = (self.policy if policy.kind == "namespace" else policy).decide(call.actor)
        if not decision:
            raise Forbidden(decision.reason)
        spec: EventSpec = handler.lms_event  # type: ignore[attr-defined]  # set by on_event
        _count(call.connection, event, spec.rate)
        command = spec.command.read(data if data is not None else {})
        with ExitStack() as stack:
            stack.enter_context(office_scope(call.connection.office_id))
            if policy.opens_transaction:
                # Until here who it is was read, nothing else.
                stack.enter_context(unit_of_work(goes_on=True))
            answer: Mapping[str, Any] | None = handler(call, command)
            return answer

    def _check_own(self, channel: str) -> None:
        if kind_name(channel) not in {kind.name for kind in self.channels}:
            raise NotFound(_("There is no such channel."), code="no_channel")

    def _arrive(self, call: Call, channel: str) -> None:
        person = presence.Person(call.actor.user_id, call.actor.name).as_message()
        live, office_id, sid = self.hub, call.connection.office_id, call.connection.sid

        def announce() -> None:
            live.emit(office_id, channel, "presence", {"joined": person}, skip=sid)

        with unit_of_work():
            if presence.arrive(call.actor, sid, channel):
                after_commit(announce)


def _count(connection: Connection, what: str, rate: Rate) -> None:
    if not connection.take(what, rate):
        raise TooMany(_("That was too often. Please wait a moment."), retry_after=int(rate.seconds))


def _refusal(error: AppError) -> dict[str, Any]:
    return {"ok": False, "error": {"code": error.code, "message": error.message, "fields": error.fields}}


def _unavailable() -> Unavailable:
    return Unavailable(_("The database does not answer. Please try again in a moment."))
