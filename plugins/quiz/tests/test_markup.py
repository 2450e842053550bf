"""Markup in answers, hints and feedback: written, cleaned, kept by exports and imports."""

from __future__ import annotations

import html as entities
import re
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.plugin import World, clean_html, office_scope, plain_text
from lms.testing import SignIn
from plugins.quiz import bank
from plugins.quiz.cleaning import clean_question
from plugins.quiz.editing import SaveSingle, SaveTrueFalse, draft_of
from plugins.quiz.form_values import values_of
from plugins.quiz.formats import BankItem, read_questions
from plugins.quiz.formats.gift_writer import write_gift
from plugins.quiz.formats.moodle_writer import write_moodle
from plugins.quiz.grading import read_question
from plugins.quiz.lines import as_html, as_inline

BANK = "/o/siena/quiz/bank"
RICH = '<strong>Yes</strong>, {see} <a href="https://example.org/?a=1&amp;b=2" rel="noopener noreferrer">this</a> = ~50% #1: \\n'
LIST = "<p>First</p><ul><li>one</li><li><em>two</em></li></ul><pre><code>a\n\nb</code></pre>"
ALL: dict[str, dict[str, Any]] = {
    "single": {"choices": [{"id": "a", "text": RICH, "weight": 100, "feedback": LIST}, {"id": "b", "text": "<em>No</em>", "feedback": RICH}]},
    "multiple": {"choices": [{"id": "a", "text": RICH, "weight": 50, "feedback": LIST}, {"id": "b", "text": "<em>B</em>", "weight": 50}, {"id": "c", "text": "C"}]},
    "truefalse": {"is_true": False, "feedback_true": RICH, "feedback_false": LIST},
    "shorttext": {"answers": [{"pattern": "Rome", "feedback": RICH}, {"pattern": "Ro*", "weight": 50, "feedback": LIST}]},
    "number": {"answers": [{"value": "3.5", "tolerance": "0.1", "feedback": RICH}]},
    "matching": {"pairs": [{"id": "a", "prompt": RICH, "answer": "one"}, {"id": "b", "prompt": "<em>b</em>", "answer": "two"}]},
    "ordering": {"items": [{"id": "a", "text": RICH}, {"id": "b", "text": "<em>b</em>"}]},
}  # fmt: skip
IN_GIFT = ("single", "multiple", "truefalse", "shorttext", "number", "matching")


def sample(kind: str) -> Any:
    hints = ["<strong>Think</strong> &amp; look", LIST]
    return read_question({"type": kind, "stem": "<p>x</p>", "feedback": LIST, "hints": hints} | ALL[kind])


def texts(question: Any) -> list[str]:
    return [each for each in question.texts() if each]


@pytest.mark.parametrize("kind", ALL)
def test_moodle_xml_keeps_the_markup_of_every_text(kind: str) -> None:
    question = sample(kind)
    [found] = read_questions(write_moodle([BankItem(question, "n", ("c",))]))
    assert found.item is not None, found
    assert texts(found.item.question) == texts(question)


@pytest.mark.parametrize("kind", IN_GIFT)
def test_gift_keeps_the_markup_of_answers_and_feedback(kind: str) -> None:
    question = sample(kind).model_copy(update={"hints": ()})
    text, left_out = write_gift([BankItem(question, "n", ("c",))])
    assert not left_out
    [found] = read_questions(text.encode())
    assert found.item is not None, found
    assert texts(found.item.question) == texts(question)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Rome", "Rome"),
        ("5 < 7 & 8 > 6", "5 &lt; 7 &amp; 8 &gt; 6"),
        ("<p>Rome</p>", "Rome"),
        ("<p>5 &lt; 7</p>", "5 &lt; 7"),
        ("5 &lt; 7", "5 &lt; 7"),
        ("<p><strong>Rome</strong></p>", "<strong>Rome</strong>"),
        ("one\ntwo", "one<br>two"),
    ],
)
def test_a_line_is_kept_as_html_whether_typed_or_from_the_editor(written: str, kept: str) -> None:
    assert as_html(written) == as_inline(written) == kept


def test_paragraphs_of_an_answer_become_lines_and_those_of_feedback_stay() -> None:
    assert as_inline("<p>one</p><p>two</p>") == "one<br>two"
    assert as_html("<p>one</p><p>two</p>") == "<p>one</p><p>two</p>"
    assert as_inline("<ul><li><p>one</p></li></ul>") == "<ul><li><p>one</p></li></ul>"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_what_is_kept_stays_the_same_when_the_form_is_saved_again(text: str) -> None:
    once = clean_html(as_inline(text))
    assert clean_html(as_inline(once)) == once


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_plain_words_are_shown_as_they_were_typed(text: str) -> None:
    if "&" in text or re.search(r"<", text):
        return
    assert plain_text(clean_html(as_html(text))) == " ".join(text.split())


def test_hostile_markup_is_cleaned_in_every_text() -> None:
    bad = '<img src=x onerror=alert(1)><script>alert(2)</script><b onclick="alert(3)">ok</b><a href="javascript:alert(4)">go</a>'
    for kind in ALL:
        content = sample(kind).model_dump(mode="json")
        stored = str(clean_question(read_question(_with(content, bad))))
        assert "alert" not in stored.replace("'alert'", ""), kind
        assert "ok" in stored


def _with(value: Any, text: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _with(each, text, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_with(each, text, key) for each in value]
    return (
        text
        if key in {"text", "feedback", "feedback_true", "feedback_false", "prompt", "hints", "stem"}
        else value
    )


def test_what_the_editor_sends_is_kept_and_shown_again(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainer")
    page = browser.get(f"{BANK}/new/single")
    category = re.findall(r'<option value="([\w-]{36})"', page.text)[0]
    data = {
        "stem": "<p>x</p>", "category_id": category, "option": ["<p><strong>Yes</strong></p>", "5 < 7"], "right": ["0"],
        "option_feedback": ["<p>Well</p><p>done</p>", ""], "hint": ["<p>Think <em>twice</em></p>"],
    }  # fmt: skip
    made = browser.post(f"{BANK}/new/single", data=data)
    question_id = uuid.UUID(re.findall(r"[\w-]{36}", made.location)[0])
    with office_scope(world.office("siena").id):
        question: Any = bank.get_question(world.actor("trainer"), question_id).content
    assert [each.text for each in question.choices] == ["<strong>Yes</strong>", "5 &lt; 7"]
    assert question.choices[0].feedback == "<p>Well</p><p>done</p>"
    assert question.hints == ("Think <em>twice</em>",)
    shown = entities.unescape(browser.get(f"{BANK}/questions/{question_id}").text)
    assert "><strong>Yes</strong></textarea>" in shown
    preview = browser.get(f"{BANK}/questions/{question_id}/preview").text
    assert "<strong>Yes</strong>" in preview


def test_a_form_that_is_saved_unchanged_changes_nothing() -> None:
    for command, kind in ((SaveSingle, "single"), (SaveTrueFalse, "truefalse")):
        before = read_question(clean_question(sample(kind)))
        values = {key: value for key, value in values_of(before).items() if value not in (None, False)}
        again = draft_of(command.read(values | {"category_id": str(uuid.uuid4())})).question
        assert clean_question(again) == before.model_dump(mode="json")
