"""Media of rooms, as the rest of the plugin calls it in the web process.

``room`` and ``person`` are the ids of a room and of somebody in it; ``sid`` is the socket that
hears what the engine tells this person. The name of a connection (``peer``) begins with room and
person, so ``check_peer`` can tell whose it is without asking anybody.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lms.plugin import (
    Figure,
    HealthCheck,
    Hub,
    Invalid,
    NotFound,
    Unavailable,
    _,
    hub,
    run_folder,
    site_settings,
)
from plugins.webinar.engine import (
    Direction,
    EngineError,
    Event,
    Load,
    RecordedTrack,
    Rights,
    Wish,
    WishedVideo,
)
from plugins.webinar.engine_embedded.recording import recover
from plugins.webinar.engines import Engines, engines_in, number_of
from plugins.webinar.media_commands import WishCommand
from plugins.webinar.remote import RemoteEngine

EXTENSION = "webinar_media"
MESSAGE = "media"
_making = threading.Lock()


class MediaDesk:
    """The engine, and which socket of this process hears what it tells a connection."""

    def __init__(self, engine: RemoteEngine | Engines, live: Hub) -> None:
        self.engine = engine
        self._hub = live
        self._lock = threading.Lock()
        self._sids: dict[str, str] = {}
        self._rooms: defaultdict[str, set[str]] = defaultdict(set)
        engine.listen(self._hear)

    def bind(self, peer: str, sid: str) -> None:
        """From now on this socket hears it."""
        with self._lock:
            self._sids[peer] = sid
            self._rooms[room_of(peer)].add(peer)

    def forget(self, peers: Iterable[str]) -> None:
        """Nobody hears these any more."""
        with self._lock:
            for peer in peers:
                self._sids.pop(peer, None)
                of_room = self._rooms.get(room_of(peer), set())
                of_room.discard(peer)
                if not of_room:
                    self._rooms.pop(room_of(peer), None)

    def _hear(self, event: Event) -> None:
        """Called from the engine's thread."""
        if event.type == "restarted":
            number = event.data.get("engine")
            with self._lock:
                peers = [peer for peer in self._sids if number in {None, number_of(peer)}]
            for peer in peers:
                self._send([peer], {"type": "restarted", "peer": peer})
            self.forget(peers)
            return
        message = {"type": event.type, **event.data}
        if "peer" in event.data:
            self._send([event.data["peer"]], message)
            if event.type == "gone":
                self.forget([event.data["peer"]])
            return
        with self._lock:
            peers = [peer for peer in self._rooms.get(event.room, ()) if "/receive/" in peer]
        self._send(peers, message)

    def _send(self, peers: Iterable[str], message: dict[str, Any]) -> None:
        with self._lock:
            sids = {self._sids[peer]: peer for peer in peers if peer in self._sids}
        gone = [peer for sid, peer in sids.items() if not self._hub.tell(sid, MESSAGE, message)]
        self.forget(gone)  # the page is gone, or its socket is in another process now


def media_desk() -> MediaDesk:
    """The desk of the running application, made when it is first needed."""
    live = hub()
    with _making:
        found: MediaDesk | None = live.app.extensions.get(EXTENSION)
        if found is None:
            found = MediaDesk(engines_in(run_folder(), site_settings().media.workers), live)
            live.app.extensions[EXTENSION] = found
    return found


# --- whose a connection is --------------------------------------------------------------------


def room_of(peer: str) -> str:
    """The room that a connection's name names."""
    return peer.partition("/")[0]


def check_peer(peer: str, room: str, person: str) -> None:
    """Raise NotFound unless the connection is this person's in this room."""
    if not peer.startswith(f"{room}/{person}/"):
        raise NotFound(_("This connection is not yours."), code="unknown")


# --- connections --------------------------------------------------------------------------------


def connect_media(
    room: str, person: str, sid: str | None, direction: Direction, offer: str, rights: Rights
) -> dict[str, Any]:
    """Answer an offer: ``{peer, sdp, mids}``. Without a ``sid`` nobody hears of the connection. Raises Unavailable (``full``, ``unreachable``), Invalid."""
    desk = media_desk()
    with _in_words():
        answer = desk.engine.join(room, person, direction, offer, rights)
    if sid is not None:
        desk.bind(answer.peer, sid)
    return {"peer": answer.peer, "sdp": answer.sdp, "mids": dict(answer.mids)}


def restart_media(peer: str, sid: str | None, offer: str) -> dict[str, Any]:
    """Answer an offer with new ICE credentials. Raises NotFound (``unknown``: connect anew), Unavailable, Invalid."""
    desk = media_desk()
    with _in_words():
        answer = desk.engine.restart(peer, offer)
    if sid is not None:
        desk.bind(peer, sid)
    return {"peer": answer.peer, "sdp": answer.sdp, "mids": dict(answer.mids)}


