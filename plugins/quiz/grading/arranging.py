"""In which order a question shows its parts: mixed, and the same again for the same attempt."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from plugins.quiz.grading import Answer, AnyQuestion, Choice, Item, MultipleChoice, Ordering, SingleChoice

T = TypeVar("T")


def mixing_seed(attempt_seed: int, position: int) -> int:
    """The seed for one question of an attempt."""
    return attempt_seed * 1_009 + position


def mixed(parts: Sequence[T], seed: int) -> list[T]:
    """The parts in an order that the seed decides."""
    found = list(parts)
    random.Random(seed).shuffle(found)
    return found


def arranged_choices(question: SingleChoice | MultipleChoice, seed: int | None) -> list[Choice]:
    """Choices as they are shown; as written for no seed, or where the question is not to be mixed."""
    return (
        mixed(question.choices, seed) if seed is not None and question.is_shuffled else list(question.choices)
    )


def first_order(question: Ordering, seed: int) -> list[Item]:
    """The order in which items stand at first; never the right one."""
    found = mixed(question.items, seed)
    return found[1:] + found[:1] if found == list(question.items) else found


def is_untouched(question: AnyQuestion, answer: Answer, seed: int) -> bool:
    """True if an order is still the one in which the items stood at first."""
    return isinstance(question, Ordering) and answer.get("order") == [
        item.id for item in first_order(question, seed)
    ]
