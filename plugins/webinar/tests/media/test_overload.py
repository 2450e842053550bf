"""More than the engine can do: sound goes before pictures, nobody is thrown out, and people are let in one after the other."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any, cast

import pytest
from playwright.sync_api import Browser

from plugins.webinar.engine import EngineError, Kind, Rights
from plugins.webinar.engine_embedded import admission, embedded, ports, rtcp, rtp
from plugins.webinar.engine_embedded.admission import Admission
from plugins.webinar.engine_embedded.ports import STALE, Ports
from plugins.webinar.engine_embedded.room import PAIR_HELD
from plugins.webinar.remote import RemoteEngine
from plugins.webinar.tests.media.engines import EngineProcess
from plugins.webinar.tests.media.memory import EVERYTHING, MemoryEngine, MemoryPeer, offer_of
from plugins.webinar.tests.media.pages import MediaPage
from plugins.webinar.tests.media.peers import AiortcPeer, together
from plugins.webinar.tests.media.test_chromium import listen_to

SOUND, PICTURE = b"\x80\x6f" + bytes(12), b"\x80\x60" + bytes(12)
KEY = b"\x10\x00key"


class Clock:
    """Time that only goes by when somebody works."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in (ports, admission, "plugins.webinar.engine_embedded.loop"):
        name = module if isinstance(module, str) else module.__name__
        monkeypatch.setattr(f"{name}.now", made)
    return made


