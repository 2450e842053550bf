"""Polls of a room: a question of the bank is asked by keyboard, and what is right is shown when it is time."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Meet
from tests.browser.test_webinar import come_in, is_sound, make
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)
QUESTION = "Come riconosci un annuncio di lavoro falso?"


def test_a_question_of_the_bank_is_asked_by_keyboard_and_its_answer_shown(
    meet: Meet, installation: Installation
) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, trainee = meet("trainer").visit(room), meet("trainee14", viewport=PHONE).visit(room)
    come_in(host)
    come_in(trainee)
    trainee.get_by_role("button", name="Chat").click()
    trainee.get_by_role("tab", name="Polls").click()
    expect(trainee.get_by_text("From the question bank")).to_have_count(0)
    host.get_by_role("tab", name="Polls").click()
    host.get_by_text("From the question bank").focus()
    host.keyboard.press("Enter")
    expect(host.get_by_role("radio")).not_to_have_count(0)
    host.keyboard.press("Tab")
    host.keyboard.type("annuncio di lavoro falso")
    expect(host.get_by_role("radio")).to_have_count(1)
    assert is_sound(host) == []
    host.keyboard.press("Tab")
    host.keyboard.press("Space")
    host.keyboard.press("Tab")
    host.keyboard.press("Space")  # not anonymous
    host.keyboard.press("Tab")
    host.keyboard.press("Enter")
    voting = trainee.get_by_role("group", name=QUESTION)
    expect(voting.get_by_role("checkbox")).to_have_count(4)
    voting.get_by_label("Indica il contratto collettivo").check()
    trainee.get_by_role("button", name="Vote", exact=True).click()
    expect(trainee.get_by_text("· your vote")).to_be_visible()
    expect(trainee.get_by_text("Right answer", exact=True)).to_have_count(0)
    expect(trainee.get_by_role("button", name="right answer")).to_have_count(0)
    host.get_by_role("button", name="Close and show the right answer").focus()
    host.keyboard.press("Enter")
    for page in (host, trainee):
        expect(page.get_by_text("Right answer", exact=True)).to_have_count(3)
        expect(page.locator("[data-part=announcer]")).to_contain_text(f"Right answer to “{QUESTION}”")
        expect(page.get_by_role("button", name="right answer")).to_have_count(0)
        assert is_sound(page) == []
    trainee.reload()
    come_in(trainee)
    trainee.get_by_role("button", name="Chat").click()
    trainee.get_by_role("tab", name="Polls").click()
    expect(trainee.get_by_text("Right answer", exact=True)).to_have_count(3)


def order_of(page: Page) -> list[str]:
    """The options of a ranking as they stand."""
    return page.locator(".webinar-ranking [data-part=text]").all_inner_texts()


def test_options_are_put_in_order_by_keyboard_and_by_pointer_and_the_order_of_all_is_said(
    meet: Meet, installation: Installation
) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, trainee = meet("trainer").visit(room), meet("trainee14", viewport=PHONE).visit(room)
    for page in (host, trainee):
        come_in(page)
    trainee.get_by_role("button", name="Chat").click()
    for page in (host, trainee):
        page.get_by_role("tab", name="Polls").click()
    host.get_by_text("New poll").click()
    making = host.locator("[data-part=poll-form]")
    making.get_by_label("Question").fill("Che cosa viene prima?")
    making.get_by_label("Kind").select_option("ranking")
    making.get_by_label("Answers, one on each line").fill("CV\nLettera\nColloquio")
    making.get_by_label("Anonymous").uncheck()
    making.get_by_role("button", name="Open the poll").click()
    voting = trainee.get_by_role("group", name="Che cosa viene prima?")
    voting.get_by_role("button", name="Move up: Colloquio").focus()
    trainee.keyboard.press("ArrowUp")
    expect(trainee.locator("[data-part=announcer]")).to_have_text("Colloquio: place 2 of 3")
    trainee.keyboard.press("Enter")
    expect(trainee.locator("[data-part=announcer]")).to_have_text("Colloquio: place 1 of 3")
    trainee.keyboard.press("Enter")
    assert order_of(trainee) == ["Colloquio", "CV", "Lettera"]
    assert is_sound(trainee) == []
    trainee.get_by_role("button", name="Vote", exact=True).press("Enter")
    expect(trainee.locator(".webinar-bars li").first).to_contain_text("1. Colloquio · you: place 1")

    grips = host.locator(".webinar-ranking [data-part=grip]")
    first, last = grips.nth(0).bounding_box(), grips.nth(2).bounding_box()
    assert first is not None
    assert last is not None
    host.mouse.move(first["x"] + 5, first["y"] + 5)
    host.mouse.down()
    host.mouse.move(last["x"] + 5, last["y"] + last["height"] - 2, steps=5)
    host.mouse.up()
    assert order_of(host) == ["Lettera", "Colloquio", "CV"]
    host.get_by_role("button", name="Vote", exact=True).click()
    for page in (host, trainee):
        results = page.locator(".webinar-bars li")
        expect(results.nth(0)).to_contain_text("1. Colloquio")
        expect(results.nth(0)).to_contain_text("average place 1.5")
        expect(results.filter(has_text="CV")).to_contain_text("average place 2.5")
        assert is_sound(page) == []


def test_who_leads_prepares_polls_and_asks_one_in_the_room_with_one_press(
    meet: Meet, installation: Installation
) -> None:
    address = f"/webinar/{make(installation)}"
    host = meet("trainer").visit(f"{address}/polls/")
    for question, kind in (("Da dove ci segui?", "text"), ("Quanto ti senti pronto?", "scale")):
        host.get_by_label("Question", exact=True).fill(question)
        host.get_by_label("Kind").select_option(kind)
        host.get_by_label("Question", exact=True).press("Enter")
        expect(host.get_by_role("listitem").filter(has_text=question)).to_be_visible()
    host.get_by_role("button", name="Move up: Quanto ti senti pronto?").press("Enter")
    expect(host.locator(".webinar-agenda li").first).to_contain_text("Quanto ti senti pronto?")
    host.get_by_label("Find a question").fill("annuncio di lavoro falso")
    host.get_by_label("Find a question").press("Enter")
    host.get_by_role("radio", name=QUESTION).check()
    assert is_sound(host) == []
    host.get_by_role("button", name="Add", exact=True).last.press("Enter")
    expect(host.locator(".webinar-agenda li").last).to_contain_text("With a right answer")
    trainee = meet("trainee14", viewport=PHONE).visit(f"{address}/room")
    host.goto(host.url.partition("/polls/")[0] + "/room")
    for page in (host, trainee):
        come_in(page)
    trainee.get_by_role("button", name="Chat").click()
    for page in (host, trainee):
        page.get_by_role("tab", name="Polls").click()
    expect(trainee.get_by_role("button", name="Ask it now")).to_have_count(0)
    expect(host.get_by_role("button", name="Ask it now")).to_have_count(3)
    assert is_sound(host) == []
    host.get_by_role("button", name="Ask it now: Quanto ti senti pronto?").press("Enter")
    expect(trainee.get_by_role("group", name="Quanto ti senti pronto?")).to_be_visible()
    expect(host.get_by_role("button", name="Ask it now")).to_have_count(2)
    other = meet("trainer").visit(f"{address}/polls/")
    expect(other.get_by_text("Was asked")).to_be_visible()
    other.get_by_role("button", name="Take out: Da dove ci segui?").click()
    expect(host.get_by_role("button", name="Ask it now")).to_have_count(1)
