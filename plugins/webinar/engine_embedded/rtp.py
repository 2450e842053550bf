"""RTP (RFC 3550, section 5.1): only what forwarding needs to read and write."""

from __future__ import annotations

import struct
from dataclasses import dataclass

HEADER = struct.Struct("!BBHII")
HEADER_BYTES = 12
ONE_BYTE = 0xBEDE  # RFC 8285, section 4.2
TWO_BYTES = 0x1000  # section 4.3, upper 12 bits


@dataclass(slots=True)
class Packet:
    """A packet as it came. ``payload`` still has its padding if ``is_padded``.

    ``index`` is the sequence number without wrap-around, ``counters`` the numbers that the payload itself
    counts its pictures by, both set by who receives it.
    """

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    extensions: dict[int, bytes]
    is_padded: bool = False
    index: int = 0
    is_key: bool = False
    counters: tuple[int, int, int] | None = None


def parse(data: bytes) -> Packet | None:
    """Read a plain packet; None if it is malformed."""
    if len(data) < HEADER_BYTES:
        return None
    first, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
    if first >> 6 != 2:
        return None
    start = HEADER_BYTES + 4 * (first & 0x0F)
    extensions: dict[int, bytes] = {}
    if first & 0x10:
        if start + 4 > len(data):
            return None
        profile, words = struct.unpack_from("!HH", data, start)
        end = start + 4 + 4 * words
        extensions = _extensions(profile, data[start + 4 : end])
        start = end
    if start > len(data) or (first & 0x20 and not start < len(data) <= start + 65_535):
        return None
    if first & 0x20 and not 0 < data[-1] <= len(data) - start:
        return None
    return Packet(
        second & 0x7F,
        second >= 0x80,
        sequence,
        timestamp,
        ssrc,
        data[start:],
        extensions,
        bool(first & 0x20),
    )


def without_padding(packet: Packet) -> bytes:
    """The payload without padding; empty for a packet that is nothing else."""
    return packet.payload[: -packet.payload[-1]] if packet.is_padded else packet.payload


def build(packet: Packet) -> bytes:
    """Write a packet with its extensions in the one-byte form, or the two-byte form where needed."""
    first = 0x80 | (0x20 if packet.is_padded else 0)
    block = b""
    if packet.extensions:
        first |= 0x10
        block = _write_extensions(packet.extensions)
    second = packet.payload_type | (0x80 if packet.marker else 0)
    head = HEADER.pack(first, second, packet.sequence & 0xFFFF, packet.timestamp & 0xFFFFFFFF, packet.ssrc)
    return head + block + packet.payload


def _extensions(profile: int, data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    position = 0
    is_short = profile == ONE_BYTE
    if not is_short and profile & 0xFFF0 != TWO_BYTES:
        return found
    while position < len(data):
        byte = data[position]
        if byte == 0:
            position += 1
            continue
        if is_short:
            name, size, start = byte >> 4, (byte & 0x0F) + 1, position + 1
            if name == 15:  # section 4.2: stop here
                break
        elif position + 2 > len(data):
            break
        else:
            name, size, start = byte, data[position + 1], position + 2
        if start + size > len(data):
            break
        found[name] = data[start : start + size]
        position = start + size
    return found


def _write_extensions(extensions: dict[int, bytes]) -> bytes:
    is_short = all(0 < name < 15 and 0 < len(value) <= 16 for name, value in extensions.items())
    if is_short:
        body = b"".join(bytes([name << 4 | len(value) - 1]) + value for name, value in extensions.items())
    else:
        body = b"".join(bytes([name, len(value)]) + value for name, value in extensions.items())
    body += bytes(-len(body) % 4)
    return struct.pack("!HH", ONE_BYTE if is_short else TWO_BYTES, len(body) // 4) + body


class Unwrapper:
    """Counts sequence numbers on without wrap-around: 65535 is followed by 65536 (RFC 3711, section 3.3.1)."""

    __slots__ = ("highest",)

    def __init__(self) -> None:
        self.highest = -1

    def index(self, sequence: int) -> int:
        """The count of a number near the highest so far; the first stands for itself, in the second round."""
        if self.highest < 0:
            self.highest = 0x10000 + sequence
            return self.highest
        distance = (sequence - self.highest) & 0xFFFF
        index = self.highest + (distance if distance < 0x8000 else distance - 0x10000)
        self.highest = max(self.highest, index)
        return index
