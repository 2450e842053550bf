"""Writing GIFT. What the format cannot hold is named in a comment; hints stand in one, and are read from it again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from plugins.quiz import grading as g
from plugins.quiz.formats.gift import read_gift, write_hint
from plugins.quiz.formats.items import BankItem, write_category

_SIGNS = re.compile(r"([~=#{}:\\])")


def write_gift(items: Iterable[BankItem]) -> tuple[str, list[str]]:
    """The text, and the names of questions that it cannot hold."""
    parts: list[str] = []
    left_out: list[str] = []
    category: tuple[str, ...] | None = None
    for item in items:
        block = _block(item)
        if block is None:
            left_out.append(item.name)
            continue
        if item.category != category:
            category = item.category
            parts.append(f"$CATEGORY: {write_category(category)}\n")
        parts.append(block)
    notes = [f"// GIFT: {' '.join(name.split())}\n" for name in left_out]
    return "\n".join([*notes, *parts]), left_out


def find_lost(item: BankItem) -> list[str]:
    """Fields of a question that GIFT has no place for, though it holds the question: found by reading what is written.

    ``hints`` are in it even though they come back: they stand in a comment, which other programs do not read.
    """
    block = _block(item)
    if block is None:
        return []
    [outcome] = read_gift(block)
    own = _plain(item.question.model_dump())
    read = _plain(outcome.item.question.model_dump()) if outcome.item is not None else {}
    changed = [name for name, value in own.items() if read.get(name) != value]
    return [*changed, *(["hints"] if item.question.hints and "hints" not in changed else [])]


def _block(item: BankItem) -> str | None:
    answers = _answers(item.question)
    if answers is None or item.files:
        return None
    tags = "".join(f" [tag:{tag.replace(']', ' ')}]" for tag in item.tags)
    comments = [f"//{tags}\n"] if tags else []
    comments += [f"// {write_hint(hint)}\n" for hint in item.question.hints]
    return f"{''.join(comments)}::{_escaped(item.name)}::[html]{_escaped(item.question.stem)}{answers}\n"


def _plain(value: Any) -> Any:
    """Without the ids of answers, which are made anew."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if name != "id"}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _answers(question: g.AnyQuestion) -> str | None:
    """The answers in braces; None for a type that GIFT does not have."""
    general = f"\n####{_escaped(question.feedback)}" if question.feedback else ""
    lines: list[str] | None
    if isinstance(question, g.Description):
        return "" if not question.feedback else None
    if isinstance(question, g.TrueFalse):
        return f"{{{_true_false(question)}{general}}}"
    if isinstance(question, g.Essay):
        return f"{{{general}}}" if not question.rubric else None
    lines = (
        _choices(question) if isinstance(question, g.SingleChoice | g.MultipleChoice) else _typed(question)
    )
    if lines is None:
        return None
    sign = "#" if isinstance(question, g.Number) else ""
    return "{" + sign + "\n" + "\n".join(lines) + general + "\n}"


def _choices(question: g.SingleChoice | g.MultipleChoice) -> list[str] | None:
    if isinstance(question, g.MultipleChoice):
        if question.is_all_or_nothing:
            return None
        return [f"~%{each.weight:g}%{_escaped(each.text)}{_said(each.feedback)}" for each in question.choices]
    if not any(each.weight == 100 for each in question.choices):
        return None
    return [
        f"{'=' if each.weight == 100 else f'~%{each.weight:g}%' if each.weight else '~'}{_escaped(each.text)}{_said(each.feedback)}"
        for each in question.choices
    ]


def _typed(question: g.AnyQuestion) -> list[str] | None:
    if isinstance(question, g.ShortText):
        if question.is_case_sensitive:
            return None
        return [
            f"={_weight(each.weight)}{_escaped(each.pattern)}{_said(each.feedback)}"
            for each in question.answers
        ]
    if isinstance(question, g.Number):
        if question.units:
            return None
        return [
            f"={_weight(each.weight)}{each.value}:{each.tolerance}{_said(each.feedback)}"
            for each in question.answers
        ]
    if isinstance(question, g.Matching):
        if any("->" in pair.prompt or "->" in pair.answer for pair in question.pairs):
            return None
        pairs = [f"={_escaped(pair.prompt)} -> {_escaped(pair.answer)}" for pair in question.pairs]
        return [*pairs, *(f"= -> {_escaped(text)}" for text in question.extra_answers)]
    return None


def _true_false(question: g.TrueFalse) -> str:
    right, wrong = question.feedback_true, question.feedback_false
    if not question.is_true:
        right, wrong = wrong, right
    said = f"#{_escaped(wrong)}#{_escaped(right)}" if right or wrong else ""
    return f"{'TRUE' if question.is_true else 'FALSE'}{said}"


def _weight(weight: float) -> str:
    return "" if weight == 100 else f"%{weight:g}%"


def _said(feedback: str) -> str:
    return f"#{_escaped(feedback)}" if feedback else ""


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\1", text.strip()).replace("\n", "\\n")
