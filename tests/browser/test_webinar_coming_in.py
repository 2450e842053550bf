"""Coming into a room with a camera: one that opens slowly, and people who come in the same moment."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, WebSocketRoute, expect

from tests.browser.test_webinar import come_in, frames, make, see, with_devices
from tests.serving import Installation, wait_until

pytestmark = pytest.mark.browser
__all__ = ["see", "with_devices"]
PHONE = ViewportSize(width=360, height=740)
SLOW_CAMERA = """(seconds) => {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.opened = [];
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (wanted.video) await new Promise((done) => setTimeout(done, seconds * 1000));
    const stream = await open(wanted);
    window.opened.push(...stream.getTracks());
    return stream;
  };
}"""


def test_a_camera_that_opens_slowly_comes_along_and_one_that_opens_too_late_is_not_left_on(
    see: Callable[..., Page], installation: Installation
) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, trainee = see("trainer", room), see("trainee7", room, viewport=PHONE)
    come_in(trainee)
    host.evaluate(SLOW_CAMERA, 1.5)
    host.get_by_role("button", name="Camera").click()
    come_in(host)
    wait_until(lambda: frames(trainee) > 5, what="pictures of the host")
    host.reload()
    host.evaluate(SLOW_CAMERA, 8)
    host.get_by_role("button", name="Camera").click()
    come_in(host)
    expect(host.locator("[data-part=people-count]")).to_have_text("2")
    host.wait_for_function("() => window.opened.length === 1 && window.opened[0].readyState === 'ended'")
    expect(host.get_by_role("button", name="Camera", exact=True)).to_have_attribute("aria-pressed", "false")


def test_who_comes_in_together_with_others_keeps_the_camera_that_was_switched_on(
    see: Callable[..., Page], installation: Installation
) -> None:
    """That others come may be told before the state of the room is there, of which nobody may conclude that one leads nothing."""
    room = f"/webinar/{make(installation)}/room"
    host, trainee = see("trainer", room), see("trainee7", room, viewport=PHONE)
    held: list[tuple[WebSocketRoute, str | bytes]] = []
    told: list[str] = []

    def hold(page: WebSocketRoute) -> None:
        def pass_on(message: str | bytes) -> None:
            if '"snapshot"' in str(message) and not told:
                held.append((page, message))
                return
            if '"joined"' in str(message):
                told.append(str(message))
            page.send(message)

        page.connect_to_server().on_message(pass_on)

    host.route_web_socket(re.compile("socket.io"), hold)
    host.reload()
    host.get_by_role("button", name="Camera").click()
    come_in(host)
    wait_until(lambda: host.evaluate("true") and held, what="the state of the room")
    come_in(trainee)
    wait_until(lambda: host.evaluate("true") and told, what="word of somebody who comes")
    for page, message in held:
        page.send(message)
    wait_until(lambda: frames(trainee) > 5, what="pictures of the host")
    expect(host.get_by_role("button", name="Camera", exact=True)).to_have_attribute("aria-pressed", "true")
