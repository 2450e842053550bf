"""Whatever is cut, restarted or killed: everybody is back without pressing anything."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from plugins.webinar.engines import number_of
from plugins.webinar.remote import RemoteEngine
from plugins.webinar.tests.media.engines import EngineProcess
from plugins.webinar.tests.media.pages import MediaPage
from plugins.webinar.tests.media.relay import Relay
from plugins.webinar.tests.media.test_chromium import listen_to

pytestmark = pytest.mark.browser

BACK_SECONDS = 5.0
Enter = Callable[..., MediaPage]


@pytest.fixture
def enter(
    chromium_with_devices: Browser, engine: RemoteEngine, engine_process: EngineProcess
) -> Iterator[Enter]:
    opened: list[MediaPage] = []

    def enter_as(person: str, way: Callable[[str], str] = lambda sdp: sdp) -> MediaPage:
        page = MediaPage(chromium_with_devices, engine, engine_process, person)
        page.way = way
        opened.append(page)
        return page

    yield enter_as
    for page in opened:
        page.close()
        assert page.problems == []


@pytest.fixture
def relay(engine_process: EngineProcess) -> Iterator[Relay]:
    between = Relay(engine_process.port)
    yield between
    between.close()


def without_udp(sdp: str) -> str:
    """What a browser sees whose network blocks UDP: candidates that never answer."""
    return "\r\n".join(
        line for line in sdp.split("\r\n") if not (line.startswith("a=candidate") and " udp " in line)
    )


def decoding(ada: MediaPage, ben: MediaPage) -> float:
    """Wait until Ben sees Ada; returns his count of frames."""
    listen_to(ben, "ada")
    ada.page.evaluate("startSending(['microphone', 'camera'])")
    return ben.wait_for_stat("receive", "video", "framesDecoded", 10)


def test_where_udp_is_blocked_tcp_carries_sound_and_pictures(enter: Enter) -> None:
    ada, ben = enter("ada", without_udp), enter("ben", without_udp)
    begun = time.monotonic()
    listen_to(ben, "ada")
    assert time.monotonic() - begun < BACK_SECONDS
    ada.page.evaluate("startSending(['microphone', 'camera'])")
    assert ben.wait_for_stat("receive", "video", "framesDecoded", 20) > 20
    assert ben.wait_for_stat("receive", "audio", "totalAudioEnergy", 0.0001) > 0
    protocol = ben.page.evaluate("""async () => { const all = await link.stats('receive');
        const pair = all.find((each) => each.type === 'candidate-pair' && each.nominated);
        return all.find((each) => each.id === pair.localCandidateId).protocol; }""")
    assert protocol == "tcp"


def test_a_network_that_is_cut_and_comes_back_changed_is_used_again(enter: Enter, relay: Relay) -> None:
    ada, ben = enter("ada"), enter("ben", relay.through)
    decoding(ada, ben)
    relay.is_cut, ben.is_online = True, False
    ben.wait_until("link.state === 'reconnecting'")
    relay.move()
    relay.is_cut, ben.is_online = False, True
    begun = time.monotonic()
    decoded = ben.stat("receive", "video", "framesDecoded")
    ben.page.evaluate("link.resume()")
    ben.wait_for_stat("receive", "video", "framesDecoded", decoded + 5)
    assert time.monotonic() - begun < BACK_SECONDS
    ben.wait_until("link.state === 'connected'")


def test_new_credentials_change_nothing_else(enter: Enter) -> None:
    ada, ben = enter("ada"), enter("ben")
    decoding(ada, ben)
    offers = ben.asked.count("media.offer")
    for _ in range(3):
        lost = ben.stat("receive", "video", "packetsLost")
        decoded = ben.stat("receive", "video", "framesDecoded")
        ben.page.evaluate("link.restartAll()")
        ben.wait_until("link.state === 'connected'")
        ben.wait_for_stat("receive", "video", "framesDecoded", decoded + 20)
        assert ben.stat("receive", "video", "packetsLost") == lost
    assert ben.asked.count("media.restart") == 3
    assert ben.asked.count("media.offer") == offers


@pytest.mark.fault
def test_an_engine_that_is_killed_is_joined_again_by_everybody(
    enter: Enter, engine_process: EngineProcess
) -> None:
    ada, ben = enter("ada"), enter("ben")
    decoding(ada, ben)
    engine_process.kill()
    engine_process.start()
    begun = time.monotonic()
    ben.wait_until("link.state !== 'connected'")
    for page in (ada, ben):
        page.wait_until("link.state === 'connected'")
    seen = 0.0
    while seen < 5:
        for page in (ada, ben):
            page.hand_on()
        seen = ben.stat("receive", "video", "framesDecoded")
        assert time.monotonic() - begun < BACK_SECONDS
        ben.page.wait_for_timeout(50)


@pytest.mark.fault
@pytest.mark.parametrize("engine_process", [(2, 0)], ids=["spread"], indirect=True)
@pytest.mark.parametrize("is_home", [True, False], ids=["the one with the room", "the other one"])
def test_when_one_of_two_engines_is_killed_only_its_own_people_connect_again(
    enter: Enter, engine_process: EngineProcess, *, is_home: bool
) -> None:
    ada, ben = enter("ada"), enter("ben")
    decoding(ada, ben)
    lost, other = (ada, ben) if is_home else (ben, ada)
    places = {page.person: number_of(next(iter(page.peers.values()))) for page in (ada, ben)}
    assert set(places.values()) == {0, 1}
    engine_process.kill_one(places[lost.person] or 0)
    begun = time.monotonic()
    lost.wait_until("link.state !== 'connected'")
    lost.wait_until("link.state === 'connected'")
    decoded = ben.stat("receive", "video", "framesDecoded")
    ben.wait_for_stat("receive", "video", "framesDecoded", decoded + 5)
    assert time.monotonic() - begun < BACK_SECONDS
    assert [page.asked.count("media.offer") for page in (lost, other)] == [2, 1]


def test_a_web_process_that_is_replaced_ends_no_call(
    enter: Enter, engine: RemoteEngine, engine_process: EngineProcess
) -> None:
    ada, ben = enter("ada"), enter("ben")
    decoded = decoding(ada, ben)
    engine.close()
    decoded = ben.wait_for_stat("receive", "video", "framesDecoded", decoded + 20)
    with engine_process.remote() as another:
        for page in (ada, ben):
            page.engine = another
            page.page.evaluate("link.resume()")
        ben.wait_for_stat("receive", "video", "framesDecoded", decoded + 20)
        assert ben.asked.count("media.bind") == 1
        assert ben.asked.count("media.offer") == 1
        assert "media.restart" not in ben.asked
        for page in (ada, ben):
            page.page.evaluate("link.close()")


def test_lost_packets_are_asked_for_on_both_sides(
    enter: Enter, relay: Relay, engine_process: EngineProcess
) -> None:
    """One in twenty is lost on the way up and on the way down; the picture goes on."""
    up = Relay(engine_process.port)
    ada, ben = enter("ada", up.through), enter("ben", relay.through)
    decoding(ada, ben)
    chance = random.Random(20)
    for each in (up, relay):
        each.loses = lambda datagram: 128 <= datagram[0] <= 191 and chance.random() < 0.05
    started = ben.stat("receive", "video", "keyFramesDecoded")
    decoded = ben.stat("receive", "video", "framesDecoded")
    ben.wait_for_stat("receive", "video", "framesDecoded", decoded + 120)
    afresh = ben.stat("receive", "video", "keyFramesDecoded") - started
    assert afresh < 12, "the picture was started afresh instead of repaired"
    assert ben.stat("receive", "video", "retransmittedPacketsReceived") > 0
    assert ada.stat("send", "video", "retransmittedPacketsSent") > 0
    for each in (up, relay):
        each.loses = lambda datagram: False
    up.close()


def test_a_small_picture_is_received_small_and_a_large_one_large(enter: Enter) -> None:
    ada, ben = enter("ada"), enter("ben")
    decoding(ada, ben)
    for height, least, most in ((90, 1, 90), (360, 180, 360)):
        ben.page.evaluate(
            "height => link.wish({ videos: [{ person: 'ada', height }], speakers: 0, screen: true, sound: true })",
            height,
        )
        ben.wait_until(
            f"""(async () => (await link.stats('receive')).some((each) => each.type === 'inbound-rtp'
            && each.kind === 'video' && each.frameHeight >= {least} && each.frameHeight <= {most}))()"""
        )
