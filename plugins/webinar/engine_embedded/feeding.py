"""A room of another engine of this machine, as far as its people here need it (see ``relaying``).

``Feed`` takes the place of all the connections that send: its tracks come as copies. Everything else is as in any
room: each receiver is given layers by their own connection, and lost packets are sent to them again from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from plugins.webinar.engine import Event, Kind, Rights, Wish
from plugins.webinar.engine_embedded import bundle, rtcp, wire
from plugins.webinar.engine_embedded.channel import Channel
from plugins.webinar.engine_embedded.codecs import Codec
from plugins.webinar.engine_embedded.downlink import Downlink
from plugins.webinar.engine_embedded.layers import Layer, Track
from plugins.webinar.engine_embedded.loop import Loop, Timer
from plugins.webinar.engine_embedded.ports import Ports
from plugins.webinar.engine_embedded.room import Room
from plugins.webinar.engine_embedded.rtp import Packet

PAUSE_SECONDS = 0.2
"""Between two tries to reach the engine that has the room."""


class FedLayer(Layer):
    """A layer of which the other engine says whether it comes, how tall it is, and how much of it there is."""

    def __init__(self, track: Track, rid: str, number: int) -> None:
        super().__init__(track, rid, 0)
        self.number = number
        self.is_told_alive = False

    @property
    def is_alive(self) -> bool:
        """Whether packets come to the other engine; here only those come that somebody is shown."""
        return self.is_told_alive and not self.track.is_closed


class FedTrack(Track):
    """A source of the other engine."""

    def __init__(self, feed: Feed, said: Mapping[str, Any]) -> None:
        rids = [layer["rid"] for layer in said["layers"]]
        super().__init__(feed, said["mid"], said["person"], Kind(said["kind"]), rids)
        self.number = int(said["number"])

    def hear(self, said: Sequence[Mapping[str, Any]]) -> list[FedLayer]:
        """Take what is told of its layers, lowest first; returns them."""
        known = {layer.number: layer for layer in self.layers if isinstance(layer, FedLayer)}
        heard = [known.get(each["number"]) or FedLayer(self, each["rid"], each["number"]) for each in said]
        self.layers = list(heard)
        for layer, each in zip(heard, said, strict=True):
            layer.is_told_alive = bool(each["is_alive"])
            layer.height, layer.bits, layer.peak = (
                int(each["height"]),
                float(each["bits"]),
                float(each["peak"]),
            )
            if layer.ssrc != each["stream"]:
                layer.restart(int(each["stream"]))
            codec = Codec(**each["codec"]) if each["codec"] else None
            if codec != layer.codec:  # an equal one stays: slots know what they began with by identity
                layer.codec = codec
        return heard


class Feed:
    """The line to the engine that has the room (``layers.Sender``). It is made anew whenever it breaks.

    ``on_state`` is called when there is something new in the room, ``on_packet`` with each packet, ``on_frame`` when those
    of a frame are there, ``on_end`` with a person who receives from elsewhere now.
    """

    def __init__(self, loop: Loop, ports: Ports, path: Path, room: str) -> None:
        self.rights = Rights(frozenset(Kind))
        self.tracks: dict[int, FedTrack] = {}
        self.speaking: list[Track] = []
        self.order: list[Track] = []
        self.on_state: Callable[[], None] = lambda: None
        self.on_packet: Callable[[Layer, Packet], None] = lambda layer, packet: None
        self.on_frame: Callable[[Layer], None] = lambda layer: None
        self.on_end: Callable[[str], None] = lambda person: None
        self._loop = loop
        self._ports = ports
        self._path = path
        self._room = room
        self._streams: dict[int, FedLayer] = {}
        self._wish: dict[str, Any] = {}
        self._channel: Channel | None = None
        self._timer: Timer | None = None
        self._is_closed = False

    @property
    def loop(self) -> Loop:
        """The loop in which everything happens."""
        return self._loop

    def open(self) -> None:
        """Ask for the room, again and again while the other engine is away."""
        self._timer = None
        try:
            stream = wire.connect(self._path, 0)
        except OSError:
            self._timer = self._loop.call_later(PAUSE_SECONDS, self.open)
            return
        self._channel = Channel(self._loop, stream, self._take, self._lose)
        self._wish = {}
        self._say(room=self._room)

    def close(self) -> None:
        """Nobody here needs the room any more."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._channel is not None:
            self._channel.close()

    # --- what is wanted -----------------------------------------------------------------------

    def tell_wishes(self) -> None:
        """Which layers somebody here is shown, and how much is needed of each source, if that has changed."""
        wish = {
            "layers": [layer.number for layer in self._streams.values() if layer.is_wanted],
            "bits": {
                track.number: round(track.wanted, -4) for track in self.tracks.values() if track.is_video
            },
        }
        if wish != self._wish:
            self._wish = wish
            self._say(**wish)

    def tell_joined(self, person: str) -> None:
        """Somebody receives here now."""
        self._say(joined=person)

    def ask_key_frame(self, layer: Layer) -> None:
        """Ask for a frame with which decoding can start."""
        if isinstance(layer, FedLayer):
            self.tell_wishes()
            self._say(key=layer.number)

    def ask_again(self, layer: Layer, indexes: list[int]) -> None:
        """What the sender's way has lost, the other engine asks for."""

    def _say(self, **message: Any) -> None:
        if self._channel is not None:
            self._channel.send(wire.pack(message))

    # --- what comes ---------------------------------------------------------------------------

    def _take(self, body: bytes) -> None:
        if bundle.is_bundle(body):
            self._ports.put(self, body, bundle.heading_of(body).came_at)
        else:
            wire.hand_on(body, self._understand)

    def _understand(self, message: Mapping[str, Any]) -> None:
        if "tracks" in message:
            self._know(message)
            self.on_state()
        elif "clock" in message:
            stream, ntp, timestamp = message["clock"]
            layer = self._streams.get(stream)
            if layer is not None:
                layer.take_report(rtcp.SenderReport(stream, ntp, timestamp), self._loop.now)
        elif "end" in message:
            self.on_end(str(message["end"]))

    def _know(self, state: Mapping[str, Any]) -> None:
        before, self.tracks, streams = self.tracks, {}, {}
        for said in state["tracks"]:
            track = before.pop(said["number"], None) or FedTrack(self, said)
            self.tracks[track.number] = track
            streams.update({layer.ssrc: layer for layer in track.hear(said["layers"])})
        self._streams = streams
        self.speaking = [self.tracks[number] for number in state["speaking"]]
        self.order = [self.tracks[number] for number in state["order"]]
        for track in before.values():
            track.close()

    def _lose(self) -> None:
        """The other engine is gone: nothing comes until it is there again."""
        self._channel = None
        if not self._is_closed:
            self._know({"tracks": [], "speaking": [], "order": []})
            self.on_state()
            self._timer = self._loop.call_later(PAUSE_SECONDS, self.open)

    # --- packets, when it is their turn (ports.Taker) -------------------------------------------

    def is_sound(self, datagram: bytes) -> bool:
        """Whether these packets carry sound."""
        return bundle.heading_of(datagram).is_sound

    def on_media(self, datagram: bytes) -> None:
        """Pass on the packets of a frame."""
        layer = self._streams.get(bundle.heading_of(datagram).stream)
        if layer is None or layer.codec is None:
            return
        for packet in bundle.packets_of(datagram):
            if layer.take(packet, layer.codec, self._loop.now):
                self.on_packet(layer, packet)
        self.on_frame(layer)

    def on_stale(self, datagram: bytes) -> None:
        """A picture goes on with the next one that can be decoded alone."""
        layer = self._streams.get(bundle.heading_of(datagram).stream)
        if layer is not None and layer.track.is_video:
            layer.skip()


