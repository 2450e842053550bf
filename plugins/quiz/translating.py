"""A quiz in several languages: what of it is not there yet, and writing it."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from babel import Locale, UnknownLocaleError
from pydantic import Field, create_model
from sqlalchemy import bindparam, select

from lms.plugin import (
    Actor,
    Command,
    Frame,
    NotFound,
    Ref,
    Ui,
    _,
    _l,
    attach_embedded,
    clean_html,
    current_locale,
    directory,
    is_empty,
    plain_text,
    session,
)
from plugins.quiz import bank, quizzes
from plugins.quiz.grading import AnyQuestion, languages
from plugins.quiz.grading.base import LONGEST_TEXT
from plugins.quiz.grading.languages import Piece
from plugins.quiz.lines import as_html
from plugins.quiz.models import Quiz, QuizText, Slot

INTRO = ""
"""What the introduction is kept under, beside headings."""
_WORDS = select(QuizText.original, QuizText.text).where(
    QuizText.quiz_id == bindparam("quiz_id"), QuizText.locale == bindparam("locale")
)
_LONG = frozenset({"stem", "feedback"})


class WriteIntro(Command):
    """The introduction in another language."""

    intro: Annotated[str | None, Field(max_length=20_000), Ui(_l("Before it begins"), kind="richtext")] = None


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """A question of a quiz, and how many of its texts are not there in a language. ``is_drawn``: it may be asked."""

    id: uuid.UUID
    name: str
    type: str
    missing: int
    is_drawn: bool


def locale_of(frame: Frame | None) -> str:
    """The language in which a person reads a quiz: that of the whole it is a step of, else their own."""
    return frame.locale if frame is not None and frame.locale else current_locale()


def languages_of(actor: Actor, frame: Frame | None) -> list[str]:
    """The languages in which a quiz can be told besides the one it is written in."""
    office = directory().get(actor.office_id).languages if actor.office_id else ()
    return list(dict.fromkeys([*(frame.languages if frame is not None else ())[1:], *office[1:]]))


def name_of_language(code: str) -> str:
    """What a language calls itself. Raises NotFound for a code that is none."""
    try:
        name = Locale.parse(code).get_display_name(code) if re.fullmatch("[a-z]{2,3}", code) else None
    except (UnknownLocaleError, ValueError):
        name = None
    if name is None:
        raise NotFound(_("There is no such language."))
    return name[:1].upper() + name[1:]


def words_of(quiz: Quiz, locale: str) -> dict[str, str]:
    """The introduction and the headings of a quiz in a language, by what they are in the original."""
    return dict(session().execute(_WORDS, {"quiz_id": quiz.id, "locale": locale}).all())


def save_words(actor: Actor, activity_id: uuid.UUID, locale: str, given: Mapping[str, str]) -> None:
    """Write the introduction and headings in a language; empty ones go. Raises NotFound, Forbidden."""
    _activity, quiz = quizzes.get_managed_quiz(actor, activity_id)
    known = {
        row.original: row
        for row in session().scalars(select(QuizText).filter_by(quiz_id=quiz.id, locale=locale))
    }
    wanted = {INTRO, *headings_of(quiz)}
    for original, text in given.items():
        if original not in wanted:
            continue
        own = clean_html(text) if original == INTRO else text.strip()[:120]
        row = known.get(original)
        if is_empty(own):
            if row is not None:
                session().delete(row)
        elif row is None:
            session().add(QuizText(quiz_id=quiz.id, locale=locale, original=original, text=own))
        else:
            row.text = own
        if original == INTRO:
            attach_embedded(actor, own, Ref.of("core", "activity", activity_id))
    session().flush()


def headings_of(quiz: Quiz) -> list[str]:
    """The headings of a quiz, each once, in order."""
    query = select(Slot.section).filter_by(quiz_id=quiz.id).order_by(Slot.position, Slot.id)
    return list(dict.fromkeys(each for each in session().scalars(query) if each))


def find_words(quiz: Quiz, locale: str) -> list[QuestionWords]:
    """The questions of a quiz, asked and drawn, with what they lack in a language."""
    asked, drawn = _questions([quiz])[quiz.id]
    order = [*_in_order(quiz), *sorted(drawn - asked)]
    return [
        QuestionWords(
            each.row.id, each.row.name, each.row.type, languages.missing_in(each.content, locale), each.row.id not in asked
        )
        for each in quizzes.contents_of(order)
    ]  # fmt: skip


def _in_order(quiz: Quiz) -> list[uuid.UUID]:
    query = select(Slot.question_id).filter_by(quiz_id=quiz.id).order_by(Slot.position, Slot.id)
    return [each for each in session().scalars(query) if each is not None]


def count_missing(activity_ids: Sequence[uuid.UUID], original: str, wanted: str) -> dict[uuid.UUID, int]:
    """For quizzes that lack something in a language: how many questions, headings and introductions."""
    found = {row.id: row for row in session().scalars(select(Quiz).where(Quiz.activity_id.in_(activity_ids)))}
    if not found:
        return {}
    questions = _questions(list(found.values()))
    wanted_ids = {each for asked, drawn in questions.values() for each in (*asked, *drawn)}
    lacking = {
        each.row.id
        for each in quizzes.contents_of(list(wanted_ids))
        if languages.missing_in(each.content, wanted)
    }
    told: dict[uuid.UUID, set[str]] = defaultdict(set)
    query = select(QuizText.quiz_id, QuizText.original).where(
        QuizText.quiz_id.in_(found), QuizText.locale == wanted
    )
    for quiz_id, text in session().execute(query):
        told[quiz_id].add(text)
    headings: dict[uuid.UUID, set[str]] = defaultdict(set)
    for quiz_id, text in session().execute(select(Slot.quiz_id, Slot.section).where(Slot.quiz_id.in_(found))):
        headings[quiz_id] |= {text} if text else set()
    counts = {}
    for quiz_id, quiz in found.items():
        own = headings[quiz_id] | ({INTRO} if not is_empty(quiz.intro) else set())
        asked, drawn = questions[quiz_id]
        counts[quiz.activity_id] = len(own - told[quiz_id]) + len(lacking & {*asked, *drawn})
    return {key: count for key, count in counts.items() if count}


def words_command(question: AnyQuestion, locale: str) -> tuple[type[Command], dict[str, Any], list[Piece]]:
    """A form with a field for each text of a question, what is in them in a language, and the texts."""
    pieces = languages.pieces_of(question)
    own = question.translations.get(locale)
    texts, to_check = (own.texts, set(own.to_check)) if own is not None else ({}, set())
    fields: dict[str, Any] = {}
    values: dict[str, Any] = {}
    labels = _labels(pieces)
    for number, piece in enumerate(pieces):
        is_long = piece.place in _LONG
        shown = plain_text(piece.text) if piece.is_html else piece.text
        hint = _("The original has changed: %(text)s", text=shown) if piece.place in to_check else shown
        kind = (
            "richtext"
            if is_long
            else "richline"
            if piece.is_html
            else "textarea"
            if "\n" in piece.text or len(shown) > 150
            else "text"
        )
        fields[f"text{number}"] = (
            Annotated[str | None, Field(max_length=LONGEST_TEXT), Ui(labels[number], hint, kind=kind)], None,
        )  # fmt: skip
        text = texts.get(piece.place, "")
        values[f"text{number}"] = text
    return create_model("TranslateQuestion", __base__=Command, **fields), values, pieces


def translate(
    actor: Actor, question_id: uuid.UUID, locale: str, command: Command, pieces: Sequence[Piece]
) -> None:
    """Keep what was written in the form of ``words_command``. Raises Forbidden, NotFound, Invalid."""
    given = {}
    for number, piece in enumerate(pieces):
        text = getattr(command, f"text{number}") or ""
        given[piece.place] = as_html(text) if piece.is_html and piece.place not in _LONG and text else text
    bank.translate_question(actor, question_id, locale, given)


def _labels(pieces: Sequence[Piece]) -> list[str]:
    """What each text of a question is, in words; parts of one kind are numbered."""
    names = {
        "stem": _("Question"), "feedback": _("Explanation"), "hints": _("Hint"), "choices": _("Choice"), "pairs": _("Pair"),
        "items": _("Thing to put in order"), "answers": _("Right answer"), "numbers": _("Right number"), "gaps": _("Gap"),
        "extra_answers": _("Answer that belongs to none"), "extra_words": _("Word to choose from"), "rubric": _("Criterion"),
        "feedback_true": _("Feedback on “true”"), "feedback_false": _("Feedback on “false”"), "template": _("Text to begin with"),
    }  # fmt: skip
    said = {"feedback": _("feedback"), "prompt": _("what is asked"), "answer": _("the answer to it"), "wrong": _("wrong word"), "levels": _("level")}  # fmt: skip
    numbers: dict[str, dict[str, int]] = defaultdict(dict)
    found = []
    for piece in pieces:
        kind, *rest = piece.place.split(".")
        words = [names.get(kind, kind)]
        if rest:
            known = numbers[kind]
            words.append(str(known.setdefault(rest[0], len(known) + 1)))
        last = next((said[each] for each in reversed(rest[1:]) if each in said), "")
        found.append(f"{' '.join(words)}: {last}" if last else " ".join(words))
    return found


def _questions(found: Sequence[Quiz]) -> dict[uuid.UUID, tuple[set[uuid.UUID], set[uuid.UUID]]]:
    """For each quiz the ids of the questions that it asks, and of those that it draws from."""
    rows = session().scalars(select(Slot).where(Slot.quiz_id.in_([each.id for each in found]))).all()
    pools = quizzes.pools_of([row.category_id for row in rows if row.category_id])
    result: dict[uuid.UUID, tuple[set[uuid.UUID], set[uuid.UUID]]] = {
        each.id: (set(), set()) for each in found
    }
    for row in rows:
        asked, drawn = result[row.quiz_id]
        if row.question_id:
            asked.add(row.question_id)
        elif row.category_id:
            drawn.update(pools.get(row.category_id, ()))
    return result
