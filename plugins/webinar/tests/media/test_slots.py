"""A slot's receiver sees one stream that never stops, whoever is shown (RFC 3550, RFC 3711)."""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine_embedded import codecs
from plugins.webinar.engine_embedded.codecs import Codec
from plugins.webinar.engine_embedded.layers import Layer
from plugins.webinar.engine_embedded.loss import Ring
from plugins.webinar.engine_embedded.rtp import Packet, Unwrapper
from plugins.webinar.engine_embedded.slots import Slot

VP8 = Codec(96, "VP8", 90_000)
OPUS = Codec(111, "opus", 48_000, 2)
RED = Codec(63, "red", 48_000, 2, {"111/111": ""})
KEY, DELTA = b"\x10\x00key", b"\x10\x01delta"


@dataclass
class Receiver:
    """What goes out of a slot."""

    now: float = 100.0
    sent: list[tuple[int, int, int, int, bytes]] = field(default_factory=list)
    reports: list[bytes] = field(default_factory=list)

    @property
    def connection(self) -> Any:
        return SimpleNamespace(loop=self, send_control=self.reports.append)

    def send(self, head: bytes, payload: bytes) -> None:
        _first, second, sequence, timestamp, ssrc = struct.unpack("!BBHII", head)
        self.sent.append((second & 0x7F, sequence, timestamp, ssrc, payload))


@dataclass
class Sender:
    """A layer as a slot sees it."""

    codec: Codec = VP8
    slots: list[Slot] = field(default_factory=list)
    wanted: int = 0
    clock: Any = None
    layers: list[Any] = field(default_factory=list)
    ring: Ring = field(default_factory=Ring)
    is_alive: bool = True
    unwrapper: Unwrapper = field(default_factory=Unwrapper)

    def want_key_frame(self) -> None:
        self.wanted += 1

    def packet(self, sequence: int, timestamp: int, payload: bytes = DELTA) -> Packet:
        packet = Packet(
            self.codec.payload_type, True, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 5, payload, {}
        )
        packet.index = self.unwrapper.index(packet.sequence)
        self.ring.keep(packet)
        packet.is_key = payload == KEY or self.codec.clock == 48_000
        return packet


def a_slot(*codecs: Codec) -> tuple[Slot, Receiver]:
    receiver = Receiver()
    return Slot(cast("Any", receiver), "0", "video", list(codecs), {100: 101, 96: 97}), receiver


def show(slot: Slot, sender: Sender) -> None:
    slot.show(cast("Any", sender), cast("Layer", sender))


def test_a_picture_begins_with_a_key_frame_that_is_asked_for() -> None:
    slot, receiver = a_slot(VP8)
    sender = Sender()
    show(slot, sender)
    slot.forward(sender.packet(7, 1000), VP8, cast("Layer", sender))
    assert (receiver.sent, sender.wanted) == ([], 1)
    slot.forward(sender.packet(8, 2000, KEY), VP8, cast("Layer", sender))
    slot.forward(sender.packet(9, 3000), VP8, cast("Layer", sender))
    assert [payload for *_rest, payload in receiver.sent] == [KEY, DELTA]


def test_the_payload_type_is_the_one_that_the_receiver_knows() -> None:
    slot, receiver = a_slot(Codec(100, "VP8", 90_000))
    sender = Sender()
    show(slot, sender)
    slot.forward(sender.packet(1, 0, KEY), VP8, cast("Layer", sender))
    assert receiver.sent[0][0] == 100


def test_what_the_receiver_cannot_decode_is_not_sent() -> None:
    slot, receiver = a_slot(Codec(100, "H264", 90_000))
    sender = Sender()
    show(slot, sender)
    slot.forward(sender.packet(1, 0, KEY), VP8, cast("Layer", sender))
    assert receiver.sent == []


def test_redundant_sound_is_unpacked_for_who_does_not_know_it() -> None:
    slot, receiver = a_slot(Codec(109, "opus", 48_000, 2))
    sender = Sender(RED)
    show(slot, sender)
    slot.forward(sender.packet(1, 0, bytes([0xEF, 0, 0, 2, 111]) + b"oldnew"[1:]), RED, cast("Layer", sender))
    assert receiver.sent[0][0] == 109
    assert receiver.sent[0][4] == b"new"


