"""A whole meeting by keyboard alone, from making it to its replay: the trainer at a desk, the guest on a narrow screen.

Nothing is pressed but keys, and whatever has the focus on the way is in sight and marked (``keys``).
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect

from lms.clock import utcnow
from plugins.webinar import letters, registering
from plugins.webinar.tests.test_sharpening import pdf
from tests.browser.conftest import Meet, Somebody
from tests.browser.keys import choose_file, follow, press, press_until, write
from tests.browser.replays import replayed
from tests.browser.test_webinar import frames, is_sound, with_devices
from tests.serving import Installation, wait_until

pytestmark = pytest.mark.browser
__all__ = ["with_devices"]
NARROW = ViewportSize(width=360, height=800)
TITLE, QUESTION = "Un incontro senza mouse", "Quanto deve essere lungo un curriculum?"
OVER = "The meeting is over."


def test_a_meeting_is_made_held_recorded_and_seen_again_by_keys_alone(
    meet: Meet, with_devices: Browser, installation: Installation
) -> None:
    host = meet("trainer", browser=with_devices).visit("/webinar/")
    path = make_meeting(host)
    guest = meet(browser=with_devices, viewport=NARROW)
    link = register(guest, path, installation)
    page = guest.page
    come_in_together(host, page)
    show_slides(host, page)
    ask_and_speak(host, page)
    vote(host, page)
    record(host, page)
    end(host, page)
    guest.visit(link)
    follow(page, "See it again")
    see_again(page)


def make_meeting(host: Page) -> str:
    """From its title to a published meeting with a lobby, for guests; what is half written is not lost. Returns its path."""
    follow(host, "New meeting")
    write(host, "Title", TITLE)
    press_until(host, "Tab", "Begins")
    host.keyboard.type("11")
    press(host, "Create")
    assert host.evaluate("() => document.activeElement.matches(':invalid[name=starts_at]')")
    press_until(host, "Shift+Tab", "Title")
    write_soon(host, "Begins")
    follow(host, "Create")
    follow(host, "Change")
    press_until(host, "Tab", "People wait in the lobby")
    host.keyboard.press("Space")
    press_until(host, "Tab", "Nobody: members of the office only")
    press_until(host, "ArrowDown", "Everybody who registers")
    follow(host, "Save")
    follow(host, "Publish")
    return host.url.partition("/o/siena")[2]


def write_soon(page: Page, name: str) -> None:
    """Walk to a date with time and write one that is soon, in the order in which this browser asks for its parts."""
    soon = (utcnow() + timedelta(minutes=5)).astimezone(ZoneInfo("Europe/Rome"))
    press_until(page, "Tab", name)
    for date, time in ((f"{soon:%m%d%Y}", f"{soon:%I%M%p}"), (f"{soon:%d%m%Y}", f"{soon:%H%M}")):
        page.keyboard.type(date)
        page.keyboard.press("ArrowRight")
        page.keyboard.type(time)
        if page.evaluate("() => document.activeElement.value"):
            return
        press_until(page, "Shift+Tab", "Title")
        press_until(page, "Tab", name)
    raise AssertionError("the date could not be written")


def register(guest: Somebody, path: str, installation: Installation) -> str:
    """On the public page; returns the way of the personal link in the letter."""
    page = guest.visit(f"{path}/register")
    write(page, "Name", "Rosa Cioni")
    write(page, "E-mail address", "rosa.keys@example.org")
    follow(page, "Register")
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    with installation.app.app_context(), installation.world.inside("siena"):
        room_id = uuid.UUID(path.rpartition("/")[2])
        row = registering.find_guests(installation.world.actor("trainer"), room_id)[0]
        link = letters.link_of(row).partition("/o/siena")[2]
    guest.visit(link)
    follow(page, "Come in")
    return link


def come_in_together(host: Page, page: Page) -> None:
    """The guest waits in the lobby until the trainer, who brings camera and microphone, lets them in."""
    write(page, "Your name", "Rosa Cioni")
    press(page, "Come in")
    expect(page.get_by_role("heading", name="You are in the lobby")).to_be_focused()
    follow(host, "Come in")
    press(host, "Microphone")
    press(host, "Camera")
    press(host, "Come in")
    expect(host.locator("#content")).to_be_focused()
    press_until(host, "Tab", "Chat")
    press_until(host, "ArrowRight", "To do")
    press(host, "Let in")
    expect(page.locator("#content")).to_be_focused()
    expect(host.get_by_role("list", name="What waits for you")).to_be_focused()
    wait_until(lambda: frames(page) > 5, what="pictures of the trainer")


def show_slides(host: Page, page: Page) -> None:
    """Added in a window of their own, shown to everybody."""
    press_until(host, "Shift+Tab", "To do")
    press_until(host, "ArrowLeft", "Slides")
    with host.context.expect_page() as opened:
        press(host, "Add slides")
    window = opened.value
    choose_file(window, "Files", FilePayload(name="lezione.pdf", mimeType="application/pdf", buffer=pdf()))
    follow(window, "Add")
    window.close()
    expect(host.locator("[data-part=deck-list]")).to_contain_text("lezione.pdf")
    press_until(host, "Shift+Tab", "Show page 1 of lezione.pdf")
    host.keyboard.press("Enter")
    expect(page.locator("[data-part=slide-picture]")).to_be_visible()


def ask_and_speak(host: Page, page: Page) -> None:
    """The guest raises a hand, asks a question, is given the floor, and is seen."""
    press(page, "Raise your hand")
    press(page, "Chat")
    press_until(page, "ArrowRight", "Questions")
    write(page, "Your question", QUESTION)
    press(page, "Ask")
    expect(host.get_by_role("list", name="Questions", include_hidden=True)).to_contain_text(QUESTION)
    press(page, "Close the side", key="Shift+Tab")
    expect(page.get_by_role("button", name="Chat", exact=True)).to_be_focused()
    press_until(host, "Shift+Tab", "Slides")
    press_until(host, "ArrowRight", "To do")
    press(host, "Give the floor")
    press(page, "Microphone")
    press(page, "Camera")
    wait_until(lambda: frames(host) > 5, what="pictures of the guest")


def vote(host: Page, page: Page) -> None:
    """A poll is opened and answered; no message lies over what the guest comes to."""
    press_until(host, "Shift+Tab", "To do")
    press_until(host, "ArrowLeft", "Polls")
    press(host, "New poll")
    write(host, "Question", "Sapete che cosa cambiare?")
    write(host, "Answers, one on each line", "Sì\nNo")
    press(host, "Open the poll")
    press(page, "Chat")
    press_until(page, "ArrowRight", "Polls")
    press_until(page, "Tab", "Sì")
    page.keyboard.press("ArrowDown")
    press(page, "Vote")
    expect(host.get_by_role("list", name="Polls")).to_contain_text("Votes: 1")
    press(page, "Close the side", key="Shift+Tab")


def record(host: Page, page: Page) -> None:
    """Both agree; the focus is where it was before they were asked."""
    press(host, "More")
    press(host, "Record")
    expect(page.get_by_role("dialog", name="May you be recorded?")).to_be_visible()
    press(page, "Yes, record me")
    expect(page.get_by_role("button", name="Chat", exact=True)).to_be_focused()
    press(host, "Yes, record me")
    expect(host.locator("summary", has_text="More")).to_be_focused()
    assert is_sound(host) == []
    assert is_sound(page) == []
    seen = frames(host), frames(page)
    wait_until(
        lambda: frames(host) > seen[0] + 60 and frames(page) > seen[1] + 60, what="something to record"
    )


def end(host: Page, page: Page) -> None:
    """For everybody; what says so has the focus."""
    press(host, "Leave")
    press(host, "End it for everybody")
    for each in (host, page):
        expect(each.get_by_role("heading", name=OVER)).to_be_focused()
        expect(each.locator(".ui-toast")).to_have_count(0)
    follow(page, "Go on")


def see_again(page: Page) -> None:
    """The replay plays, faster, from a moment that is looked for."""
    expect(page.get_by_role("button", name="Play")).to_be_enabled()
    press(page, "Play")
    wait_until(lambda: replayed(page) > 0.5, what="the replay")
    press(page, "Pause", key="Shift+Tab")
    press_until(page, "Tab", "Speed")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("() => document.activeElement.value") == "1.25"
    assert is_sound(page) == []
