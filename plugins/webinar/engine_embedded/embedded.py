"""The engine's operations, within its own process: rooms, people and tracks by the names they are given."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from plugins.webinar.engine import (
    Answer,
    Direction,
    EngineError,
    Event,
    Load,
    RecordedTrack,
    Rights,
    Stats,
    Wish,
)
from plugins.webinar.engine_embedded import sdp, wire
from plugins.webinar.engine_embedded.downlink import Downlink
from plugins.webinar.engine_embedded.dtls import Identity
from plugins.webinar.engine_embedded.feeding import FedRoom
from plugins.webinar.engine_embedded.loop import Loop, Timer
from plugins.webinar.engine_embedded.peer import Connection
from plugins.webinar.engine_embedded.ports import Ports
from plugins.webinar.engine_embedded.relaying import Relay
from plugins.webinar.engine_embedded.room import Room
from plugins.webinar.engine_embedded.uplink import Uplink

TICK_SECONDS = 0.1
BUSY_AT, CALM_AT = 0.6, 0.45
"""Shares of a core: from the one on sound goes two packets at a time, a little later and for less work, until the other."""
FULL_AT = 0.8
"""Share of a core from which nobody new is let in, so that those inside keep what they have."""
FULL_FOR_ALL_AT = 0.95
"""The same for who is in the room already, and for who may show a screen: presenters and moderators."""
MOST_PEERS, KEPT_FREE = 4_000, 100


class EmbeddedEngine:
    """``engine.Engine`` without its threads: everything happens in the loop.

    Of several on a machine it is ``number``; in ``folder`` are the sockets at which the others lend rooms. The names of its
    connections end in its number, a dot, and chance.
    """

    def __init__(
        self,
        loop: Loop,
        ports: Ports,
        addresses: Sequence[str],
        number: int = 0,
        folder: Path = Path(),
    ) -> None:
        self._loop = loop
        self._ports = ports
        self._number = number
        self._folder = folder
        self._candidates = [
            sdp.Candidate(address, ports.port, protocol)
            for protocol in ("udp", "tcp")
            for address in addresses
        ]
        self._identity = Identity()
        self._rooms: dict[str, Room] = {}
        self._peers: dict[str, tuple[Room, Uplink | Downlink]] = {}
        self._listeners: list[Callable[[Event], None]] = []
        self._ticker: Timer | None = None
        self._cpu = 0.0
        self._cpu_before = (time.process_time(), loop.now)

    # --- rooms ----------------------------------------------------------------------------

    def open_room(self, room: str) -> None:
        """Make a room known."""
        self._room(room)

    def close_room(self, room: str) -> None:
        """End all connections of a room and forget it."""
        found = self._rooms.pop(room, None)
        if found is not None:
            found.close()
            self._end(found.connections())

    def join(
        self,
        room: str,
        person: str,
        direction: Direction,
        offer: str,
        rights: Rights,
        home: int | None = None,
    ) -> Answer:
        """Answer an offer, for a room that is at the engine ``home`` if that is told. Raises full, bad_offer."""
        if not self._has_place(room, person, rights):
            raise EngineError("full", "as many people as this server can carry are connected")
        described = _parse(offer)
        name = f"{room}/{person}/{direction}/{self._number}.{secrets.token_urlsafe(9)}"
        connection = Connection(name, direction, self._ports, self._loop, self._identity)
        half = Uplink(connection, person, rights) if direction == "send" else Downlink(connection, person)
        try:
            answer = self._answer(half, described)
        except EngineError:
            connection.close()
            raise
        if room in self._rooms:
            held = self._rooms[room].connections()
            self._end(
                each for each in held if (each.person, each.connection.direction) == (person, direction)
            )
        self._add(self._room(room, home), half)
        return answer

    def restart(self, peer: str, offer: str) -> Answer:
        """Answer an offer with new ICE credentials. Raises unknown, bad_offer."""
        return self._answer(self._half(peer), _parse(offer))

    def leave(self, peer: str) -> None:
        """End a connection."""
        if peer in self._peers:
            self._end([self._peers[peer][1]])

    def remove(self, room: str, person: str) -> None:
        """End all connections of a person."""
        if room in self._rooms:
            self._end(half for half in self._rooms[room].connections() if half.person == person)

    def set_rights(self, room: str, person: str, rights: Rights) -> None:
        """Change what a person may send, at once."""
        if room in self._rooms:
            self._rooms[room].set_rights(person, rights)

    def set_wish(self, peer: str, wish: Wish) -> None:
        """Change what a receiving connection shows. Raises unknown."""
        half = self._half(peer)
        if not isinstance(half, Downlink):
            raise EngineError("unknown", "this connection does not receive")
        self._peers[peer][0].set_wish(half, wish)

    def start_recording(self, room: str, folder: Path, persons: frozenset[str]) -> None:
        """Write the tracks of these people, from now on, into ``folder``; again is nothing new."""
        try:
            self._room(room).start_recording(folder, persons)
        except OSError as problem:
            raise EngineError("unreachable", f"the folder cannot be used: {problem.strerror}") from None

    def set_recorded(self, room: str, persons: frozenset[str]) -> None:
        """Change whose tracks are written, at once."""
        if room in self._rooms:
            self._rooms[room].set_recorded(persons)

    def stop_recording(self, room: str) -> Sequence[RecordedTrack]:
        """Close all files; returns them, also those that ended earlier."""
        return self._rooms[room].stop_recording() if room in self._rooms else []

    def has(self, peer: str) -> bool:
        """Whether a connection is there."""
        return peer in self._peers

    def has_room(self, room: str) -> bool:
        """Whether a room is in use."""
        return room in self._rooms

    def halves(self) -> list[Uplink | Downlink]:
        """All connections."""
        return [half for _room, half in self._peers.values()]

    def load(self) -> Load:
        """How busy the engine is."""
        is_full = self._cpu >= FULL_AT or len(self._peers) >= MOST_PEERS
        return Load(round(self._cpu, 3), len(self._rooms), len(self._peers), is_full)

    def stats(self) -> Sequence[Stats]:
        """What it does."""
        ports, load = self._ports, self.load()
        counted = (ports.received, ports.fan.sent, ports.dropped, ports.stale)
        return [Stats(self._number, load.cpu, load.rooms, load.peers, *counted)]

    def listen(self, callback: Callable[[Event], None]) -> None:
        """Call back for every event."""
        self._listeners.append(callback)

    def close(self) -> None:
        """End everything."""
        for room in list(self._rooms):
            self.close_room(room)

    # --- connections ------------------------------------------------------------------------

    def _room(self, name: str, home: int | None = None) -> Room:
        """The room; one that was here as another's and now is our own, or the other way about, is made anew."""
        found = self._rooms.get(name)
        if found is not None and isinstance(found, FedRoom) is (home is None):
            self.close_room(name)
        if name not in self._rooms:
            self._rooms[name] = self._make_room(name, home)
        return self._rooms[name]

    def _make_room(self, name: str, home: int | None) -> Room:
        if home is None:
            return Room(name, self._loop, self._ports, self._tell)
        path = self._folder / wire.relay_name(home)
        return FedRoom(
            name, self._loop, self._ports, self._tell, path,
            lambda person: self._end_receiving(self._rooms[name], person),
        )  # fmt: skip

    def _has_place(self, room: str, person: str, rights: Rights) -> bool:
        """Whether somebody can be let in; those who lead, or come back, are not locked out by those who came before."""
        if not self.load().is_full:
            return True
        held = self._rooms[room].connections() if room in self._rooms else ()
        if not rights.leads and all(each.person != person for each in held):
            return False
        return self._cpu < FULL_FOR_ALL_AT and len(self._peers) < MOST_PEERS + KEPT_FREE

    def _half(self, peer: str) -> Uplink | Downlink:
        if peer not in self._peers:
            raise EngineError("unknown", "this connection is gone")
        return self._peers[peer][1]

    def _answer(self, half: Uplink | Downlink, offer: sdp.Offer) -> Answer:
        try:
            sections, mids = half.answer(offer)
        except sdp.BadOffer as problem:
            raise EngineError("bad_offer", str(problem)) from None
        connection = half.connection
        transport = connection.describe(offer, self._candidates)
        return Answer(connection.name, sdp.answer(transport, sections, connection.answers), mids)

    def _add(self, room: Room, half: Uplink | Downlink) -> None:
        connection = half.connection
        connection.traffic = half
        connection.on_gone = lambda: self._lost(room, half)
        connection.on_ready = lambda: self._tell(
            Event("connected", room.name, half.person, _naming(connection))
        )
        self._peers[connection.name] = (room, half)
        if isinstance(half, Uplink):
            room.add_uplink(half)
        else:
            room.add_downlink(half)
            self.end_elsewhere(room, half.person, None)
        if self._ticker is None:
            self._ticker = self._loop.call_later(TICK_SECONDS, self._tick)

    def _lost(self, room: Room, half: Uplink | Downlink) -> None:
        self._forget(room, half)
        self._tell(Event("gone", room.name, half.person, _naming(half.connection)))

    def _end(self, halves: Iterable[Uplink | Downlink]) -> None:
        for half in halves:
            room = self._peers[half.connection.name][0]
            half.connection.close()
            self._forget(room, half)

    def _forget(self, room: Room, half: Uplink | Downlink) -> None:
        self._peers.pop(half.connection.name, None)
        room.drop(half)
        self._forget_if_empty(room)

    def _forget_if_empty(self, room: Room) -> None:
        if room.is_empty and not room.is_recorded and self._rooms.get(room.name) is room:
            del self._rooms[room.name]
            room.close()

    # --- other engines of the machine (relaying.Host) ---------------------------------------------

    def lend(self, room: str, relay: Relay) -> Room:
        """Give a room to another engine as well."""
        found = self._room(room)
        found.relays.append(relay)
        return found

    def take_back(self, room: Room, relay: Relay) -> None:
        """The other engine does not need it any more."""
        room.relays.remove(relay)
        self._forget_if_empty(room)

    def end_elsewhere(self, room: Room, person: str, relay: Relay | None) -> None:
        """Somebody receives from ``relay`` now (None: from here), and from nowhere else."""
        if relay is not None:
            self._end_receiving(room, person)
        for each in room.relays:
            if each is not relay:
                each.say(end=person)

    def _end_receiving(self, room: Room, person: str) -> None:
        if person in room.downlinks:
            self._end([room.downlinks[person]])

    def _tell(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)

    # --- time -------------------------------------------------------------------------------

    def _tick(self) -> None:
        """While anybody is connected; an engine without peers sleeps."""
        self._ticker = None
        self._measure()
        for room in list(self._rooms.values()):
            room.tick()
        if self._peers:
            self._ticker = self._loop.call_later(TICK_SECONDS, self._tick)
        else:
            self._cpu = 0.0
            self._ports.is_busy = False

    def _measure(self) -> None:
        used, at = time.process_time(), self._loop.now
        seconds = at - self._cpu_before[1]
        if seconds >= 1.0:
            share = (used - self._cpu_before[0]) / seconds
            self._cpu += (share - self._cpu) * (0.5 if seconds < 2.0 else 1.0)
            self._cpu_before = (used, at)
            self._ports.is_busy = self._cpu >= (CALM_AT if self._ports.is_busy else BUSY_AT)


def _parse(offer: str) -> sdp.Offer:
    try:
        return sdp.parse(offer)
    except sdp.BadOffer as problem:
        raise EngineError("bad_offer", str(problem)) from None


def _naming(connection: Connection) -> dict[str, str]:
    return {"peer": connection.name, "direction": connection.direction}
