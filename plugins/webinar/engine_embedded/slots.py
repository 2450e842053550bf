"""A receiving section: it always is the same stream to its receiver, whoever's packets go through it.

When the source changes, sequence numbers and timestamps go on where they were (RFC 3550,
section 5.1); a receiver sees one sender that never stops.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from plugins.webinar.engine_embedded import codecs, rtcp
from plugins.webinar.engine_embedded.codecs import Codec
from plugins.webinar.engine_embedded.layers import Layer, Track
from plugins.webinar.engine_embedded.rtp import HEADER, Packet

if TYPE_CHECKING:
    from plugins.webinar.engine_embedded.downlink import Downlink

SEQUENCE_START = 0x7FFF
"""Numbers start in the lower half, so that both sides count the first wrap alike (RFC 3711, section 3.3.1)."""


class Slot:
    """One section of one receiver. ``role`` is ``audio``, ``video`` or ``screen``."""

    def __init__(self, downlink: Downlink, mid: str, role: str, offered: list[Codec]) -> None:
        self.downlink = downlink
        self.mid = mid
        self.role = role
        self.ssrc = secrets.randbits(32) or 1
        self.codecs = {codec.key: codec.payload_type for codec in reversed(offered)}
        self.track: Track | None = None
        self.layer: Layer | None = None
        self.height = 0
        self.is_waiting = False
        self.packets = 0
        self.octets = 0
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

    # --- what goes through ----------------------------------------------------------------

    def can_take(self, track: Track) -> bool:
        """Whether the receiver understands what the source sends."""
        return all(layer.codec is None or self._fits(layer.codec) for layer in track.layers)

    def _fits(self, codec: Codec) -> bool:
        return codec.key in self.codecs or (codec.name == "red" and "opus" in self.codecs)

    def show(self, track: Track | None, layer: Layer | None) -> None:
        """Let another source, or another of its layers, or nothing through."""
        if layer is self.layer and track is self.track:
            return
        if self.layer is not None:
            self.layer.slots.remove(self)
        self.track, self.layer = track, layer
        if layer is not None:
            layer.slots.append(self)
            self.begin()

    def begin(self) -> None:
        """What comes next is another stream than before: wait for a packet to begin with."""
        self.is_waiting = True
        self._codec = None
        if self.layer is not None:
            self.layer.want_key_frame()

    def forward(self, packet: Packet, codec: Codec) -> None:
        """Send a packet of the layer to the receiver, as the next of this slot's own stream."""
        if self.is_waiting:
            if not packet.is_key or not self._start(packet, codec):
                return
        elif codec is not self._codec:
            return
        index = packet.index + self._shift
        if index <= self._floor:
            return  # older than what the slot began with
        payload = packet.payload
        if self._unpacks_red:
            payload = codecs.red_primary(payload)
        elif self._renumbers_red >= 0:
            payload = codecs.red_renumbered(payload, self._renumbers_red)
        timestamp = (packet.timestamp + self._time_shift) & 0xFFFFFFFF
        if index > self._index:
            self._index, self._timestamp = index, timestamp
            self._sent_at = self.downlink.connection.loop.now
        self.packets += 1
        self.octets += len(payload)
        head = HEADER.pack(
            0xA0 if packet.is_padded else 0x80,
            self._payload_type | (0x80 if packet.marker else 0),
            index & 0xFFFF,
            timestamp,
            self.ssrc,
        )
        self.downlink.send(head, payload)

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
        now = self.downlink.connection.loop.now
        passed = int((now - self._sent_at) * codec.clock) if self._sent_at else 0
        self._floor = self._index
        self._shift = self._index + 1 - packet.index
        self._time_shift = self._timestamp + max(passed, 1) - packet.timestamp
        self._codec, self._payload_type = codec, payload_type
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
