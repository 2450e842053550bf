"""Private messages, signs on messages and what is new in the chat, by keyboard and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import Meet
from tests.browser.test_webinar import come_in, is_sound, make
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)


def test_two_people_write_to_each_other_and_nobody_else_reads_it(
    meet: Meet, installation: Installation
) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, anna = meet("trainer").visit(room), meet("trainee15").visit(room)
    marco = meet("trainee16", viewport=PHONE).visit(room)
    names = {key: installation.world.people[key].name for key in ("trainee15", "trainee16")}
    for page in (host, anna, marco):
        come_in(page)
    expect(host.locator("[data-part=people-count]")).to_have_text("3")
    host.get_by_text("Rules of the chat").click()
    host.get_by_label("People may write to one another alone").check()
    expect(anna.get_by_text("You can write to one person alone")).to_be_visible()
    anna.get_by_role("tab", name="People").click()
    anna.locator("summary", has_text=f"What to do with {names['trainee16']}").press("Enter")
    anna.get_by_role("button", name="Write privately").press("Enter")
    field = anna.get_by_label("Your message")
    expect(field).to_be_focused()
    field.press_sequentially("Solo per te")
    field.press("Enter")
    expect(anna.get_by_role("log")).to_contain_text(f"privately to {names['trainee16']}")
    expect(marco.get_by_text(f"{names['trainee15']} wrote to you alone.")).to_be_visible()
    marco.get_by_role("button", name="Chat").click()
    expect(marco.get_by_role("log")).to_contain_text("privately to you")
    assert is_sound(marco) == []
    marco.get_by_role("log").get_by_role("button", name="Reply").click()
    marco.get_by_label("Your message").fill("Ti leggo")
    marco.get_by_label("Your message").press("Enter")
    expect(anna.get_by_role("log")).to_contain_text("Ti leggo")
    field.press("ArrowUp")
    expect(field).to_have_value("Solo per te")
    expect(anna.locator("[data-part=chat-to]")).to_be_disabled()
    expect(anna.locator("[data-part=chat-to] option:checked")).to_have_text(
        f"Privately: {names['trainee16']}"
    )
    field.fill("Solo per te, Marco")
    field.press("Enter")
    expect(marco.get_by_role("log")).to_contain_text("Solo per te, Marco")
    expect(marco.get_by_role("log")).to_contain_text("edited")
    marco.get_by_role("log").get_by_role("button", name="Take back").press("Enter")
    expect(anna.get_by_role("log")).not_to_contain_text("Ti leggo")
    expect(marco.get_by_role("log")).to_be_focused()
    expect(marco.locator("[data-part=announcer]")).to_have_text("The message is gone.")
    anna.locator("[data-part=chat-to]").select_option("Those who lead")
    field.fill("Grazie")
    field.press("Enter")
    expect(host.get_by_role("log")).to_contain_text("Grazie")
    field.press("ArrowUp")
    field.fill("Grazie a voi")
    field.press("Enter")
    expect(host.get_by_role("log")).to_contain_text("Grazie a voi")
    host.get_by_role("log").get_by_role("button", name="Delete").click()
    expect(anna.get_by_role("log")).not_to_contain_text("Grazie")
    field.press("Escape")
    anna.locator("[data-part=chat-to]").select_option("Everybody")
    field.fill("A tutti")
    field.press("Enter")
    expect(host.get_by_role("log")).to_contain_text("A tutti")
    expect(host.get_by_role("log")).not_to_contain_text("Solo per te")
    expect(host.get_by_role("log")).not_to_contain_text("Ti leggo")
    host.get_by_label("People may write to one another alone").uncheck()
    expect(anna.get_by_text("You can write to one person alone")).to_be_hidden()
    assert is_sound(anna) == []


def test_signs_are_put_on_a_message_by_keyboard_and_named_on_demand(
    meet: Meet, installation: Installation
) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, trainee = meet("trainer").visit(room), meet("trainee17", viewport=PHONE).visit(room)
    name = installation.world.people["trainee17"].name
    come_in(host)
    come_in(trainee)
    host.get_by_label("Your message").fill("Benvenuti")
    host.get_by_label("Your message").press("Enter")
    trainee.get_by_role("button", name="Chat").click()
    react = trainee.get_by_role("log").get_by_role("button", name="React")
    react.press("Enter")
    row = trainee.get_by_role("group", name="Put a sign on it")
    expect(row.get_by_role("button", name="I agree")).to_be_focused()
    assert is_sound(trainee) == []
    row.get_by_role("button", name="I agree").focus()
    field = host.get_by_label("Your message")
    field.press("ArrowUp")
    field.fill("Benvenuti a tutti")
    field.press("Enter")
    expect(trainee.get_by_role("log")).to_contain_text("Benvenuti a tutti")
    expect(row.get_by_role("button", name="I agree")).to_be_focused()
    row.get_by_role("button", name="I agree").press("Enter")
    expect(react).to_be_focused()
    given = host.get_by_role("log").get_by_role("button", name="I agree: 1")
    expect(given).to_have_attribute("aria-pressed", "false")
    host.get_by_role("log").get_by_role("button", name="Who?").press("Enter")
    expect(host.get_by_role("log")).to_contain_text(f"👍 {name}")
    assert is_sound(host) == []
    own = trainee.get_by_role("log").get_by_role("button", name="I agree: 1")
    expect(own).to_have_attribute("aria-pressed", "true")
    trainee.reload()
    come_in(trainee)
    trainee.get_by_role("button", name="Chat").click()
    expect(own).to_have_attribute("aria-pressed", "true")
    own.press("Enter")
    expect(given).to_have_count(0)
    expect(react).to_be_focused()


def test_what_came_meanwhile_is_counted_and_stands_below_a_line(
    meet: Meet, installation: Installation
) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, trainee = meet("trainer").visit(room), meet("trainee18").visit(room)
    come_in(host)
    come_in(trainee)
    field = host.get_by_label("Your message")
    field.fill("Prima")
    field.press("Enter")
    expect(trainee.get_by_role("log")).to_contain_text("Prima")
    trainee.get_by_role("tab", name="People").click()
    for text in ("Seconda", "Terza"):
        field.fill(text)
        field.press("Enter")
    tab = trainee.get_by_role("tab", name="Chat")
    expect(tab).to_have_text("Chat 2")
    tab.click()
    expect(tab).to_have_text("Chat")
    line = trainee.locator(".webinar-new-line")
    expect(line).to_be_visible()
    assert line.evaluate("each => each.nextElementSibling.textContent.includes('Seconda')")
    assert is_sound(trainee) == []
    trainee.get_by_label("Your message").fill("Eccomi")
    trainee.get_by_label("Your message").press("Enter")
    expect(line).to_have_count(0)
