"""Questions as they are kept: texts sanitised, names and tags short."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lms.plugin import Invalid, _, clean_html, plain_text
from plugins.quiz.grading import Question, UnreadableQuestion, languages, read_question
from plugins.quiz.grading.base import Translation
from plugins.quiz.grading.gaps import MARK

MOST_TAGS = 20
NAME_LENGTH = 200
_HTML = frozenset({"stem", "feedback", "feedback_true", "feedback_false", "grader_notes", "prompt", "text"})
_PLAIN_INSIDE = frozenset({"rubric"})


def clean_question(question: Question) -> dict[str, Any]:
    """The stored form of a question, with sanitised texts. Raises Invalid if nothing sound is left."""
    content = _cleaned(question.model_dump(mode="json"))
    try:
        cleaned = read_question(content)
        told = {locale: clean_words(cleaned, each) for locale, each in cleaned.translations.items()}
        return cleaned.model_copy(update={"translations": told}).model_dump(mode="json")
    except UnreadableQuestion as error:
        raise Invalid(_("This question is not complete: %(reason)s", reason=str(error))) from None


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Tags as they are kept: trimmed, short, each once."""
    found = dict.fromkeys(" ".join(tag.split())[:60] for tag in tags)
    return [tag for tag in found if tag][:MOST_TAGS]


def name_of(name: str, content: dict[str, Any]) -> str:
    """The name in the bank: as given, or the beginning of the question."""
    given = " ".join(name.split()) or " ".join(MARK.sub("…", plain_text(content["stem"])).split())
    return (given or _("Question without words"))[:NAME_LENGTH]


def clean_words(question: Question, own: Translation) -> Translation:
    """The words of a question in another language, sanitised where they are HTML; those that have no place in it go."""
    kinds = {piece.place: piece.is_html for piece in languages.pieces_of(question)}
    texts = {
        place: clean_html(text) if kinds[place] else text
        for place, text in own.texts.items()
        if place in kinds
    }
    return own.model_copy(update={"texts": texts})


def _cleaned(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: each if name in _PLAIN_INSIDE else _cleaned(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [clean_html(each) if key == "hints" else _cleaned(each) for each in value]
    return clean_html(value) if key in _HTML and isinstance(value, str) else value