class Busy:
    """A peer whose pictures cost the engine so many seconds each."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock, self.seconds = clock, seconds
        self.got: list[bytes] = []
        self.stale = 0
        self.on_picture: Callable[[], None] = lambda: None

    def is_sound(self, datagram: bytes) -> bool:
        return datagram[1] == 111

    def on_media(self, datagram: bytes) -> None:
        self.got.append(datagram[:2])
        if not self.is_sound(datagram):
            self.clock.at += self.seconds
            self.on_picture()

    def on_stale(self, _datagram: bytes) -> None:
        self.stale += 1

    def on_control(self, datagram: bytes) -> None:
        self.got.append(datagram[:2])


@pytest.fixture
def door(clock: Clock) -> Iterator[tuple[Ports, Any, socket.socket]]:
    loop = ports.Loop()
    opened = Ports(loop, "127.0.0.1", 0)
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.bind(("127.0.0.1", 0))
    client.connect(("127.0.0.1", opened.port))
    busy = Busy(clock, 0.03)
    opened.by_route[client.getsockname()] = cast("Any", busy)
    yield opened, busy, client
    client.close()
    opened.close()
    loop.close()


Door = tuple[Ports, Any, socket.socket]


def turns(opened: Ports, count: int) -> None:
    for _ in range(count):
        opened._loop.turn(0)


def test_sound_and_reports_are_worked_off_before_pictures_that_came_earlier(door: Door) -> None:
    opened, busy, client = door
    report = b"\x80\xc9" + bytes(12)
    for datagram in (PICTURE, PICTURE, SOUND, report):
        client.send(datagram)
    turns(opened, 4)
    assert busy.got == [report[:2], SOUND[:2], PICTURE[:2], PICTURE[:2]]


def test_sound_that_comes_while_pictures_wait_goes_before_them(door: Door) -> None:
    opened, busy, client = door
    busy.on_picture = lambda: client.send(SOUND) and None
    for _ in range(5):
        client.send(PICTURE)
    turns(opened, 12)
    assert busy.got == [PICTURE[:2], SOUND[:2]] * 5


def test_pictures_that_waited_too_long_are_dropped_and_sound_never(door: Door) -> None:
    opened, busy, client = door
    busy.on_picture = lambda: client.send(SOUND) and None
    for _ in range(40):
        client.send(PICTURE)
    turns(opened, 60)
    shown = busy.got.count(PICTURE[:2])
    assert 1 < shown <= STALE / busy.seconds + 1
    assert (busy.got.count(SOUND[:2]), busy.stale) == (shown, 40 - shown)


# --- what receivers see of it ------------------------------------------------------------------------


def test_after_a_dropped_picture_receivers_miss_no_number_and_begin_with_a_key_frame(
    home: MemoryEngine,
) -> None:
    ada, ben = MemoryPeer(home, "ada", "send", 1), MemoryPeer(home, "ben", "receive", 2)
    ada.picture(1)
    home.turn()
    ada.picture(2)
    (uplink,) = [half for half in home.engine.halves() if half.person == "ada"]
    uplink.connection.on_stale(PICTURE[:8] + struct.pack("!I", 4))  # Ada's picture is stream 4
    for number in (5, 6):
        ada.picture(number, b"\x10\x01delta")
    ada.picture(7)
    before, after = ben.got()
    numbers = [struct.unpack_from("!H", packet, 2)[0] for packet in (before, after)]
    assert after.endswith(KEY)
    assert numbers[1] == (numbers[0] + 1) & 0xFFFF
    home.pass_time(0.1)
    asked = ada.told()
    assert any(rtcp.key_frame_wanted_by(part) == [4] for part in asked)
    assert all(part.count != rtcp.NACK for part in asked if part.kind == rtcp.TRANSPORT_FEEDBACK)


def test_while_pictures_are_late_nothing_is_repeated(home: MemoryEngine) -> None:
    ada, ben = MemoryPeer(home, "ada", "send", 1), MemoryPeer(home, "ben", "receive", 2)
    ada.picture(1)
    home.turn()
    ada.picture(2)
    (packet,) = ben.got()
    number, ssrc = struct.unpack_from("!H", packet, 2)[0], struct.unpack_from("!I", packet, 8)[0]
    home.ports.is_late = True
    ben.rtcp(rtcp.nack(1, ssrc, [number]))
    assert ben.got() == []
    home.ports.is_late = False
    ben.rtcp(rtcp.nack(1, ssrc, [number]))
    assert len(ben.got()) == 1


def test_a_busy_engine_sends_two_packets_of_sound_together_and_keeps_none_for_long(
    home: MemoryEngine,
) -> None:
    ada, ben = MemoryPeer(home, "ada", "send", 1), MemoryPeer(home, "ben", "receive", 2)
    ada.sound(1)
    home.turn()
    ada.sound(2)
    assert heard(ben) == [b"sound"]
    home.ports.is_busy = True
    ada.sound(3, b"three")
    assert heard(ben) == []
    ada.sound(4, b"four")
    assert heard(ben) == [b"three", b"four"]
    ada.sound(5, b"five")
    home.pass_time(PAIR_HELD * 2)
    assert heard(ben) == [b"five"]


def heard(peer: MemoryPeer) -> list[bytes]:
    packets = [rtp.parse(packet) for packet in peer.got()]
    return [rtp.without_padding(packet) for packet in packets if packet is not None]


@pytest.mark.browser
def test_a_browser_plays_the_sound_of_a_busy_engine(
    chromium_with_devices: Browser, engine: RemoteEngine, engine_process: EngineProcess
) -> None:
    engine_process.kill()
    engine_process.is_busy = True
    engine_process.start()
    with ExitStack() as stack:
        ada, ben = (
            stack.enter_context(closing(MediaPage(chromium_with_devices, engine, engine_process, person)))
            for person in ("ada", "ben")
        )
        listen_to(ben, "ada")
        ada.page.evaluate("startSending(['microphone'])")
        ben.wait_for_stat("receive", "audio", "packetsReceived", 200)
        energy = ben.stat("receive", "audio", "totalAudioEnergy")
        assert ben.wait_for_stat("receive", "audio", "totalAudioEnergy", energy + 0.0001) > energy
        concealed, played = (
            ben.stat("receive", "audio", name) for name in ("concealedSamples", "totalSamplesReceived")
        )
        assert concealed < 0.2 * played  # half of the packets wait for the other half
        assert ada.problems == ben.problems == []


# --- who is let in -----------------------------------------------------------------------------------


def test_a_full_engine_refuses_who_is_new_and_lets_in_who_leads_or_comes_back(
    home: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    MemoryPeer(home, "ada", "send", 1)
    monkeypatch.setattr(embedded, "MOST_PEERS", 1)

    def join(person: str, rights: Rights, number: int) -> None:
        home.engine.join("room", person, "send", offer_of(home.identity, "send", number), rights)

    for rights in (Rights(), Rights(frozenset({Kind.MICROPHONE, Kind.CAMERA})), EVERYTHING):
        with pytest.raises(EngineError) as refusal:
            join("ben", rights, 2)
        assert refusal.value.code == "full"
    join("ada", Rights(), 1)
    join("moderator", Rights(leads=True), 3)
    monkeypatch.setattr(embedded, "KEPT_FREE", 0)
    with pytest.raises(EngineError):
        join("another", Rights(leads=True), 4)


def test_a_crowd_is_let_in_one_after_the_other_and_who_leads_first(clock: Clock) -> None:
    loop = ports.Loop()
    queue, entered = Admission(loop), list[tuple[float, str]]()

    def enter(name: str, *, leads: bool = False) -> bool:
        return queue.enter(lambda: entered.append((clock.at, name)), leads=leads)

    assert all(enter(f"guest {number}") for number in range(100))
    assert enter("trainer", leads=True)
    at_once = len(entered)
    assert 1 <= at_once <= 10
    while len(entered) < 101:
        clock.at += 0.01
        loop.turn(0)
    assert entered[at_once][1] == "trainer"
    assert [name for _at, name in entered if name != "trainer"] == [
        f"guest {number}" for number in range(100)
    ]
    for second in (1000.0, 1001.0):
        assert sum(1 for at, _name in entered if second <= at < second + 1) <= 1 / admission.PAUSE + at_once
    loop.close()


def test_who_would_wait_too_long_is_asked_to_come_again_but_not_who_leads(clock: Clock) -> None:
    loop = ports.Loop()
    queue = Admission(loop)
    came = [queue.enter(lambda: None, leads=False) for _ in range(300)]
    assert came.index(False) > 100
    assert not any(came[came.index(False) :])
    assert queue.enter(lambda: None, leads=True)
    loop.close()


def test_fifty_who_come_at_once_all_get_in(engine: RemoteEngine) -> None:
    async def work() -> int:
        first = await AiortcPeer(engine, "room", "first").send(video=False)
        await first.pc.setLocalDescription(await first.pc.createOffer())
        offer = first.pc.localDescription.sdp
        answers = await asyncio.gather(
            *(
                asyncio.to_thread(engine.join, "room", f"guest {number}", "send", offer, Rights())
                for number in range(50)
            )
        )
        peers = (await asyncio.to_thread(engine.load)).peers
        await first.close()
        assert len({answer.peer for answer in answers}) == 50
        return peers

    assert together(work()) == 51
