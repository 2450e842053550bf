"""Texts as people type them into a line, and the way to HTML and numbers and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import NoReturn

from lms.plugin import Invalid, _, plain_text
from plugins.quiz.grading.number import parse_number

_MARKUP = re.compile(r"<(?!/?p>|br ?/?>)\w")


def as_html(text: str) -> str:
    """What was typed into a line, as HTML: plain text is escaped, markup stays (and is cleaned later)."""
    text = text.strip()
    return text if _MARKUP.search(text) else escape(text, quote=False).replace("\n", "<br>")


def as_typed(html: str) -> str:
    """HTML as it is shown in a line: as plain text where nothing gets lost."""
    return html if _MARKUP.search(html) else plain_text(html)


def new_ids(given: Sequence[str]) -> list[str]:
    """The ids of parts: kept where they are known, new where they are not; no two alike."""
    found: list[str] = []
    fresh = (f"n{number}" for number in range(1, 10_000))
    used = {each for each in given if each}
    for each in given:
        own = each[:20] if each and each[:20] not in found else ""
        found.append(own or next(name for name in fresh if name not in used))
    return found


def read_decimal(field: str, text: str) -> Decimal:
    """A number without a unit. Raises Invalid, tied to the field."""
    read = parse_number(text)
    if read is None or read[1]:
        refuse(field, _("“%(text)s” is not a number.", text=text[:40]))
    return read[0]


def refuse(field: str, text: str) -> NoReturn:
    """Say what is wrong with a field. Raises Invalid."""
    raise Invalid(text, fields={field: text})
