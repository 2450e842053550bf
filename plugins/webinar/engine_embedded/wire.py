"""How web processes and the engine talk: frames of JSON over a unix socket in the instance folder.

A frame is four bytes of length, then UTF-8. Requests are ``{id, do, with}``, replies
``{id, result}`` or ``{id, error: {code, message}}``, events ``{event}``, and the engine's first
word is ``{hello}``, a name that is new at each of its starts.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plugins.webinar.engine import Answer, Event, Kind, Load, RecordedTrack, Rights, Source, Wish, WishedVideo

LARGEST_FRAME = 1 << 20


def socket_name(number: int = 0) -> str:
    """The file of the control socket of an engine; several on a machine are counted from 0."""
    return f"media-{number}.sock" if number else "media.sock"


def relay_name(number: int) -> str:
    """The file of the socket at which an engine gives its rooms to the others of the machine."""
    return f"relay-{number}.sock"


class BrokenFrame(ValueError):
    """What came is no frame of this protocol."""


def pack(message: Mapping[str, Any]) -> bytes:
    """A message as a frame. Raises BrokenFrame if it is too long."""
    return frame(json.dumps(message, separators=(",", ":")).encode())


def frame(body: bytes) -> bytes:
    """Bytes as a frame. Raises BrokenFrame if they are too many."""
    if len(body) > LARGEST_FRAME:
        raise BrokenFrame("a message is too long")
    return len(body).to_bytes(4) + body


def message_of(body: bytes) -> dict[str, Any]:
    """The message in a frame. Raises BrokenFrame."""
    try:
        message = json.loads(body)
    except ValueError:
        raise BrokenFrame("a frame is not JSON") from None
    if not isinstance(message, dict):
        raise BrokenFrame("a frame is no message")
    return message


def hand_on(body: bytes, understand: Callable[[dict[str, Any]], None]) -> None:
    """Call with the message in a frame. Raises BrokenFrame, also where something in the message is missing or wrong."""
    message = message_of(body)
    try:
        understand(message)
    except (KeyError, TypeError, ValueError) as problem:
        raise BrokenFrame(f"not understood: {problem!r}") from None


class Reader:
    """Puts frames together from what a socket gives."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take bytes; yields the bodies of the frames that are complete. Raises BrokenFrame."""
        self._waiting += data
        while len(self._waiting) >= 4:
            size = int.from_bytes(self._waiting[:4])
            if size > LARGEST_FRAME:
                raise BrokenFrame("a frame is too long")
            if len(self._waiting) < 4 + size:
                return
            body = bytes(self._waiting[4 : 4 + size])
            del self._waiting[: 4 + size]
            yield body


@contextmanager
def address_of(path: Path) -> Iterator[str]:
    """A short name for a socket's path: those of unix sockets are limited to 107 bytes (unix(7))."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def listen(path: Path) -> socket.socket:
    """Listen at a path, for processes of the same user only. Raises OSError."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    before = os.umask(0o177)
    try:
        with address_of(path) as address:
            listener.bind(address)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    listener.listen(16)
    return listener


def connect(path: Path, timeout: float) -> socket.socket:
    """Connect to the engine; without a timeout (0) only if that can be done at once. Raises OSError."""
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        channel.settimeout(timeout)
        with address_of(path) as address:
            channel.connect(address)
    except OSError:
        channel.close()
        raise
    return channel


# --- things as JSON -----------------------------------------------------------------------


def rights_out(rights: Rights) -> dict[str, Any]:
    """Rights as JSON."""
    return {"kinds": sorted(rights.kinds), "leads": rights.leads}


def rights_in(data: Any) -> Rights:
    """Rights from JSON. Raises ValueError."""
    return Rights(frozenset(Kind(name) for name in data["kinds"]), leads=bool(data["leads"]))


def wish_out(wish: Wish) -> dict[str, Any]:
    """A wish as JSON."""
    videos = [[video.person, video.height] for video in wish.videos]
    return {"videos": videos, "speakers": wish.speakers, "screen": wish.screen, "sound": wish.sound}


def wish_in(data: Any) -> Wish:
    """A wish from JSON. Raises ValueError, TypeError, KeyError."""
    videos = tuple(WishedVideo(str(person), int(height)) for person, height in data["videos"])
    return Wish(videos, int(data["speakers"]), bool(data["screen"]), bool(data["sound"]))


def answer_out(answer: Answer) -> dict[str, Any]:
    """An answer as JSON."""
    return {"peer": answer.peer, "sdp": answer.sdp, "mids": dict(answer.mids)}


def answer_in(data: Any) -> Answer:
    """An answer from JSON."""
    return Answer(data["peer"], data["sdp"], data["mids"])


def event_out(event: Event) -> dict[str, Any]:
    """An event as JSON."""
    return {"type": event.type, "room": event.room, "person": event.person, "data": dict(event.data)}


def event_in(data: Any) -> Event:
    """An event from JSON."""
    return Event(data["type"], data["room"], data["person"], data["data"])


def load_out(load: Load) -> dict[str, Any]:
    """Load as JSON."""
    return {"cpu": load.cpu, "rooms": load.rooms, "peers": load.peers, "is_full": load.is_full}


def load_in(data: Any) -> Load:
    """Load from JSON."""
    return Load(**data)


def track_out(track: RecordedTrack) -> dict[str, Any]:
    """A recorded track as JSON."""
    return {
        "person": track.source.person, "kind": track.source.kind.value, "file": str(track.file),
        "media_type": track.media_type, "started_at": track.started_at, "seconds": track.seconds,
    }  # fmt: skip


def track_in(data: Any) -> RecordedTrack:
    """A recorded track from JSON. Raises ValueError, KeyError."""
    source = Source(data["person"], Kind(data["kind"]))
    return RecordedTrack(source, Path(data["file"]), data["media_type"], data["started_at"], data["seconds"])
