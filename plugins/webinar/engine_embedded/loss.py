"""What is lost: kept packets for receivers who ask again, and asking senders again (RFC 4585, RFC 4588)."""

from __future__ import annotations

from plugins.webinar.engine_embedded.rtp import Packet

KEPT = 512
"""Packets of a picture that are kept: about a second of the largest layer."""
LARGEST_GAP = 200
ASK_AFTER = 0.01
ASK_AGAIN = 0.06
MOST_QUESTIONS = 8


class Ring:
    """The latest packets of a layer, by index."""

    __slots__ = ("_packets",)

    def __init__(self) -> None:
        self._packets: dict[int, Packet] = {}

    def keep(self, packet: Packet) -> None:
        """Keep one, let the oldest go."""
        self._packets[packet.index] = packet
        while len(self._packets) > KEPT:
            del self._packets[next(iter(self._packets))]

    def find(self, index: int) -> Packet | None:
        """A packet, if it is still kept."""
        return self._packets.get(index)


class Gaps:
    """The numbers that are missing in what a sender sends."""

    __slots__ = ("_highest", "_missing", "recovered")

    def __init__(self) -> None:
        self._highest = -1
        self._missing: dict[int, tuple[int, float]] = {}
        self.recovered = 0

    def note(self, index: int, now: float) -> bool:
        """A packet came. Returns True where so much is missing that only a key frame helps."""
        if self._highest < 0:
            self._highest = index
        elif index <= self._highest:
            if self._missing.pop(index, None) is not None:
                self.recovered += 1
        else:
            first = self._highest + 1
            self._highest = index
            if index - first + len(self._missing) > LARGEST_GAP:
                self._missing.clear()
                return True
            for number in range(first, index):
                self._missing[number] = (0, now + ASK_AFTER)
        return False

    def is_late(self, index: int) -> bool:
        """Whether a packet came before, or is not waited for any more. Browsers send some again only to probe the way."""
        return index <= self._highest and index not in self._missing

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing that could still come."""
        return not self._missing

    def due(self, now: float) -> list[int]:
        """The numbers to ask for now, each at most ``MOST_QUESTIONS`` times."""
        asked = []
        for index, (count, at) in list(self._missing.items()):
            if at > now:
                continue
            if count >= MOST_QUESTIONS:
                del self._missing[index]
                continue
            asked.append(index)
            self._missing[index] = (count + 1, now + ASK_AGAIN)
        return asked
