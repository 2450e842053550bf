"""Texts with gaps of Moodle: "cloze", "select missing words", "drag and drop into text"."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from xml.etree.ElementTree import Element

from plugins.quiz.formats.items import Refused, as_html
from plugins.quiz.grading.number import parse_number

_CLOZE = re.compile(r"(?<!\\)\{(\d{0,3}):([A-Z_]{2,20}):((?:\\.|[^\\}]){0,5000})\}")
_ALTERNATIVE = re.compile(r"(?<!\\)~")
_FEEDBACK = re.compile(r"(?<!\\)#")
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{1,7})?)%")
_TYPED, _CASED = {"SHORTANSWER", "SA", "MW"}, {"SHORTANSWER_C", "SAC", "MWC"}
_NUMBERS = {"NUMERICAL", "NM"}
_CHOICES = ("MULTICHOICE", "MC", "MCV", "MCH", "MCS", "MCVS", "MCHS")
_MARK = re.compile(r"\[\[(\d{1,3})\]\]")


def read_cloze(stem: str) -> dict[str, Any]:
    """Gaps written as ``{1:SHORTANSWER:=Rome~%50%Roma}`` inside the text. Raises Refused."""
    gaps: list[dict[str, Any]] = []

    def take(match: re.Match[str]) -> str:
        gaps.append(
            _cloze_gap(match[2], unescape(match[3]))
            | {"weight": max(1, int(match[1] or 1)) if match[1] else 1}
        )
        return f"[[{len(gaps)}]]"

    text = _CLOZE.sub(take, stem.replace("[[", "[ ["))
    if not gaps:
        raise Refused("no_gaps")
    return {"type": "gaps", "stem": text, "gaps": gaps}


def read_gap_select(node: Element, stem: str) -> dict[str, Any]:
    """Gaps ``[[n]]`` that name the nth option; options of one group are offered together. Raises Refused."""
    options = [
        ((each.findtext("text") or "").strip(), (each.findtext("group") or "1").strip())
        for each in node.findall("selectoption")
    ]
    gaps: list[dict[str, Any]] = []

    def take(match: re.Match[str]) -> str:
        text, group = _option(options, match[1])
        wrong = [other for other, its in options if its == group and other != text]
        gaps.append({"kind": "selected", "answers": [{"pattern": _literal(text)}], "wrong": wrong})
        return f"[[{len(gaps)}]]"

    text = _MARK.sub(take, stem)
    if not gaps:
        raise Refused("no_gaps")
    return {"type": "gaps", "stem": text, "gaps": gaps}


def read_drag_words(node: Element, stem: str) -> dict[str, Any]:
    """Gaps ``[[n]]`` that name the nth word; words that no gap names are offered too. Raises Refused."""
    words = [((each.findtext("text") or "").strip(), "1") for each in node.findall("dragbox")]
    gaps: list[dict[str, Any]] = []
    used: set[str] = set()

    def take(match: re.Match[str]) -> str:
        text, _group = _option(words, match[1])
        used.add(text)
        gaps.append({"kind": "dragged", "answers": [{"pattern": _literal(text)}]})
        return f"[[{len(gaps)}]]"

    text = _MARK.sub(take, stem)
    if not gaps:
        raise Refused("no_gaps")
    return {
        "type": "gaps",
        "stem": text,
        "gaps": gaps,
        "extra_words": [word for word, _g in words if word not in used],
    }


def _option(options: list[tuple[str, str]], number: str) -> tuple[str, str]:
    place = int(number) - 1
    if not 0 <= place < len(options) or not options[place][0]:
        raise Refused("gap_without_answer", number)
    return options[place]


def _cloze_gap(kind: str, body: str) -> dict[str, Any]:
    name = (
        kind.removesuffix("_V").removesuffix("_H").removesuffix("_S").removesuffix("_VS").removesuffix("_HS")
    )
    answers = [_cloze_answer(part) for part in _ALTERNATIVE.split(body) if part.strip()]
    if name in _NUMBERS:
        numbers = [_cloze_number(text, weight, said) for text, weight, said in answers if text != "*"]
        return {"kind": "number", "numbers": numbers}
    right = [
        {"pattern": text, "weight": max(0.0, weight), "feedback": said}
        for text, weight, said in answers
        if weight > 0
    ]
    if kind in _TYPED or kind in _CASED:
        return {"kind": "typed", "answers": right, "is_case_sensitive": kind in _CASED}
    if name in _CHOICES:
        offered = [{**each, "pattern": _literal(str(each["pattern"]))} for each in right]
        wrong = [text for text, weight, _said in answers if weight <= 0]
        return {"kind": "selected", "answers": offered, "wrong": wrong}
    raise Refused("unknown_gap", kind)


def _cloze_answer(part: str) -> tuple[str, float, str]:
    part, weight = part.strip(), 0.0
    match = _WEIGHT.match(part)
    if match:
        part, weight = part[match.end() :], float(match[1])
    elif part.startswith("="):
        part, weight = part[1:], 100.0
    pieces = _FEEDBACK.split(part, maxsplit=1)
    said = pieces[1] if len(pieces) > 1 else ""
    return _unescaped(pieces[0]).strip(), max(-100.0, min(100.0, weight)), as_html(_unescaped(said).strip())


def _cloze_number(text: str, weight: float, said: str) -> dict[str, Any]:
    value, _mark, tolerance = text.partition(":")
    read, around = parse_number(value), parse_number(tolerance or "0")
    if read is None or around is None:
        raise Refused("bad_number", text[:60])
    return {
        "value": str(read[0]),
        "tolerance": str(abs(around[0])),
        "weight": max(0.0, weight),
        "feedback": said,
    }


def _unescaped(text: str) -> str:
    return re.sub(r"\\([}~#\"/\\{])", r"\1", text)


def _literal(text: str) -> str:
    """A text as a pattern that fits only itself."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("*", "\\*")