def bind_media(peer: str, sid: str) -> bool:
    """The socket is new, the connection the same. False: it is gone, make a new one. Raises Unavailable."""
    is_there = is_connected(peer)
    if is_there:
        media_desk().bind(peer, sid)
    return is_there


def is_connected(peer: str) -> bool:
    """Whether a connection is there. Raises Unavailable."""
    with _in_words():
        return media_desk().engine.has(peer)


def leave_media(peer: str) -> None:
    """End a connection; one that is gone is no error. Raises Unavailable."""
    desk = media_desk()
    desk.forget([peer])
    with _in_words():
        desk.engine.leave(peer)


def wish_media(peer: str, command: WishCommand) -> None:
    """Change what a receiving connection gets. Raises NotFound, Unavailable."""
    videos = tuple(WishedVideo(video.person, video.height) for video in command.videos)
    with _in_words():
        media_desk().engine.set_wish(peer, Wish(videos, command.speakers, command.screen, command.sound))


def change_media_rights(room: str, person: str, rights: Rights) -> None:
    """Change what a person may send, at once. Raises Unavailable."""
    with _in_words():
        media_desk().engine.set_rights(room, person, rights)


def remove_from_media(room: str, person: str) -> None:
    """End all connections of a person. Raises Unavailable."""
    with _in_words():
        media_desk().engine.remove(room, person)


def close_media(room: str) -> None:
    """End all connections of a room. Raises Unavailable."""
    with _in_words():
        media_desk().engine.close_room(room)


# --- recording ----------------------------------------------------------------------------------


def start_recording(room: str, folder: Path, persons: frozenset[str]) -> None:
    """Write the tracks of these people into ``folder``, from now on; again is nothing new. Raises Unavailable."""
    with _in_words():
        media_desk().engine.start_recording(room, folder, persons)


def set_recorded(room: str, persons: frozenset[str]) -> None:
    """Change whose tracks are written, at once. Raises Unavailable."""
    with _in_words():
        media_desk().engine.set_recorded(room, persons)


def stop_recording(room: str) -> Sequence[RecordedTrack]:
    """Close all files of a recording; returns them. Raises Unavailable."""
    with _in_words():
        return media_desk().engine.stop_recording(room)


def recover_recording(folder: Path) -> Sequence[RecordedTrack]:
    """The tracks of a recording that no engine knows any more, made whole; needs no engine."""
    return recover(folder)


# --- the engine ---------------------------------------------------------------------------------


def is_media_ready() -> bool:
    """Whether sound and pictures can be carried now."""
    return media_desk().engine.is_connected


def media_health() -> HealthCheck:
    """Whether the engine runs, and how busy it is."""
    load = _load()
    if load is None:
        return HealthCheck(
            "webinar.media",
            "warning",
            _("The media engine does not run: rooms have no sound and no pictures."),
            _("Start the site with `python3 -m lms serve`, which runs it too."),
        )
    if load.is_full:
        return HealthCheck(
            "webinar.media",
            "warning",
            _("The media engine is full: %(count)s connections.", count=load.peers),
            _("Wait until a webinar ends, or run it on a faster machine."),
            _figures,
        )
    text = _("The media engine carries %(count)s connections.", count=load.peers)
    return HealthCheck("webinar.media", "ok", text, figures=_figures)


def _load() -> Load | None:
    engine = media_desk().engine
    try:
        return engine.load() if engine.is_connected else None  # who only looks need not wait until it is back
    except EngineError:
        return None


def _figures() -> list[Figure]:
    """What the engines do, for monitoring."""
    found = []
    for each in media_desk().engine.stats():
        engine = {"engine": str(each.engine)}
        found += [
            Figure("media_cpu_ratio", "Share of a core that a media engine uses", each.cpu, engine),
            Figure("media_rooms", "Rooms that a media engine carries", each.rooms, engine),
            Figure("media_connections", "Connections of a media engine", each.peers, engine),
        ]
        for name, value, text in (
            ("received", each.received, "Packets of sound and pictures that came"),
            ("sent", each.sent, "Packets of sound and pictures that went"),
            ("dropped", each.dropped, "Packets that the network did not take"),
            ("stale", each.stale, "Packets that were dropped because their turn came too late"),
        ):
            found.append(Figure(f"media_packets_{name}", text, value, engine, only_grows=True))
    return found


@contextmanager
def _in_words() -> Iterator[None]:
    """What the engine refuses, as a person should hear it."""
    try:
        yield
    except EngineError as problem:
        if problem.code == "full":
            text = _("As many people as this server can carry are connected. Please try again later.")
            raise Unavailable(text, code="full") from None
        if problem.code == "bad_offer":
            raise Invalid(_("This browser cannot be connected with the room."), code="bad_offer") from None
        if problem.code == "unknown":
            raise NotFound(_("This connection is gone. We make a new one."), code="unknown") from None
        text = _("Sound and pictures cannot be reached now. We try again by ourselves.")
        raise Unavailable(text, code="unreachable") from None
