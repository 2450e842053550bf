"""ICE over TCP (RFC 6544): framing (RFC 4571), strangers, and slow receivers."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine_embedded import stun, tcp
from plugins.webinar.engine_embedded.loop import Loop
from plugins.webinar.engine_embedded.ports import Ports
from plugins.webinar.tests.media.test_ports import PASSWORD, Somebody, check


def framed(*packets: bytes) -> bytes:
    return b"".join(len(packet).to_bytes(2) + packet for packet in packets)


class Line:
    """A client's connection with a port in this very thread."""

    def __init__(self) -> None:
        self.loop = Loop()
        self.ports = Ports(self.loop, "127.0.0.1", 0)
        self.peer = Somebody()
        self.ports.by_ufrag[self.peer.ufrag] = self.peer
        self.socket = self.connect()

    def connect(self) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.ports.port))
        client.settimeout(5)
        self.loop.turn(1.0)
        return client

    def say(self, data: bytes) -> None:
        self.socket.sendall(data)
        self.loop.turn(1.0)

    def hear(self) -> bytes:
        size = int.from_bytes(self.socket.recv(2))
        return self.socket.recv(size)

    def close(self) -> None:
        self.socket.close()
        self.ports.close()
        self.loop.close()


@pytest.fixture
def line() -> Iterator[Line]:
    opened = Line()
    yield opened
    opened.close()


def test_a_check_is_answered_on_the_same_connection(line: Line) -> None:
    line.say(framed(check()))
    message = stun.parse(line.hear())
    assert message.is_signed_with(PASSWORD)
    mapped = stun.xor_address(line.socket.getsockname(), message.transaction)
    assert message.attributes[stun.XOR_MAPPED_ADDRESS] == mapped


def test_packets_come_whole_and_control_first(line: Line) -> None:
    line.say(framed(check()))
    data = framed(b"\x80\x60" + bytes(20), b"\x16" + bytes(20), b"\x80\xc8" + bytes(20))
    line.say(data[:5])
    line.say(data[5:])
    assert [kind for kind, _data in line.peer.got] == ["check", "handshake", "control", "media"]


def test_what_is_sent_comes_with_its_length(line: Line) -> None:
    line.say(framed(check()))
    line.hear()
    (route,) = line.peer.routes
    line.ports.send(route, b"one")
    line.ports.send(route, b"three")
    assert (line.hear(), line.hear()) == (b"one", b"three")


def test_a_peer_that_hangs_up_is_somewhere_else_or_nowhere(line: Line) -> None:
    line.say(framed(check()))
    (route,) = line.peer.routes
    line.peer.route = route
    line.socket.close()
    line.loop.turn(1.0)
    assert (line.peer.route, line.peer.routes, line.ports.by_route) == (None, {}, {})


def test_a_stranger_is_hung_up_on_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "STRANGER_SECONDS", 0.01)
    line = Line()
    line.say(b"GET / HTTP/1.1\r\n\r\n")
    line.loop.turn(0.05)
    line.loop.turn(0.05)
    assert line.socket.recv(1) == b""
    line.close()


def test_too_many_strangers_push_out_the_oldest(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "MOST_STRANGERS", 3)
    others = [line.connect() for _ in range(3)]
    assert line.socket.recv(1) == b""
    for other in others:
        other.close()


def test_a_receiver_that_does_not_read_costs_no_more_than_its_share(line: Line) -> None:
    line.say(framed(check()))
    (route,) = line.peer.routes
    for _ in range(20_000):
        line.ports.send(route, bytes(1200))
    assert route.waiting <= tcp.MOST_WAITING + 1202


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=12), st.lists(st.integers(1, 97), min_size=1))
def test_frames_are_found_however_they_are_cut(packets: list[bytes], cuts: list[int]) -> None:
    class Inbox(tcp.Link):
        def __init__(self) -> None:
            self._inbox = bytearray()

    link, got, data = Inbox(), [], framed(*packets)
    while data:
        size = cuts[len(data) % len(cuts)]
        link._inbox += data[:size]
        got += link._packets()
        data = data[size:]
    assert got == packets