def test_redundant_sound_is_renumbered_for_who_calls_it_otherwise() -> None:
    slot, receiver = a_slot(Codec(109, "opus", 48_000, 2), Codec(110, "red", 48_000, 2, {"109/109": ""}))
    sender = Sender(RED)
    show(slot, sender)
    slot.forward(sender.packet(1, 0, bytes([0xEF, 0, 0, 2, 111]) + b"ldnew"), RED, cast("Layer", sender))
    assert receiver.sent[0] == (
        110,
        receiver.sent[0][1],
        receiver.sent[0][2],
        slot.ssrc,
        bytes([0x80 | 109, 0, 0, 2, 109]) + b"ldnew",
    )


@given(
    starts=st.lists(st.tuples(st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)), min_size=1, max_size=5),
    orders=st.lists(st.permutations(range(1, 12)), min_size=5, max_size=5),
    lost=st.sets(st.integers(1, 11)),
    pause=st.floats(0, 5),
)
def test_numbers_never_come_twice_and_keep_the_holes_of_the_sender(
    starts: list[tuple[int, int]], orders: list[list[int]], lost: set[int], pause: float
) -> None:
    slot, receiver = a_slot(VP8)
    expected_holes = 0
    for (sequence, timestamp), order in zip(starts, orders, strict=False):
        sender = Sender()
        show(slot, sender)
        receiver.now += pause
        slot.forward(sender.packet(sequence, timestamp, KEY), VP8, cast("Layer", sender))
        arrived = [step for step in order if step not in lost]
        for step in arrived:
            receiver.now += 0.01
            slot.forward(sender.packet(sequence + step, timestamp + 3000 * step), VP8, cast("Layer", sender))
        expected_holes += max(arrived, default=0) - len(arrived)
    count = Unwrapper()
    indexes = [count.index(sequence) for _pt, sequence, _ts, _ssrc, _payload in receiver.sent]
    assert len(set(indexes)) == len(indexes) == slot.packets
    assert max(indexes) - min(indexes) + 1 - len(indexes) == expected_holes
    by_order = sorted(zip(indexes, (sent[2] for sent in receiver.sent), strict=True))
    for (_one, before), (_two, after) in itertools.pairwise(by_order):
        assert 0 < (after - before) & 0xFFFFFFFF < 0x80000000  # time goes on, over its wrap too
    assert {sent[3] for sent in receiver.sent} == {slot.ssrc}


@given(st.integers(0, 0xFFFF))
def test_packets_from_before_the_key_frame_do_not_come_after_it(sequence: int) -> None:
    slot, receiver = a_slot(VP8)
    sender = Sender()
    show(slot, sender)
    late = sender.packet(sequence, 1000)
    slot.forward(sender.packet(sequence + 1, 4000, KEY), VP8, cast("Layer", sender))
    slot.forward(late, VP8, cast("Layer", sender))
    assert len(receiver.sent) == 1


def test_the_first_number_leaves_room_before_the_wrap() -> None:
    """RFC 3711, section 3.3.1: a receiver that misses the first packets still counts wraps alike."""
    for _ in range(50):
        slot, receiver = a_slot(OPUS)
        sender = Sender(OPUS)
        show(slot, sender)
        slot.forward(sender.packet(65535, 0), OPUS, cast("Layer", sender))
        assert receiver.sent[0][1] <= 0x8000


def test_a_missed_packet_is_repeated_beside_the_stream() -> None:
    """RFC 4588, section 4: another SSRC and payload type, the original number in front."""
    slot, receiver = a_slot(Codec(100, "VP8", 90_000))
    sender = Sender()
    show(slot, sender)
    slot.forward(sender.packet(65535, 1000, KEY), VP8, cast("Layer", sender))
    slot.forward(sender.packet(0, 4000), VP8, cast("Layer", sender))
    missed = receiver.sent[1]
    slot.repeat(missed[1])
    slot.repeat(missed[1])  # the same question again, at once
    assert len(receiver.sent) == 3
    assert receiver.sent[2][0] == 101
    assert receiver.sent[2][2:] == (missed[2], slot.repair_ssrc, missed[1].to_bytes(2) + DELTA)
    receiver.now += 1
    slot.repeat(missed[1])
    assert receiver.sent[3][1] == (receiver.sent[2][1] + 1) & 0xFFFF
    slot.repeat((missed[1] + 7) & 0xFFFF)
    slot.repeat((missed[1] - 700) & 0xFFFF)
    assert len(receiver.sent) == 4


