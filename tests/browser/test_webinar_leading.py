"""Those who lead put people out, for now or for good, and switch all cameras off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Meet
from tests.browser.test_webinar import come_in, frames, is_sound, make, see, with_devices
from tests.serving import Installation, wait_until

__all__ = ["see", "with_devices"]
pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)


def put_out(host: Page, name: str) -> None:
    """Ask to put somebody out."""
    host.get_by_role("tab", name="People").click()
    host.locator("summary", has_text=f"What to do with {name}").press("Enter")
    host.get_by_role("button", name="Put out of the room …").press("Enter")


def test_who_is_put_out_may_come_back_and_who_is_banned_only_after_an_undo(
    meet: Meet, installation: Installation
) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, page = meet("trainer").visit(room), meet("trainee19", viewport=PHONE, ignored=("403",)).visit(room)
    name = installation.world.people["trainee19"].name
    come_in(host)
    come_in(page)
    expect(host.locator("[data-part=people-count]")).to_have_text("2")
    put_out(host, name)
    dialog = host.get_by_role("dialog", name="Put out of the room")
    expect(dialog.get_by_label("They may come back")).to_be_checked()
    assert is_sound(host) == []
    dialog.get_by_role("button", name="Put out", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="You were asked to leave this room.")).to_be_visible()
    page.get_by_role("button", name="Come in again").click()
    come_in(page)
    expect(page.get_by_role("button", name="Raise your hand")).to_be_visible()
    put_out(host, name)
    dialog.get_by_label("They may not come into this meeting any more").check()
    dialog.get_by_label("Why").fill("Disturba")
    dialog.get_by_role("button", name="Put out", exact=True).click()
    expect(page.get_by_role("heading", name="You cannot come into this meeting any more.")).to_be_visible()
    expect(page.get_by_role("button", name="Come in again")).to_be_hidden()
    assert is_sound(page) == []
    page.reload()
    come_in(page)
    expect(page.get_by_role("alert")).to_contain_text("You cannot come into this meeting any more.")
    expect(host.get_by_text(f"{name} cannot come into this meeting any more.").first).to_be_visible()
    assert is_sound(host) == []
    host.get_by_role("button", name="Undo").click()
    expect(host.locator("[data-part=banned]")).to_be_hidden()
    come_in(page)
    expect(page.get_by_role("button", name="Raise your hand")).to_be_visible()


def test_all_cameras_go_off_at_once_even_if_a_page_ignores_it_and_come_on_again(
    see: Callable[..., Page], installation: Installation
) -> None:
    room = f"/webinar/{make(installation, 'class')}/room"
    host, page = see("trainer", room), see("trainee20", room)
    # A hostile page: whatever it is told, its camera goes on.
    page.evaluate(
        """() => {
          MediaStreamTrack.prototype.stop = () => undefined;
          const replace = RTCRtpSender.prototype.replaceTrack;
          RTCRtpSender.prototype.replaceTrack = function (track) { return track ? replace.call(this, track) : Promise.resolve(); };
        }"""
    )
    come_in(host)
    come_in(page)
    page.locator("[data-toggle=camera]").click()
    wait_until(lambda: frames(host) > 5, seconds=20)
    host.get_by_role("tab", name="People").click()
    host.get_by_text("Lock for everybody").click()
    host.get_by_role("button", name="Switch all cameras off").click()
    expect(host.locator(".webinar-tile.has-video:not(.is-own)")).to_have_count(0, timeout=2000)
    expect(page.get_by_text("Somebody who leads the room switched your camera off.")).to_be_visible()
    page.locator("[data-toggle=camera]").click()
    wait_until(lambda: frames(host) > 5, seconds=20)
    host.get_by_label("Show the camera").first.check()
    expect(host.locator(".webinar-tile.has-video:not(.is-own)")).to_have_count(0, timeout=2000)
