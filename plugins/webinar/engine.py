"""What a media engine is: the one interface between rooms and whatever carries their sound and pictures.

An engine knows rooms, people and tracks by the names it is given, and forwards; who may do
what is decided by its caller, who tells it by ``Rights``. All methods are synchronous, safe to
call from several threads, answer within ``TIMEOUT_SECONDS`` and raise ``EngineError``.

A person has at most one connection in each ``Direction``. What they send is a ``Source``; what they
receive comes in *slots*: the receiving sections of their offer, which never change. Which source
is in which slot is told by events, so nothing is negotiated again when somebody speaks up or leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Protocol

TIMEOUT_SECONDS = 5.0

Direction = Literal["send", "receive"]
"""``send``: from the browser into the room. ``receive``: from the room to the browser."""


class Kind(StrEnum):
    """What a track shows or carries."""

    MICROPHONE = "microphone"
    CAMERA = "camera"
    SCREEN = "screen"
    SCREEN_SOUND = "screen_sound"


class EngineError(Exception):
    """The engine could not do it; ``code`` is ``full``, ``unknown``, ``bad_offer`` or ``unreachable``."""

    def __init__(self, code: Literal["full", "unknown", "bad_offer", "unreachable"], message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Source:
    """A track in a room: whose, and which of theirs."""

    person: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may send. A kind that is not in it is dropped at the engine, whatever their client does.

    Who ``leads`` is let in before the others, and also where the engine is full for them.
    """

    kinds: frozenset[Kind] = frozenset()
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to an offer: a connection's name, the session description, and the mids of its slots.

    ``mids`` maps the mid of each section to what it is: for ``send`` the kind it sends, for
    ``receive`` ``audio``, ``video`` or ``screen``.
    """

    peer: str
    sdp: str
    mids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WishedVideo:
    """A camera somebody looks at, and how tall it is on their page, in pixels."""

    person: str
    height: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody's page shows; nothing else is sent to them.

    ``videos`` get slots in this order. ``speakers`` more slots follow whoever speaks. ``screen``
    asks for the shared screen, ``sound`` for the microphones that are heard.
    """

    videos: Sequence[WishedVideo] = ()
    speakers: int = 0
    screen: bool = True
    sound: bool = True


@dataclass(frozen=True, slots=True)
class RecordedTrack:
    """A closed file of a recording. ``started_at`` is seconds after the start of the recording."""

    source: Source
    file: Path
    media_type: str
    started_at: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the engine is: shares of 1, and counts."""

    cpu: float
    rooms: int
    peers: int
    is_full: bool


@dataclass(frozen=True, slots=True)
class Stats:
    """What one process of an engine (``engine`` counts them from 0) does, and packets of sound and pictures since its start: those that came, that went,
    that the network did not take, and that were dropped because their turn came too late.
    """

    engine: int
    cpu: float
    rooms: int
    peers: int
    received: int
    sent: int
    dropped: int
    stale: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something an engine tells. ``data`` by ``type``:

    ``connected``, ``gone`` (a connection stands, is lost for good): ``peer``, ``direction``.
    ``sources``: everything sent in the room now, ``[{person, kind}]``.
    ``slots`` (one connection): ``peer``, ``slots: [{mid, person, kind}]``, empty slots left out.
    ``speaking``: ``persons``, loudest first, at most four times a second.
    ``quality`` (one connection): ``peer``, ``verdict`` of ``good``, ``weak``, ``poor``.
    ``restarted``: the engine lost everything it knew; rooms and connections must be made again. Where there are several,
    ``engine`` says which; the names of its connections do, too.
    """

    type: Literal["connected", "gone", "sources", "slots", "speaking", "quality", "restarted"]
    room: str
    person: str
    data: Mapping[str, Any]


class Engine(Protocol):
    """A media engine."""

    def open_room(self, room: str) -> None:
        """Make a room known; again is nothing new."""

    def close_room(self, room: str) -> None:
        """End all connections of a room and forget it."""

    def join(self, room: str, person: str, direction: Direction, offer: str, rights: Rights) -> Answer:
        """Answer an offer. A connection the person had in this direction is replaced. Raises full, bad_offer."""

    def restart(self, peer: str, offer: str) -> Answer:
        """Answer an offer with new ICE credentials for a connection that goes on. Raises unknown, bad_offer."""

    def leave(self, peer: str) -> None:
        """End a connection; one that is gone already is no error."""

    def remove(self, room: str, person: str) -> None:
        """End all connections of a person."""

    def set_rights(self, room: str, person: str, rights: Rights) -> None:
        """Change what a person may send, at once."""

    def set_wish(self, peer: str, wish: Wish) -> None:
        """Change what a receiving connection shows. Raises unknown."""

    def start_recording(self, room: str, folder: Path, persons: frozenset[str]) -> None:
        """Write the tracks of these people, from now on, into ``folder``."""

    def set_recorded(self, room: str, persons: frozenset[str]) -> None:
        """Change whose tracks are written, at once."""

    def stop_recording(self, room: str) -> Sequence[RecordedTrack]:
        """Close all files; returns them, also those that ended earlier."""

    def load(self) -> Load:
        """How busy the engine is."""

    def stats(self) -> Sequence[Stats]:
        """What it does, process by process; those that do not answer are left out."""

    def listen(self, callback: Callable[[Event], None]) -> None:
        """Call back for every event from now on, from a thread of the engine's own."""
