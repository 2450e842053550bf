"""The engine's side of the control socket: requests of web processes in, replies and events out."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from plugins.webinar.engine import EngineError, Event
from plugins.webinar.engine_embedded import wire
from plugins.webinar.engine_embedded.admission import Admission
from plugins.webinar.engine_embedded.channel import Channel, Door
from plugins.webinar.engine_embedded.embedded import EmbeddedEngine
from plugins.webinar.engine_embedded.loop import Loop

Operation = Callable[[Mapping[str, Any]], Any]


class Control:
    """Listens at ``path``; several web processes may be connected, each hears all events."""

    def __init__(self, loop: Loop, path: Path, engine: EmbeddedEngine) -> None:
        self._loop = loop
        self._clients: set[_Client] = set()
        self.hello = secrets.token_hex(8)
        self.operations = operations_of(engine)
        self.admission = Admission(loop)
        engine.listen(self._tell)
        self._door = Door(loop, path, self._welcome)

    def close(self) -> None:
        """Hang up."""
        self.admission.close()
        for client in list(self._clients):
            client.close()
        self._door.close()

    def forget(self, client: _Client) -> None:
        """A web process is gone; what it started goes on."""
        self._clients.discard(client)

    def _welcome(self, stream: socket.socket) -> None:
        client = _Client(self, self._loop, stream)
        self._clients.add(client)
        client.send({"hello": self.hello})

    def _tell(self, event: Event) -> None:
        message = {"event": wire.event_out(event)}
        for client in list(self._clients):
            client.send(message)


class _Client:
    """One web process."""

    def __init__(self, control: Control, loop: Loop, stream: socket.socket) -> None:
        self._control = control
        self._channel = Channel(
            loop, stream, lambda body: self._take(wire.message_of(body)), lambda: control.forget(self)
        )

    def send(self, message: Mapping[str, Any]) -> None:
        """Say something."""
        self._channel.send(wire.pack(message))

    def close(self) -> None:
        """Hang up."""
        self._channel.close()

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


def operations_of(engine: EmbeddedEngine) -> dict[str, Operation]:
    """The interface ``engine.Engine`` by names, over JSON."""
    return {
        "open_room": lambda q: engine.open_room(q["room"]),
        "close_room": lambda q: engine.close_room(q["room"]),
        "join": lambda q: wire.answer_out(
            engine.join(
                q["room"], q["person"], q["direction"], q["offer"], wire.rights_in(q["rights"]), q.get("home")
            )
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
        "stats": lambda _q: [asdict(each) for each in engine.stats()],
        "has": lambda q: engine.has(q["peer"]),
        "has_room": lambda q: engine.has_room(q["room"]),
    }
