"""The packets of a frame on their way from the engine that has a room to another one of the same machine.

They are plain RTP without header extensions, each after two bytes of length; before them stand the stream they
belong to, and the moment at which they came (of the machine's monotonic clock, the same for all its processes).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from plugins.webinar.engine_embedded import rtp
from plugins.webinar.engine_embedded.rtp import Packet

MARK = 1
"""The first byte; that of messages is ``{``."""
_HEADING = struct.Struct("!B?xxId")
_LENGTH = struct.Struct("!H")


class Heading(NamedTuple):
    """What stands before the packets."""

    is_sound: bool
    stream: int
    came_at: float


def is_bundle(body: bytes) -> bool:
    """Whether a frame holds packets."""
    return len(body) >= _HEADING.size and body[0] == MARK


def pack(heading: Heading, packets: Sequence[Packet]) -> bytes:
    """Packets as the body of a frame."""
    parts = [_HEADING.pack(MARK, *heading)]
    for packet in packets:
        first = 0xA0 if packet.is_padded else 0x80
        second = packet.payload_type | (0x80 if packet.marker else 0)
        head = rtp.HEADER.pack(first, second, packet.sequence, packet.timestamp, packet.ssrc)
        parts += (_LENGTH.pack(len(head) + len(packet.payload)), head, packet.payload)
    return b"".join(parts)


def heading_of(body: bytes) -> Heading:
    """What stands before the packets."""
    _mark, is_sound, stream, came_at = _HEADING.unpack_from(body)
    return Heading(is_sound, stream, came_at)


def packets_of(body: bytes) -> Iterator[Packet]:
    """The packets, up to the first that is none."""
    at = _HEADING.size
    while at + _LENGTH.size <= len(body):
        (size,) = _LENGTH.unpack_from(body, at)
        at += _LENGTH.size
        packet = rtp.parse(body[at : at + size])
        if packet is None:
            return
        yield packet
        at += size
