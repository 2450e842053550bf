"""Frames that go straight to a target are counted as if each had been looked at, whatever happens in between."""

from __future__ import annotations

import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.webinar.engine_embedded.downlink import Downlink
from plugins.webinar.engine_embedded.rtp import Unwrapper
from plugins.webinar.tests.media.memory import MemoryEngine, MemoryPeer

KEY, DELTA = b"\x10\x00", b"\x10\x01"


class Showing:
    """Ada, who sends, and Ben, who is shown her picture. What can happen are the methods that ``HAPPENINGS`` names."""

    def __init__(self) -> None:
        self.home = MemoryEngine()
        self.ada, self.ben = (
            MemoryPeer(self.home, "ada", "send", 1),
            MemoryPeer(self.home, "ben", "receive", 2),
        )
        self.number = 0
        self.begins = [1]
        self.lost: list[int] = []
        self.got: list[bytes] = []
        self._send(KEY)
        self.home.turn()
        (downlink,) = [half for half in self.home.engine.halves() if isinstance(half, Downlink)]
        self.slot = downlink.slots[1]
        self.next_key()

    def _send(self, payload: bytes) -> None:
        self.ada.picture(self.number, payload + struct.pack("!H", self.number))
        self.number += 1

    def next(self) -> None:
        self._send(DELTA)

    def next_key(self) -> None:
        self._send(KEY)

    def lose(self) -> None:
        self.lost.append(self.number)
        self.number += 1

    def late(self) -> None:
        if self.lost:
            late = self.lost.pop(0)
            self.ada.picture(late, DELTA + struct.pack("!H", late))

    def move(self) -> None:
        self.receive()
        self.ben.route = ("192.0.2.1", self.ben.route[1] + 1)
        self.ben.check()

    def look(self) -> None:
        self.slot.look_again()

    def begin(self) -> None:
        self.slot.begin()
        self.begins.append(self.number)

    def pause(self) -> None:
        self.receive()
        self.slot.pause(is_paused=True)

    def go_on(self) -> None:
        if self.slot.is_paused:
            assert self.ben.got() == []
        self.slot.pause(is_paused=False)
        self.begins.append(self.number)

    def receive(self) -> None:
        self.got += self.ben.got()


HAPPENINGS = ["next", "next", "next_key", "lose", "late", "move", "begin", "look", "pause", "go_on"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(HAPPENINGS), max_size=40))
def test_numbers_go_on_and_nothing_is_counted_twice_or_missed(happenings: list[str]) -> None:
    showing = Showing()
    try:
        for happening in happenings:
            getattr(showing, happening)()
        showing.receive()
    finally:
        showing.home.close()
    check(showing.got, showing.begins)
    sent = len(showing.got), sum(len(packet) - 12 for packet in showing.got)
    assert (showing.slot.packets, showing.slot.octets) == sent


def check(got: list[bytes], begins: list[int]) -> None:
    """No number comes twice; from one beginning to the next they are as far apart as those of the sender."""
    count, seen = Unwrapper(), dict[int, int]()
    for packet in got:
        index, number = (
            count.index(struct.unpack_from("!H", packet, 2)[0]),
            struct.unpack("!H", packet[-2:])[0],
        )
        assert number not in seen
        assert index not in seen.values()
        seen[number] = index
    for first, after in zip(begins, [*begins[1:], 1 << 16], strict=True):
        assert len({seen[number] - number for number in seen if first <= number < after}) <= 1
