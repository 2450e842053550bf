"""Frames reach every receiver packet by packet, whatever the kernel can do."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.webinar.engine_embedded import fanout, rtp
from plugins.webinar.engine_embedded.block import Frame
from plugins.webinar.engine_embedded.dtls import AES_128_CM, AES_128_GCM, Keys
from plugins.webinar.engine_embedded.loop import Loop
from plugins.webinar.engine_embedded.ports import Ports
from plugins.webinar.engine_embedded.srtp import Opener, Sealer

CLIENT, SERVER = bytes(range(30)), bytes(range(100, 130))


class Receiver:
    """A socket with the keys to what it gets."""

    def __init__(self, number: int) -> None:
        profile = AES_128_GCM if number % 2 else AES_128_CM
        size = profile.key + profile.salt
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(2)
        self.route = self.socket.getsockname()
        self.sealer = Sealer(Keys(profile, CLIENT[:size], SERVER[:size]))
        self.opener = Opener(Keys(profile, SERVER[:size], CLIENT[:size]))
        self.sequence = 0
        self.target: fanout.Target | None = None

    def aim(
        self,
        ports: Ports,
        number: int = 96,
        shift: int = 0,
        time_shift: int = 0,
        ssrc: int = 7,
        counting: Any = None,
    ) -> None:
        self.target = fanout.Target(
            self.route, ports.fan.name(self.route), self.sealer, self.sealer.pointer, self.sealer.overhead,
            number, shift, time_shift, ssrc, 0, counting,
        )  # fmt: skip

    def get(self, count: int) -> list[bytes]:
        found = []
        for _ in range(count):
            plain = self.opener.rtp(self.socket.recv(3000))
            assert plain is not None
            packet = rtp.parse(plain)
            assert packet is not None
            found.append(rtp.without_padding(packet))
        return found


@pytest.fixture(params=["segments", "batches", "neither"])
def ports(request: pytest.FixtureRequest) -> Iterator[Ports]:
    loop = Loop()
    opened = Ports(loop, "127.0.0.1", 0)
    opened.fan.has_segments = opened.fan.has_segments and request.param == "segments"
    opened.fan.has_batches = opened.fan.has_batches and request.param != "neither"
    yield opened
    opened.close()
    loop.close()


@pytest.fixture
def receivers() -> Iterator[list[Receiver]]:
    made = [Receiver(number) for number in range(3)]
    yield made
    for receiver in made:
        receiver.socket.close()


def send(ports: Ports, receivers: list[Receiver], payloads: list[bytes]) -> None:
    packets = [rtp.Packet(96, False, 0, 1, 0, each, {}, index=place) for place, each in enumerate(payloads)]
    frame = Frame(packets, has_segments=ports.fan.has_segments)
    for receiver in receivers:
        receiver.aim(ports, shift=receiver.sequence)
        receiver.sequence += len(payloads)
        assert ports.fan.spread(frame, cast("Any", [receiver])) == []
    ports.fan.flush()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.integers(1, 1200), min_size=1, max_size=8))
def test_everybody_gets_every_packet(ports: Ports, receivers: list[Receiver], sizes: list[int]) -> None:
    payloads = [bytes([number]) * size for number, size in enumerate(sizes)]
    send(ports, receivers, payloads)
    for receiver in receivers:
        assert receiver.get(len(payloads)) == payloads


def test_packets_a_byte_too_short_are_cut_by_the_kernel_too(ports: Ports, receivers: list[Receiver]) -> None:
    payloads = [b"a" * 1000, b"b" * 999, b"c" * 1000, b"d" * 999, b"e" * 400]
    send(ports, receivers, payloads)
    for receiver in receivers:
        assert receiver.get(5) == payloads


def test_packets_of_about_one_size_are_one_message_for_the_kernel() -> None:
    """Two of sound are seldom of the same size."""
    packets = [
        rtp.Packet(111, False, 0, 1, 0, bytes(size), {}, index=place) for place, size in enumerate((80, 95))
    ]
    assert len(Frame(packets, has_segments=True).block(16).parts) == 1
    assert len(Frame(packets, has_segments=False).block(16).parts) == 2


def test_many_receivers_are_more_than_one_batch(ports: Ports, receivers: list[Receiver]) -> None:
    for _ in range(3):
        send(ports, receivers * 30, [b"x" * 1100, b"y" * 1100])
        for receiver in receivers:
            assert receiver.get(60) == [b"x" * 1100, b"y" * 1100] * 30


def test_what_was_sent_before_is_not_sent_again_and_never_in_the_clear(
    ports: Ports, receivers: list[Receiver]
) -> None:
    send(ports, receivers, [b"first", b"second"])
    for receiver in receivers:
        receiver.sequence -= 1
    send(ports, receivers, [b"second", b"third"])
    for receiver in receivers:
        assert receiver.get(3) == [b"first", b"second", b"third"]
        receiver.socket.setblocking(False)
        with pytest.raises(BlockingIOError):
            receiver.socket.recv(3000)


def test_numbers_and_times_are_moved_and_pictures_counted_on_for_each_receiver(
    ports: Ports, receivers: list[Receiver]
) -> None:
    payload = b"\x90\x80\x05\x10" + b"picture"
    packets = [
        rtp.Packet(0, place == 1, 0, 5, 0, payload, {}, index=place, counters=(7, 5, -1))
        for place in range(2)
    ]
    frame = Frame(packets, has_segments=ports.fan.has_segments)
    for shift, receiver in enumerate(receivers):
        receiver.aim(ports, 97, 0xFFFF + shift, 0xFFFFFFFF, 9 + shift, (shift + 1, 0))
    assert ports.fan.spread(frame, cast("Any", receivers)) == []
    ports.fan.flush()
    for shift, receiver in enumerate(receivers):
        for place in range(2):
            plain = receiver.opener.rtp(receiver.socket.recv(3000))
            packet = rtp.parse(plain or b"")
            assert packet is not None
            assert (packet.payload_type, packet.marker, packet.ssrc) == (97, place == 1, 9 + shift)
            assert (packet.sequence, packet.timestamp) == (0xFFFF + shift + place & 0xFFFF, 4)
            assert packet.payload == b"\x90\x80" + bytes([6 + shift]) + b"\x10picture"


def test_for_whom_something_has_to_be_looked_at_nothing_is_sent_yet(
    ports: Ports, receivers: list[Receiver]
) -> None:
    packets = [rtp.Packet(96, True, 0, 1, 0, b"picture", {}, index=5)]
    frame = Frame(packets, has_segments=ports.fan.has_segments)
    without_target, counting, ready = receivers
    counting.aim(ports, counting=(1, 1))  # but the picture has no number of its own
    ready.aim(ports)
    assert ports.fan.spread(frame, cast("Any", receivers)) == [without_target, counting]
    assert ports.fan.sent == 1
    ports.fan.flush()
    assert ready.get(1) == [b"picture"]
    for receiver in (without_target, counting):
        receiver.socket.setblocking(False)
        with pytest.raises(BlockingIOError):
            receiver.socket.recv(3000)


def test_a_receiver_that_cannot_be_reached_does_not_hold_up_the_others(
    ports: Ports, receivers: list[Receiver]
) -> None:
    for bad in (("255.255.255.255", 9), ("127.0.0.1", 1)):
        for receiver in receivers:
            ports.fan.add(bad, receiver.sealer, struct.pack("!BBHII", 0x80, 96, 1, 1, 99), b"lost")
            ports.fan.add(bad, receiver.sealer, struct.pack("!BBHII", 0x80, 96, 2, 1, 99), b"lost")
            send(ports, [receiver], [b"kept"])
            assert receiver.get(1) == [b"kept"]


def test_a_packet_as_long_as_a_link_takes_arrives(ports: Ports, receivers: list[Receiver]) -> None:
    send(ports, receivers, [b"x" * 1400])
    for receiver in receivers:
        assert receiver.get(1) == [b"x" * 1400]


def test_this_kernel_cuts_messages() -> None:
    """What the measures stand on; elsewhere packets go one by one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        assert fanout.can_segment(udp)
