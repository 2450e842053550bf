"""Short answers, compared with patterns. ``*`` stands for any text, ``\\*`` for a star."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from plugins.quiz.grading.base import (
    LONGEST_LINE,
    LONGEST_TEXT,
    MOST_ITEMS,
    Answer,
    Grade,
    Note,
    Part,
    Question,
    fraction_of,
    read_text,
)

_STAR = re.compile(r"(?<!\\)((?:\\\\)*)\*")


class TextAnswer(Part):
    """A pattern and what an answer that fits it is worth, in percent."""

    pattern: str = Field(min_length=1, max_length=LONGEST_LINE)
    weight: float = Field(default=100, ge=0, le=100)
    feedback: str = Field(default="", max_length=LONGEST_TEXT)


class ShortText(Question):
    """A word or a short phrase."""

    type: Literal["shorttext"] = "shorttext"
    answers: tuple[TextAnswer, ...] = Field(min_length=1, max_length=MOST_ITEMS)
    is_case_sensitive: bool = False

    def accept(self, raw: Mapping[str, Any]) -> Answer:
        """One line of text."""
        text = " ".join(read_text(raw.get("text"), LONGEST_LINE).split())
        return {"text": text} if text else {}

    def is_answered(self, answer: Answer) -> bool:
        """True if something is written."""
        return bool(answer.get("text"))

    def grade(self, answer: Answer) -> Grade:
        """The best pattern that fits."""
        text = str(answer.get("text", ""))
        found = best_match(self.answers, text, is_case_sensitive=self.is_case_sensitive) if text else None
        if found is None:
            return Grade(0.0)
        return Grade(fraction_of(found.weight / 100), (Note("text", found.weight / 100, found.feedback),))

    def best_answer(self) -> Answer:
        """The best pattern, its stars left out."""
        best = max(self.answers, key=lambda each: each.weight)
        return {"text": " ".join(example_of(best.pattern).split())}

    def texts(self) -> list[str]:
        """All HTML of the question."""
        return [*super().texts(), *(each.feedback for each in self.answers)]


def best_match(answers: tuple[TextAnswer, ...], text: str, *, is_case_sensitive: bool) -> TextAnswer | None:
    """Of the patterns that fit, the one that is worth most; the first of equals."""
    fitting = [each for each in answers if fits(each.pattern, text, is_case_sensitive=is_case_sensitive)]
    return max(fitting, key=lambda each: each.weight, default=None)


def fits(pattern: str, text: str, *, is_case_sensitive: bool) -> bool:
    """True if the whole text fits the pattern. Takes time in proportion to the text, whatever the pattern."""
    pieces = [_plain(piece, is_case_sensitive) for piece in _split(pattern)]
    rest = _plain(text, is_case_sensitive)
    if len(pieces) == 1:
        return rest.strip() == pieces[0].strip()
    first, last = pieces[0].lstrip(), pieces[-1].rstrip()
    if not rest.startswith(first) or len(rest) < len(first) + len(last) or not rest.endswith(last):
        return False
    rest = rest[len(first) : len(rest) - len(last)]
    for piece in pieces[1:-1]:
        place = rest.find(piece)
        if place < 0:
            return False
        rest = rest[place + len(piece) :]
    return True


def example_of(pattern: str) -> str:
    """A text that fits the pattern."""
    return "".join(piece.replace("\\*", "*").replace("\\\\", "\\") for piece in _split(pattern))


def _split(pattern: str) -> list[str]:
    """The fixed pieces between stars, still escaped."""
    pieces, begin = [], 0
    for match in _STAR.finditer(pattern):
        pieces.append(pattern[begin : match.end() - 1])
        begin = match.end()
    return [*pieces, pattern[begin:]]


def _plain(text: str, is_case_sensitive: bool) -> str:
    unescaped = text.replace("\\*", "*").replace("\\\\", "\\")
    folded = unicodedata.normalize("NFC", re.sub(r"\s+", " ", unescaped))
    return folded if is_case_sensitive else unicodedata.normalize("NFC", folded.casefold())
