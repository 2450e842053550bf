"""A room larger than an engine: what it gives to the other engines of the machine that carry some of its people.

The engine in which a room begins has its senders, knows who speaks, and records. Another one asks for the room at
the socket ``relay-N.sock``; it is told what there is, and gets one plain copy of each stream that any of its own people
are shown (``bundle``). Messages from here: ``tracks``, ``speaking`` and ``order`` together whenever one of them has changed,
``clock`` (a sender report), ``end`` (a person who receives from elsewhere now). Messages from there: ``room`` first, ``layers`` and
``bits`` (what is wanted), ``key`` (a key frame is), ``joined`` (a person who receives there now).
"""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from plugins.webinar.engine_embedded import bundle, rtcp, wire
from plugins.webinar.engine_embedded.channel import Channel, Door
from plugins.webinar.engine_embedded.codecs import Codec
from plugins.webinar.engine_embedded.layers import Layer, Track
from plugins.webinar.engine_embedded.loop import Loop

if TYPE_CHECKING:
    from plugins.webinar.engine_embedded.block import Frame
    from plugins.webinar.engine_embedded.fanout import Target
    from plugins.webinar.engine_embedded.room import Room


class Host(Protocol):
    """The engine, as its relays see it."""

    def lend(self, room: str, relay: Relay) -> Room:
        """Give a room to another engine as well; it is made if there is none."""

    def take_back(self, room: Room, relay: Relay) -> None:
        """The other engine does not need it any more."""

    def end_elsewhere(self, room: Room, person: str, relay: Relay | None) -> None:
        """Somebody receives from ``relay`` now (None: from here), and from nowhere else."""


class Relays:
    """The door at which other engines ask for rooms."""

    def __init__(self, loop: Loop, path: Path, host: Host) -> None:
        self._loop = loop
        self._host = host
        self._relays: set[Relay] = set()
        self._door = Door(loop, path, self._welcome)

    def close(self) -> None:
        """Hang up."""
        self._door.close()
        for relay in list(self._relays):
            relay.close()

    def _welcome(self, stream: socket.socket) -> None:
        relay = Relay(self._loop, stream, self._host, self._relays.discard)
        self._relays.add(relay)


class Relay:
    """Another engine that has some of the people of one room."""

    def __init__(
        self, loop: Loop, stream: socket.socket, host: Host, on_closed: Callable[[Relay], None]
    ) -> None:
        self.loop = loop
        self._host = host
        self._on_closed = on_closed
        self._room: Room | None = None
        self._numbers = itertools.count(1)
        self._tracks: dict[Track, int] = {}
        self._copies: dict[Layer, Copy] = {}
        self._bits: dict[int, float] = {}
        self._told: dict[str, Any] = {}
        self._channel = Channel(loop, stream, self._take, self._leave)

    def close(self) -> None:
        """Hang up."""
        self._channel.close()

    def send(self, body: bytes) -> None:
        """Send a frame."""
        self._channel.send(wire.frame(body))

    def say(self, **message: Any) -> None:
        """Send a message."""
        self._channel.send(wire.pack(message))

    def next_number(self) -> int:
        """A number that was not used before on this line."""
        return next(self._numbers)

    # --- what the room tells ------------------------------------------------------------------

    def tell(self) -> None:
        """What there is in the room, if that has changed."""
        room = self._room
        if room is None:
            return
        for track in [each for each in self._tracks if each not in room.tracks]:
            self._forget(track)
        state = {
            "tracks": [self._describe(track) for track in room.tracks],
            "speaking": [self._tracks[track] for track in room.speech.speaking if track in self._tracks],
            "order": [self._tracks[track] for track in room.speech.order if track in self._tracks],
        }
        if state != self._told:
            self._told = state
            self.say(**state)

    def add_wishes(self) -> None:
        """Count in what the other engine's people need of each picture."""
        for track, number in self._tracks.items():
            track.wanted = max(track.wanted, self._bits.get(number, 0.0))

    def _describe(self, track: Track) -> dict[str, Any]:
        if track not in self._tracks:
            self._tracks[track] = self.next_number()
        layers = [self._copies.get(layer) or self._copy(layer) for layer in track.layers]
        return {
            "number": self._tracks[track], "person": track.person, "kind": track.kind.value, "mid": track.mid,
            "layers": [copy.describe() for copy in layers],
        }  # fmt: skip

    def _copy(self, layer: Layer) -> Copy:
        copy = self._copies[layer] = Copy(self, layer)
        return copy

    def _forget(self, track: Track) -> None:
        del self._tracks[track]
        for layer in track.layers:
            copy = self._copies.pop(layer, None)
            if copy is not None:
                copy.want(is_wanted=False)

    # --- what the other engine says -----------------------------------------------------------

    def _take(self, body: bytes) -> None:
        wire.hand_on(body, self._understand)

    def _understand(self, message: Mapping[str, Any]) -> None:
        if self._room is None:
            self._room = self._host.lend(str(message["room"]), self)
            self.tell()
        elif "layers" in message:
            wanted = set(message["layers"])
            self._bits = {int(number): float(bits) for number, bits in message["bits"].items()}
            for copy in self._copies.values():
                copy.want(is_wanted=copy.number in wanted)
        elif "key" in message:
            for copy in self._copies.values():
                if copy.number == message["key"]:
                    copy.ask_key_frame()
        elif "joined" in message:
            self._host.end_elsewhere(self._room, str(message["joined"]), self)

    def _leave(self) -> None:
        self._on_closed(self)
        for track in list(self._tracks):
            self._forget(track)
        if self._room is not None:
            self._host.take_back(self._room, self)


