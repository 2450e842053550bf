"""Questions of the bank that other parts ask: to whom they are offered, and what of them."""

from __future__ import annotations

import io

import pytest

from lms.plugin import OfferedOption, Ref, World, hooks, store_file
from plugins.quiz import bank
from plugins.quiz.tests.making import ESSAY, SINGLE, TEXT, add_question

WORDS = "Zibaldone"
MULTIPLE = {
    "type": "multiple", "stem": "<p>Which <b>ones</b>?</p><p>Several.</p>",
    "choices": [{"id": "a", "text": "<i>One</i>", "weight": 50}, {"id": "b", "text": "Two", "weight": 50}, {"id": "c", "text": "Three", "weight": -100}],
}  # fmt: skip


def test_who_keeps_the_bank_is_offered_questions_with_options_in_plain_words(world: World) -> None:
    with world.inside("siena"):
        for content in (TEXT, ESSAY, MULTIPLE):
            add_question(world, content, name=f"{WORDS} {content['type']}")
        found = hooks().question_bank(world.actor("trainer"), WORDS)
        assert found is not None
        assert [(each.kind, each.question) for each in found] == [("multiple", "Which ones? Several.")]
        assert found[0].options == (
            OfferedOption("One", is_right=True), OfferedOption("Two", is_right=True), OfferedOption("Three", is_right=False),
        )  # fmt: skip
        again = hooks().question_bank(world.actor("head"), found[0].ref)
        assert again is not None
        assert list(again) == list(found)


def test_of_partly_right_answers_of_one_the_best_is_right(world: World) -> None:
    partly = SINGLE | {
        "choices": [{"id": "a", "text": "Yes", "weight": 100}, {"id": "b", "text": "Nearly", "weight": 50}]
    }
    with world.inside("siena"):
        add_question(world, partly, name=WORDS)
        found = hooks().question_bank(world.actor("trainer"), WORDS)
        assert found is not None
        assert [each.is_right for each in found[0].options] == [True, False]


@pytest.mark.parametrize("key", ["trainee", "tutor"])
def test_who_does_not_keep_the_bank_has_none(world: World, key: str) -> None:
    with world.inside("siena"):
        ref = Ref.of("quiz", "question", add_question(world, SINGLE, name=WORDS))
        assert hooks().question_bank(world.actor(key), WORDS) is None
        assert hooks().question_bank(world.actor(key), ref) is None
        assert hooks().question_bank(world.actor(key), "", limit=0) is None
        assert hooks().question_bank(world.actor("trainer"), "", limit=0) == []


def test_another_office_is_offered_nothing_of_this_bank(world: World) -> None:
    with world.inside("siena"):
        ref = Ref.of("quiz", "question", add_question(world, SINGLE, name=WORDS))
    with world.inside("vienna"):
        for query in (WORDS, ref, Ref("links", "link", "1"), Ref("quiz", "question", "none")):
            assert not hooks().question_bank(world.actor("trainer_vienna"), query)


@pytest.mark.parametrize("place", ["question", "answer"])
def test_what_needs_its_picture_is_not_offered_in_words(world: World, place: str) -> None:
    with world.inside("siena"):
        file = store_file(world.actor("trainer"), io.BytesIO(b"A page"), "page.txt", "embedded")
        picture = f'<p>Look</p><img alt="A page" data-file="{file.id}">'
        choices = [{"id": "a", "text": picture, "weight": 100}, {"id": "b", "text": "No"}]
        add_question(
            world, SINGLE | ({"stem": picture} if place == "question" else {"choices": choices}), name=WORDS
        )
        assert hooks().question_bank(world.actor("trainer"), WORDS) == []


def test_a_removed_question_is_offered_no_more(world: World) -> None:
    with world.inside("siena"):
        question_id = add_question(world, SINGLE, name=WORDS)
        bank.remove_question(world.actor("trainer"), question_id)
        assert hooks().question_bank(world.actor("trainer"), WORDS) == []
        assert hooks().question_bank(world.actor("trainer"), Ref.of("quiz", "question", question_id)) == []
