"""The media engine as web processes see it: ``engine.Engine`` over the control socket.

One thread reads; another one calls back, so that who is called may ask the engine. Both begin
with the first use, in whichever process that is. While the engine is away, requests wait a
moment for it and then fail as ``unreachable``.
"""

from __future__ import annotations

import itertools
import os
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog

from plugins.webinar.engine import (
    TIMEOUT_SECONDS,
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
from plugins.webinar.engine_embedded import wire
from plugins.webinar.engine_embedded.recording import mended

log = structlog.get_logger(__name__)

WAIT_FOR_ENGINE_SECONDS = 2.5
PAUSE_SECONDS = 0.25


class _Call:
    """A request that waits for its reply."""

    def __init__(self) -> None:
        self.is_done = threading.Event()
        self.reply: dict[str, Any] = {}


class RemoteEngine:
    """Speaks with the engine whose socket is in ``folder``; ``number`` says with which of several."""

    def __init__(self, folder: Path, number: int = 0) -> None:
        self._path = folder / wire.socket_name(number)
        self._listeners: list[Callable[[Event], None]] = []
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._calls: dict[int, _Call] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._channel: socket.socket | None = None
        self._is_connected = threading.Event()
        self._has_tried = threading.Event()
        self._process = 0
        self._is_closed = False
        self._hello = ""

    # --- engine.Engine --------------------------------------------------------------------

    def open_room(self, room: str) -> None:
        """Make a room known."""
        self._ask("open_room", room=room)

    def close_room(self, room: str) -> None:
        """End all connections of a room and forget it."""
        self._ask("close_room", room=room)

    def join(
        self,
        room: str,
        person: str,
        direction: Direction,
        offer: str,
        rights: Rights,
        home: int | None = None,
    ) -> Answer:
        """Answer an offer, for a room that is at another engine of the machine if ``home`` says so. Raises full, bad_offer."""
        return wire.answer_in(
            self._ask(
                "join",
                room=room,
                person=person,
                direction=direction,
                offer=offer,
                rights=wire.rights_out(rights),
                home=home,
            )
        )

    def restart(self, peer: str, offer: str) -> Answer:
        """Answer an offer with new ICE credentials. Raises unknown, bad_offer."""
        return wire.answer_in(self._ask("restart", peer=peer, offer=offer))

    def leave(self, peer: str) -> None:
        """End a connection."""
        self._ask("leave", peer=peer)

    def remove(self, room: str, person: str) -> None:
        """End all connections of a person."""
        self._ask("remove", room=room, person=person)

    def set_rights(self, room: str, person: str, rights: Rights) -> None:
        """Change what a person may send, at once."""
        self._ask("set_rights", room=room, person=person, rights=wire.rights_out(rights))

    def set_wish(self, peer: str, wish: Wish) -> None:
        """Change what a receiving connection shows. Raises unknown."""
        self._ask("set_wish", peer=peer, wish=wire.wish_out(wish))

    def start_recording(self, room: str, folder: Path, persons: frozenset[str]) -> None:
        """Write the tracks of these people, from now on."""
        self._ask("start_recording", room=room, folder=str(folder), persons=sorted(persons))

    def set_recorded(self, room: str, persons: frozenset[str]) -> None:
        """Change whose tracks are written, at once."""
        self._ask("set_recorded", room=room, persons=sorted(persons))

    def stop_recording(self, room: str) -> Sequence[RecordedTrack]:
        """Close all files; returns them. What an engine that was killed left open is made whole here."""
        return mended([wire.track_in(each) for each in self._ask("stop_recording", room=room)])

    def load(self) -> Load:
        """How busy the engine is."""
        return wire.load_in(self._ask("load"))

    def stats(self) -> Sequence[Stats]:
        """What it does; nothing while it is away."""
        return [Stats(**each) for each in self._ask("stats")] if self.is_connected else []

    def listen(self, callback: Callable[[Event], None]) -> None:
        """Call back for every event from now on."""
        self._listeners.append(callback)
        self._begin()

    # --- beyond the interface ---------------------------------------------------------------

    def has(self, peer: str) -> bool:
        """Whether a connection is there. Raises EngineError if nobody can say."""
        return bool(self._ask("has", peer=peer))

    def has_room(self, room: str) -> bool:
        """Whether somebody is connected with a room, or it is recorded. Raises EngineError if nobody can say."""
        return bool(self._ask("has_room", room=room))

    @property
    def is_connected(self) -> bool:
        """Whether the engine is there now; when nobody has asked before, after the first try to reach it."""
        self._begin()
        self._has_tried.wait(WAIT_FOR_ENGINE_SECONDS)
        return self._is_connected.is_set()

    def close(self) -> None:
        """Stop speaking with it."""
        self._is_closed = True
        self._events.put(None)
        if self._channel is not None:
            self._channel.close()

    # --- asking -----------------------------------------------------------------------------

    def _ask(self, do: str, **arguments: Any) -> Any:
        self._begin()
        if not self._is_connected.wait(WAIT_FOR_ENGINE_SECONDS):
            raise EngineError("unreachable", "the media engine does not run")
        number, call = next(self._numbers), _Call()
        self._calls[number] = call
        try:
            self._send(wire.pack({"id": number, "do": do, "with": arguments}))
            if not call.is_done.wait(TIMEOUT_SECONDS):
                raise EngineError("unreachable", "the media engine does not answer")
        finally:
            self._calls.pop(number, None)
        error = call.reply.get("error")
        if error:
            raise EngineError(error["code"], error["message"])
        return call.reply.get("result")

    def _send(self, frame: bytes) -> None:
        with self._lock:
            channel = self._channel
            if channel is None:
                raise EngineError("unreachable", "the media engine does not run")
            try:
                channel.sendall(frame)
            except OSError as problem:
                raise EngineError("unreachable", f"the media engine is gone: {problem}") from None

    # --- threads ----------------------------------------------------------------------------

    def _begin(self) -> None:
        """Start the threads once in each process; a fork has none of its parent's."""
        if self._process == os.getpid():
            return
        with self._lock:
            if self._process == os.getpid():
                return
            self._is_connected.clear()
            self._has_tried.clear()
            self._process = os.getpid()
            threading.Thread(target=self._stay_connected, name="media-engine", daemon=True).start()
            threading.Thread(target=self._call_back, name="media-events", daemon=True).start()

    def _stay_connected(self) -> None:
        pause = threading.Event()
        while not self._is_closed:
            try:
                channel = wire.connect(self._path, TIMEOUT_SECONDS)
            except OSError:
                self._has_tried.set()
                pause.wait(PAUSE_SECONDS)
                continue
            channel.settimeout(None)
            self._channel = channel
            try:
                self._read(channel)
            except (OSError, wire.BrokenFrame) as problem:
                if not self._is_closed:
                    log.warning("media.engine_lost", error=str(problem))
            self._is_connected.clear()
            self._channel = None
            channel.close()
            self._fail_calls()

    def _read(self, channel: socket.socket) -> None:
        reader = wire.Reader()
        while data := channel.recv(1 << 16):
            for body in reader.feed(data):
                self._take(wire.message_of(body))

    def _take(self, message: dict[str, Any]) -> None:
        if "event" in message:
            self._events.put(wire.event_in(message["event"]))
        elif "hello" in message:
            was_another = self._hello not in {"", message["hello"]}
            self._hello = message["hello"]
            if was_another:
                self._events.put(Event("restarted", "", "", {}))
            self._is_connected.set()
            self._has_tried.set()
        else:
            call = self._calls.get(message.get("id", 0))
            if call is not None:
                call.reply = message
                call.is_done.set()

    def _fail_calls(self) -> None:
        for call in list(self._calls.values()):
            call.reply = {"error": {"code": "unreachable", "message": "the media engine is gone"}}
            call.is_done.set()

    def _call_back(self) -> None:
        while (event := self._events.get()) is not None:
            for listener in list(self._listeners):
                listener(event)
