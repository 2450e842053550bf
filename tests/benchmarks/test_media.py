"""What the benchmarks of media are measured with: a client that counts wrongly would flatter or slander a server."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from benchmarks.media_clients import UDP_GRO
from benchmarks.media_desks import Invitation, describe, read
from benchmarks.media_drain import MESSAGES, Drain
from benchmarks.media_janus import answering
from benchmarks.media_network import between

SOUND, PICTURE, REPORT, CHECK = b"\x80\x6f", b"\x80\xe0", b"\x80\xc8", b"\x00\x01"
UDP_SEGMENT = 103
PATIENCE = 5.0


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    receiver, sender = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    receiver.bind(("127.0.0.1", 0))
    sender.connect(receiver.getsockname())
    with receiver, sender:
        yield sender, receiver


def test_every_packet_in_a_queue_is_counted_once(pair: tuple[socket.socket, socket.socket]) -> None:
    sender, receiver = pair
    for _ in range(MESSAGES + 6):
        sender.send(SOUND + bytes(60))
    for _ in range(3):
        sender.send(PICTURE + bytes(900))
    drain = Drain()
    assert drain.empty(receiver.fileno()) == (MESSAGES + 6, 3)
    assert drain.empty(receiver.fileno()) == (0, 0)


def test_reports_and_checks_are_no_media(pair: tuple[socket.socket, socket.socket]) -> None:
    sender, receiver = pair
    for start in (REPORT, CHECK, SOUND):
        sender.send(start + bytes(60))
    assert Drain().empty(receiver.fileno()) == (1, 0)


def test_packets_that_the_kernel_keeps_together_count_singly(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    sender, receiver = pair
    with contextlib.suppress(OSError):  # without it they come singly
        receiver.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
    together = [(socket.IPPROTO_UDP, UDP_SEGMENT, (500).to_bytes(2, "little"))]
    sender.sendmsg([(PICTURE + bytes(498)) * 3 + PICTURE + bytes(198)], together)
    assert Drain().empty(receiver.fileno()) == (0, 4)


@pytest.mark.parametrize(("loss", "fewest", "most"), [(0.0, 200, 200), (0.5, 60, 140), (1.0, 0, 0)])
def test_a_bad_network_loses_its_share_of_what_comes_down_and_nothing_of_what_goes_up(
    loss: float, fewest: int, most: int
) -> None:
    server, client = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    server.bind(("127.0.0.1", 0))
    server.settimeout(PATIENCE)
    with server, client, between(server.getsockname(), loss, 0.001, 1) as port:
        client.connect(("127.0.0.1", port))
        client.settimeout(PATIENCE)
        for number in range(200):
            client.send(number.to_bytes(2, "big"))
            data, address = server.recvfrom(100)
            assert int.from_bytes(data, "big") == number
            server.sendto(data, address)
        client.send(b"end")
        assert server.recvfrom(100)[0] == b"end"
        came = 0
        for _ in range(100):  # some of these come through, unless all is lost
            server.sendto(b"end", address)
        client.settimeout(PATIENCE if loss < 1 else 0.2)
        with contextlib.suppress(TimeoutError):
            while client.recv(100) != b"end":
                came += 1
    assert fewest <= came <= most


def test_an_answer_has_the_names_of_the_offer() -> None:
    client = Invitation("ada", "receive", "127.0.0.1", 5000, "abcd", "secret", "AA:BB")
    offer = describe(client).replace("a=mid:0", "a=mid:a").replace("a=mid:1", "a=mid:v")
    answer = answering(describe(client), offer)
    assert "a=group:BUNDLE a v" in answer
    assert [line for line in answer.splitlines() if line.startswith("a=mid")] == ["a=mid:a", "a=mid:v"]


def test_a_description_leads_to_its_first_udp_candidate() -> None:
    client = Invitation("ada", "send", "127.0.0.1", 5000, "abcd", "secret", "AA:BB")
    found = read(describe(client), "name")
    assert (found.address, found.ufrag, found.password) == (("127.0.0.1", 5000), "abcd", "secret")


def test_a_description_without_candidates_leads_nowhere() -> None:
    with pytest.raises(RuntimeError, match="no candidate"):
        read("v=0\r\na=ice-ufrag:abcd\r\n")
