"""A text with gaps, each typed, selected, or filled with a word that is dragged or picked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from plugins.quiz.grading.base import (
    LONGEST_LINE,
    MOST_ITEMS,
    Answer,
    Grade,
    Note,
    Part,
    Question,
    fraction_of,
    read_text,
)
from plugins.quiz.grading.number import NumberAnswer, best_number, parse_number
from plugins.quiz.grading.text import TextAnswer, best_match, example_of

MARK = re.compile(r"\[\[(\d{1,3})\]\]")
"""Where gap number n stands in the stem."""
_TAG = re.compile(r"""(<(?:[^"'<>]|"[^"]*"|'[^']*')*>)""")


def split_gaps(stem: str) -> list[tuple[str, int | None]]:
    """The stem in pieces: HTML, and the number of the gap (from 0) behind it, None after the last.

    A mark inside a tag is no gap, so nothing can be put into an attribute.
    """
    pieces: list[tuple[str, int | None]] = []
    html = ""
    for place, part in enumerate(_TAG.split(stem)):
        if place % 2:
            html += part
            continue
        begin = 0
        for match in MARK.finditer(part):
            pieces.append((html + part[begin : match.start()], int(match.group(1)) - 1))
            html, begin = "", match.end()
        html += part[begin:]
    return [*pieces, (html, None)]


class Gap(Part):
    """One gap. ``answers`` (patterns) are for words, ``numbers`` for numbers; ``wrong`` are offered besides."""

    kind: Literal["typed", "selected", "dragged", "number"] = "typed"
    answers: tuple[TextAnswer, ...] = Field(default=(), max_length=MOST_ITEMS)
    numbers: tuple[NumberAnswer, ...] = Field(default=(), max_length=20)
    wrong: tuple[str, ...] = Field(default=(), max_length=MOST_ITEMS)
    is_case_sensitive: bool = False
    weight: int = Field(default=1, ge=1, le=100)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not (self.numbers if self.kind == "number" else self.answers):
            raise ValueError("a gap has no right answer")
        return self

    @property
    def right(self) -> str:
        """What fills it best."""
        if self.kind == "number":
            return f"{max(self.numbers, key=lambda each: each.weight).value}"
        return example_of(max(self.answers, key=lambda each: each.weight).pattern)

    def share(self, text: str) -> tuple[float, str]:
        """What a text in the gap is worth (0 to 1), and what to say about it."""
        found: TextAnswer | NumberAnswer | None
        if self.kind == "number":
            read = parse_number(text)
            found = best_number(self.numbers, read[0]) if read else None
        else:
            found = best_match(self.answers, text, is_case_sensitive=self.is_case_sensitive)
        return (found.weight / 100, found.feedback) if found else (0.0, "")


class GapFill(Question):
    """The stem holds ``[[1]]``, ``[[2]]`` ... where the gaps are; each comes exactly once."""

    type: Literal["gaps"] = "gaps"
    gaps: tuple[Gap, ...] = Field(min_length=1, max_length=MOST_ITEMS)
    extra_words: tuple[str, ...] = Field(default=(), max_length=MOST_ITEMS)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        found = sorted(number for _html, number in split_gaps(self.stem) if number is not None)
        if found != list(range(len(self.gaps))):
            raise ValueError("the gaps in the text do not fit the answers")
        return self

    def words(self, number: int) -> list[str]:
        """What can be chosen for gap ``number`` (from 0), the same each time; empty for what is typed."""
        gap = self.gaps[number]
        if gap.kind == "selected":
            own = [example_of(each.pattern) for each in gap.answers if each.weight > 0]
            shared = [*self.extra_words] if not gap.wrong else []
            others = [] if gap.wrong else [each.right for each in self.gaps if each.kind == "selected"]
            return sorted({*own, *gap.wrong, *shared, *others}, key=str.casefold)
        if gap.kind == "dragged":
            dragged = [each for each in self.gaps if each.kind == "dragged"]
            wrong = [word for each in dragged for word in each.wrong]
            return sorted({*(each.right for each in dragged), *wrong, *self.extra_words}, key=str.casefold)
        return []

    def accept(self, raw: Mapping[str, Any]) -> Answer:
        """A text for each gap; where words are offered, only those."""
        given = raw.get("gaps")
        if not isinstance(given, list | tuple):
            return {}
        texts = []
        for number in range(len(self.gaps)):
            text = " ".join(read_text(given[number] if number < len(given) else "", LONGEST_LINE).split())
            offered = self.words(number)
            texts.append("" if offered and text not in offered else text)
        return {"gaps": texts} if any(texts) else {}

    def is_answered(self, answer: Answer) -> bool:
        """True if any gap is filled."""
        return any(answer.get("gaps", ()))

    def grade(self, answer: Answer) -> Grade:
        """The mean of the gaps by their weight."""
        texts = answer.get("gaps", [])
        total, notes = 0.0, []
        for number, gap in enumerate(self.gaps):
            text = texts[number] if number < len(texts) else ""
            share, feedback = gap.share(text) if text else (0.0, "")
            total += share * gap.weight
            if text:
                notes.append(Note(str(number), fraction_of(share), feedback))
        return Grade(fraction_of(total / sum(gap.weight for gap in self.gaps)), tuple(notes))

    def best_answer(self) -> Answer:
        """What fills each gap best."""
        return {"gaps": [gap.right for gap in self.gaps]}

    def texts(self) -> list[str]:
        """All HTML of the question."""
        said = [each.feedback for gap in self.gaps for each in gap.answers]
        said += [each.feedback for gap in self.gaps for each in gap.numbers]
        return [*super().texts(), *said]
