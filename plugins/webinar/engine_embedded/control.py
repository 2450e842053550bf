"""The engine's side of the control socket: requests of web processes in, replies and events out."""

from __future__ import annotations

import os
import secrets
import selectors
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from plugins.webinar.engine import EngineError, Event
from plugins.webinar.engine_embedded import wire
from plugins.webinar.engine_embedded.admission import Admission
from plugins.webinar.engine_embedded.embedded import EmbeddedEngine
from plugins.webinar.engine_embedded.loop import Loop

MOST_WAITING = 4 << 20
"""Bytes that may wait for a web process before it counts as stuck."""

Operation = Callable[[Mapping[str, Any]], Any]


class Control:
    """Listens at ``path``; several web processes may be connected, each hears all events."""

    def __init__(self, loop: Loop, path: Path, engine: EmbeddedEngine) -> None:
        self._loop = loop
        self._path = path
        self._clients: set[_Client] = set()
        self.hello = secrets.token_hex(8)
        self.operations = operations_of(engine)
        self.admission = Admission(loop)
        engine.listen(self._tell)
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        before = os.umask(0o177)  # its owner only
        try:
            with wire.address_of(path) as address:
                self._socket.bind(address)
        finally:
            os.umask(before)
        self._socket.listen(16)
        loop.watch(self._socket, self._accept)

    def close(self) -> None:
        """Hang up."""
        self.admission.close()
        for client in list(self._clients):
            client.close()
        self._loop.forget(self._socket)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def forget(self, client: _Client) -> None:
        """A web process is gone; what it started goes on."""
        self._clients.discard(client)

    def _accept(self, _events: int) -> None:
        try:
            channel, _address = self._socket.accept()
        except BlockingIOError:
            return
        channel.setblocking(False)
        client = _Client(self, self._loop, channel)
        self._clients.add(client)
        client.send({"hello": self.hello})

    def _tell(self, event: Event) -> None:
        message = {"event": wire.event_out(event)}
        for client in list(self._clients):
            client.send(message)


class _Client:
    """One web process."""

    def __init__(self, control: Control, loop: Loop, channel: socket.socket) -> None:
        self._control = control
        self._loop = loop
        self._channel = channel
        self._reader = wire.Reader()
        self._outbox = bytearray()
        loop.watch(channel, self._on_ready)

    def send(self, message: Mapping[str, Any]) -> None:
        """Send, or keep it until the other side reads on; one that never does is hung up on."""
        if self._channel.fileno() < 0:
            return
        self._outbox += wire.pack(message)
        if len(self._outbox) > MOST_WAITING:
            self.close()
        else:
            self._flush()

    def close(self) -> None:
        """Hang up."""
        if self._channel.fileno() >= 0:
            self._loop.forget(self._channel)
            self._channel.close()
        self._control.forget(self)

    def _on_ready(self, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._flush()
        if events & selectors.EVENT_READ and self._channel.fileno() >= 0:
            self._read()

    def _read(self) -> None:
        try:
            data = self._channel.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        try:
            for request in self._reader.feed(data):
                self._take(request)
        except wire.BrokenFrame:
            self.close()

    def _take(self, request: Mapping[str, Any]) -> None:
        """Answer; who wants to join waits for their turn."""
        if request.get("do") != "join":
            self.send(self._answer(request))
            return
        arguments = request.get("with") or {}
        rights = arguments.get("rights")
        leads = isinstance(rights, dict) and rights.get("leads") is True
        if not self._control.admission.enter(lambda: self.send(self._answer(request)), leads=leads):
            message = "too many people come at once; ask again in a moment"
            self.send({"id": request.get("id"), "error": {"code": "unreachable", "message": message}})

    def _answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        name = request.get("id")
        operation = self._control.operations.get(str(request.get("do")))
        if operation is None:
            return {"id": name, "error": {"code": "unknown", "message": "there is no such operation"}}
        try:
            return {"id": name, "result": operation(request.get("with") or {})}
        except EngineError as problem:
            return {"id": name, "error": {"code": problem.code, "message": str(problem)}}
        except (KeyError, TypeError, ValueError) as problem:
            return {"id": name, "error": {"code": "unknown", "message": f"not understood: {problem!r}"}}

    def _flush(self) -> None:
        try:
            while self._outbox:
                del self._outbox[: self._channel.send(self._outbox)]
        except BlockingIOError:
            pass
        except OSError:
            self.close()
            return
        self._loop.watch(self._channel, self._on_ready, wants_write=bool(self._outbox))


def operations_of(engine: EmbeddedEngine) -> dict[str, Operation]:
    """The interface ``engine.Engine`` by names, over JSON."""
    return {
        "open_room": lambda q: engine.open_room(q["room"]),
        "close_room": lambda q: engine.close_room(q["room"]),
        "join": lambda q: wire.answer_out(
            engine.join(q["room"], q["person"], q["direction"], q["offer"], wire.rights_in(q["rights"]))
        ),
        "restart": lambda q: wire.answer_out(engine.restart(q["peer"], q["offer"])),
        "leave": lambda q: engine.leave(q["peer"]),
        "remove": lambda q: engine.remove(q["room"], q["person"]),
        "set_rights": lambda q: engine.set_rights(q["room"], q["person"], wire.rights_in(q["rights"])),
        "set_wish": lambda q: engine.set_wish(q["peer"], wire.wish_in(q["wish"])),
        "start_recording": lambda q: engine.start_recording(
            q["room"], Path(q["folder"]), frozenset(q["persons"])
        ),
        "set_recorded": lambda q: engine.set_recorded(q["room"], frozenset(q["persons"])),
        "stop_recording": lambda q: [wire.track_out(each) for each in engine.stop_recording(q["room"])],
        "load": lambda _q: wire.load_out(engine.load()),
        "has": lambda q: engine.has(q["peer"]),
        "has_room": lambda q: engine.has_room(q["room"]),
    }
