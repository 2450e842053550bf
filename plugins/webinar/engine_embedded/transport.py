"""When each packet of a connection came, told to its sender, who thus learns what the way carries.

Transport-wide congestion control (draft-holmer-rmcat-transport-wide-cc-extensions-01): all packets
of a connection are counted in a header extension, whatever stream they belong to.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plugins.webinar.engine_embedded import rtcp
from plugins.webinar.engine_embedded.rtp import Unwrapper

TRANSPORT_WIDE_NUMBER = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
TICKS = 4000
"""Ticks of 250 microseconds in a second, in which differences of time are told (section 3.1.5)."""
TICKS_OF_REFERENCE = 256
"""The first packet's time is counted from a multiple of 64 milliseconds (section 3.1)."""
MISSING, SMALL, LARGE = 0, 1, 2
"""Statuses of a packet (section 3.1.1): not here, a difference of one byte, of two bytes with a sign."""
LONGEST_RUN = 0x1FFF
MOST_TOLD = 250
"""Packets in one message, so that it fits into one datagram."""
LARGEST_JUMP = 2_000
"""Numbers that may be missing at once; beyond, the sender began to count anew."""
MOST_KEPT = 1_000

_HEAD = struct.Struct("!IIHHI")


@dataclass(frozen=True, slots=True)
class Feedback:
    """A message as read: ``ticks`` are the times of the packets from number ``base`` on, None where it is missing."""

    base: int
    count: int
    ticks: Sequence[int | None]


class Arrivals:
    """Remembers when packets came, and writes the messages that tell it."""

    __slots__ = ("_count", "_next", "_ticks", "_unwrapper")

    def __init__(self) -> None:
        self._unwrapper = Unwrapper()
        self._ticks: dict[int, int] = {}
        self._next = -1
        self._count = 0

    def note(self, number: int, now: float) -> None:
        """A packet with this number came."""
        before = self._unwrapper.highest
        index = self._unwrapper.index(number)
        if self._next < 0 or abs(index - before) > LARGEST_JUMP:
            self._ticks.clear()
            self._next = self._unwrapper.highest = index
        self._ticks[index] = int(now * TICKS)
        self._next = min(self._next, index)  # one that is late is told after all

    def messages(self, ssrc: int, media: int) -> Iterator[bytes]:
        """What is to be told since the last time."""
        highest = self._unwrapper.highest
        while self._ticks and self._next <= highest:
            end = min(self._next + MOST_TOLD - 1, highest)
            if not any(index in self._ticks for index in range(self._next, end + 1)):
                self._next = end + 1  # a long hole; what follows it shows that these are lost
                continue
            ticks = [self._ticks.get(index) for index in range(self._next, end + 1)]
            message, told = _message(ssrc, media, self._next & 0xFFFF, self._count, ticks)
            self._count = self._count + 1 & 0xFF
            self._next += told
            yield message
        while len(self._ticks) > MOST_KEPT:
            del self._ticks[next(iter(self._ticks))]


def feedback_of(part: rtcp.Part) -> Feedback | None:
    """Read a message; None if this is none, or it is malformed."""
    if part.kind != rtcp.TRANSPORT_FEEDBACK or part.count != rtcp.TRANSPORT_WIDE or len(part.body) < 16:
        return None
    _ssrc, _media, base, count, word = _HEAD.unpack_from(part.body)
    reference = (word >> 8) - (1 << 24 if word >> 31 else 0)
    statuses, position = _statuses(part.body, count)
    time, ticks = reference * TICKS_OF_REFERENCE, list[int | None]()
    for status in statuses:
        width = status if status in {SMALL, LARGE} else 0
        if position + width > len(part.body):
            return None
        time += int.from_bytes(part.body[position : position + width], signed=status == LARGE)
        position += width
        ticks.append(time if width else None)
    return Feedback(base, word & 0xFF, ticks) if len(ticks) == count else None


def _statuses(body: bytes, count: int) -> tuple[list[int], int]:
    """The statuses of so many packets, fewer if the message ends before; and where the differences begin."""
    statuses: list[int] = []
    position = _HEAD.size
    while len(statuses) < count and position + 2 <= len(body):
        (chunk,) = struct.unpack_from("!H", body, position)
        position += 2
        if not chunk & 0x8000:  # section 3.1.3
            statuses += [chunk >> 13] * min(chunk & LONGEST_RUN, count - len(statuses))
        elif chunk & 0x4000:  # section 3.1.4
            statuses += [chunk >> shift & 3 for shift in range(12, -1, -2)]
        else:
            statuses += [chunk >> shift & 1 for shift in range(13, -1, -1)]
    return statuses[:count], position


def _message(ssrc: int, media: int, base: int, count: int, ticks: Sequence[int | None]) -> tuple[bytes, int]:
    """One message, and of how many packets it tells: it ends where a difference is too large for it."""
    first = next(tick for tick in ticks if tick is not None)
    reference = first // TICKS_OF_REFERENCE
    before = reference * TICKS_OF_REFERENCE
    statuses: list[int] = []
    differences = bytearray()
    for tick in ticks:
        if tick is None:
            statuses.append(MISSING)
            continue
        difference, before_this = tick - before, before
        before = tick
        if 0 <= difference <= 0xFF:
            statuses.append(SMALL)
            differences.append(difference)
        elif -0x8000 <= difference <= 0x7FFF:
            statuses.append(LARGE)
            differences += difference.to_bytes(2, signed=True)
        else:
            before = before_this
            break
    told = len(statuses)
    word = (reference & 0xFFFFFF) << 8 | count
    body = _HEAD.pack(ssrc, media, base, told, word) + b"".join(_chunks(statuses)) + differences
    return rtcp.write(rtcp.TRANSPORT_FEEDBACK, rtcp.TRANSPORT_WIDE, body + bytes(-len(body) % 4)), told


def _chunks(statuses: Sequence[int]) -> Iterator[bytes]:
    """Statuses as chunks: long runs by their length, the rest one by one."""
    position = 0
    while position < len(statuses):
        status, run = statuses[position], 1
        while position + run < len(statuses) and statuses[position + run] == status and run < LONGEST_RUN:
            run += 1
        some = statuses[position : position + 14]
        if run >= 14 or (run >= 7 and LARGE in some):
            chunk, told = status << 13 | run, run
        elif LARGE not in some:
            chunk, told = 0x8000, 14
            for place, each in enumerate(some):
                chunk |= each << 13 - place
        else:
            chunk, told = 0xC000, 7
            for place, each in enumerate(some[:7]):
                chunk |= each << 12 - 2 * place
        yield chunk.to_bytes(2)
        position += told