class FedRoom(Room):
    """A room whose senders are at another engine. ``end`` is called with a person who receives from elsewhere now."""

    def __init__(
        self,
        name: str,
        loop: Loop,
        ports: Ports,
        tell: Callable[[Event], None],
        path: Path,
        end: Callable[[str], None],
    ) -> None:
        super().__init__(name, loop, ports, tell)
        self._feed = Feed(loop, ports, path, name)
        self._feed.on_state = self._hear_state
        self._feed.on_packet = self._hold
        self._feed.on_frame = self._end_frame
        self._feed.on_end = end
        self._feed.open()

    def close(self) -> None:
        """Let the other engine know that it is not needed any more."""
        super().close()
        self._feed.close()

    def add_downlink(self, downlink: Downlink) -> None:
        """Somebody will receive, and from nowhere else."""
        super().add_downlink(downlink)
        self._feed.tell_joined(downlink.person)

    def tick(self) -> None:
        """What is due many times a second."""
        for track in self.tracks:
            for layer in track.layers:
                layer.ask_again()
        if self._is_due():
            self._weigh_wishes()

    def _end_frame(self, layer: Layer) -> None:
        """A picture is whole, whatever its packets say; sound may wait for its pair."""
        if layer.track.is_video:
            self._fan_out(layer)

    def _present(self) -> Iterable[Track]:
        return self._feed.tracks.values()

    def _hear_state(self) -> None:
        heard = self._feed.speaking, self._feed.order
        is_new = heard != (self.speech.speaking, self.speech.order)
        self.speech.follow(*heard)
        self.refresh()
        if is_new:
            self._arrange_all()

    def set_wish(self, downlink: Downlink, wish: Wish) -> None:
        """Show something else."""
        super().set_wish(downlink, wish)
        self._feed.tell_wishes()

    def _welcome(self, downlink: Downlink) -> None:
        super()._welcome(downlink)
        self._feed.tell_wishes()

    def _weigh_wishes(self) -> None:
        super()._weigh_wishes()
        self._feed.tell_wishes()

    def _arrange_all(self) -> None:
        super()._arrange_all()
        self._feed.tell_wishes()

    def _say_to_all(self, kind: Any, data: dict[str, Any]) -> None:
        """The other engine does."""
