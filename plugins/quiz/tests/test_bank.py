"""The bank: who keeps it, what versions keep, and that every kind of question can be written."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

import pytest

from lms.plugin import Conflict, Invalid, NotFound, World, office_scope
from lms.testing import SignIn, count_queries
from plugins.quiz import bank
from plugins.quiz.bank import Search
from plugins.quiz.editing import COMMANDS, draft_of
from plugins.quiz.form_values import values_of
from plugins.quiz.forms import SaveCategory
from plugins.quiz.gaptext import read_gaps, write_gaps
from plugins.quiz.grading import GapFill, read_question
from plugins.quiz.tests.making import SINGLE, TEXT, add_question
from plugins.quiz.tests.test_grading import SAMPLES, make

BANK = "/o/siena/quiz/bank"
FORMS: dict[str, dict[str, Any]] = {
    "single": {"option": ["Yes", "No", ""], "right": ["0"], "option_id": ["", "", ""]},
    "multiple": {"option": ["A", "B", "C"], "right": ["0", "2"], "is_all_or_nothing": "1"},
    "truefalse": {"is_true": "false"},
    "shorttext": {"pattern": ["Rome", "Rom*"], "pattern_weight": ["", "50"]},
    "number": {"value": ["3,5"], "tolerance": ["0.1"], "unit": ["m", "km"], "unit_factor": ["", "1000"], "unit_rule": "required"},
    "matching": {"prompt": ["1", "2"], "match": ["one", "two"], "extra": "three\nfour"},
    "ordering": {"item": ["First", "Second", "Third"], "scoring": "all"},
    "gaps": {"stem": "<p>Rome lies in [Italy|Italia|~Spain], at [#21±1] metres.</p>", "kind": "selected", "words": "France"},
    "essay": {"most_words": "200", "criterion": ["Clear"], "levels": ["0 No\n2 Yes"]},
    "file": {"most_files": "2"},
    "description": {},
}  # fmt: skip


@pytest.mark.parametrize("kind", COMMANDS)
def test_every_kind_can_be_written_looked_at_and_changed(sign_in: SignIn, world: World, kind: str) -> None:
    browser = sign_in("trainer")
    page = browser.get(f"{BANK}/new/{kind}")
    category = re.findall(r'<option value="([\w-]{36})"', page.text)[0]
    data = {
        "stem": "<p>What is it?</p>",
        "category_id": category,
        "tags": "one, two",
        "hint": ["Think"],
    } | FORMS[kind]
    made = browser.post(f"{BANK}/new/{kind}", data=data)
    assert made.status_code == 303, made.text[-2000:]
    assert browser.get(made.location).status_code == 200
    question_id = re.findall(r"[\w-]{36}", made.location)[0]
    with office_scope(world.office("siena").id):
        before = bank.get_question(world.actor("trainer"), uuid.UUID(question_id))
        shown = values_of(before.content)
    values = {key: value for key, value in shown.items() if value not in (None, False)}
    again = browser.post(f"{BANK}/questions/{question_id}", data=data | values | {"name": "Named"})
    assert again.status_code == 303, again.text[-2000:]
    with office_scope(world.office("siena").id):
        after = bank.get_question(world.actor("trainer"), uuid.UUID(question_id))
        assert (after.row.version, after.row.name) == (1, "Named")
        assert [tag.name for tag in after.row.tags] == ["one", "two"]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("single", {"option": ["Only one"], "right": ["0"]}), ("single", {"option": ["A", "B"]}), ("shorttext", {"pattern": [""]}),
        ("number", {"value": ["many"]}), ("matching", {"prompt": ["1"], "match": ["one"]}), ("ordering", {"item": ["1"]}),
        ("gaps", {"stem": "<p>No gap</p>"}), ("essay", {"criterion": ["x"], "levels": ["only words"]}),
    ],
)  # fmt: skip
def test_what_is_not_complete_comes_back_with_the_reason(
    sign_in: SignIn, world: World, kind: str, data: dict[str, Any]
) -> None:
    browser = sign_in("trainer")
    category = re.findall(r'<option value="([\w-]{36})"', browser.get(f"{BANK}/new/{kind}").text)[0]
    answer = browser.post(f"{BANK}/new/{kind}", data={"stem": "<p>What?</p>", "category_id": category} | data)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_more_rows_come_without_a_script_and_keep_what_was_typed(sign_in: SignIn) -> None:
    browser = sign_in("trainer")
    page = browser.post(
        f"{BANK}/new/single", data={"stem": "x", "option": ["Typed", "", "", ""], "more": "option"}
    )
    assert page.text.count('name="option"') == 7
    assert ">Typed</textarea>" in page.text


def test_hostile_html_is_inert_in_every_text_of_a_question(sign_in: SignIn, world: World) -> None:
    evil = '<script>alert(1)</script><img src=x onerror="alert(1)"><a href="javascript:alert(1)">x</a><p onclick="a()">fine</p>'
    browser = sign_in("trainer")
    for kind, sample in SAMPLES.items():
        content = {
            "type": kind,
            "stem": evil + ("[[1]] [[2]]" if kind == "gaps" else ""),
            "feedback": evil,
            "hints": [evil],
        }
        parts = {key: _poisoned(value, evil) for key, value in sample.items() if key != "stem"}
        with world.inside("siena"):
            made = add_question(world, content | parts, name=evil)
        for page in (f"{BANK}/questions/{made}", f"{BANK}/questions/{made}/preview", BANK):
            text = browser.get(page).text
            shown = re.sub(r"<textarea.*?</textarea>", "", text, flags=re.DOTALL)
            for bad in ("<script>alert", "onerror=", "onclick=", 'href="javascript'):
                assert bad not in html.unescape(shown).replace(html.unescape(evil), "") or bad not in shown, (
                    kind,
                    page,
                    bad,
                )


def _poisoned(value: Any, evil: str) -> Any:
    """Texts that may be HTML with something evil in them."""
    if isinstance(value, list):
        return [_poisoned(each, evil) for each in value]
    if isinstance(value, dict):
        return {key: evil + each if key in {"text", "prompt"} and isinstance(each, str) and "points" not in value else _poisoned(each, evil) for key, each in value.items()}  # fmt: skip
    return value


def test_a_change_makes_a_version_and_an_old_one_can_be_used_again(world: World) -> None:
    trainer = world.actor("trainer")
    with world.inside("siena"):
        made = add_question(world, TEXT)
        found = bank.get_question(trainer, made)
        changed = read_question(
            TEXT | {"stem": "<p>Capital of France?</p>", "answers": [{"pattern": "Paris"}]}
        )
        assert bank.edit_question(trainer, made, bank.Draft(found.row.category_id, changed)) == 2
        assert bank.edit_question(trainer, made, bank.Draft(found.row.category_id, changed, "New name")) == 2
        assert bank.restore_version(trainer, made, 1) == 3
        assert "Italy" in bank.get_question(trainer, made).content.stem
        assert [each.number for each in bank.find_versions(trainer, made)] == [3, 2, 1]
        with pytest.raises(NotFound):
            bank.get_question(trainer, made, 99)


def test_a_removed_question_can_be_brought_back(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        made = add_question(world, TEXT, name="Find me again")
    browser = sign_in("trainer")
    page = browser.get(browser.post(f"{BANK}/questions/{made}/remove").location).text
    assert "Find me again" not in page
    browser.post(f"{BANK}/questions/{made}/restore")
    assert "Find me again" in browser.get(BANK).text


def test_trainees_and_other_offices_do_not_see_the_bank(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        made = add_question(world, SINGLE)
    pages = [
        "",
        "/new",
        "/new/single",
        f"/questions/{made}",
        f"/questions/{made}/preview",
        f"/questions/{made}/versions",
        "/categories",
    ]
    for page in pages:
        assert sign_in("trainee").get(BANK + page).status_code == 403
        elsewhere = sign_in("trainer_vienna").get(f"/o/vienna/quiz/bank{page}")
        assert elsewhere.status_code == (404 if str(made) in page else 200)
        assert "Which one?" not in elsewhere.text
    for action in ("remove", "restore", "duplicate", "versions/1"):
        assert sign_in("trainee").post(f"{BANK}/questions/{made}/{action}").status_code == 403
        assert (
            sign_in("trainer_vienna").post(f"/o/vienna/quiz/bank/questions/{made}/{action}").status_code
            == 404
        )


def test_categories_are_a_tree_without_rings(world: World) -> None:
    trainer = world.actor("trainer")
    with world.inside("siena"):
        top = bank.add_category(trainer, SaveCategory(name="Top"))
        below = bank.add_category(trainer, SaveCategory(name="Below", parent_id=top))
        with pytest.raises(Conflict):
            bank.add_category(trainer, SaveCategory(name="Below", parent_id=top))
        with pytest.raises(Invalid):
            bank.edit_category(trainer, top, SaveCategory(name="Top", parent_id=below))
        with pytest.raises(Conflict):
            bank.remove_category(trainer, top)
        bank.remove_category(trainer, below)
        bank.remove_category(trainer, top)


def test_questions_are_found_by_words_tag_kind_and_category(world: World) -> None:
    trainer = world.actor("trainer")
    with world.inside("siena"):
        found, count = bank.find_questions(trainer, Search(tag="webinar"))
        assert [row.type for row in found] == ["single"]
        assert bank.find_questions(trainer, Search(type="file"))[1] == 1
        assert bank.find_questions(trainer, Search(text="100% nothing"))[1] == 0
        top = next(each for each in bank.find_categories(trainer) if each.name == "Percorso per operatori")
        assert bank.find_questions(trainer, Search(category_id=top.id))[1] == top.total == 22
        assert count == 1


def test_the_list_asks_the_same_number_of_questions_for_few_and_for_many(
    sign_in: SignIn, world: World
) -> None:
    browser = sign_in("trainer")
    browser.get(BANK)
    with count_queries() as few:
        browser.get(f"{BANK}?q=ESCO")
    with count_queries() as many:
        browser.get(BANK)
    assert len(many) <= len(few) + 1


@pytest.mark.parametrize("kind", COMMANDS)
def test_what_the_form_shows_is_the_question_again(kind: str, world: World) -> None:
    if kind == "file":
        return
    question = make(kind)
    values = values_of(question) | {"category_id": uuid.uuid4(), "stem": values_of(question)["stem"] or "x"}
    again = draft_of(COMMANDS[kind].read(values)).question
    assert type(again) is type(question)
    if kind != "gaps":
        assert again.model_dump(exclude={"penalty"}) == question.model_dump(exclude={"penalty"})


def test_gaps_are_written_in_brackets_and_read_again() -> None:
    text = "<p>In [Italy|Italia|~Spain] one pays [#9.8±0.1] \\[or so\\].</p>"
    stem, gaps = read_gaps(text, "selected", is_case_sensitive=False)
    assert stem == "<p>In [[1]] one pays [[2]] [or so].</p>"
    assert write_gaps(GapFill(stem=stem, gaps=gaps)) == text
