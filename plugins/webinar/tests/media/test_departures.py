"""What a receiver says of each packet narrows what it is sent, before sound breaks up."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine_embedded import rtcp, rtp
from plugins.webinar.engine_embedded.departures import Departures
from plugins.webinar.engine_embedded.downlink import Downlink
from plugins.webinar.engine_embedded.transport import TRANSPORT_WIDE_NUMBER, Arrivals, Feedback, feedback_of
from plugins.webinar.tests.media.memory import MemoryEngine, MemoryPeer

HEAD = struct.pack("!BBHII", 0x80, 96, 1, 1, 1)
OCTETS = 1000


class Way:
    """Carries so many bits per second after a constant delay, and holds the rest in a queue."""

    def __init__(self, bits: float) -> None:
        self.departures = Departures(5)
        self.arrivals = Arrivals()
        self.bits, self.free_at, self.now = bits, 0.0, 50.0

    def send(self, bits: float, seconds: float) -> list[int]:
        """Send so much for so long; returns the limits that follow from it."""
        limits = []
        for _ in range(int(seconds * 10)):
            for _ in range(int(bits / 8 / OCTETS / 10)):
                self.now += 0.1 / (bits / 8 / OCTETS / 10)
                head, payload = self.departures.counted(HEAD, bytes(OCTETS - len(HEAD)), self.now)
                packet = rtp.parse(head + payload)
                assert packet is not None
                self.free_at = max(self.free_at, self.now) + OCTETS * 8 / self.bits
                self.arrivals.note(int.from_bytes(packet.extensions[5]), self.free_at + 700.0)
            for message in self.arrivals.messages(1, 2):
                (part,) = rtcp.split(message)
                feedback = feedback_of(part)
                assert feedback is not None
                limit = self.departures.hear(feedback)
                limits += [limit] if limit is not None else []
        return limits


def test_a_way_that_is_wide_enough_limits_nothing() -> None:
    assert Way(5_000_000).send(2_000_000, 10) == []


@given(st.integers(300_000, 3_000_000))
def test_a_way_that_is_too_narrow_is_noticed_by_its_queue_and_told_about_right(bits: int) -> None:
    way = Way(bits)
    assert way.send(bits * 0.8, 3) == []
    limits = way.send(bits * 1.5, 4)
    assert limits
    assert all(0.7 * bits < limit < bits for limit in limits)


@given(
    st.lists(
        st.tuples(st.integers(0, 0xFFFF), st.lists(st.none() | st.integers(-(1 << 31), 1 << 31))), max_size=9
    )
)
def test_whatever_a_receiver_tells_nothing_breaks(told: list[tuple[int, list[int | None]]]) -> None:
    departures = Departures(5)
    for number in range(200):
        departures.counted(HEAD, b"x", float(number))
    for base, ticks in told:
        departures.hear(Feedback(base, 0, ticks))


# --- in a room ------------------------------------------------------------------------------------


def downlink_of(home: MemoryEngine) -> Downlink:
    (found,) = [half for half in home.engine.halves() if isinstance(half, Downlink)]
    return found


def shown(home: MemoryEngine) -> tuple[MemoryPeer, MemoryPeer, rtp.Packet]:
    ada, ben = MemoryPeer(home, "ada", "send", 1), MemoryPeer(home, "ben", "receive", 2)
    ada.picture(1)
    home.turn()
    ada.picture(2)
    return ada, ben, newest(ben)


def newest(ben: MemoryPeer) -> rtp.Packet:
    packet = rtp.parse(ben.got()[-1])
    assert packet is not None
    return packet


def test_packets_are_counted_only_for_a_receiver_in_trouble(home: MemoryEngine) -> None:
    ada, ben, packet = shown(home)
    assert f"a=extmap:5 {TRANSPORT_WIDE_NUMBER}" in ben.answer.sdp
    assert packet.extensions == {}
    ben.rtcp(rtcp.receiver_report(9, [rtcp.Report(packet.ssrc, 20, 1, 1, 0, 0, 0)]))
    numbers = []
    for number in (3, 4):
        ada.picture(number)
        after = newest(ben)
        assert (after.ssrc, after.payload) == (packet.ssrc, packet.payload)
        numbers.append(int.from_bytes(after.extensions[5]))
    assert numbers[1] == (numbers[0] + 1) & 0xFFFF


def test_a_receiver_whose_way_holds_packets_is_sent_less(home: MemoryEngine) -> None:
    ada, ben, packet = shown(home)
    ben.rtcp(rtcp.receiver_report(9, [rtcp.Report(packet.ssrc, 20, 1, 1, 0, 0, 0)]))
    arrivals, downlink = Arrivals(), downlink_of(home)
    assert downlink.budget.bits is None
    for number in range(3, 63):
        ada.picture(number)
        counted = newest(ben)
        held = (number - 3) * 0.02  # each waits 20 ms longer than the one before
        arrivals.note(int.from_bytes(counted.extensions[5]), home.loop.now + held)
        for message in arrivals.messages(1, packet.ssrc) if number % 6 == 0 else ():
            ben.rtcp(message)
    assert downlink.budget.bits is not None
