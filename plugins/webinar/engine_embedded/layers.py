"""A source in the room, and its layers: the same picture in several sizes, of which each receiver gets one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from plugins.webinar.engine import Kind, Rights, Source
from plugins.webinar.engine_embedded import codecs, rtcp
from plugins.webinar.engine_embedded.allowance import MOST_BITS, ROOM_ABOVE, UNSEEN_BITS
from plugins.webinar.engine_embedded.codecs import Codec
from plugins.webinar.engine_embedded.loss import ASK_AFTER, Gaps, Ring
from plugins.webinar.engine_embedded.rtp import Packet, Unwrapper

if TYPE_CHECKING:
    from plugins.webinar.engine_embedded.block import Frame
    from plugins.webinar.engine_embedded.fanout import Target
    from plugins.webinar.engine_embedded.loop import Loop

SILENT_SECONDS = {Kind.MICROPHONE: 2.5, Kind.CAMERA: 2.5, Kind.SCREEN: 6.0, Kind.SCREEN_SOUND: 2.5}
"""After so long without a packet a source is not there any more."""
KEY_FRAME_PAUSE = 0.5
KEY_FRAME_AGAIN = 1.0


class Sender(Protocol):
    """Where tracks come from: a person's connection, or the engine whose room it is."""

    rights: Rights

    @property
    def loop(self) -> Loop:
        """The loop in which everything happens."""

    def ask_key_frame(self, layer: Layer) -> None:
        """Ask for a frame with which decoding can start."""

    def ask_again(self, layer: Layer, indexes: list[int]) -> None:
        """Ask for lost packets."""


class Receiver(Protocol):
    """Who gets a layer: the slot of a person, or a copy for another engine. It waits until there is something to begin with."""

    layer: Layer | None
    next_layer: Layer | None
    is_waiting: bool
    target: Target | None
    """Where frames go as they are; None while there is something to look at first."""

    def begin(self) -> None:
        """What comes next is another stream than before."""

    def forward_frame(self, frame: Frame, codec: Codec, layer: Layer) -> None:
        """Send the packets of a frame."""

    def report(self, clock: rtcp.SenderReport) -> None:
        """Pass on the sender's clock."""


