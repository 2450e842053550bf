"""A question told in several languages: one question, one score, its words in each of them.

The words of another language are kept beside the original by their place in it, such as
``choices.n1.text``. What is missing is shown in the original.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from plugins.quiz.grading import AnyQuestion, Question, UnreadableQuestion, read_question
from plugins.quiz.grading.base import Answer, Grade, Translation

_HTML = frozenset({"stem", "feedback", "feedback_true", "feedback_false", "prompt", "text"})
_PLAIN = frozenset({"answer", "pattern", "template", "title"})
_LISTS = frozenset({"hints", "extra_answers", "extra_words", "wrong"})
_PARTS = frozenset({"choices", "pairs", "items", "answers", "numbers", "gaps", "rubric", "levels"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A text of a question. ``place`` says where it stands; ``is_html`` is False for plain text."""

    place: str
    text: str
    is_html: bool


def pieces_of(question: Question) -> list[Piece]:
    """All texts that people who answer get to read, or by which their words are judged, in order."""
    return list(_walk(question.model_dump(mode="json"), "", is_plain=False))


def missing_in(question: Question, locale: str) -> int:
    """How many texts are not there in a language, or have to be looked at because the original changed."""
    own = question.translations.get(locale, Translation())
    checked = {place for place, text in own.texts.items() if text and place not in own.to_check}
    return sum(1 for piece in pieces_of(question) if piece.place not in checked)


def told_in(question: AnyQuestion, locale: str) -> AnyQuestion:
    """The question in a language, as far as it is there in it."""
    own = question.translations.get(locale)
    if own is None or not own.texts:
        return question
    try:
        return read_question(_retold(question.model_dump(mode="json"), own.texts, ""))
    except UnreadableQuestion:
        return question


def accept(question: AnyQuestion, raw: Mapping[str, Any]) -> Answer:
    """What of ``raw`` is an answer, in whichever language the question was read."""
    if not question.translations:
        return question.accept(raw)
    return max((each.accept(raw) for each in _all(question)), key=_filled)


def grade(question: AnyQuestion, answer: Answer, locale: str = "") -> Grade:
    """The best verdict of all languages, in the words of ``locale`` where it is as good as any."""
    if not question.translations:
        return question.grade(answer)
    grades = [each.grade(answer) for each in _all(question, locale)]
    if question.needs_person:
        return next((each for each in grades if each.fraction is not None), grades[0])
    return max(grades, key=lambda each: each.fraction or 0.0)


def carried(old: Question, new: dict[str, Any]) -> dict[str, Any]:
    """The stored form of a changed question with the words of ``old``; those whose original changed are to be checked."""
    before = {piece.place: piece.text for piece in pieces_of(old)}
    now = {piece.place: piece.text for piece in _walk(new, "", is_plain=False)}
    changed = {place for place, text in now.items() if before.get(place) != text}
    kept = {}
    for locale, own in old.translations.items():
        texts = {place: text for place, text in own.texts.items() if place in now}
        to_check = sorted((changed | set(own.to_check)) & set(texts))
        kept[locale] = {"texts": texts, "to_check": to_check}
    return new | {"translations": kept}


def _all(question: AnyQuestion, locale: str = "") -> list[AnyQuestion]:
    first = [told_in(question, locale)] if locale in question.translations else []
    others = [told_in(question, each) for each in question.translations if each != locale]
    return [*first, question, *others]


def _filled(answer: Answer) -> int:
    return sum(len([each for each in value if each]) for value in answer.values())


def _walk(value: Mapping[str, Any], above: str, *, is_plain: bool) -> Iterator[Piece]:
    for name, each in value.items():
        place = f"{above}{name}"
        if name in _LISTS:
            yield from (Piece(f"{place}.{number}", text, name == "hints") for number, text in enumerate(each))
        elif name in _PARTS and not isinstance(each, str):
            for number, part in enumerate(each):
                yield from _walk(
                    part, f"{place}.{part.get('id', number)}.", is_plain=is_plain or name == "rubric"
                )
        elif name in _HTML | _PLAIN and isinstance(each, str) and each.strip():
            yield Piece(place, each, name in _HTML and not is_plain)


def _retold(value: Mapping[str, Any], texts: Mapping[str, str], above: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, each in value.items():
        place = f"{above}{name}"
        if name == "translations":
            continue
        if name in _LISTS:
            each = [texts.get(f"{place}.{number}") or text for number, text in enumerate(each)]
        elif name in _PARTS and not isinstance(each, str):
            each = [
                _retold(part, texts, f"{place}.{part.get('id', number)}.") for number, part in enumerate(each)
            ]
        elif isinstance(each, str):
            each = texts.get(place) or each
        found[name] = each
    return found
