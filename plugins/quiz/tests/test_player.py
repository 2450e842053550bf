"""Answering in a real browser: the network goes, tabs disagree, clocks lie, scripts are off, only keys are there."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from lms.plugin import World, all_offices, session, unit_of_work, utcnow
from lms.testing import SignIn
from plugins.quiz import bank
from plugins.quiz.models import Attempt
from plugins.quiz.tests.conftest import Open
from plugins.quiz.tests.making import NUMBER, ORDER, SINGLE, TEXT, make_quiz
from plugins.quiz.tests.test_attempts import answers_of, attempt_of, start

pytestmark = pytest.mark.browser
GAPS = {
    "type": "gaps", "stem": "<p>Check the [[1]] and the [[2]].</p>",
    "gaps": [{"kind": "dragged", "answers": [{"pattern": "source"}]}, {"kind": "dragged", "answers": [{"pattern": "date"}]}],
}  # fmt: skip


def begin(sign_in: SignIn, quiz: uuid.UUID, key: str = "trainee") -> str:
    return start(sign_in(key), quiz)


def choose(page: Page, value: str) -> None:
    page.locator(f".is-current input[value={value}]").check()


def is_saved(page: Page) -> None:
    expect(page.locator("[data-role=saved]")).to_have_attribute("data-state", "saved")


def forward(page: Page) -> None:
    page.locator("[data-role=forward]").click()


def test_without_network_one_goes_on_and_everything_arrives(
    open_browser: Open, sign_in: SignIn, world: World, address: str
) -> None:
    url = begin(sign_in, make_quiz(world, SINGLE, TEXT, NUMBER))
    context = open_browser()
    page = context.new_page()
    page.goto(address + url)
    choose(page, "a")
    is_saved(page)
    context.set_offline(True)
    forward(page)
    page.locator(".is-current [name='a2.text']").fill("Rome")
    expect(page.locator(".quiz-offline")).to_be_visible()
    forward(page)
    page.locator(".is-current [name='a3.text']").fill("42")
    expect(page.locator("[data-role=saved]")).to_have_attribute("data-state", "kept")
    assert answers_of(url)[2] == {}
    forward(page)
    page.locator("[data-role=submit]").click()
    expect(page.locator("[data-role=waiting]")).to_be_visible()
    context.set_offline(False)
    page.wait_for_url("**/review")
    assert answers_of(url) == {1: {"chosen": ["a"]}, 2: {"text": "Rome"}, 3: {"text": "42"}}
    assert attempt_of(url).percent == 100


def test_what_was_answered_offline_survives_closing_the_page(
    open_browser: Open, sign_in: SignIn, world: World, address: str
) -> None:
    url = begin(sign_in, make_quiz(world, SINGLE, TEXT))
    context = open_browser()
    page = context.new_page()
    page.goto(address + url)
    context.set_offline(True)
    choose(page, "b")
    forward(page)
    page.locator("[name='a2.text']").fill("Roma")
    expect(page.locator("[data-role=saved]")).to_have_attribute("data-state", "kept")
    assert answers_of(url) == {1: {}, 2: {}}
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(address + url)
    expect(again.locator("[name='a1.chosen'][value=b]")).to_be_checked()
    # Sent by the new page, or by the last breath of the old one: then nothing is kept any more.
    again.wait_for_function(
        "() => !Object.keys(localStorage).some((name) => name.startsWith('contrada-quiz:'))"
    )
    assert answers_of(url) == {1: {"chosen": ["b"]}, 2: {"text": "Roma"}}


def test_what_is_answered_before_the_script_has_come_counts(
    open_browser: Open, sign_in: SignIn, world: World, address: str
) -> None:
    url = begin(sign_in, make_quiz(world, SINGLE, TEXT, ORDER))
    page, held = open_browser().new_page(), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/player.js*", hold)
    page.goto(address + url, wait_until="commit")
    page.locator("input[value=b]").check()
    page.locator("#q2 input[type=text], #q2 .form-control").first.fill("Roma")
    held[0].continue_()
    is_saved(page)
    assert answers_of(url) == {1: {"chosen": ["b"]}, 2: {"text": "Roma"}, 3: {}}


def test_two_tabs_show_the_same_and_the_last_answer_counts(
    open_browser: Open, sign_in: SignIn, world: World, address: str
) -> None:
    url = begin(sign_in, make_quiz(world, SINGLE, TEXT))
    context = open_browser()
    first, second = context.new_page(), context.new_page()
    first.goto(address + url)
    second.goto(address + url)
    choose(first, "a")
    is_saved(first)
    expect(second.locator("input[value=a]")).to_be_checked()
    choose(second, "c")
    is_saved(second)
    expect(first.locator("input[value=c]")).to_be_checked()
    assert answers_of(url)[1] == {"chosen": ["c"]}


def test_on_two_devices_the_newest_answer_counts(
    open_browser: Open, sign_in: SignIn, world: World, address: str
) -> None:
    url = begin(sign_in, make_quiz(world, SINGLE))
    phone, desk = open_browser().new_page(), open_browser().new_page()
    phone.goto(address + url)
    desk.goto(address + url)
    for value in ("a", "b", "c"):
        choose(phone, value)
        is_saved(phone)
    choose(desk, "b")
    is_saved(desk)
    assert answers_of(url)[1] == {"chosen": ["b"]}


def test_a_changed_clock_of_the_device_changes_nothing(
    open_browser: Open, sign_in: SignIn, world: World, address: str
) -> None:
    url = begin(sign_in, make_quiz(world, SINGLE, time_limit=10))
    context = open_browser()
    context.add_init_script(
        "Date.now = () => 86400000; Object.defineProperty(performance, 'timeOrigin', { value: 0 });"
    )
    page = context.new_page()
    page.goto(address + url)
    expect(page.locator("[data-role=time]")).to_contain_text("9:5")
    choose(page, "a")
    is_saved(page)
    page.evaluate("() => { Date.now = () => 4102444800000; }")
    expect(page.locator("[data-role=time]")).to_contain_text("9:")
    assert attempt_of(url).state == "active"
    assert answers_of(url)[1] == {"chosen": ["a"]}


def test_when_the_time_is_over_it_is_handed_in_by_itself(
    open_browser: Open, sign_in: SignIn, world: World, address: str
) -> None:
    url = begin(sign_in, make_quiz(world, SINGLE, TEXT, time_limit=10))
    with all_offices("a test shortens the time"), unit_of_work():
        attempt = session().get_one(Attempt, uuid.UUID(url.rsplit("/", 1)[1]))
        attempt.due_at = utcnow() + timedelta(seconds=6)
    page = open_browser().new_page()
    page.goto(address + url)
    choose(page, "a")
    page.wait_for_url("**/review")
    assert attempt_of(url).percent == 50


def test_practice_answers_are_judged_without_leaving_the_page(
    open_browser: Open, sign_in: SignIn, world: World, address: str
) -> None:
    url = begin(sign_in, make_quiz(world, SINGLE, TEXT, mode="practice"))
    page = open_browser().new_page()
    page.goto(address + url)
    page.evaluate("() => { window.isTheSamePage = true; }")
    choose(page, "b")
    page.locator(".is-current [data-check]").first.click()
    expect(page.locator(".is-current .quiz-outcome")).to_contain_text("Not this.")
    expect(page.locator(".is-current .quiz-hint")).to_contain_text("Think.")
    choose(page, "a")
    page.locator(".is-current [data-check]").first.click()
    expect(page.locator(".is-current .quiz-outcome")).to_contain_text("Because.")
    assert page.evaluate("() => window.isTheSamePage")


def test_keys_alone_are_enough(open_browser: Open, sign_in: SignIn, world: World, address: str) -> None:
    url = begin(sign_in, make_quiz(world, SINGLE, TEXT))
    page = open_browser().new_page()
    page.goto(address + url)
    page.locator(".is-current input[type=radio]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.locator("[data-role=forward]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".is-current .quiz-number")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Rome")
    page.keyboard.press("Enter")
    expect(page.locator("#end")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    assert answers_of(url)[2] == {"text": "Rome"}


def test_items_are_moved_by_button_and_words_by_a_touch(
    open_browser: Open, sign_in: SignIn, world: World, address: str
) -> None:
    url = begin(sign_in, make_quiz(world, ORDER, GAPS))
    page = open_browser().new_page()
    page.goto(address + url)
    for text in ("1", "1", "2", "2"):
        items = page.locator(".is-current .quiz-order-item")
        place = [
            each.strip() for each in page.locator(".is-current .quiz-order-text").all_inner_texts()
        ].index(text)
        if place >= int(text):
            items.nth(place).locator(".quiz-up").click()
    is_saved(page)
    assert answers_of(url)[1] == {"order": ["a", "b", "c"]}
    forward(page)
    for word, gap in (("source", 0), ("date", 1)):
        page.locator(f".is-current [data-word={word}]").click()
        page.locator(".is-current select.is-dropped").nth(gap).click()
    is_saved(page)
    assert answers_of(url)[2] == {"gaps": ["source", "date"]}


def test_a_file_is_sent_as_soon_as_it_is_chosen(
    open_browser: Open, sign_in: SignIn, world: World, address: str
) -> None:
    url = begin(sign_in, make_quiz(world, {"type": "file", "stem": "<p>Hand in</p>"}))
    page = open_browser().new_page()
    page.goto(address + url)
    page.locator(".is-current input[type=file]").set_input_files(
        [{"name": "page.txt", "mimeType": "text/plain", "buffer": b"My evidence"}]
    )
    expect(page.locator(".is-current .quiz-file")).to_contain_text("page.txt")
    assert len(answers_of(url)[1]["files"]) == 1


def test_with_scripts_off_the_form_does_it_all(
    open_browser: Open, sign_in: SignIn, world: World, address: str
) -> None:
    url = begin(sign_in, make_quiz(world, SINGLE, TEXT))
    page = open_browser(java_script_enabled=False).new_page()
    page.goto(address + url)
    page.locator("input[value=a]").check()
    page.locator("[name='a2.text']").fill("Rome")
    page.locator(".quiz-without-script button").first.click()
    assert answers_of(url) == {1: {"chosen": ["a"]}, 2: {"text": "Rome"}}
    page.locator(".quiz-without-script .btn-primary").click()
    page.wait_for_url("**/review")
    assert attempt_of(url).percent == 100


def test_rows_grow_without_leaving_the_form(open_browser: Open, address: str) -> None:
    page = open_browser("trainer").new_page()
    page.goto(f"{address}/o/siena/quiz/bank/new/single")
    before = page.locator(".quiz-row [name=option]").count()
    page.locator("quiz-rows button[name=more]").first.click()
    expect(page.locator(".quiz-row [name=option]")).to_have_count(before + 1)
    assert page.locator("[name=right]").last.get_attribute("value") == str(before)


def test_an_answer_is_written_in_bold_by_keyboard(open_browser: Open, address: str, world: World) -> None:
    page = open_browser("trainer").new_page()
    page.goto(f"{address}/o/siena/quiz/bank/new/single")
    page.locator("[id$='-stem-editor']").click()
    page.keyboard.type("What is it?")
    rows = page.locator(".quiz-row")
    rows.nth(0).locator("[id$='-option-0-editor']").focus()
    page.keyboard.press("Control+b")
    page.keyboard.type("Bold one")
    rows.nth(1).locator("[id$='-option-1-editor']").focus()
    page.keyboard.type("Plain <one>")
    page.locator("quiz-rows button[name=more]").first.click()
    fifth = page.locator("[id$='-option-4-editor']")
    expect(fifth).to_be_focused()
    page.keyboard.type("The fifth")
    page.locator("[name=right]").first.check()
    page.locator(".quiz-editor > .ui-actions .btn-primary").click()
    page.wait_for_url("**/bank/questions/**")
    with world.inside("siena"):
        question_id = uuid.UUID(page.url.split("/questions/")[1][:36])
        found: Any = bank.get_question(world.actor("trainer"), question_id).content
    assert [each.text for each in found.choices] == [
        "<strong>Bold one</strong>",
        "Plain &lt;one&gt;",
        "The fifth",
    ]
