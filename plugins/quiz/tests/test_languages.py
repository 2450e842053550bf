"""One quiz in several languages: read in one's own, answered in any, one score; the author sees what is missing."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.plugin import (
    CreateActivity,
    Invalid,
    World,
    count_missing_words,
    create_activity,
    get_activity,
    session,
    set_state,
)
from lms.testing import SignIn
from plugins.quiz import attempts, bank, quizzes, results, translating
from plugins.quiz.attempts import Given
from plugins.quiz.forms import EditSlot, SetUpQuiz
from plugins.quiz.grading import QUESTIONS, languages, read_question
from plugins.quiz.tests.making import add_question

CHOICE = {
    "type": "single", "stem": "<p>Which one?</p>", "feedback": "<p>Because.</p>", "hints": ["<p>Look.</p>"],
    "choices": [{"id": "a", "text": "Yes", "weight": 100}, {"id": "b", "text": "No"}],
}  # fmt: skip
WORD = {"type": "shorttext", "stem": "<p>Say yes</p>", "answers": [{"pattern": "yes"}]}
GAPS = {
    "type": "gaps", "stem": "<p>[[1]] and [[2]]</p>",
    "gaps": [{"kind": "selected", "answers": [{"pattern": "one"}]}, {"kind": "selected", "answers": [{"pattern": "two"}]}],
}  # fmt: skip
IN_ITALIAN = {
    "stem": "<p>Quale?</p>", "feedback": "<p>Perché sì.</p>", "hints.0": "<p>Guarda.</p>", "choices.a.text": "Sì",
    "choices.b.text": "No",
}  # fmt: skip


def quiz_with(world: World, *question_ids: uuid.UUID) -> uuid.UUID:
    """A published test of Siena with these questions; inside the office."""
    trainer = world.actor("trainer")
    activity = create_activity(trainer, CreateActivity(title="A quiz for tests", type="quiz"))
    quizzes.add_questions(trainer, activity.id, question_ids)
    quizzes.set_up(trainer, activity.id, SetUpQuiz(mode="test"))
    set_state(trainer, activity.id, "published")
    session().flush()
    return activity.id


def test_every_text_of_a_question_has_a_place_and_what_is_missing_is_the_original() -> None:
    question = read_question(CHOICE)
    assert [piece.place for piece in languages.pieces_of(question)] == list(IN_ITALIAN)
    assert languages.missing_in(question, "it") == 5
    told = read_question(CHOICE | {"translations": {"it": {"texts": {"stem": "<p>Quale?</p>"}}}})
    assert languages.missing_in(told, "it") == 4
    shown = languages.told_in(told, "it")
    assert shown.stem == "<p>Quale?</p>"
    assert shown.hints == ("<p>Look.</p>",)
    assert languages.told_in(told, "de") is told


def test_an_answer_in_any_of_the_languages_counts() -> None:
    word = read_question(WORD | {"translations": {"it": {"texts": {"answers.0.pattern": "sì"}}}})
    assert [languages.grade(word, {"text": text}).fraction for text in ("yes", "sì", "ja")] == [1.0, 1.0, 0.0]
    texts = {"gaps.0.answers.0.pattern": "uno", "gaps.1.answers.0.pattern": "due"}
    gaps = read_question(GAPS | {"translations": {"it": {"texts": texts}}})
    answer = languages.accept(gaps, {"gaps": ["uno", "due"]})
    assert languages.grade(gaps, answer, "it").is_right
    assert languages.grade(gaps, languages.accept(gaps, {"gaps": ["one", "two"]})).is_right


@given(st.sampled_from([CHOICE, WORD, GAPS]), st.dictionaries(st.text(max_size=30), st.text(max_size=40)))
def test_no_words_whatever_they_are_make_a_question_unreadable(
    content: dict[str, object], texts: dict[str, str]
) -> None:
    question = read_question(content | {"translations": {"it": {"texts": texts}}})
    told = languages.told_in(question, "it")
    assert type(told) is type(question)
    assert languages.grade(question, {}).fraction == 0
    assert languages.missing_in(question, "it") <= len(languages.pieces_of(question))


def test_a_trainee_reads_the_quiz_in_their_language_and_the_score_is_one(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        trainer = world.actor("trainer")
        question = add_question(world, CHOICE)
        activity_id = quiz_with(world, question)
        bank.translate_question(trainer, question, "it", IN_ITALIAN)
    browser = sign_in("trainee")
    attempt = browser.post(f"/o/siena/quiz/{activity_id}/start").location
    assert "Which one?" in browser.get(f"{attempt}?lang=en").text
    page = browser.get(f"{attempt}?lang=it").text
    assert "Quale?" in page
    assert "Which one?" not in page
    browser.post(f"{attempt}/submit", data={"a1.seq": "0", "a1.chosen": "a", "key": "k"})
    review = browser.get(f"{attempt}/review?lang=it").text
    assert "Perché sì." in review
    with world.inside("siena"):
        other = attempts.start_attempt(world.actor("trainee2"), activity_id)
        attempts.submit_attempt(world.actor("trainee2"), other.id, "k", [Given(1, 1, {"chosen": ["a"]})])
        [row] = results.find_items(trainer, activity_id)
        assert row.figures is not None
        assert (row.figures.count, row.figures.facility) == (2, 1.0)


def test_the_author_is_told_what_is_missing_until_it_is_written(world: World) -> None:
    with world.inside("siena"):
        trainer = world.actor("trainer")
        question = add_question(world, CHOICE)
        activity_id = quiz_with(world, question)
        activity = get_activity(trainer, activity_id)
        quiz = quizzes.quiz_of(activity)
        quiz.intro = "<p>Read first.</p>"
        slot = quizzes.find_slots(quiz)[0]
        quizzes.edit_slot(trainer, activity_id, slot.id, EditSlot(points=1, section="Part one"))
        assert count_missing_words([activity], "en", "it") == {activity_id: 3}
        translating.save_words(
            trainer, activity_id, "it", {"": "<p>Leggi.</p>", "Part one": "Prima parte", "x": "y"}
        )
        assert count_missing_words([activity], "en", "it") == {activity_id: 1}
        bank.translate_question(trainer, question, "it", IN_ITALIAN)
        assert count_missing_words([activity], "en", "it") == {}
        translating.save_words(trainer, activity_id, "it", {"": " "})
        assert count_missing_words([activity], "en", "it") == {activity_id: 1}


def test_words_whose_original_changed_are_to_be_checked(world: World) -> None:
    with world.inside("siena"):
        trainer = world.actor("trainer")
        question = add_question(world, CHOICE)
        bank.translate_question(trainer, question, "it", IN_ITALIAN)
        found = bank.get_question(trainer, question)
        changed = read_question(CHOICE | {"stem": "<p>Which of both?</p>"})
        bank.edit_question(trainer, question, bank.Draft(found.row.category_id, changed, found.row.name))
        again = bank.get_question(trainer, question).content
        assert again.translations["it"].to_check == ("stem",)
        assert languages.missing_in(again, "it") == 1
        assert languages.told_in(again, "it").stem == "<p>Quale?</p>"
        bank.translate_question(trainer, question, "it", {"stem": "<p>Quale dei due?</p>"})
        assert languages.missing_in(bank.get_question(trainer, question).content, "it") == 0


def test_saving_a_question_without_a_change_makes_no_version(world: World) -> None:
    with world.inside("siena"):
        trainer = world.actor("trainer")
        question = add_question(world, CHOICE)
        found = bank.get_question(trainer, question)
        draft = bank.Draft(found.row.category_id, read_question(CHOICE), found.row.name)
        assert bank.edit_question(trainer, question, draft) == 1
        assert bank.translate_question(trainer, question, "it", {}) == 1
        assert bank.translate_question(trainer, question, "it", IN_ITALIAN) == 2
        assert bank.translate_question(trainer, question, "it", IN_ITALIAN) == 2


def test_markup_in_words_is_cleaned_and_gaps_must_stay(world: World) -> None:
    with world.inside("siena"):
        trainer = world.actor("trainer")
        question = add_question(world, CHOICE)
        bank.translate_question(trainer, question, "it", {"stem": "<p>Quale?<script>alert(1)</script></p>"})
        assert "script" not in bank.get_question(trainer, question).content.translations["it"].texts["stem"]
        imported = {"it": {"texts": {"stem": "<img src=x onerror=alert(1)>"}}}
        hostile = add_question(world, CHOICE | {"translations": imported})
        assert "onerror" not in str(bank.get_question(trainer, hostile).content.translations)
        gaps = add_question(world, GAPS)
        with pytest.raises(Invalid):
            bank.translate_question(trainer, gaps, "it", {"stem": "<p>[[1]] e basta</p>"})


def test_the_pages_lead_from_the_quiz_to_each_question_and_back(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        question = add_question(world, CHOICE)
        activity_id = quiz_with(world, question)
    browser = sign_in("trainer")
    start = browser.get(f"/o/siena/quiz/{activity_id}/questions?language=en")
    assert start.location == f"/o/siena/quiz/{activity_id}/languages/en"
    page = browser.get(f"{start.location}?lang=en").text
    assert "5 texts are missing" in page
    place = f"/o/siena/quiz/bank/questions/{question}/languages/en?quiz={activity_id}"
    assert place in page
    assert "Which one?" in browser.get(place).text
    data = {f"text{number}": text for number, text in enumerate(IN_ITALIAN.values())}
    assert browser.post(place, data=data).location == start.location
    assert "Complete" in browser.get(f"{start.location}?lang=en").text
    assert browser.get(f"/o/siena/quiz/{activity_id}/languages/klingon").status_code == 404
    assert sign_in("trainee").get(start.location).status_code in {403, 404}
    assert sign_in("trainee").get(place).status_code in {403, 404}
    assert browser.get(place.replace(str(question), str(uuid.uuid4()))).status_code == 404


def test_an_archive_and_a_copy_keep_all_languages(world: World) -> None:
    with world.inside("siena"):
        trainer = world.actor("trainer")
        question = add_question(world, CHOICE)
        bank.translate_question(trainer, question, "it", IN_ITALIAN)
        source = quiz_with(world, question)
        quiz = quizzes.quiz_of(get_activity(trainer, source))
        quiz.intro = "<p>Read first.</p>"
        translating.save_words(trainer, source, "it", {"": "<p>Leggi.</p>"})
        data = quizzes.export_quiz(trainer, source, str)
        target, copied = quiz_with(world), quiz_with(world)
        quizzes.import_quiz(trainer, target, data, uuid.UUID)
        quizzes.copy_quiz(trainer, source, copied)
        for each in (target, copied):
            assert translating.words_of(quizzes.quiz_of(get_activity(trainer, each)), "it") == {
                "": "<p>Leggi.</p>"
            }
        assert quizzes.export_quiz(trainer, target, str) == data


def test_every_kind_of_question_tells_its_texts() -> None:
    assert set(QUESTIONS) >= {"single", "gaps", "matching", "ordering", "essay"}
    essay = read_question({"type": "essay", "stem": "<p>Write</p>", "rubric": [
        {"id": "c", "title": "Clear", "levels": [{"points": 0, "text": "no"}, {"points": 1, "text": "yes"}]}]})  # fmt: skip
    places = [piece.place for piece in languages.pieces_of(essay)]
    assert places == ["stem", "rubric.c.title", "rubric.c.levels.0.text", "rubric.c.levels.1.text"]
    assert all(not piece.is_html for piece in languages.pieces_of(essay)[1:])