def test_another_layer_comes_with_its_key_frame_and_the_old_one_goes_on_until_then() -> None:
    slot, receiver = a_slot(VP8)
    low, high = Sender(), Sender()
    show(slot, low)
    slot.forward(low.packet(1, 0, KEY), VP8, cast("Layer", low))
    slot.change(cast("Layer", high))
    assert high.wanted == 1
    slot.forward(high.packet(9, 0), VP8, cast("Layer", high))
    slot.forward(low.packet(2, 3000), VP8, cast("Layer", low))
    assert len(receiver.sent) == 2
    slot.forward(high.packet(10, 0, KEY), VP8, cast("Layer", high))
    assert (low.slots, high.slots, len(receiver.sent)) == ([], [slot], 3)
    slot.forward(low.packet(3, 6000), VP8, cast("Layer", low))
    assert len(receiver.sent) == 3


def test_who_changes_their_mind_stays_where_they_are() -> None:
    slot, _receiver = a_slot(VP8)
    low, high = Sender(), Sender()
    show(slot, low)
    slot.forward(low.packet(1, 0, KEY), VP8, cast("Layer", low))
    slot.change(cast("Layer", high))
    slot.change(cast("Layer", low))
    assert (low.slots, high.slots, slot.next_layer) == ([slot], [], None)


def test_what_was_paused_begins_again_with_a_key_frame() -> None:
    slot, receiver = a_slot(VP8)
    sender = Sender()
    show(slot, sender)
    slot.forward(sender.packet(1, 0, KEY), VP8, cast("Layer", sender))
    slot.pause(is_paused=True)
    slot.forward(sender.packet(2, 1, KEY), VP8, cast("Layer", sender))
    slot.pause(is_paused=False)
    slot.forward(sender.packet(3, 2), VP8, cast("Layer", sender))
    slot.forward(sender.packet(4, 3, KEY), VP8, cast("Layer", sender))
    assert [sent[1] - receiver.sent[0][1] for sent in receiver.sent] in ([0, 1], [0, -65535])


def counted(sender: Sender, sequence: int, numbers: tuple[int, int, int], *, is_key: bool = False) -> Packet:
    """A picture with numbers of its own (RFC 7741, section 4.2): I, L and T are set."""
    bits, number, base = numbers
    written = (number | 0x8000).to_bytes(2) if bits == 15 else bytes([number])
    payload = b"\x90\xe0" + written + bytes([base, 0, 0 if is_key else 1])
    packet = sender.packet(sequence, 3000 * sequence, payload)
    packet.is_key, packet.counters = is_key, codecs.vp8_counters(payload)
    return packet


@given(
    bits=st.sampled_from([7, 15]),
    starts=st.lists(st.tuples(st.integers(0, 0x7FFF), st.integers(0, 0xFF)), min_size=2, max_size=5),
)
def test_pictures_are_counted_on_whoever_is_shown(bits: int, starts: list[tuple[int, int]]) -> None:
    """Chromium waits seconds for pictures that it believes to be missing."""
    slot, receiver = a_slot(VP8)
    largest = (1 << bits) - 1
    for number, base in starts:
        sender = Sender()
        show(slot, sender)
        for step in range(3):
            numbers = (bits, number + step & largest, base + step & 0xFF)
            receiver.now += 0.03
            packet = counted(sender, step, numbers, is_key=step == 0)
            slot.forward(packet, VP8, cast("Layer", sender))
    seen = [codecs.vp8_counters(payload) for *_rest, payload in receiver.sent]
    assert seen[0] == (bits, starts[0][0] & largest, starts[0][1])
    for before, after in itertools.pairwise(seen):
        assert before is not None
        assert after == (bits, before[1] + 1 & largest, before[2] + 1 & 0xFF)
    slot.repeat(receiver.sent[-1][1])  # what is repeated is counted alike
    assert receiver.sent[-1][4][2:] == receiver.sent[-2][4]