class Layer:
    """One stream of packets. ``slots`` are those who get it now."""

    def __init__(self, track: Track, rid: str, ssrc: int) -> None:
        self.track = track
        self.rid = rid
        self.codec: Codec | None = None
        self.slots: list[Receiver] = []
        self.held: list[Packet] = []
        self.is_recorded = False
        self.height = 0
        self.bits = 0.0
        self.peak = 0.0
        self.spread_packets = self.spread_octets = 0
        self.spread_at = 0.0
        self._asked_at = 0.0
        self._is_asked = False
        self._is_looking = False
        self.restart(ssrc)

    def restart(self, ssrc: int) -> None:
        """The sender began this stream anew under another SSRC."""
        self.ssrc = ssrc
        self.seen_at = 0.0
        self.received = 0
        self.octets = 0
        self.ring = Ring()
        self.gaps = Gaps()
        self.clock: rtcp.SenderReport | None = None
        self._clock_at = 0.0
        self._unwrapper = Unwrapper()
        self._first = -1
        self._jitter = 0.0
        self._transit = 0.0
        self._quickest: float | None = None
        self._standing: float | None = None
        self._counters: tuple[int, int, int] | None = None
        self._before = (0, 0)
        self._weighed = (0, 0.0)
        for slot in self.slots:
            slot.begin()
        self.latest: Frame | None = None

    def count_spread(self, frame: Frame) -> None:
        """A frame went to all targets: they are not counted one by one, for that would cost as much as sending."""
        self.spread_packets += len(frame.packets)
        self.spread_octets += frame.octets
        self.spread_at = self.track.now
        if self.latest is None or frame.highest > self.latest.highest:
            self.latest = frame

    @property
    def is_alive(self) -> bool:
        """Whether packets come."""
        return self.track.now - self.seen_at < SILENT_SECONDS[self.track.kind]

    @property
    def is_wanted(self) -> bool:
        """Whether anybody gets it, or a file."""
        return self.is_recorded or bool(self.slots)

    def take(self, packet: Packet, codec: Codec, now: float) -> bool:
        """Count a packet and complete it; False if it is not to be passed on."""
        packet.index = self._unwrapper.index(packet.sequence)
        if self._first < 0:
            self._first = packet.index
        self.received += 1
        self.octets += len(packet.payload)
        self._measure_jitter(packet.timestamp, now, codec.clock)
        if codec is not self.codec:
            self.codec = codec
            self.held.clear()
            for slot in self.slots:
                slot.begin()
        if self.track.is_video and self.gaps.is_late(packet.index):
            return False
        packet.is_key = codecs.starts_key_frame(codec.name, packet.payload)
        if self.track.is_video:
            self._take_picture(packet, codec, now)
        self.seen_at = now
        return True

    def _take_picture(self, packet: Packet, codec: Codec, now: float) -> None:
        if codec.name == "vp8":
            counters = codecs.vp8_counters(packet.payload)
            if counters != self._counters:
                self._counters = counters
            packet.counters = self._counters  # the same for all packets of a picture
        if packet.is_key:
            self.height = codecs.picture_height(codec.name, packet.payload) or self.height
        if self.slots:
            self.ring.keep(packet)
        if self.gaps.note(packet.index, now) and self.is_wanted:
            self.want_key_frame()
        if not self.gaps.is_whole:
            self._look_for_gaps()

    def skip(self) -> None:
        """Leave out what comes until the next key frame; nobody misses its numbers, and nobody asks for them."""
        self.held.clear()
        self.gaps = Gaps()
        for slot in self.slots:
            if not slot.is_waiting and slot.layer is self:
                slot.begin()

    def _look_for_gaps(self) -> None:
        """Ask for what is missing, soon and again, while somebody gets this layer."""
        if not self._is_looking and self.is_wanted:
            self._is_looking = True
            self.track.sender.loop.call_later(ASK_AFTER, self._ask_for_gaps)

    def _ask_for_gaps(self) -> None:
        self._is_looking = False
        numbers = self.gaps.due(self.track.now)
        if numbers:
            self.track.sender.ask_again(self, numbers)
        if not self.gaps.is_whole and self.is_alive:
            self._look_for_gaps()

    def weigh(self, now: float) -> None:
        """Measure how many bits per second come; called about once a second."""
        octets, at = self._weighed
        if now - at >= 1.0:
            self._weighed = (self.octets, now)
            if at:
                self.bits = (self.octets - octets) * 8 / (now - at)
                # What it uses when it comes, for the time when it does not.
                self.peak = max(self.bits, self.peak * 0.97 if self.bits else self.peak)

    def _measure_jitter(self, timestamp: int, now: float, clock: int) -> None:
        """RFC 3550, section 6.4.1 and appendix A.8; and how much later than the quickest packets all come."""
        transit = now * clock - timestamp
        if self.received > 1:
            difference = abs(transit - self._transit) % 4_294_967_296
            self._jitter += (min(difference, clock) - self._jitter) / 16
            if difference > clock:  # the sender's clock jumped
                self._quickest = self._standing = None
        self._transit = transit
        if self._standing is None or transit < self._standing:
            self._standing = transit

    def take_queue(self, clock: int) -> float:
        """Seconds that even the quickest packet since the last question came later than the quickest ever.

        The quickest ever ages by a millisecond a question, for clocks drift.
        """
        standing, self._standing = self._standing, None
        if standing is None:
            return 0.0
        if self._quickest is None or standing < self._quickest:
            self._quickest = standing
        queue = (standing - self._quickest) / clock
        self._quickest += clock / 1000
        return queue

    def take_report(self, report: rtcp.SenderReport, now: float) -> None:
        """Remember the sender's clock, and pass it on to those who get the stream."""
        self.clock, self._clock_at = report, now
        for slot in self.slots:
            slot.report(report)

    def report(self, now: float) -> rtcp.Report:
        """How it arrives (RFC 3550, appendix A.3)."""
        highest = max(self._unwrapper.highest, 0)
        expected = highest - self._first + 1 if self._first >= 0 else 0
        expected_now, received_now = expected - self._before[0], self.received - self._before[1]
        self._before = (expected, self.received)
        lost = max(0, expected_now - received_now)
        share = min(255, (lost << 8) // expected_now) if expected_now > 0 else 0
        last = delay = 0
        if self.clock is not None:
            last = self.clock.ntp >> 16 & 0xFFFFFFFF
            delay = int((now - self._clock_at) * 65_536) & 0xFFFFFFFF
        return rtcp.Report(
            self.ssrc, share, expected - self.received, highest - 0x10000, int(self._jitter), last, delay
        )

    def want_key_frame(self) -> None:
        """Ask for a key frame: now, or as soon as the sender may be asked again; never forgotten."""
        if self._is_asked or not self.track.is_video:
            return
        loop = self.track.sender.loop
        wait = self._asked_at + KEY_FRAME_PAUSE - loop.now
        if wait <= 0:
            self._ask()
        else:
            self._is_asked = True
            loop.call_later(wait, self._ask)

    def _ask(self) -> None:
        self._is_asked = False
        self._asked_at = self.track.sender.loop.now
        self.track.sender.ask_key_frame(self)

    def ask_again(self) -> None:
        """While somebody waits for a key frame, the question may have been lost."""
        is_awaited = any(slot.is_waiting or slot.next_layer is self for slot in self.slots)
        if is_awaited and self.track.now - self._asked_at > KEY_FRAME_AGAIN:
            self.want_key_frame()


class Track:
    """A source with its layers, lowest first."""

    def __init__(self, sender: Sender, mid: str, person: str, kind: Kind, rids: Sequence[str]) -> None:
        self.sender = sender
        self.mid = mid
        self.person = person
        self.kind = kind
        self.source = Source(person, kind)
        self.layers: list[Layer] = []
        self.is_closed = False
        self.wanted = 0.0
        self._rids = list(rids)

    @property
    def now(self) -> float:
        """The moment of the loop."""
        return self.sender.loop.now

    @property
    def is_video(self) -> bool:
        """Whether it is seen; else it is heard."""
        return self.kind in {Kind.CAMERA, Kind.SCREEN}

    @property
    def is_alive(self) -> bool:
        """Whether it is sent and may be."""
        if self.is_closed or self.kind not in self.sender.rights.kinds:
            return False
        return any(layer.is_alive for layer in self.layers)

    def layer_of(self, rid: str, ssrc: int) -> Layer | None:
        """The layer of a restriction identifier (empty without simulcast), made when it is new."""
        if rid and rid not in self._rids:
            return None
        for layer in self.layers:
            if layer.rid == rid:
                return layer
        layer = Layer(self, rid, ssrc)
        self.layers.append(layer)
        self.layers.sort(key=lambda each: self._rids.index(each.rid) if each.rid in self._rids else 0)
        return layer

    def alive_layers(self) -> list[Layer]:
        """The layers that come now, lowest first."""
        return [layer for layer in self.layers if layer.is_alive]

    def best_layer(self) -> Layer | None:
        """The highest layer that comes now."""
        return next(iter(reversed(self.alive_layers())), None)

    def forget_wishes(self) -> None:
        """Nobody has said yet what they need of it; then a picture is wanted small, and sound always."""
        smallest = self.layers[:1] if len(self.layers) > 1 else []
        self.wanted = max(sum(layer.peak for layer in smallest) * ROOM_ABOVE, UNSEEN_BITS)
        if any(layer.is_recorded for layer in self.layers):
            self.wanted = MOST_BITS

    def close(self) -> None:
        """It will not come again."""
        self.is_closed = True
