"""A full room: three cameras and a shared screen, browsers at desks and phones, and others who speak the protocols alone."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from benchmarks.media_clients import Client
from benchmarks.media_desks import Invitation, Joined, OwnDesk, describe, read
from benchmarks.media_drain import Drain
from lms.plugin import run_folder
from plugins.webinar.engine import Rights, Wish, WishedVideo
from plugins.webinar.engine_embedded.dtls import Identity
from plugins.webinar.entering import get_self
from tests.browser.test_webinar import come_in, make, see, with_devices
from tests.serving import Installation, wait_until

pytestmark = pytest.mark.browser
__all__ = ["see", "with_devices"]
PHONE = ViewportSize(width=360, height=740)
SENDERS = ("trainer", "trainee11", "trainee12")
WATCHERS = [f"trainee{number}" for number in range(13, 13 + int(os.environ.get("FULL_ROOM_WATCHERS", "2")))]
LISTENERS = 20 - len(SENDERS) - len(WATCHERS)
KEEP_PEERS = """
  window.peers = [];
  const Own = RTCPeerConnection;
  window.RTCPeerConnection = class extends Own { constructor(...all) { super(...all); window.peers.push(this); } };
"""
RECEIVED = """async () => {
  const found = {};
  for (const peer of window.peers.filter((each) => each.connectionState === "connected"))
    for (const report of (await peer.getStats()).values())
      if (report.type === "inbound-rtp" && report.kind === "video" && report.framesDecoded) found[report.id] = report.framesDecoded;
  return found;
}"""


class RoomDesk(OwnDesk):
    """The engine of the installation, for listeners of one meeting who look at one person."""

    def __init__(self, installation: Installation, room: uuid.UUID, shown: str) -> None:
        with installation.app.app_context():
            super().__init__(run_folder())
        self._room, self._shown = str(room), shown

    def join(self, client: Invitation) -> Joined:
        """Receive."""
        answer = self.engine.join(self._room, client.person, "receive", describe(client), Rights())
        return read(answer.sdp, answer.peer)

    def show(self, joined: Joined) -> None:
        """Look."""
        self.engine.set_wish(joined.handle, Wish((WishedVideo(self._shown, 180),)))


@pytest.fixture
def look(see: Callable[..., Page]) -> Callable[..., Page]:
    """As ``see``, with the page's connections kept where the test can ask them."""

    def look_into(key: str, room: str, **options: object) -> Page:
        page = see(key, "/", **options)
        page.context.add_init_script(KEEP_PEERS)
        page.goto(page.url.rstrip("/") + room)
        come_in(page)
        return page

    return look_into


def moving(page: Page) -> int:
    """How many pictures of others the page receives that move."""
    before = page.evaluate(RECEIVED)
    page.wait_for_timeout(700)
    now = page.evaluate(RECEIVED)
    return sum(count > before.get(name, 0) for name, count in now.items())


def test_twenty_people_see_three_cameras_and_a_screen_as_the_presenter_shows_them(
    look: Callable[..., Page], installation: Installation
) -> None:
    room_id = make(installation, "meeting")
    room = f"/webinar/{room_id}/room"
    senders = [look(key, room) for key in SENDERS]
    watchers = [look(key, room, viewport=PHONE) for key in WATCHERS]
    host, second = senders[:2]
    for page in senders:
        page.get_by_role("button", name="Camera", exact=True).click()
    with installation.app.app_context(), installation.world.inside("siena"):
        person = str(get_self(installation.world.actor("trainer"), room_id).id)
    desk = RoomDesk(installation, room_id, person)
    listeners = [Client(desk, Identity(), f"listener-{number}", "receive") for number in range(LISTENERS)]
    for each in listeners:
        desk.show(each.joined)
    try:
        for page in watchers:
            expect(page.locator(".webinar-tile.has-video")).to_have_count(3)
            wait_until(lambda page=page: moving(page) == 3, what="three cameras")  # type: ignore[misc]
        host.get_by_role("button", name="Share the screen").click()
        for page in watchers:
            expect(page.locator("[data-part=screen]")).to_be_visible()
            wait_until(lambda page=page: moving(page) == 4, what="three cameras and the screen")  # type: ignore[misc]
        drain = Drain()
        wait_until(
            lambda: all(drain.empty(each.socket.fileno())[1] > 5 for each in listeners),
            what="pictures for those who speak the protocols alone",
        )
        host.locator("summary", has_text="More").click()
        host.get_by_role("radio", name="Slides only").check()
        host.get_by_role("button", name="Show it so to everybody").click()
        for page in watchers:
            expect(page.locator("[data-part=stage]")).to_have_attribute("data-layout", "slides")
            wait_until(lambda page=page: moving(page) == 1, what="nothing but the screen")  # type: ignore[misc]
        watchers[0].locator("summary", has_text="More").click()
        watchers[0].get_by_role("radio", name="Slides and who speaks").check()
        wait_until(lambda: moving(watchers[0]) == 4, what="what one chose oneself")
        host.get_by_role("tab", name="People").click()
        host.locator("summary", has_text="Lock for everybody").click()
        host.locator("#lock-camera").check()
        expect(watchers[0].locator(".webinar-tile.has-video")).to_have_count(1, timeout=2_000)
        expect(second.get_by_role("button", name="Camera", exact=True)).to_be_hidden()
        wait_until(lambda: moving(watchers[0]) == 2, what="the host's camera and screen alone")
    finally:
        for each in listeners:
            desk.engine.leave(each.joined.handle)
            each.socket.close()
        desk.engine.close()
