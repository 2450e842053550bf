"""The media engines of this machine as one: each room is at home in one of them, chosen when it is first needed.

Which one has a room, all web processes have to know alike. So it is written into a folder that they share,
under a lock; forgotten is it only when the room was not asked for a while and its engine knows it no more.

Who sends is connected with the engine that has the room. Once that has much to do, people who come receive from another,
which gets one copy of each stream from it (``engine_embedded/relaying.py``). The name of a connection says which.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
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
from plugins.webinar.remote import RemoteEngine

IDLE_SECONDS = 60.0
"""Longer than a request for a room may be on its way."""
SPREAD_FROM, SPREAD_AT = 200, 0.4
"""Connections, or share of a core, of an engine from which those who come to its rooms receive from the one with least to do."""


class Places:
    """Which of ``count`` engines has which room, for all processes of this machine."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder = folder
        self._count = count
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def find(self, room: str) -> int | None:
        """The engine of a room; None if it has none."""
        return self._read(self._path(room))[0]

    def take(self, room: str, choose: Callable[[], int]) -> int:
        """The engine of a room that is asked for now; ``choose`` says which, if it has none."""
        with self._lock():
            path = self._path(room)
            found, _room = self._read(path)
            if found is None:
                found = choose()
                fresh = path.with_suffix(".new")
                fresh.write_text(f"{found}\n{room}", "utf-8")
                fresh.replace(path)
            os.utime(path)
            return found

    def forget(self, is_used: Callable[[int, str], bool]) -> None:
        """Forget rooms that nobody asked for lately and that their engines do not know."""
        with self._lock():
            for path in self._folder.glob("*.room"):
                number, room = self._read(path)
                if number is None or (
                    time.time() - path.stat().st_mtime > IDLE_SECONDS and not is_used(number, room)
                ):
                    path.unlink(missing_ok=True)

    def _path(self, room: str) -> Path:
        return self._folder / f"{hashlib.sha256(room.encode()).hexdigest()[:32]}.room"

    def _read(self, path: Path) -> tuple[int | None, str]:
        try:
            number, _, room = path.read_text("utf-8").partition("\n")
        except FileNotFoundError:
            return None, ""
        is_known = number.isdecimal() and int(number) < self._count  # there were more of them before, perhaps
        return int(number) if is_known else None, room

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with (self._folder / "lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield


class Engines:
    """``engine.Engine`` over several engines of this machine; ``spread_from`` as ``SPREAD_FROM``."""

    def __init__(self, folder: Path, count: int, spread_from: int = SPREAD_FROM) -> None:
        self._spread_from = spread_from
        self._each = [RemoteEngine(folder, number) for number in range(count)]
        self._places = Places(folder / "rooms", count)

    # --- engine.Engine --------------------------------------------------------------------

    def open_room(self, room: str) -> None:
        """Make a room known."""
        self._each[self._take(room)].open_room(room)

    def close_room(self, room: str) -> None:
        """End all connections of a room and forget it."""
        self._everywhere(room, lambda engine: engine.close_room(room))

    def join(self, room: str, person: str, direction: Direction, offer: str, rights: Rights) -> Answer:
        """Answer an offer. Raises full, bad_offer."""
        home = self._take(room)
        number = home if direction == "send" else self._choose_receiving(home)
        is_elsewhere = number != home
        return self._each[number].join(
            room, person, direction, offer, rights, home=home if is_elsewhere else None
        )

    def restart(self, peer: str, offer: str) -> Answer:
        """Answer an offer with new ICE credentials. Raises unknown, bad_offer."""
        return self._known(peer).restart(peer, offer)

    def leave(self, peer: str) -> None:
        """End a connection."""
        if (number := self._number_of(peer)) is not None:
            self._each[number].leave(peer)

    def remove(self, room: str, person: str) -> None:
        """End all connections of a person."""
        self._everywhere(room, lambda engine: engine.remove(room, person))

    def set_rights(self, room: str, person: str, rights: Rights) -> None:
        """Change what a person may send, at once."""
        if (engine := self._find(room)) is not None:
            engine.set_rights(room, person, rights)

    def set_wish(self, peer: str, wish: Wish) -> None:
        """Change what a receiving connection shows. Raises unknown."""
        self._known(peer).set_wish(peer, wish)

    def start_recording(self, room: str, folder: Path, persons: frozenset[str]) -> None:
        """Write the tracks of these people, from now on."""
        self._each[self._take(room)].start_recording(room, folder, persons)

    def set_recorded(self, room: str, persons: frozenset[str]) -> None:
        """Change whose tracks are written, at once."""
        if (engine := self._find(room)) is not None:
            engine.set_recorded(room, persons)

    def stop_recording(self, room: str) -> Sequence[RecordedTrack]:
        """Close all files; returns them."""
        engine = self._find(room)
        return engine.stop_recording(room) if engine is not None else []

    def load(self) -> Load:
        """How busy all are together: the share of the busiest, full when all are. Raises unreachable if none answers."""
        found = list(filter(None, map(_load_of, self._each)))
        if not found:
            raise EngineError("unreachable", "the media engine does not run")
        return Load(
            max(each.cpu for each in found), sum(each.rooms for each in found), sum(each.peers for each in found),
            all(each.is_full for each in found),
        )  # fmt: skip

    def stats(self) -> Sequence[Stats]:
        """What each of them does; those that do not answer are left out."""
        return [stats for engine in self._each for stats in engine.stats()]

    def listen(self, callback: Callable[[Event], None]) -> None:
        """Call back for every event from now on; ``restarted`` says which of them, as ``engine``."""
        for number, engine in enumerate(self._each):
            engine.listen(partial(self._pass_on, number, callback))

    # --- beyond the interface ---------------------------------------------------------------

    def has(self, peer: str) -> bool:
        """Whether a connection is there. Raises EngineError if nobody can say."""
        number = self._number_of(peer)
        return number is not None and self._each[number].has(peer)

    @property
    def is_connected(self) -> bool:
        """Whether one of them is there now, or a moment from now."""
        return any(each.is_connected for each in self._each)

    def close(self) -> None:
        """Stop speaking with them."""
        for each in self._each:
            each.close()

    # --- which ------------------------------------------------------------------------------

    def _find(self, room: str) -> RemoteEngine | None:
        number = self._places.find(room)
        return None if number is None else self._each[number]

    def _known(self, peer: str) -> RemoteEngine:
        number = self._number_of(peer)
        if number is None:
            raise EngineError("unknown", "this connection is gone")
        return self._each[number]

    def _number_of(self, peer: str) -> int | None:
        """The engine that gave a connection its name; None if there are fewer of them now."""
        found = number_of(peer)
        return found if found is not None and found < len(self._each) else None

    def _everywhere(self, room: str, do: Callable[[RemoteEngine], None]) -> None:
        """First where people receive, then where the room is at home. Those that do not run have nobody."""
        home = self._places.find(room)
        if home is None:
            return
        for number, engine in enumerate(self._each):
            if number != home and engine.is_connected:
                do(engine)
        do(self._each[home])

    def _take(self, room: str) -> int:
        if self._places.find(room) is None:
            self._places.forget(self._is_used)
        return self._places.take(room, self._choose)

    def _choose_receiving(self, home: int) -> int:
        """Where the next one receives: at home until there is much to do, then where there is least; home has the senders, too."""
        loads = dict(self._loads())
        own = loads.get(home)
        if own is None or (own.peers < self._spread_from and own.cpu < SPREAD_AT and not own.is_full):
            return home
        return min(loads, key=lambda each: (*_business(loads[each]), each == home, each))

    def _choose(self) -> int:
        """The one with the least to do."""
        busy = [(*_business(load), load.rooms, number) for number, load in self._loads()]
        if not busy:
            raise EngineError("unreachable", "the media engine does not run")
        return min(busy)[-1]

    def _loads(self) -> Iterator[tuple[int, Load]]:
        for number, engine in enumerate(self._each):
            load = _load_of(engine)
            if load is not None:
                yield number, load

    def _is_used(self, number: int, room: str) -> bool:
        try:
            return self._each[number].has_room(room)
        except EngineError:
            return True  # nobody can say

    def _pass_on(self, number: int, callback: Callable[[Event], None], event: Event) -> None:
        callback(Event("restarted", "", "", {"engine": number}) if event.type == "restarted" else event)


def engines_in(folder: Path, count: int, spread_from: int = SPREAD_FROM) -> RemoteEngine | Engines:
    """The engines whose sockets are in ``folder``."""
    return Engines(folder, count, spread_from) if count > 1 else RemoteEngine(folder)


def number_of(peer: str) -> int | None:
    """The engine that a connection's name names; None if that is no name of a connection."""
    number = peer.rpartition("/")[2].partition(".")[0]
    return int(number) if number.isdecimal() else None


def _business(load: Load) -> tuple[bool, float, int]:
    """How busy an engine is, to compare."""
    return load.is_full, round(load.cpu, 1), load.peers


def _load_of(engine: RemoteEngine) -> Load | None:
    try:
        return engine.load() if engine.is_connected else None
    except EngineError:
        return None