class Copy:
    """A layer for another engine (``layers.Receiver``).

    ``number`` stays; the number of its stream is new whenever its packets are counted anew.
    """

    def __init__(self, relay: Relay, layer: Layer) -> None:
        self.number = relay.next_number()
        self.layer: Layer | None = layer
        self.next_layer: Layer | None = None
        self.is_waiting = False
        self.target: Target | None = None
        self._relay = relay
        self._layer = layer
        self._stream = relay.next_number()
        self._is_wanted = False

    def describe(self) -> dict[str, Any]:
        """The layer as the other engine has to know it."""
        layer = self._layer
        return {
            "number": self.number, "stream": self._stream, "rid": layer.rid, "is_alive": layer.is_alive,
            "height": layer.height, "bits": round(layer.bits, -4), "peak": round(layer.peak, -4),
            "codec": _codec_out(layer.codec),
        }  # fmt: skip

    def want(self, *, is_wanted: bool) -> None:
        """Whether anybody over there is shown it."""
        if is_wanted is self._is_wanted:
            return
        self._is_wanted = is_wanted
        if not is_wanted:
            self._layer.slots.remove(self)
            self.is_waiting = False
            return
        self._layer.slots.append(self)
        self.is_waiting = True
        if self._layer.clock is not None:
            self.report(self._layer.clock)

    def ask_key_frame(self) -> None:
        """Somebody over there has to begin."""
        self._layer.want_key_frame()

    def begin(self) -> None:
        """What comes next is another stream than before."""
        self.is_waiting = True
        self._stream = self._relay.next_number()
        self._relay.tell()
        self._layer.want_key_frame()

    def forward_frame(self, frame: Frame, codec: Codec, layer: Layer) -> None:
        """Send the packets of a frame; whether they can be begun with, the slots over there see for themselves."""
        self.is_waiting = False
        heading = bundle.Heading(not layer.track.is_video, self._stream, self._relay.loop.now)
        self._relay.send(bundle.pack(heading, frame.packets))

    def report(self, clock: rtcp.SenderReport) -> None:
        """Pass on the sender's clock."""
        self._relay.say(clock=[self._stream, clock.ntp, clock.timestamp])


def _codec_out(codec: Codec | None) -> dict[str, Any] | None:
    if codec is None:
        return None
    return {
        "payload_type": codec.payload_type, "spelling": codec.spelling, "clock": codec.clock,
        "channels": codec.channels, "parameters": codec.parameters,
    }  # fmt: skip
