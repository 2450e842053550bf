"""The chat of a room by keyboard and on a phone: changing a message, calling upon somebody, rules."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import Meet
from tests.browser.test_webinar import come_in, is_sound, make
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)


def test_a_message_is_changed_by_keyboard_and_taken_back(meet: Meet, installation: Installation) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, trainee = meet("trainer").visit(room), meet("trainee12", viewport=PHONE).visit(room)
    come_in(host)
    come_in(trainee)
    trainee.get_by_role("button", name="Chat").click()
    field = trainee.get_by_label("Your message")
    field.fill("Buongorno https://example.org/annuncio")
    field.press("Enter")
    expect(host.get_by_role("log").get_by_role("link")).to_have_attribute(
        "href", "https://example.org/annuncio"
    )
    expect(field).to_have_value("")
    field.press("ArrowUp")
    expect(field).to_have_value("Buongorno https://example.org/annuncio")
    expect(trainee.get_by_text("You are changing your message.")).to_be_visible()
    assert is_sound(trainee) == []
    field.fill("Buongiorno")
    field.press("Enter")
    expect(host.get_by_role("log")).to_contain_text("edited")
    expect(host.get_by_role("log")).to_contain_text("Buongiorno")
    expect(host.get_by_role("log")).not_to_contain_text("Buongorno")
    field.press("ArrowUp")
    field.press("Escape")
    expect(field).to_have_value("")
    assert host.get_by_role("log").get_by_role("button", name="Edit").count() == 0
    host.get_by_role("log").get_by_role("button", name="Delete").click()
    expect(trainee.get_by_text("Nobody has written yet.")).to_be_visible()


def test_who_is_mentioned_is_told_wherever_they_look(meet: Meet, installation: Installation) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, trainee = meet("trainer").visit(room), meet("trainee13", viewport=PHONE).visit(room)
    name = installation.world.people["trainee13"].name
    come_in(host)
    come_in(trainee)
    field = host.get_by_label("Your message")
    expect(field).to_be_visible()
    field.press_sequentially(f"Ciao @{name[:3]}")
    offered = host.get_by_role("listbox", name="Mention somebody").get_by_role("option")
    expect(offered).to_have_count(1)
    expect(field).to_have_attribute("aria-activedescendant", "mention-0")
    assert is_sound(host) == []
    field.blur()
    expect(offered).to_have_count(0)
    field.focus()
    expect(offered).to_have_count(1)
    field.press("Escape")
    expect(offered).to_have_count(0)
    field.press("Backspace")
    expect(offered).to_have_count(1)
    field.press("Enter")
    expect(field).to_have_value(f"Ciao @{name} ")
    field.press_sequentially("sei pronta?")
    field.press("Enter")
    expect(trainee.get_by_text("mentioned you in the chat.")).to_be_visible()
    trainee.get_by_role("button", name="Chat").click()
    expect(trainee.locator(".is-for-me .webinar-mention.is-me")).to_have_text(f"@{name}")
    assert is_sound(trainee) == []


def test_who_leads_slows_the_chat_down_and_keeps_links_out(meet: Meet, installation: Installation) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, trainee = meet("trainer").visit(room), meet("trainee14").visit(room)
    come_in(host)
    come_in(trainee)
    host.get_by_text("Rules of the chat").click()
    host.get_by_label("Participants write").select_option("60")
    host.get_by_label("Links are written by").select_option("leaders")
    expect(trainee.get_by_text("You can write once every 60 seconds.")).to_be_visible()
    assert is_sound(host) == []
    field = trainee.get_by_label("Your message")
    field.fill("vedi https://example.org")
    field.press("Enter")
    refused = trainee.get_by_role("status").filter(
        has_text="Only those who lead or present write links here."
    )
    expect(refused.first).to_be_visible()
    expect(field).to_have_value("vedi https://example.org")
    field.fill("Eccomi")
    field.press("Enter")
    expect(host.get_by_role("log")).to_contain_text("Eccomi")
    field.fill("Ancora")
    field.press("Enter")
    expect(trainee.get_by_text("You can write again in").first).to_be_visible()
    expect(field).to_have_value("Ancora")


def test_what_is_far_too_long_is_refused_in_words_and_the_chat_goes_on(
    meet: Meet, installation: Installation
) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, trainee = meet("trainer").visit(room), meet("trainee14").visit(room)
    come_in(host)
    come_in(trainee)
    field = trainee.get_by_label("Your message")
    expect(field).to_be_visible()
    for length, reason in ((256_000, "This message is too long."), (2048, "at most 2000 characters")):
        field.evaluate(
            "(each, length) => (each.value = ('x'.repeat(62) + '\\nx').repeat(length / 64))", length
        )
        field.press("Enter")
        expect(trainee.get_by_text(reason)).to_be_visible()
        assert field.evaluate("each => each.value.length") == length
    field.fill("Buongiorno")
    field.press("Enter")
    expect(host.get_by_role("log")).to_contain_text("Buongiorno")
    expect(trainee.locator("[data-part=connection]")).to_be_hidden()
