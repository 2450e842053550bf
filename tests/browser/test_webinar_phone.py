"""Leading a room from a phone: who waits is seen while the side is closed, the bar is one row, the room never scrolls."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import Meet
from tests.browser.test_webinar import come_in, is_sound, make
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)
ROWS = """() => new Set([...document.querySelectorAll('.webinar-bar > .btn, .webinar-bar > details > summary')]
  .filter((each) => each.checkVisibility()).map((each) => Math.round(each.getBoundingClientRect().top))).size"""
OVERHANG = "() => document.documentElement.scrollHeight - innerHeight"


def test_who_leads_on_a_phone_sees_who_waits_and_nothing_scrolls_away(
    meet: Meet, installation: Installation
) -> None:
    room = f"/webinar/{make(installation)}/room"
    host = meet("trainer", viewport=PHONE).visit(room)
    page = meet("trainee8", viewport=PHONE).visit(room)
    come_in(host)
    come_in(page)
    expect(host.locator("[data-part=people-count]")).to_have_text("2")
    waits = host.get_by_role("button", name="To do: 1")
    expect(waits).to_have_count(0)
    page.get_by_role("button", name="Raise your hand").click()
    expect(waits).to_be_visible()
    assert is_sound(host) == []
    waits.press("Enter")
    expect(host.get_by_role("tab", name="To do")).to_have_attribute("aria-selected", "true")
    expect(waits).to_be_hidden()
    host.get_by_role("button", name="Give the floor").press("Enter")
    expect(page.get_by_text("You have the floor.")).to_be_visible()
    host.get_by_role("button", name="Close the side").press("Enter")
    expect(host.get_by_role("button", name="Chat", exact=True)).to_be_focused()
    for each in (host, page):
        assert each.evaluate(ROWS) == 1
        assert each.evaluate(OVERHANG) == 0


def test_a_phone_that_cannot_show_its_screen_does_not_offer_it(
    meet: Meet, installation: Installation
) -> None:
    room = f"/webinar/{make(installation)}/room"
    host = meet("trainer", viewport=PHONE)
    host.page.add_init_script("delete MediaDevices.prototype.getDisplayMedia")
    page = host.visit(room)
    come_in(page)
    expect(page.locator(".webinar-bar")).to_be_visible()
    expect(page.get_by_role("button", name="Share the screen")).to_be_hidden()
    assert page.evaluate(ROWS) == 1


def test_what_lies_at_the_end_of_a_side_never_makes_the_room_longer(
    meet: Meet, installation: Installation
) -> None:
    host = meet("trainer", viewport=ViewportSize(width=1280, height=420)).visit(
        f"/webinar/{make(installation)}/room"
    )
    come_in(host)

    tabs = host.get_by_role("tab")
    for number in range(tabs.count()):
        tabs.nth(number).click()
        assert host.evaluate(OVERHANG) == 0, tabs.nth(number).inner_text()
