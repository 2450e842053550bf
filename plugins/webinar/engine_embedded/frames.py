"""Puts packets back together to frames, in order; for recordings only, forwarding does not need it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plugins.webinar.engine_embedded import av1, avc, codecs, rtp
from plugins.webinar.engine_embedded.bits import Bits
from plugins.webinar.engine_embedded.codecs import Codec

PATIENCE = 0.6
"""Seconds to wait for a packet that is missing; it may be asked for again."""
MOST_WAITING = 1024
LARGEST_FRAME = 4 << 20
WITHOUT_START = frozenset({"h264", "av1"})
"""Where a picture begins is only known by where the one before it ended."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole frame; for pictures with its size, as far as a key frame tells it.

    ``setup`` is what a decoder must know before a key frame, where the frame itself does not hold it.
    """

    timestamp: int
    data: bytes
    is_key: bool
    arrived_at: float
    width: int = 0
    height: int = 0
    setup: bytes = b""


class Assembler:
    """Makes frames of one layer's packets. After a hole in pictures it waits for a key frame; ``is_broken`` says so."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.is_broken = codec.clock == 90_000
        self._waiting: dict[int, tuple[rtp.Packet, float]] = {}
        self._next: int | None = None
        self._parts = bytearray()
        self._is_open = False
        self._is_key = False
        self._is_lost = codec.name in WITHOUT_START
        self._sets = avc.ParameterSets()

    def take(self, packet: rtp.Packet, now: float) -> list[Frame]:
        """Take a packet; returns the frames that are whole now."""
        if self._next is None:
            self._next = packet.index
        if packet.index >= self._next:
            self._waiting[packet.index] = (packet, now)
        frames = self._drain()
        while self._waiting and self._is_patience_over(now):
            self._next = min(self._waiting)
            self._tear()
            frames += self._drain()
        return frames

    def _is_patience_over(self, now: float) -> bool:
        first = min(self._waiting)
        return now - self._waiting[first][1] > PATIENCE or len(self._waiting) > MOST_WAITING

    def _tear(self) -> None:
        self._parts.clear()
        self._is_open = False
        self._is_lost = self.codec.name in WITHOUT_START
        self.is_broken = self.is_broken or self.codec.clock == 90_000

    def _drain(self) -> list[Frame]:
        frames = []
        while self._next is not None and self._next in self._waiting:
            packet, arrived_at = self._waiting.pop(self._next)
            self._next += 1
            frame = self._add(packet, arrived_at)
            if frame is not None:
                frames.append(frame)
        return frames

    def _add(self, packet: rtp.Packet, arrived_at: float) -> Frame | None:
        payload = rtp.without_padding(packet)
        if not payload:
            return None
        if self.codec.clock != 90_000:
            data = codecs.red_primary(payload) if self.codec.name == "red" else payload
            return Frame(packet.timestamp, data, True, arrived_at) if data else None
        if self._is_lost:
            self._is_lost = not packet.marker
            return None
        if self._begins(payload):
            self._parts.clear()
            self._is_open, self._is_key = True, packet.is_key
        if not self._is_open:
            return None
        self._parts += content(self.codec.name, payload)
        if len(self._parts) > LARGEST_FRAME:
            self._tear()
            return None
        return self._finish(packet, arrived_at) if packet.marker else None

    def _begins(self, payload: bytes) -> bool:
        if self.codec.name in WITHOUT_START:
            return not self._is_open
        # Of VP9, the upper layers of a picture follow the lower ones in the same frame.
        return is_frame_start(self.codec.name, payload) and not (self._is_open and self.codec.name == "vp9")

    def _finish(self, packet: rtp.Packet, arrived_at: float) -> Frame | None:
        data = bytes(self._parts)
        self._parts.clear()
        self._is_open = False
        setup = b""
        if self.codec.name == "h264":
            self._is_key = avc.has_key_slice(data)
            data, self._sets = avc.sample(data, self._sets)
            setup = avc.configuration(self._sets) if self._sets else b""
            self._is_key = self._is_key and bool(setup)
        elif self.codec.name == "av1":
            data, header = av1.sample(_payloads(data))
            self._is_key = self._is_key and bool(header)
            setup = av1.configuration(header) if self._is_key else b""
        if not data or (self.is_broken and not self._is_key):
            return None
        self.is_broken = False
        if not self._is_key:
            return Frame(packet.timestamp, data, False, arrived_at)
        return Frame(packet.timestamp, data, True, arrived_at, *self._size_of(data, setup), setup)

    def _size_of(self, data: bytes, setup: bytes) -> tuple[int, int]:
        if self.codec.name == "h264":
            return avc.picture_size(self._sets)
        if self.codec.name == "av1":
            told = av1.read(setup[4:])
            return told.width, told.height
        return picture_size(self.codec.name, data)


