"""The fields of a question in a form: how they are named, and how they are read back.

The fields of the question at position 3 begin with ``a3.``: ``a3.chosen``, ``a3.text``,
``a3.pairs.<id>``, ``a3.place.<id>``, ``a3.gaps.<n>``, ``a3.files``; ``a3.seq`` is the number of
the answer that the page knew. A page and a script send the same fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from plugins.quiz.attempts import Given

_NAME = re.compile(r"a(\d{1,5})\.(\w+)(?:\.([\w-]{1,40}))?")
MOST_FIELDS = 20_000
LAST_PLACE = 10_000


@dataclass
class RawAnswer:
    """The fields of one question."""

    seq: int = 0
    values: dict[str, Any] = field(default_factory=dict)


def read_answers(pairs: Iterable[tuple[str, str]]) -> list[Given]:
    """Answers of a whole page, each one newer than what the page knew."""
    found: dict[int, RawAnswer] = {}
    for number, (name, value) in enumerate(pairs):
        match = _NAME.fullmatch(name)
        if match and number < MOST_FIELDS:
            _add(found.setdefault(int(match[1]), RawAnswer()), match[2], match[3], value)
    return [Given(position, raw.seq + 1, in_order(raw.values)) for position, raw in sorted(found.items())]


def read_answer(position: int, seq: int, pairs: Iterable[tuple[str, str]]) -> Given:
    """The answer to one question, with the number that the browser gave it."""
    raw = RawAnswer()
    for name, value in pairs:
        match = _NAME.fullmatch(name)
        if match and int(match[1]) == position:
            _add(raw, match[2], match[3], value)
    return Given(position, seq, in_order(raw.values))


def in_order(values: dict[str, Any]) -> dict[str, Any]:
    """The raw answer, with places turned into an order and numbered gaps into a list."""
    places = values.pop("place", None)
    if places:
        values["order"] = [key for key, _place in sorted(places.items(), key=lambda each: _whole(each[1]))]
    gaps = values.get("gaps")
    if isinstance(gaps, dict):
        highest = max((_whole(key) for key in gaps if _whole(key) < 100), default=-1)
        values["gaps"] = [gaps.get(str(number), "") for number in range(highest + 1)]
    return values


def _add(raw: RawAnswer, kind: str, key: str | None, value: str) -> None:
    if kind == "seq":
        raw.seq = min(_whole(value), 2**53) if value.isdecimal() else 0
    elif key is not None:
        raw.values.setdefault(kind, {})[key] = value
    elif kind in {"chosen", "files"}:
        raw.values.setdefault(kind, []).append(value)
    else:
        raw.values[kind] = value


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else LAST_PLACE
