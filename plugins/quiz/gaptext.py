"""Gaps as people write them: right answers in square brackets inside the text."""

from __future__ import annotations

import re
from html import escape, unescape

from lms.plugin import _
from plugins.quiz import grading as g
from plugins.quiz.grading.gaps import split_gaps
from plugins.quiz.grading.text import example_of
from plugins.quiz.lines import read_decimal, refuse

_GAP = re.compile(r"(?<!\\)\[((?:\\.|[^\[\]<>\\]){1,1500})\]")


def read_gaps(stem: str, kind: str, *, is_case_sensitive: bool) -> tuple[str, tuple[g.Gap, ...]]:
    """The stem with numbered gaps, from one with answers in brackets.

    ``[Rome|Roma]`` has two right answers, ``[Rome|~Milan]`` a wrong one, ``[#9.8±0.1]`` is a number; ``\\[`` is a bracket.
    """
    gaps: list[g.Gap] = []

    def take(match: re.Match[str]) -> str:
        gaps.append(_gap(unescape(match[1]), kind, is_case_sensitive))
        return f"[[{len(gaps)}]]"

    return _GAP.sub(take, stem).replace("\\[", "[").replace("\\]", "]"), tuple(gaps)


def write_gaps(question: g.GapFill) -> str:
    """The stem with its answers in brackets, as ``read_gaps`` reads it."""
    parts = []
    for html, number in split_gaps(question.stem):
        parts.append(html.replace("[", "\\[").replace("]", "\\]"))
        if number is not None:
            parts.append(f"[{escape(_inside(question.gaps[number]), quote=False)}]")
    return "".join(parts)


def _gap(text: str, kind: str, is_case_sensitive: bool) -> g.Gap:
    if text.startswith("#"):
        value, _mark, tolerance = text[1:].replace("+-", "±").partition("±")
        answer = g.NumberAnswer(
            value=read_decimal("stem", value), tolerance=abs(read_decimal("stem", tolerance or "0"))
        )
        return g.Gap(kind="number", numbers=(answer,))
    pieces = [each.strip() for each in re.split(r"(?<!\\)\|", text) if each.strip()]
    pieces = [each.replace("\\|", "|").replace("\\[", "[").replace("\\]", "]") for each in pieces]
    right = tuple(g.TextAnswer(pattern=each) for each in pieces if not each.startswith("~"))
    wrong = tuple(each[1:].strip() for each in pieces if each.startswith("~"))
    if not right:
        refuse("stem", _("A gap needs a right answer: [%(text)s]", text=text))
    return g.Gap.model_validate(
        {"kind": kind, "answers": right, "wrong": wrong, "is_case_sensitive": is_case_sensitive}
    )


def _inside(gap: g.Gap) -> str:
    if gap.kind == "number":
        best = max(gap.numbers, key=lambda each: each.weight)
        return f"#{best.value}±{best.tolerance}" if best.tolerance else f"#{best.value}"
    right = [each.pattern for each in gap.answers if each.weight >= 100] or [
        example_of(gap.answers[0].pattern)
    ]
    pieces = [*right, *(f"~{each}" for each in gap.wrong)]
    return "|".join(each.replace("|", "\\|").replace("[", "\\[").replace("]", "\\]") for each in pieces)
