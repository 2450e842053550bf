"""Every kind of question, judging again and grading by keyboard alone, as somebody without a mouse does it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from lms.plugin import World
from lms.testing import SignIn
from plugins.quiz import bank, quizzes
from plugins.quiz.grading import read_question
from plugins.quiz.tests.conftest import Open
from plugins.quiz.tests.making import ORDER, TEXT, make_quiz
from plugins.quiz.tests.test_attempts import answers_of, attempt_of, start
from plugins.quiz.tests.test_results import take

pytestmark = pytest.mark.browser
MATCHING = {
    "type": "matching", "stem": "<p>What belongs together?</p>", "extra_answers": ["Rome"],
    "pairs": [{"id": "p1", "prompt": "<p>Spain</p>", "answer": "Madrid"}, {"id": "p2", "prompt": "<p>France</p>", "answer": "Paris"}],
}  # fmt: skip
GAPS = {
    "type": "gaps", "stem": "<p>Check the [[1]] and the [[2]].</p>",
    "gaps": [{"kind": "dragged", "answers": [{"pattern": "source"}]}, {"kind": "selected", "answers": [{"pattern": "date"}], "wrong": ["hour"]}],
}  # fmt: skip


def walk_to(page: Page, target: Locator) -> None:
    """Press Tab until the focus is there."""
    passed = []
    for _time in range(120):
        page.keyboard.press("Tab")
        if target.evaluate("each => each === document.activeElement"):
            return
        passed.append(page.evaluate("document.activeElement.outerHTML.slice(0, 60)"))
    raise AssertionError(f"the focus never came to it, only to {passed}")


def go_on(page: Page) -> None:
    walk_to(page, page.locator("[data-role=forward]"))
    page.keyboard.press("Enter")
    expect(page.locator(".is-current .quiz-number")).to_be_focused()


def test_order_pairs_and_gaps_are_answered_by_keys_alone(
    open_browser: Open, sign_in: SignIn, world: World, address: str
) -> None:
    url = start(sign_in("trainee"), make_quiz(world, ORDER, MATCHING, GAPS))
    page = open_browser().new_page()
    page.goto(address + url)
    page.wait_for_function("() => customElements.get('quiz-player') && customElements.get('quiz-order')")
    for number, text in enumerate(("1", "2")):
        item = page.locator(
            ".is-current .quiz-order-item", has=page.get_by_text(text, exact=True).locator("visible=true")
        )
        up = item.locator(".quiz-up")
        while (
            page.locator(".is-current .quiz-order-item .quiz-order-text").nth(number).inner_text().strip()
            != text
        ):
            page.locator(".is-current .quiz-number").focus()
            walk_to(page, up)
            page.keyboard.press("Enter")
            expect(up).to_be_focused()
            expect(page.locator(".is-current [role=status]").first).not_to_be_empty()
    go_on(page)
    for pair, word in (("p1", "Madrid"), ("p2", "Paris")):
        walk_to(page, page.locator(f"[name='a2.pairs.{pair}']"))
        page.keyboard.type(word)
    go_on(page)
    for gap, word in ((0, "source"), (1, "date")):
        walk_to(page, page.locator(f"[name='a3.gaps.{gap}']"))
        page.keyboard.type(word)
    go_on(page)
    walk_to(page, page.locator("[data-role=submit]"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    assert answers_of(url)[1] == {"order": ["a", "b", "c"]}
    assert answers_of(url)[3] == {"gaps": ["source", "date"]}
    assert attempt_of(url).percent == 100


def test_attempts_are_judged_again_by_keys_alone(
    open_browser: Open, sign_in: SignIn, world: World, address: str
) -> None:
    quiz = make_quiz(world, TEXT, pass_mark=60)
    gains, loses = (
        take(sign_in, quiz, key, a1_text=text) for key, text in (("trainee", "Milano"), ("trainee2", "Roma"))
    )
    trainer = world.actor("trainer")
    with world.inside("siena"):
        [slot] = quizzes.find_slots(quizzes.get_managed_quiz(trainer, quiz)[1])
        assert slot.question_id is not None
        found = bank.get_question(trainer, slot.question_id)
        other = read_question(TEXT | {"answers": [{"pattern": "Milano"}]})
        bank.edit_question(trainer, slot.question_id, bank.Draft(found.row.category_id, other))
    page = open_browser("trainer").new_page()
    page.goto(f"{address}/o/siena/quiz/{quiz}/items")
    walk_to(page, page.locator(f"a[href$='{quiz}/regrade']").last)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("row")).to_have_count(3)
    walk_to(page, page.locator("main form[method=post] button.btn-primary").last)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert (attempt_of(gains).percent, attempt_of(loses).percent) == (100, 0)
