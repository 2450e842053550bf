"""Real browsers in a room: what one shows and says, the others see and hear."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from plugins.webinar.engine import Kind, Rights
from plugins.webinar.remote import RemoteEngine
from plugins.webinar.tests.media.engines import EngineProcess
from plugins.webinar.tests.media.pages import MediaPage

pytestmark = pytest.mark.browser

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
