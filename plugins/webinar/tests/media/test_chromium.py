"""Real browsers in a room: what one shows and says, the others see and hear."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from plugins.webinar.engine import Kind, Rights
from plugins.webinar.remote import RemoteEngine
from plugins.webinar.tests.media.engines import EngineProcess
from plugins.webinar.tests.media.pages import MediaPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("engine_process", [(1, 0), (2, 0)], ids=["one", "spread"], indirect=True),
]

Enter = Callable[[str], MediaPage]


@pytest.fixture
def enter(
    chromium_with_devices: Browser, engine: RemoteEngine, engine_process: EngineProcess
) -> Iterator[Enter]:
    opened: list[MediaPage] = []

    def enter_as(person: str) -> MediaPage:
        opened.append(MediaPage(chromium_with_devices, engine, engine_process, person))
        return opened[-1]

    yield enter_as
    for page in opened:
        page.close()
        assert page.problems == []


def listen_to(page: MediaPage, *persons: str) -> None:
    wish = {
        "videos": [{"person": each, "height": 360} for each in persons],
        "speakers": 0,
        "screen": True,
        "sound": True,
    }
    page.page.evaluate(
        "async (wish) => { link.wish(wish); await link.listen({ audio: 2, video: 2, screen: 1 }); }", wish
    )
    page.wait_until("link.state === 'connected'")


def test_what_one_browser_sends_another_plays(enter: Enter) -> None:
    ada, ben = enter("ada"), enter("ben")
    listen_to(ben, "ada")
    ada.page.evaluate("startSending(['microphone', 'camera'])")
    ben.wait_until("seen.slots.length === 2")
    assert ben.wait_for_stat("receive", "video", "framesDecoded", 20) > 20
    assert ben.wait_for_stat("receive", "audio", "totalAudioEnergy", 0.0001) > 0
    assert ben.stat("receive", "video", "frameHeight") > 0
    ben.wait_until("seen.speaking.includes('ada')")


def test_who_loses_the_right_is_not_heard_or_seen_though_the_browser_goes_on_sending(
    enter: Enter, engine: RemoteEngine
) -> None:
    ada, ben = enter("ada"), enter("ben")
    listen_to(ben, "ada")
    ada.page.evaluate("startSending(['microphone', 'camera'])")
    ben.wait_for_stat("receive", "video", "framesDecoded", 10)
    engine.set_rights("room", "ada", Rights(frozenset({Kind.CAMERA})))
    took = ben.wait_until("seen.slots.length === 1 && seen.slots[0].kind === 'camera'")
    assert took < 2.0
    sent = ada.wait_for_stat("send", "audio", "packetsSent", ada.stat("send", "audio", "packetsSent") + 10)
    heard = ben.stat("receive", "audio", "packetsReceived")  # what was under way has arrived
    ada.wait_for_stat("send", "audio", "packetsSent", sent + 20)
    assert ben.stat("receive", "audio", "packetsReceived") == heard


def test_a_slot_goes_on_when_somebody_else_is_shown_in_it(enter: Enter) -> None:
    ada, cleo, ben = enter("ada"), enter("cleo"), enter("ben")
    ada.page.evaluate("startSending(['camera'])")
    cleo.page.evaluate("startSending(['camera'])")
    listen_to(ben, "ada")
    decoded = ben.wait_for_stat("receive", "video", "framesDecoded", 10)
    for person in ("cleo", "ada", "cleo"):
        ben.page.evaluate(
            "person => link.wish({ videos: [{ person, height: 180 }], speakers: 0, screen: true, sound: true })",
            person,
        )
        ben.wait_until(f"seen.slots.length === 1 && seen.slots[0].person === '{person}'")
        decoded = ben.wait_for_stat("receive", "video", "framesDecoded", decoded + 15)


def look_at(page: MediaPage, height: int) -> None:
    """Show Ada's picture so tall, and wait until it comes in that size."""
    page.page.evaluate(
        "height => link.wish({ videos: [{ person: 'ada', height }], speakers: 0, screen: true, sound: true })",
        height,
    )
    page.wait_until(
        f"""(async () => (await link.stats('receive')).some((each) => each.type === 'inbound-rtp'
        && each.kind === 'video' && each.frameHeight === {height}))()"""
    )


def test_a_picture_that_grows_and_shrinks_never_stands_still(enter: Enter) -> None:
    ada, ben = enter("ada"), enter("ben")
    listen_to(ben, "ada")
    ada.page.evaluate("startSending(['camera'], 720)")
    decoded = ben.wait_for_stat("receive", "video", "framesDecoded", 10)
    for height in (180, 720, 360, 720, 180, 720):
        look_at(ben, height)
        decoded = ben.wait_for_stat("receive", "video", "framesDecoded", decoded + 15)
    assert ben.stat("receive", "video", "pliCount") == 0, "the browser had to ask for help"


def test_a_size_that_nobody_sees_is_not_sent_until_somebody_does(enter: Enter) -> None:
    ada, ben = enter("ada"), enter("ben")
    listen_to(ben, "ada")
    ada.page.evaluate("startSending(['camera'], 720)")
    largest = "(await link.stats('send')).find((each) => each.type === 'outbound-rtp' && each.rid === 'h')"
    ada.wait_until(f"(async () => ({largest})?.framesEncoded > 10)()")
    look_at(ben, 180)
    ada.wait_until(f"(async () => !({largest}).targetBitrate)()")
    look_at(ben, 720)
    ada.wait_until(f"(async () => ({largest}).targetBitrate > 0)()")


def test_a_browser_learns_from_what_the_engine_tells_how_much_it_may_send(enter: Enter) -> None:
    ada, ben = enter("ada"), enter("ben")
    listen_to(ben, "ada")
    answered: list[str] = []

    def read(sdp: str) -> str:
        answered.append(sdp)
        return sdp

    ada.way = read
    ada.page.evaluate("startSending(['camera'])")
    ben.wait_for_stat("receive", "video", "framesDecoded", 10)
    assert answered[0].count("transport-wide-cc-extensions-01") == 4  # each section that is sent
    ada.wait_until(
        """(async () => (await link.stats('send')).some((each) => each.type === 'candidate-pair'
        && each.availableOutgoingBitrate > 1_000_000))()"""
    )
