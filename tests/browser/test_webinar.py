"""A meeting with several people: a trainer at a desk, a trainee on a phone, a guest without an account."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from lms.store.uow import unit_of_work
from plugins.webinar import letters, registering
from plugins.webinar.presets import PresetName
from plugins.webinar.tests.making import open_room
from tests.browser.checks import find_sideways_scroll, run_axe
from tests.browser.conftest import Meet
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)


def make(installation: Installation, preset: PresetName = "webinar", **changes: object) -> uuid.UUID:
    """A meeting that is open now."""
    with installation.app.app_context(), installation.world.inside("siena"), unit_of_work():
        return open_room(installation.world, preset, **changes).activity.id


def come_in(page: Page, name: str = "") -> None:
    """Through the door."""
    if name:
        page.get_by_label("Your name in the room").fill(name)
    page.get_by_role("button", name="Come in", exact=True).click()


def is_sound(page: Page) -> list[str]:
    """What the checkers find while the room is live, light and dark."""
    found = find_sideways_scroll(page)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found += run_axe(page)
    return found


def test_people_meet_write_and_one_is_given_the_floor(meet: Meet, installation: Installation) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, trainee = meet("trainer").visit(room), meet("trainee", viewport=PHONE).visit(room)
    assert is_sound(host) == []
    come_in(host)
    come_in(trainee)
    expect(host.locator("[data-part=people-count]")).to_have_text("2")
    trainee.get_by_role("button", name="Chat").click()
    trainee.get_by_label("Your message").fill("Buongiorno a tutti")
    trainee.get_by_label("Your message").press("Enter")
    expect(host.get_by_role("log")).to_contain_text("Buongiorno a tutti")
    trainee.get_by_role("button", name="Close the side").click()
    trainee.get_by_role("button", name="Raise your hand").click()
    host.get_by_role("tab", name="To do").click()
    assert is_sound(host) == []
    host.get_by_role("button", name="Give the floor").click()
    expect(trainee.get_by_role("button", name="Microphone")).to_be_visible()
    expect(host.locator(".webinar-tile")).to_have_count(2)
    assert is_sound(trainee) == []
    host.get_by_role("tab", name="People").click()
    host.get_by_text("Lock for everybody").click()
    host.get_by_label("Write in the chat").first.check()
    trainee.get_by_role("button", name="Chat").click()
    expect(trainee.get_by_text("The chat is closed for now")).to_be_visible()


def test_the_lobby_opens_for_one_and_not_for_the_other(meet: Meet, installation: Installation) -> None:
    room = f"/webinar/{make(installation, 'interview')}/room"
    host = meet("trainer").visit(room)
    first, second = (meet(key, viewport=PHONE).visit(room) for key in ("trainee3", "trainee4"))
    for page in (host, first, second):
        come_in(page)
    expect(first.get_by_role("heading", name="You are in the lobby")).to_be_visible()
    assert is_sound(first) == []
    host.get_by_role("tab", name="To do").click()
    waiting = host.get_by_role("list", name="What waits for you")
    expect(waiting.get_by_role("listitem")).to_have_count(2)
    waiting.get_by_role("button", name="Let in").first.click()
    expect(first.get_by_role("button", name="Raise your hand")).to_be_visible()
    waiting.get_by_role("button", name="Refuse").click()
    expect(second.get_by_role("heading", name="You were asked to leave this room.")).to_be_visible()


def test_a_guest_comes_by_a_link_and_is_put_out(meet: Meet, installation: Installation) -> None:
    room_id = make(installation, guests="registration")
    guest = meet(viewport=PHONE)
    page = guest.visit(f"/webinar/{room_id}/register")
    page.get_by_label("Name").fill("Rosa Cioni")
    page.get_by_label("E-mail address").fill("rosa.browser@example.org")
    assert is_sound(page) == []
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    with installation.app.app_context(), installation.world.inside("siena"):
        row = registering.find_guests(installation.world.actor("trainer"), room_id)[0]
        path = letters.link_of(row).partition("/o/siena")[2]
    guest.visit(path)
    page.get_by_role("button", name="Come in").click()
    come_in(page, "Rosa")
    host = meet("trainer").visit(f"/webinar/{room_id}/room")
    come_in(host)
    host.get_by_role("tab", name="People").click()
    host.locator("summary", has_text="What to do with Rosa").click()
    host.get_by_role("button", name="Put out of the room").click()
    expect(page.get_by_role("heading", name="You were asked to leave this room.")).to_be_visible()


def test_a_cut_network_loses_no_message(meet: Meet, installation: Installation) -> None:
    room = f"/webinar/{make(installation)}/room"
    trainer, trainee = meet("trainer"), meet("trainee5", ignored=("ERR_INTERNET_DISCONNECTED", "WebSocket"))
    host, page = trainer.visit(room), trainee.visit(room)
    come_in(host)
    come_in(page)
    expect(host.locator("[data-part=people-count]")).to_have_text("2")
    trainee.context.set_offline(offline=True)
    page.get_by_label("Your message").fill("Scritto senza rete")
    page.get_by_label("Your message").press("Enter")
    host.get_by_label("Your message").fill("Detto intanto")
    host.get_by_label("Your message").press("Enter")
    expect(host.get_by_role("log")).to_contain_text("Detto intanto")
    trainee.context.set_offline(offline=False)
    expect(page.get_by_role("log")).to_contain_text("Detto intanto", timeout=60_000)
    expect(host.get_by_role("log")).to_contain_text("Scritto senza rete", timeout=60_000)


def test_the_end_is_for_everybody(meet: Meet, installation: Installation) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, page = meet("trainer").visit(room), meet("trainee6", viewport=PHONE).visit(room)
    come_in(host)
    come_in(page)
    host.locator("summary", has_text="Leave").click()
    host.get_by_role("button", name="End it for everybody").click()
    expect(page.get_by_role("heading", name="The meeting is over.")).to_be_visible()
    expect(host.get_by_role("heading", name="The meeting is over.")).to_be_visible()
