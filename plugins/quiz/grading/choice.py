"""Choosing: one of several, several of several, true or false."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from plugins.quiz.grading.base import (
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


class Choice(Part):
    """Something to choose. ``weight`` is a share in percent, -100 to 100; more than 0 means right."""

    id: str = Field(min_length=1, max_length=20)
    text: str = Field(max_length=LONGEST_TEXT)
    weight: float = Field(default=0, ge=-100, le=100)
    feedback: str = Field(default="", max_length=LONGEST_TEXT)

    @property
    def is_right(self) -> bool:
        """True if choosing it is worth something."""
        return self.weight > 0


class _Choosing(Question):
    """What questions with choices share."""

    choices: tuple[Choice, ...] = Field(min_length=2, max_length=MOST_ITEMS)
    is_shuffled: bool = True

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not unique_ids(self.choices):
            raise ValueError("two choices have one id")
        if not any(each.is_right for each in self.choices):
            raise ValueError("no choice is right")
        return self

    def is_answered(self, answer: Answer) -> bool:
        """True if something is chosen."""
        return bool(answer.get("chosen"))

    def texts(self) -> list[str]:
        """All HTML of the question."""
        return [*super().texts(), *(text for each in self.choices for text in (each.text, each.feedback))]

    def _chosen(self, answer: Answer) -> list[Choice]:
        chosen = set(answer.get("chosen", ()))
        return [each for each in self.choices if each.id in chosen]


def _notes(chosen: Sequence[Choice]) -> tuple[Note, ...]:
    return tuple(Note(each.id, 1.0 if each.is_right else 0.0, each.feedback) for each in chosen)


class SingleChoice(_Choosing):
    """One of several is to be chosen."""

    type: Literal["single"] = "single"

    def accept(self, raw: Mapping[str, Any]) -> Answer:
        """At most one known choice."""
        found = read_ids(raw.get("chosen"), [each.id for each in self.choices])[:1]
        return {"chosen": found} if found else {}

    def grade(self, answer: Answer) -> Grade:
        """The weight of what was chosen."""
        chosen = self._chosen(answer)
        return Grade(fraction_of(sum(each.weight for each in chosen) / 100), _notes(chosen))

    def best_answer(self) -> Answer:
        """The choice with the highest weight."""
        return {"chosen": [max(self.choices, key=lambda each: each.weight).id]}


class MultipleChoice(_Choosing):
    """Any number may be chosen. With ``is_all_or_nothing`` only exactly the right ones count."""

    type: Literal["multiple"] = "multiple"
    is_all_or_nothing: bool = False

    def accept(self, raw: Mapping[str, Any]) -> Answer:
        """Known choices, in the order of the question."""
        found = set(read_ids(raw.get("chosen"), [each.id for each in self.choices]))
        return {"chosen": [each.id for each in self.choices if each.id in found]} if found else {}

    def grade(self, answer: Answer) -> Grade:
        """The sum of the weights, or all or nothing."""
        chosen = self._chosen(answer)
        if self.is_all_or_nothing:
            right = {each.id for each in self.choices if each.is_right}
            return Grade(1.0 if {each.id for each in chosen} == right else 0.0, _notes(chosen))
        return Grade(fraction_of(sum(each.weight for each in chosen) / 100), _notes(chosen))

    def best_answer(self) -> Answer:
        """All right choices."""
        return {"chosen": [each.id for each in self.choices if each.is_right]}


class TrueFalse(Question):
    """A statement that is true or false."""

    type: Literal["truefalse"] = "truefalse"
    is_true: bool
    feedback_true: str = Field(default="", max_length=LONGEST_TEXT)
    feedback_false: str = Field(default="", max_length=LONGEST_TEXT)

    def accept(self, raw: Mapping[str, Any]) -> Answer:
        """``true`` or ``false``."""
        found = read_ids(raw.get("chosen"), ("true", "false"))[:1]
        return {"chosen": found} if found else {}

    def is_answered(self, answer: Answer) -> bool:
        """True if one of both is chosen."""
        return bool(answer.get("chosen"))

    def grade(self, answer: Answer) -> Grade:
        """Right or wrong."""
        chosen = answer.get("chosen", [])
        if not chosen:
            return Grade(0.0)
        is_right = chosen == ["true" if self.is_true else "false"]
        feedback = self.feedback_true if chosen == ["true"] else self.feedback_false
        return Grade(float(is_right), (Note(chosen[0], float(is_right), feedback),))

    def best_answer(self) -> Answer:
        """What is the case."""
        return {"chosen": ["true" if self.is_true else "false"]}

    def texts(self) -> list[str]:
        """All HTML of the question."""
        return [*super().texts(), self.feedback_true, self.feedback_false]


def even_weights(rights: Sequence[bool]) -> list[float]:
    """Weights where nobody gave any: the right ones share 100, the wrong ones take away in the same way."""
    right, wrong = sum(rights), len(rights) - sum(rights)
    return [round(100 / right, 5) if each else -round(100 / max(wrong, 1), 5) for each in rights]
