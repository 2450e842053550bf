"""Putting things together: matching pairs, and an order."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

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
    read_ids,
    unique_ids,
)


class Pair(Part):
    """A prompt (HTML) and the answer (plain text) that belongs to it."""

    id: str = Field(min_length=1, max_length=20)
    prompt: str = Field(min_length=1, max_length=LONGEST_TEXT)
    answer: str = Field(min_length=1, max_length=LONGEST_LINE)


class Matching(Question):
    """To each prompt its answer. ``extra_answers`` belong to none. Equal answers are one."""

    type: Literal["matching"] = "matching"
    pairs: tuple[Pair, ...] = Field(min_length=2, max_length=MOST_ITEMS)
    extra_answers: tuple[str, ...] = Field(default=(), max_length=MOST_ITEMS)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not unique_ids(self.pairs):
            raise ValueError("two pairs have one id")
        return self

    def options(self) -> list[tuple[str, str]]:
        """Id and text of everything that can be chosen: the id is that of the first pair with this answer."""
        found: dict[str, str] = {}
        for pair in self.pairs:
            found.setdefault(pair.answer, pair.id)
        for number, text in enumerate(self.extra_answers):
            found.setdefault(text, f"x{number}")
        return [(key, text) for text, key in found.items()]

    def accept(self, raw: Mapping[str, Any]) -> Answer:
        """Known options for known prompts."""
        given = raw.get("pairs")
        if not isinstance(given, Mapping):
            return {}
        options = {key for key, _text in self.options()}
        pairs = {pair.id: given[pair.id] for pair in self.pairs if given.get(pair.id) in options}
        return {"pairs": pairs} if pairs else {}

    def is_answered(self, answer: Answer) -> bool:
        """True if anything is matched."""
        return bool(answer.get("pairs"))

    def grade(self, answer: Answer) -> Grade:
        """The share of prompts with their answer."""
        given = answer.get("pairs", {})
        texts = dict(self.options())
        rights = {pair.id: texts.get(given.get(pair.id, "")) == pair.answer for pair in self.pairs}
        notes = tuple(Note(key, float(is_right)) for key, is_right in rights.items() if key in given)
        return Grade(fraction_of(sum(rights.values()) / len(rights)), notes)

    def best_answer(self) -> Answer:
        """Each prompt with its answer."""
        ids = {text: key for key, text in self.options()}
        return {"pairs": {pair.id: ids[pair.answer] for pair in self.pairs}}

    def texts(self) -> list[str]:
        """All HTML of the question."""
        return [*super().texts(), *(pair.prompt for pair in self.pairs)]


class Item(Part):
    """Something to be put in its place."""

    id: str = Field(min_length=1, max_length=20)
    text: str = Field(min_length=1, max_length=LONGEST_TEXT)


class Ordering(Question):
    """Items, given here in the right order.

    ``scoring``: ``all`` counts only the whole order, ``position`` each item in its place,
    ``neighbours`` each item that is followed by the right one.
    """

    type: Literal["ordering"] = "ordering"
    items: tuple[Item, ...] = Field(min_length=2, max_length=MOST_ITEMS)
    scoring: Literal["all", "position", "neighbours"] = "position"

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not unique_ids(self.items):
            raise ValueError("two items have one id")
        return self

    def accept(self, raw: Mapping[str, Any]) -> Answer:
        """A whole order of the known items; what is left out comes last."""
        ids = [item.id for item in self.items]
        given = read_ids(raw.get("order"), ids)
        return {"order": given + [each for each in ids if each not in set(given)]} if given else {}

    def is_answered(self, answer: Answer) -> bool:
        """True if there is an order."""
        return bool(answer.get("order"))

    def grade(self, answer: Answer) -> Grade:
        """As ``scoring`` says."""
        given = answer.get("order", [])
        right = [item.id for item in self.items]
        if len(given) != len(right):
            return Grade(0.0)
        notes = tuple(Note(mine, float(mine == its)) for mine, its in zip(given, right, strict=True))
        if self.scoring == "all":
            return Grade(float(given == right), notes)
        if self.scoring == "position":
            return Grade(fraction_of(sum(note.fraction for note in notes) / len(right)), notes)
        follows = set(itertools.pairwise(right))
        found = sum(1 for each in itertools.pairwise(given) if each in follows)
        return Grade(fraction_of(found / len(follows)), notes)

    def best_answer(self) -> Answer:
        """The right order."""
        return {"order": [item.id for item in self.items]}

    def texts(self) -> list[str]:
        """All HTML of the question."""
        return [*super().texts(), *(item.text for item in self.items)]
