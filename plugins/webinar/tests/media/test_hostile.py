"""Whatever strangers and hostile participants send: others go on, and nothing grows without end."""

from __future__ import annotations

import contextlib
import secrets
import struct

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.webinar.engine import EngineError, Kind, Rights
from plugins.webinar.engine_embedded.uplink import MOST_STREAMS
from plugins.webinar.tests.media.hostile import Hostility
from plugins.webinar.tests.media.memory import MemoryEngine, MemoryPeer, offer_of


@settings(max_examples=5)
@given(st.integers(0, 1 << 30))
def test_honest_peers_go_on_among_hostile_datagrams(seed: int) -> None:
    """The long run of this is ``python -m benchmarks.media_hostile 1000000``."""
    hostility = Hostility(seed)
    hostility.strike(2000)
    assert hostility.seen >= hostility.pictures - 1  # the first tells that Ada is there
    assert hostility.home.engine.load().peers == 4
    hostility.home.close()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), direction=st.sampled_from(["send", "receive"]))
def test_offers_of_noise_are_refused(home: MemoryEngine, data: bytes, direction: str) -> None:
    true = offer_of(home.identity, direction, 9)
    noise = data.decode("latin-1")
    for text in (
        noise,
        "v=0\r\n" + noise,
        true[: len(data)],
        true.replace("96", noise[:5]),
        true.replace("a=", "a=" + noise[:3], 3),
    ):
        with contextlib.suppress(EngineError):  # nothing else is raised
            home.engine.join("noise", "eve", direction, text, Rights())  # type: ignore[arg-type]  # one of the two


def test_a_flood_of_streams_is_not_remembered(home: MemoryEngine) -> None:
    ada = MemoryPeer(home, "ada", "send", 1)
    ada.picture(1)
    (uplink,) = [half for half in home.engine.halves() if half.person == "ada"]
    for ssrc in range(100, 1000):
        ada.rtp(struct.pack("!BBHII", 0x80, 0x80 | 96, 1, 1, ssrc) + b"\x10\x00x")
    assert len(list(uplink.layers())) <= MOST_STREAMS


def test_a_flood_of_addresses_is_not_remembered(home: MemoryEngine) -> None:
    ada = MemoryPeer(home, "ada", "send", 1)
    for port in range(2000, 3000):
        ada.route = ("192.0.2.9", port)
        ada.check()
    assert len(home.ports.by_route) < 40


def test_somebody_elses_keys_open_nothing(home: MemoryEngine) -> None:
    ada, ben = MemoryPeer(home, "ada", "send", 1), MemoryPeer(home, "ben", "receive", 2)
    mallory = MemoryPeer(home, "mallory", "send", 3)
    ada.picture(1)
    home.turn()
    ada.picture(2)
    assert len(ben.got()) == 1
    mallory.route = ada.route
    mallory.picture(3)
    assert ben.got() == []
    ada.picture(4)
    assert len(ben.got()) == 1


def test_a_right_that_is_missing_lets_no_packet_through(home: MemoryEngine) -> None:
    ada, ben = MemoryPeer(home, "ada", "send", 1), MemoryPeer(home, "ben", "receive", 2)
    ada.picture(1)
    home.turn()
    home.engine.set_rights("room", "ada", Rights(frozenset({Kind.MICROPHONE, Kind.SCREEN})))
    for number in range(2, 50):
        ada.picture(number)
    assert ben.got() == []


def test_a_name_of_a_connection_cannot_be_guessed(home: MemoryEngine) -> None:
    ada = MemoryPeer(home, "ada", "receive", 1)
    for guess in ("room/ada/receive/", "room/ada/receive/" + secrets.token_urlsafe(9), "", "room"):
        assert not home.engine.has(guess)
    assert home.engine.has(ada.answer.peer)
