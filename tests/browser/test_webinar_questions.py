"""Questions of a room: two that say the same go together by keyboard, and both who asked hear the answer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Meet
from tests.browser.test_webinar import come_in, is_sound, make
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)
FIRST, SECOND = "Si potrà rivedere la registrazione?", "Ci sarà un video di questo incontro?"


def ask(page: Page, text: str) -> None:
    """Open the questions and ask one."""
    page.get_by_role("tab", name="Questions").click()
    page.get_by_label("Your question").fill(text)
    page.get_by_role("button", name="Ask", exact=True).click()


def test_questions_are_merged_by_keyboard_and_all_who_asked_hear_the_answer(
    meet: Meet, installation: Installation
) -> None:
    room = f"/webinar/{make(installation)}/room"
    host = meet("trainer").visit(room)
    first, second = meet("trainee12").visit(room), meet("trainee13", viewport=PHONE).visit(room)
    for page in (host, first, second):
        come_in(page)
    host.get_by_role("tab", name="Questions").click()
    ask(first, FIRST)
    expect(host.get_by_text(FIRST)).to_be_visible()
    expect(host.get_by_role("button", name="Merge")).to_have_count(0)
    second.get_by_role("button", name="Chat").click()
    ask(second, SECOND)
    item = host.locator(".webinar-question").filter(has_text=SECOND)
    item.get_by_role("button", name="Merge").focus()
    host.keyboard.press("Enter")
    expect(host.get_by_label("Answered together with")).to_be_focused()
    assert is_sound(host) == []
    host.keyboard.press("Tab")
    host.keyboard.press("Enter")
    expect(host.locator("[data-part=announcer]")).to_have_text("The questions go together now.")
    expect(second.get_by_role("status").filter(has_text="goes together with")).to_contain_text(FIRST)
    expect(host.locator(".webinar-question")).to_have_count(1)
    expect(host.get_by_role("list", name="Asked together with it")).to_contain_text(SECOND)
    expect(host.get_by_role("button", name="I want to know it too; so do 1")).to_be_visible()
    expect(second.get_by_role("button", name="I want to know it too")).to_be_disabled()
    for page in (host, second):
        assert is_sound(page) == []
    host.get_by_role("button", name="Answer now").press("Enter")
    expect(host.locator(".webinar-question.is-now")).to_contain_text("being answered now")
    expect(second.get_by_role("status").filter(has_text="is being answered now")).to_contain_text(FIRST)
    assert is_sound(host) == []
    host.get_by_role("button", name="Write an answer").press("Enter")
    host.keyboard.type("Sì, da domani.")
    host.keyboard.press("Tab")
    host.keyboard.press("Enter")
    expect(first.get_by_role("status").filter(has_text="was answered")).to_contain_text(FIRST)
    expect(second.get_by_role("status").filter(has_text="was answered")).to_contain_text(SECOND)
    expect(second.get_by_text("Sì, da domani.")).to_be_visible()
    host.get_by_role("button", name="Show it in the replay", exact=True).press("Enter")
    expect(second.locator(".webinar-question").filter(has_text=FIRST)).to_contain_text("In the replay")
    host.get_by_role("button", name=f"Separate: {SECOND}").press("Enter")
    expect(second.locator(".webinar-question").filter(has_text=SECOND)).to_be_visible()
    expect(host.locator(".webinar-question")).to_have_count(2)
