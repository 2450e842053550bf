"""The one port: whose a datagram is (RFC 7983, RFC 8445 section 7.3), and that strangers get no answer."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from plugins.webinar.engine_embedded import stun
from plugins.webinar.engine_embedded.loop import Loop
from plugins.webinar.engine_embedded.ports import Ports, Route, _udp_socket

PASSWORD = b"p" * 24


@dataclass(eq=False)
class Somebody:
    """A peer that remembers what it is given."""

    ufrag: str = "engine"
    password: bytes = PASSWORD
    remote_ufrag: str = "browser"
    route: Route | None = None
    routes: dict[Route, None] = field(default_factory=dict)
    got: list[tuple[str, bytes | bool]] = field(default_factory=list)

    def on_check(self, route: Route, *, is_chosen: bool) -> None:
        self.got.append(("check", is_chosen))

    def on_handshake(self, datagram: bytes, route: Route) -> None:
        self.got.append(("handshake", datagram))

    def on_media(self, datagram: bytes) -> None:
        self.got.append(("media", datagram))

    def on_control(self, datagram: bytes) -> None:
        self.got.append(("control", datagram))

    def is_sound(self, datagram: bytes) -> bool:
        return datagram[1] & 0x7F == 111

    def on_stale(self, datagram: bytes) -> None:
        self.got.append(("stale", datagram))


class Wire:
    """A client's socket towards a port in this very thread."""

    def __init__(self) -> None:
        self.loop = Loop()
        self.ports = Ports(self.loop, "127.0.0.1", 0)
        self.peer = Somebody()
        self.ports.by_ufrag[self.peer.ufrag] = self.peer
        self.socket = self._client()

    def _client(self) -> socket.socket:
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.connect(("127.0.0.1", self.ports.port))
        client.settimeout(0.05)
        return client

    def move(self) -> None:
        """The client has another address from now on."""
        self.socket.close()
        self.socket = self._client()

    def say(self, *datagrams: bytes) -> bytes | None:
        """Send; returns the answer to the last, None if there is none."""
        for datagram in datagrams:
            self.socket.send(datagram)
        self.loop.turn(1.0)
        try:
            return self.socket.recv(2048)
        except TimeoutError:
            return None

    def close(self) -> None:
        self.socket.close()
        self.ports.close()
        self.loop.close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    opened = Wire()
    yield opened
    opened.close()


def check(
    username: str = "engine:browser",
    password: bytes | None = PASSWORD,
    role: int = stun.ICE_CONTROLLING,
    *,
    is_chosen: bool = True,
) -> bytes:
    attributes = [(stun.USERNAME, username.encode()), (role, bytes(8)), (stun.PRIORITY, bytes(4))]
    if is_chosen:
        attributes.append((stun.USE_CANDIDATE, b""))
    return stun.build(stun.BINDING_REQUEST, secrets.token_bytes(12), attributes, password)


def test_a_signed_check_is_answered_with_the_address_it_came_from(wire: Wire) -> None:
    answer = wire.say(check())
    assert answer is not None
    message = stun.parse(answer)
    assert message.kind == stun.BINDING_SUCCESS
    assert message.is_signed_with(PASSWORD)
    mapped = stun.xor_address(wire.socket.getsockname(), message.transaction)
    assert message.attributes[stun.XOR_MAPPED_ADDRESS] == mapped
    assert wire.peer.got == [("check", True)]


@pytest.mark.parametrize(
    "request_",
    [
        check("stranger:browser"),
        check("engine:stranger"),
        check(password=b"guessed" * 4),
        check(password=None),
        b"\x00\x01\x00\x00" + bytes(16),
        check()[:-1],
    ],
    ids=["another name", "another sender", "a guess", "no password", "nothing in it", "cut short"],
)
def test_strangers_are_not_answered(wire: Wire, request_: bytes) -> None:
    assert wire.say(request_) is None
    assert wire.peer.got == []
    assert wire.ports.by_route == {}


def test_who_wants_to_be_controlled_is_told_so(wire: Wire) -> None:
    """RFC 8445, section 7.3.1.1: a lite agent is the controlled one."""
    answer = wire.say(check(role=stun.ICE_CONTROLLED))
    assert answer is not None
    assert stun.parse(answer).attributes[stun.ERROR_CODE][2:4] == bytes([4, 87])
    assert wire.peer.got == []


def test_datagrams_are_told_apart_by_their_first_bytes(wire: Wire) -> None:
    wire.say(
        check(),
        b"\x16" + bytes(20),
        b"\x80\x60" + bytes(20),
        b"\x80\xc8" + bytes(20),
        b"\x50hello",
        b"\x80\x60",
    )
    assert [kind for kind, _data in wire.peer.got] == ["check", "handshake", "control", "media"]


def test_control_comes_before_media_that_came_earlier(wire: Wire) -> None:
    wire.say(check())
    wire.peer.got.clear()
    wire.say(*[b"\x80\x60" + bytes(20)] * 5, check())
    assert wire.peer.got[0][0] == "check"


def test_media_from_an_address_without_a_check_is_dropped(wire: Wire) -> None:
    wire.say(check())
    wire.move()
    wire.say(b"\x80\x60" + bytes(20), b"\x16" + bytes(20))
    assert [kind for kind, _data in wire.peer.got] == ["check"]
    wire.say(check())
    wire.say(b"\x80\x60" + bytes(20))
    assert [kind for kind, _data in wire.peer.got] == ["check", "check", "media"]


def test_what_comes_for_a_peer_that_left_is_a_strangers(wire: Wire) -> None:
    wire.say(check())
    wire.ports.forget(wire.peer)
    assert wire.say(check()) is None
    wire.say(b"\x80\x60" + bytes(20))
    assert wire.peer.got == [("check", True)]


def test_any_port_is_one_that_is_free_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def open_udp(family: int, host: str, port: int) -> socket.socket:
        asked.append(port)
        return _udp_socket(family, host, held.getsockname()[1] if len(asked) == 1 else port)

    with socket.create_server(("127.0.0.1", 0)) as held:
        monkeypatch.setattr("plugins.webinar.engine_embedded.ports._udp_socket", open_udp)
        loop = Loop()
        opened = Ports(loop, "127.0.0.1", 0)

        assert opened.port != held.getsockname()[1]
        assert asked == [0, 0]

        opened.close()
        with pytest.raises(OSError, match="in use"):
            Ports(loop, "127.0.0.1", held.getsockname()[1])
        loop.close()
