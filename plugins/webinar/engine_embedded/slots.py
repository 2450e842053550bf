"""A receiving section: it always is the same stream to its receiver, whoever's packets go through it.

When the source changes, sequence numbers and timestamps go on where they were (RFC 3550,
section 5.1); a receiver sees one sender that never stops.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from plugins.webinar.engine_embedded import codecs, rtcp
from plugins.webinar.engine_embedded.codecs import Codec
from plugins.webinar.engine_embedded.fanout import Target
from plugins.webinar.engine_embedded.layers import Layer, Track
from plugins.webinar.engine_embedded.rtp import HEADER, Packet

if TYPE_CHECKING:
    from plugins.webinar.engine_embedded.block import Frame
    from plugins.webinar.engine_embedded.downlink import Downlink

SEQUENCE_START = 0x7FFF
"""Numbers start in the lower half, so that both sides count the first wrap alike (RFC 3711, section 3.3.1)."""


REPEAT_PAUSE = 0.03
"""A packet that was just sent again may be on its way; a question that crosses it is not answered."""
MOST_REPEATED = 1024


class Slot:
    """One section of one receiver. ``role`` is ``audio``, ``video`` or ``screen``."""

    __slots__ = (
        "_bases",
        "_codec",
        "_floor",
        "_index",
        "_is_counted_on",
        "_is_rewritten",
        "_last",
        "_octets",
        "_packets",
        "_payload_type",
        "_pictures",
        "_renumbers_red",
        "_repair_index",
        "_repeated",
        "_sent_at",
        "_shift",
        "_time_shift",
        "_timestamp",
        "_uncounted",
        "_unpacks_red",
        "changed_at",
        "codecs",
        "downlink",
        "is_paused",
        "is_waiting",
        "layer",
        "mid",
        "next_layer",
        "repair_ssrc",
        "repairs",
        "repeats",
        "role",
        "ssrc",
        "target",
        "track",
    )

    def __init__(
        self, downlink: Downlink, mid: str, role: str, offered: list[Codec], repairs: dict[int, int]
    ) -> None:
        self.downlink = downlink
        self.mid = mid
        self.role = role
        self.ssrc = secrets.randbits(32) or 1
        self.codecs = {codec.key: codec.payload_type for codec in reversed(offered)}
        self.track: Track | None = None
        self.layer: Layer | None = None
        self.repairs = repairs
        self.is_paused = False
        self.next_layer: Layer | None = None
        self.changed_at = 0.0
        self.repair_ssrc = secrets.randbits(32) or 1
        self.is_waiting = False
        self.target: Target | None = None
        self.repeats = 0
        self._packets = self._octets = 0
        self._uncounted = (0, 0)
        self._repeated: dict[int, float] = {}
        self._repair_index = secrets.randbelow(SEQUENCE_START)
        self._index = secrets.randbelow(SEQUENCE_START)
        self._timestamp = secrets.randbits(32)
        self._sent_at = 0.0
        self._floor = self._index
        self._shift = 0
        self._time_shift = 0
        self._codec: Codec | None = None
        self._payload_type = 0
        self._unpacks_red = False
        self._renumbers_red = -1
        self._last: Packet | None = None
        self._pictures = self._bases = 0
        self._is_rewritten = self._is_counted_on = False

    # --- what goes through ----------------------------------------------------------------

    def can_take(self, track: Track) -> bool:
        """Whether the receiver understands what the source sends."""
        return all(layer.codec is None or self._fits(layer.codec) for layer in track.layers)

    def _fits(self, codec: Codec) -> bool:
        return codec.key in self.codecs or (codec.name == "red" and "opus" in self.codecs)

    def show(self, track: Track | None, layer: Layer | None) -> None:
        """Let another source, or nothing, through."""
        if layer is self.layer and track is self.track:
            return
        self.look_again()
        for old in (self.layer, self.next_layer):
            if old is not None:
                old.slots.remove(self)
        self.track, self.layer, self.next_layer = track, layer, None
        if layer is not None:
            layer.slots.append(self)
            self.begin()

    def change(self, layer: Layer) -> None:
        """Let another layer of the same source through, from its next key frame on; until then the old one goes on."""
        if layer is self.next_layer or (layer is self.layer and self.next_layer is None):
            return
        if self.next_layer is not None:
            self.next_layer.slots.remove(self)
            self.next_layer = None
        if layer is self.layer:
            return
        self.changed_at = self.downlink.connection.loop.now
        if self.is_waiting or self.layer is None or not self.layer.is_alive:
            self.show(self.track, layer)
        else:
            self.look_again()
            self.next_layer = layer
            layer.slots.append(self)
            layer.want_key_frame()

    def begin(self) -> None:
        """What comes next is another stream than before: wait for a packet to begin with."""
        self.look_again()
        self.is_waiting = True
        self._codec = None
        if self.layer is not None:
            self.layer.want_key_frame()

    def pause(self, *, is_paused: bool) -> None:
        """Send nothing while there is no room for it; afterwards begin again."""
        if is_paused and not self.is_paused:
            self.look_again()
        elif self.is_paused and not is_paused:
            self.begin()
        self.is_paused = is_paused

    def forward_frame(self, frame: Frame, codec: Codec, layer: Layer) -> None:
        """Send the packets of a frame; as ``forward`` each, but quick, and from then on by ``target``, where nothing changes."""
        self.look_again()
        if not frame.has_key and (self.is_waiting or layer is not self.layer):
            return
        if self.is_waiting and layer is self.layer and frame.packets[0].is_key and not self.is_paused:
            self._start(frame.packets[0], codec)
        if codec is self._codec and layer is self.layer and frame.lowest + self._shift > self._floor:
            self._set_target(layer)
        if self.target is None or self.downlink.connection.ports.fan.spread(frame, [self]):
            self.look_again()
            for packet in frame.packets:
                self.forward(packet, codec, layer)

    def _set_target(self, layer: Layer) -> None:
        """From now on frames of this layer go without another look, unless there is something to look at."""
        connection = self.downlink.connection
        sealer, route = connection.sealer, connection.route
        if (
            self.is_waiting or self.is_paused or self._is_rewritten or self.next_layer is not None
            or self.downlink.departures or sealer is None or type(route) is not tuple
        ):  # fmt: skip
            return
        self._uncounted = (layer.spread_packets, layer.spread_octets)
        self.target = Target(
            route,
            connection.ports.fan.name(route),
            sealer,
            sealer.pointer,
            sealer.overhead,
            self._payload_type,
            self._shift,
            self._time_shift,
            self.ssrc,
            self._floor - self._shift + 1,
            (self._pictures, self._bases) if self._is_counted_on else None,
        )

    def look_again(self) -> None:
        """Something changes: look at the next frame before it is sent. What went to the target meanwhile is counted now."""
        layer = self.layer
        if self.target is None or layer is None:
            return
        self._packets, self._octets = self.packets, self.octets
        self.target = None
        latest = layer.latest
        if latest is not None and latest.highest + self._shift > self._index:
            self._index = latest.highest + self._shift
            self._timestamp = latest.timestamp + self._time_shift & 0xFFFFFFFF
            self._sent_at, self._last = layer.spread_at, latest.last

    @property
    def packets(self) -> int:
        """How many were sent."""
        if self.target is None or self.layer is None:
            return self._packets
        return self._packets + self.layer.spread_packets - self._uncounted[0]

    @property
    def octets(self) -> int:
        """How many bytes were in them."""
        if self.target is None or self.layer is None:
            return self._octets
        return self._octets + self.layer.spread_octets - self._uncounted[1]

    def forward(self, packet: Packet, codec: Codec, layer: Layer) -> None:
        """Send a packet of the layer to the receiver, as the next of this slot's own stream."""
        self.look_again()
        if self.is_paused:
            return
        if layer is not self.layer:
            if layer is not self.next_layer or not packet.is_key or self.layer is None:
                return
            self.layer.slots.remove(self)
            self.layer, self.next_layer, self.is_waiting = layer, None, True
        if self.is_waiting:
            if not packet.is_key or not self._start(packet, codec):
                return
        elif codec is not self._codec:
            return
        index = packet.index + self._shift
        if index <= self._floor:
            return  # older than what the slot began with
        timestamp = (packet.timestamp + self._time_shift) & 0xFFFFFFFF
        if index > self._index:
            self._index, self._timestamp = index, timestamp
            self._sent_at = self.downlink.connection.loop.now
            self._last = packet
        payload = self._payload(packet)
        self._packets += 1
        self._octets += len(payload)
        marked = self._payload_type | (0x80 if packet.marker else 0)
        first = 0xA0 if packet.is_padded else 0x80
        self.downlink.send(HEADER.pack(first, marked, index & 0xFFFF, timestamp, self.ssrc), payload)

    def _payload(self, packet: Packet) -> bytes:
        if self._unpacks_red:
            return codecs.red_primary(packet.payload)
        if self._renumbers_red >= 0:
            return codecs.red_renumbered(packet.payload, self._renumbers_red)
        if self._is_counted_on:
            return codecs.with_counters(packet.payload, self._counters(packet))
        return packet.payload

    def _counters(self, packet: Packet) -> bytes:
        return codecs.vp8_counted(packet.counters, self._pictures, self._bases) if packet.counters else b""

    def _count_on(self, packet: Packet) -> None:
        """The payload's own numbers go on, too; a receiver waits for pictures that it believes to be missing."""
        last, first = self._last.counters if self._last is not None else None, packet.counters
        if last is not None and first is not None:
            self._pictures += last[1] + 1 - first[1]
            self._bases += last[2] + 1 - first[2]
            self._is_counted_on = bool(self._pictures or self._bases)

    def repeat(self, sequence: int) -> None:
        """Send a packet again that the receiver misses (RFC 4588), if it is still kept."""
        self.look_again()
        repair_type = self.repairs.get(self._payload_type)
        if self.layer is None or self.is_waiting or repair_type is None:
            return
        distance = (sequence - self._index) & 0xFFFF
        index = self._index + (distance if distance < 0x8000 else distance - 0x10000)
        now = self.downlink.connection.loop.now
        packet = self.layer.ring.find(index - self._shift)
        if packet is None or index <= self._floor or now - self._repeated.get(index, 0.0) < REPEAT_PAUSE:
            return
        if len(self._repeated) > MOST_REPEATED:
            self._repeated.clear()
        self._repeated[index] = now
        self._repair_index += 1
        self.repeats += 1
        marked = repair_type | (0x80 if packet.marker else 0)
        timestamp = (packet.timestamp + self._time_shift) & 0xFFFFFFFF
        first = 0xA0 if packet.is_padded else 0x80
        head = HEADER.pack(first, marked, self._repair_index & 0xFFFF, timestamp, self.repair_ssrc)
        self.downlink.send(head, (index & 0xFFFF).to_bytes(2) + self._payload(packet))

    def _start(self, packet: Packet, codec: Codec) -> bool:
        """Join the new stream to the end of what was sent before."""
        payload_type = self.codecs.get(codec.key)
        self._unpacks_red = payload_type is None and codec.name == "red"
        if self._unpacks_red:
            payload_type = self.codecs.get("opus")
        if payload_type is None:
            return False
        opus = self.codecs.get("opus", -1)
        inner = codecs.red_inner(codec)
        self._renumbers_red = opus if inner not in {-1, opus} and not self._unpacks_red else -1
        self._is_rewritten = self._unpacks_red or self._renumbers_red >= 0
        now = self.downlink.connection.loop.now
        passed = int((now - self._sent_at) * codec.clock) if self._sent_at else 0
        self._floor = self._index
        self._shift = self._index + 1 - packet.index
        self._time_shift = self._timestamp + max(passed, 1) - packet.timestamp
        self._codec, self._payload_type = codec, payload_type
        self._count_on(packet)
        self.is_waiting = False
        if self.layer is not None and self.layer.clock is not None:
            self.report(self.layer.clock)
        return True

    # --- reports --------------------------------------------------------------------------

    def report(self, clock: rtcp.SenderReport) -> None:
        """Tell the receiver the sender's clock in this slot's numbers."""
        if self.is_waiting or not self.packets:
            return
        self.downlink.connection.send_control(
            rtcp.sender_report(
                self.ssrc, clock.ntp, clock.timestamp + self._time_shift, self.packets, self.octets
            )
            + rtcp.description(self.ssrc, "room")
        )
