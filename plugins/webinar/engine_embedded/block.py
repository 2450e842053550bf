"""The packets of a frame as they lie in memory for every receiver: what is the same for all is laid out once.

For a receiver the whole is copied at once, then each header is written and each packet encrypted
where it lies. So most of the work for a packet is done once for the room, not once for each receiver.
"""

from __future__ import annotations

from collections.abc import Sequence

from plugins.webinar.engine_embedded.rtp import HEADER_BYTES, Packet

PADDED = 0x20
MOST_PADDING = 24
"""Bytes (RFC 3550, section 5.1) by which a packet is made as long as the longest of its frame, so that the kernel can cut them."""
VERSION = 0x80


class Block:
    """Packets one after the other, each with room for its header before it and for the seal of ``overhead`` bytes behind it.

    ``packets`` are their places, plain sizes, the parts of their headers that are the same for all, and their
    numbers; ``parts`` are the places, sizes and segments of messages that the kernel cuts into packets.
    """

    __slots__ = ("data", "packets", "parts", "size")

    def __init__(self, packets: Sequence[Packet], overhead: int, *, has_segments: bool) -> None:
        longest = max(len(packet.payload) for packet in packets) if len(packets) > 1 and has_segments else 0
        self.packets: list[tuple[int, int, int, int, int, int]] = []
        self.parts: list[tuple[int, int, int]] = []
        pieces: list[bytes] = []
        at, room, seal = 0, bytes(HEADER_BYTES), bytes(overhead)
        for packet in packets:
            first, payload = VERSION | PADDED if packet.is_padded else VERSION, packet.payload
            missing = longest - len(payload)
            if 0 < missing <= MOST_PADDING and not packet.is_padded:
                first, payload = VERSION | PADDED, payload + bytes(missing - 1) + bytes([missing])
            plain = HEADER_BYTES + len(payload)
            marker = 0x80 if packet.marker else 0
            self.packets.append((at, plain, first, marker, packet.index, packet.timestamp))
            pieces += (room, payload, seal)
            self._lay(at, plain + overhead, has_segments=has_segments)
            at += plain + overhead
        self.data = b"".join(pieces)
        self.size = at

    def _lay(self, at: int, size: int, *, has_segments: bool) -> None:
        """Add a packet to the last message if the kernel can cut it off there: only the last segment may be shorter."""
        if self.parts and has_segments:
            start, before, segment = self.parts[-1]
            if size <= segment and before % segment == 0:
                self.parts[-1] = (start, before + size, segment)
                return
        self.parts.append((at, size, size))


class Frame:
    """What is sent to all receivers of a layer at once, and the blocks made of it, one for each length of the seal."""

    __slots__ = (
        "_blocks",
        "_has_segments",
        "counters",
        "has_key",
        "highest",
        "last",
        "lowest",
        "octets",
        "packets",
        "timestamp",
    )

    def __init__(self, packets: Sequence[Packet], *, has_segments: bool) -> None:
        self.packets = packets
        self.last = max(packets, key=lambda packet: packet.index)
        self.highest, self.timestamp = self.last.index, self.last.timestamp
        self.has_key = any(packet.is_key for packet in packets)
        self.lowest = min(packet.index for packet in packets)
        self.octets = sum(len(packet.payload) for packet in packets)
        shared = {packet.counters for packet in packets}
        self.counters = shared.pop() if len(shared) == 1 else None
        self._has_segments = has_segments
        self._blocks: dict[int, Block] = {}

    def block(self, overhead: int) -> Block:
        """The block for receivers with a seal of so many bytes."""
        found = self._blocks.get(overhead)
        if found is None:
            found = self._blocks[overhead] = Block(self.packets, overhead, has_segments=self._has_segments)
        return found
