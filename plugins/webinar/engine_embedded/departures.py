"""What one receiver says of when each packet came, and what its way therefore carries.

Only those get counted packets whose way shows signs of being too narrow: each counted packet
is longer, and what the receiver tells of it has to be read.
"""

from __future__ import annotations

import secrets
import struct

from plugins.webinar.engine_embedded.rtp import ONE_BYTE
from plugins.webinar.engine_embedded.transport import TICKS, Feedback

LONG_QUEUE = 0.1
"""Seconds that even the quickest packet of a while waited longer than the quickest before."""
WINDOW = 0.4
"""Seconds of arrivals from which a rate is measured."""
SHARE = 0.85
"""Of what comes through, so that the queue becomes shorter."""
MOST_KEPT = 4096
LONGEST_JUMP = 10.0
DRIFT = 0.001

_BLOCK = struct.Struct("!HHBHx")
_HAS_EXTENSION = 0x10


class Departures:
    """Counts what is sent to one receiver. ``name`` is the number of the header extension."""

    __slots__ = ("_begun", "_last", "_name", "_number", "_octets", "_quickest", "_sent", "_standing")

    def __init__(self, name: int) -> None:
        self._name = name
        self._number = secrets.randbelow(0x8000)
        self._sent: dict[int, tuple[float, int]] = {}
        self._quickest: float | None = None
        self._begin()

    def _begin(self) -> None:
        self._begun = self._last = 0.0
        self._octets = 0
        self._standing: float | None = None

    def counted(self, head: bytes, payload: bytes, now: float) -> tuple[bytes, bytes]:
        """The packet with its number among all that are sent to this receiver."""
        self._number = self._number + 1 & 0xFFFF
        self._sent[self._number] = (now, len(payload) + len(head))
        if len(self._sent) > MOST_KEPT:
            del self._sent[next(iter(self._sent))]
        block = _BLOCK.pack(ONE_BYTE, 1, self._name << 4 | 1, self._number)
        return bytes([head[0] | _HAS_EXTENSION]) + head[1:], block + payload

    def hear(self, feedback: Feedback) -> int | None:
        """Take what the receiver tells. Returns how many bits per second to send, once a queue stands in the way."""
        for place, tick in enumerate(feedback.ticks):
            sent = self._sent.pop(feedback.base + place & 0xFFFF, None)
            if tick is not None and sent is not None:
                self._take(tick / TICKS, *sent)
        if self._standing is None or self._last - self._begun < WINDOW:
            return None
        bits = self._octets * 8 / (self._last - self._begun)
        if self._quickest is None or abs(self._standing - self._quickest) > LONGEST_JUMP:
            self._quickest = self._standing
        self._quickest = min(self._quickest + DRIFT, self._standing)
        queue = self._standing - self._quickest
        self._begin()
        return int(bits * SHARE) if queue > LONG_QUEUE else None

    def _take(self, came_at: float, sent_at: float, octets: int) -> None:
        if not self._begun or came_at < self._begun:
            self._begin()
            self._begun = came_at
        self._last = max(self._last, came_at)
        self._octets += octets
        delay = came_at - sent_at
        self._standing = delay if self._standing is None else min(self._standing, delay)