def can_assemble(codec: Codec) -> bool:
    """Whether recordings understand this codec."""
    return codec.name in {"opus", "red", "vp8", "vp9", "av1", "h264"}


def is_frame_start(codec: str, payload: bytes) -> bool:
    """Whether a frame begins with this packet (RFC 7741, section 4.2; RFC 9628, section 4.2)."""
    if codec == "vp8":
        return bool(payload[0] & 0x10) and not payload[0] & 0x07
    return bool(payload[0] & 0x08)


def content(codec: str, payload: bytes) -> bytes:
    """The payload without its descriptor; of H.264 its units, each after a start code; of AV1 all of it after its length."""
    if codec == "h264":
        return avc.content(payload)
    if codec == "av1":
        return len(payload).to_bytes(2) + payload
    size = codecs.vp8_descriptor_size(payload) if codec == "vp8" else vp9_descriptor_size(payload)
    return payload[size:]


def _payloads(parts: bytes) -> Iterator[bytes]:
    """What ``content`` made of the packets of a picture of AV1."""
    position = 0
    while position < len(parts):
        start = position + 2
        position = start + int.from_bytes(parts[position:start])
        yield parts[start:position]


def vp9_descriptor_size(payload: bytes) -> int:
    """Bytes before the VP9 payload itself (RFC 9628, section 4.2)."""
    first, size = payload[0], 1
    if first & 0x80:  # I
        size += 2 if len(payload) > size and payload[size] & 0x80 else 1
    if first & 0x20:  # L
        size += 1 if first & 0x10 else 2
    if first & 0x50 == 0x50:  # P and F: up to three references
        while len(payload) > size and payload[size] & 1:
            size += 1
        size += 1
    if first & 0x02:  # V: the scalability structure
        size += _structure_size(payload[size:])
    return size


def _structure_size(data: bytes) -> int:
    if not data:
        return 0
    layers, size = (data[0] >> 5) + 1, 1
    if data[0] & 0x10:
        size += 4 * layers
    if data[0] & 0x08 and len(data) > size:
        pictures = data[size]
        size += 1
        for _ in range(pictures):
            size += 1 + (data[size] >> 2 & 0x03 if len(data) > size else 0)
    return size


def picture_size(codec: str, frame: bytes) -> tuple[int, int]:
    """Width and height, as a key frame of VP8 (RFC 6386, section 9.1) or VP9 says; a usual size where it does not."""
    if codec == "vp8" and len(frame) >= 10 and frame[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(frame[6:8], "little") & 0x3FFF, int.from_bytes(frame[8:10], "little") & 0x3FFF
    if codec == "vp9" and frame[:1] and frame[0] & 0xFC == 0x80 and frame[1:4] == b"\x49\x83\x42":
        bits = Bits(frame[4:9])  # VP9 bitstream specification, section 6.2, profile 0
        bits.take(4)
        return bits.take(16) + 1, bits.take(16) + 1
    return 1280, 720
