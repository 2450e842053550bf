"""From a question back to what its form shows."""

from __future__ import annotations

from typing import Any

from plugins.quiz import grading as g
from plugins.quiz.gaptext import write_gaps
from plugins.quiz.grading.choice import even_weights


def values_of(question: g.AnyQuestion) -> dict[str, Any]:
    """What the form of a question shows."""
    values: dict[str, Any] = {
        "stem": question.stem, "feedback": question.feedback, "penalty": round(question.penalty * 100),
        "hint": list(question.hints),
    }  # fmt: skip
    return values | _values(question)


def _values(q: g.AnyQuestion) -> dict[str, Any]:
    if isinstance(q, g.SingleChoice | g.MultipleChoice):
        return _choice_values(q)
    if isinstance(q, g.TrueFalse):
        return {
            "is_true": "true" if q.is_true else "false",
            "feedback_true": q.feedback_true,
            "feedback_false": q.feedback_false,
        }
    if isinstance(q, g.ShortText):
        return {
            "pattern": [each.pattern for each in q.answers], "pattern_weight": [_shown(each.weight) for each in q.answers],
            "pattern_feedback": [each.feedback for each in q.answers], "is_case_sensitive": q.is_case_sensitive,
        }  # fmt: skip
    if isinstance(q, g.Number):
        return {
            "value": [f"{each.value}" for each in q.answers],
            "tolerance": [f"{each.tolerance}" if each.tolerance else "" for each in q.answers],
            "value_weight": [_shown(each.weight) for each in q.answers],
            "value_feedback": [each.feedback for each in q.answers], "unit_rule": q.unit_rule,
            "unit": [each.name for each in q.units], "unit_factor": [f"{each.factor}" for each in q.units],
        }  # fmt: skip
    return _more_values(q)


def _more_values(q: g.AnyQuestion) -> dict[str, Any]:
    if isinstance(q, g.Matching):
        return {
            "prompt": [each.prompt for each in q.pairs], "prompt_id": [each.id for each in q.pairs],
            "match": [each.answer for each in q.pairs], "extra": "\n".join(q.extra_answers),
        }  # fmt: skip
    if isinstance(q, g.Ordering):
        texts, ids = [each.text for each in q.items], [each.id for each in q.items]
        return {"item": texts, "item_id": ids, "scoring": q.scoring}
    if isinstance(q, g.GapFill):
        return {
            "stem": write_gaps(q), "kind": next((gap.kind for gap in q.gaps if gap.kind != "number"), "typed"),
            "words": "\n".join(q.extra_words), "is_case_sensitive": any(gap.is_case_sensitive for gap in q.gaps),
        }  # fmt: skip
    if isinstance(q, g.Essay | g.FileAnswer):
        levels = ["\n".join(f"{each.points:g} {each.text}" for each in row.levels) for row in q.rubric]
        own = {"most_words": q.most_words} if isinstance(q, g.Essay) else {"most_files": q.most_files}
        titles, ids = [row.title for row in q.rubric], [row.id for row in q.rubric]
        return own | {
            "criterion": titles,
            "criterion_id": ids,
            "levels": levels,
            "grader_notes": q.grader_notes,
        }
    return {}


def _choice_values(q: g.SingleChoice | g.MultipleChoice) -> dict[str, Any]:
    rights = [each.is_right for each in q.choices]
    even = even_weights(rights) if isinstance(q, g.MultipleChoice) else [100.0 * each for each in rights]
    is_even = all(abs(each.weight - own) < 0.01 for each, own in zip(q.choices, even, strict=True))
    is_even = is_even or (isinstance(q, g.MultipleChoice) and q.is_all_or_nothing)
    values: dict[str, Any] = {
        "option": [each.text for each in q.choices], "option_id": [each.id for each in q.choices],
        "option_weight": ["" if is_even else f"{each.weight:g}" for each in q.choices],
        "option_feedback": [each.feedback for each in q.choices], "is_shuffled": q.is_shuffled,
        "right": [str(number) for number, is_right in enumerate(rights) if is_right],
    }  # fmt: skip
    return values | ({"is_all_or_nothing": q.is_all_or_nothing} if isinstance(q, g.MultipleChoice) else {})


def _shown(weight: float) -> str:
    return "" if weight == 100 else f"{weight:g}"
