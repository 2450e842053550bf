"""Invented quizzes of the demo offices: a bank on the nine actions, what people answered, what waits."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from lms.plugin import (
    Activity,
    CreateActivity,
    EditActivity,
    Enrol,
    World,
    create_activity,
    edit_activity,
    enrol,
    session,
    set_state,
)
from plugins.quiz import bank
from plugins.quiz.asked import question_of
from plugins.quiz.attempts import count_up, judge, start_attempt, tell_activity
from plugins.quiz.demo_questions import ENGLISH, ITALIAN, Entry, Paper
from plugins.quiz.forms import SetUpQuiz
from plugins.quiz.grading import Question, languages, read_question
from plugins.quiz.models import Attempt, BankImport, ExtraTime, Quiz, QuizText, Slot
from plugins.quiz.quizzes import quiz_of, set_up


def build_quizzes(world: World) -> None:
    """A self-check and a test in each office."""
    for slug, trainer, paper, other, locale in (
        ("siena", "trainer", ITALIAN, ENGLISH, "en"),
        ("vienna", "trainer_vienna", ENGLISH, ITALIAN, "it"),
    ):
        with world.inside(slug):
            questions = _fill_bank(world, trainer, _told(paper, other, locale))
            _note_import(world, trainer, paper)
            _make_self_check(world, slug, trainer, paper, questions)
            _tell_self_check(world, slug, paper, other, locale)
            _make_test(world, slug, trainer, paper, questions)


def _told(paper: Paper, other: Paper, locale: str) -> Paper:
    """The paper with its questions told in the language of the other one, too."""
    pairs = zip(paper.categories.items(), other.categories.values(), strict=True)
    return replace(
        paper,
        categories={
            name: tuple(_told_entry(*each, locale) for each in zip(entries, others, strict=True))
            for (name, entries), others in pairs
        },
    )


def _told_entry(entry: Entry, other: Entry, locale: str) -> Entry:
    own = read_question(dict(entry.content))
    words = {piece.place: piece.text for piece in languages.pieces_of(read_question(dict(other.content)))}
    texts = {piece.place: words.get(piece.place, "") for piece in languages.pieces_of(own)}
    told = {locale: {"texts": {place: text for place, text in texts.items() if text}}}
    return replace(entry, content={**entry.content, "translations": told})


def _tell_self_check(world: World, slug: str, paper: Paper, other: Paper, locale: str) -> None:
    quiz = (
        session().scalars(select(Quiz).filter_by(activity_id=world.things[f"quiz.{slug}.self_check"])).one()
    )
    words = {"": other.self_check_intro} | dict(zip(paper.categories, other.categories, strict=True))
    for original, text in words.items():
        session().add(QuizText(quiz_id=quiz.id, locale=locale, original=original, text=text))


def _fill_bank(world: World, trainer: str, paper: Paper) -> dict[str, list[uuid.UUID]]:
    """Questions by the name of their category."""
    found: dict[str, list[uuid.UUID]] = {}
    for category, entries in paper.categories.items():
        place = bank.category_of_path([paper.top, category], None)
        found[category] = [_add(world, trainer, place or bank.NEW_CATEGORY, entry) for entry in entries]
    session().flush()
    return found


def _add(world: World, trainer: str, place: uuid.UUID, entry: Entry) -> uuid.UUID:
    draft = bank.Draft(place, read_question(dict(entry.content)), entry.name, entry.tags)
    return bank.new_question(draft, world.people[trainer].id).id


def _make_self_check(
    world: World, slug: str, trainer: str, paper: Paper, questions: dict[str, list[uuid.UUID]]
) -> None:
    activity, quiz = _make_quiz(world, slug, trainer, paper.self_check, paper.self_check_summary)
    set_up(world.actor(trainer, slug), activity.id, SetUpQuiz(intro=paper.self_check_intro, pass_mark=0))
    activity.completion_rule, activity.completion_goal = "submitted", None
    for position, (category, ids) in enumerate(questions.items()):
        session().add(Slot(quiz_id=quiz.id, position=position, section=category, question_id=ids[0]))
    world.things[f"quiz.{slug}.self_check"] = activity.id
    _let_people_answer(world, slug, activity, quiz, days=(40, 2), count=9)


def _make_test(
    world: World, slug: str, trainer: str, paper: Paper, questions: dict[str, list[uuid.UUID]]
) -> None:
    activity, quiz = _make_quiz(world, slug, trainer, paper.test, paper.test_summary)
    rules = SetUpQuiz(mode="test", time_limit=45, max_attempts=3, pass_mark=70, intro=paper.test_intro)
    set_up(world.actor(trainer, slug), activity.id, rules)
    chosen = [each for ids in questions.values() for each in ids[1:]]
    for position, question_id in enumerate(chosen):
        session().add(Slot(quiz_id=quiz.id, position=position, question_id=question_id))
    drawn = next(iter(questions))
    category_id = bank.category_of_path([paper.top, drawn], None)
    session().add(Slot(quiz_id=quiz.id, position=len(chosen), category_id=category_id, draw_count=1))
    person = world.trainees(slug)[3]
    session().add(ExtraTime(quiz_id=quiz.id, user_id=person.id, minutes=15))
    world.things[f"quiz.{slug}.test"] = activity.id
    _let_people_answer(world, slug, activity, quiz, days=(21, 1), count=7)


def _make_quiz(world: World, slug: str, trainer: str, title: str, summary: str) -> tuple[Activity, Quiz]:
    actor = world.actor(trainer, slug)
    activity = create_activity(actor, CreateActivity(title=title, type="quiz"))
    edit_activity(actor, activity.id, EditActivity(title=title, summary=summary))
    set_state(actor, activity.id, "published")
    return activity, quiz_of(activity)


def _let_people_answer(
    world: World, slug: str, activity: Activity, quiz: Quiz, days: tuple[int, int], count: int
) -> None:
    """Most have handed in; the last two are in the middle of it."""
    session().flush()
    newcomer = world.trainees(slug)[4]  # has taken part in nothing yet
    people = [person for person in world.trainees(slug) if person is not newcomer][1 : count + 1]
    for number, person in enumerate(people):
        chance = random.Random(number * 7 + len(slug))
        actor = world.actor(person.key, slug)
        enrol(actor, activity.id, Enrol())
        attempt = start_attempt(actor, activity.id)
        is_running = number >= len(people) - 2
        began = (
            world.now - timedelta(minutes=9)
            if is_running
            else world.moment(chance.uniform(*days), 10, number)
        )
        attempt.started_at, attempt.seed = began, number + 1
        attempt.due_at = began + timedelta(minutes=quiz.time_limit) if quiz.time_limit else None
        _answer(attempt, chance, share=0.5 if is_running else 1.0, skill=chance.uniform(0.5, 1.0))
        if not is_running:
            _hand_in(attempt, quiz, began + timedelta(minutes=chance.randrange(8, 40)), activity.owner_id)


def _answer(attempt: Attempt, chance: random.Random, *, share: float, skill: float) -> None:
    rows = attempt.answers[: max(1, round(len(attempt.answers) * share))]
    for row in rows:
        question = question_of(row.version_id)
        if not question.is_graded or question.kind == "file":
            continue
        row.answer = _essay() if question.kind == "essay" else _given(question, chance, skill)
        row.seq, row.answered_at = 1, attempt.started_at + timedelta(minutes=row.position)


def _given(question: Question, chance: random.Random, skill: float) -> dict[str, object]:
    best = question.best_answer()
    if chance.random() < skill:
        return best
    if "chosen" in best and question.kind in {"single", "truefalse"}:
        keys = (
            ["true", "false"]
            if question.kind == "truefalse"
            else [each["id"] for each in question.model_dump()["choices"]]
        )
        return {"chosen": [chance.choice([key for key in keys if key not in best["chosen"]])]}
    if "order" in best:
        return {"order": [*best["order"][1:], best["order"][0]]}
    if "chosen" in best:
        return {"chosen": best["chosen"][:1]}
    return question.accept({"text": "?", "gaps": ["?"]})


def _essay() -> dict[str, object]:
    return {
        "text": "Prima del colloquio a distanza provo audio e video, preparo le domande e scrivo alla persona che cosa le serve.\n\n"
        "Durante il colloquio ascolto più di quanto parlo. Alla fine riassumo due passi concreti, con una data per ciascuno."
    }


def _hand_in(attempt: Attempt, quiz: Quiz, at: datetime, grader: uuid.UUID) -> None:
    attempt.state, attempt.submitted_at, attempt.submit_key = "submitted", at, attempt.id.hex[:32]
    for row in attempt.answers:
        judge(row, question_of(row.version_id), is_practice=quiz.mode == "practice")
    count_up(attempt, attempt.answers)
    tell_activity(attempt, quiz, "submitted", at)
    if not attempt.waits_for_grade:
        tell_activity(attempt, quiz, "scored", at)
        return
    _grade_some(attempt, quiz, at, grader)


def _grade_some(attempt: Attempt, quiz: Quiz, at: datetime, grader: uuid.UUID) -> None:
    """Every second one was graded already; the rest waits."""
    if attempt.seed % 2:
        return
    for row in attempt.answers:
        if row.waits_for_grade:
            question = question_of(row.version_id)
            row.levels = {criterion.id: 1 for criterion in getattr(question, "rubric", ())}
            row.fraction, row.waits_for_grade = 0.75, False
            row.comment = "Chiaro e concreto. Manca come si fa il seguito per chi non risponde."
            row.graded_at, row.graded_by_id = at + timedelta(days=1), grader
    count_up(attempt, attempt.answers)
    tell_activity(attempt, quiz, "scored", at)


def _note_import(world: World, trainer: str, paper: Paper) -> None:
    lines: Sequence[Sequence[object]] = [
        [1, paper.imported[0], paper.top, "single", "", ""],
        [9, paper.imported[1], paper.top, "", "open_brace", ""],
    ]
    session().add(
        BankImport(
            created_by_id=world.people[trainer].id, file_name="domande.gift.txt", format="gift", state="done",
            good_count=1, bad_count=1, report={"lines": lines}, created_at=world.moment(60),
        )
    )  # fmt: skip
