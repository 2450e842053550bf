"""Texts as people type them into a line, and the way to HTML and numbers and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import NoReturn

from lms.plugin import Invalid, _
from plugins.quiz.grading.number import parse_number

_IS_HTML = re.compile(
    r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.IGNORECASE
)
_ONE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p[\s>]).)*)</p>", re.DOTALL)
_BETWEEN = re.compile(r"</p>\s*<p>")
_LINES_ALONE = re.compile(
    r"(?:<p>(?:(?!</?(?:p|ul|ol|table|blockquote|pre|aside|h\d)[\s>]).)*</p>\s*)+", re.DOTALL
)


def as_html(text: str) -> str:
    """What was written into a line, as HTML: plain text is escaped, what the editor sends stays (and is cleaned later).

    A single paragraph loses its frame, as a line has none.
    """
    text = text.strip()
    if not _IS_HTML.search(text):
        return escape(text, quote=False).replace("\n", "<br>")
    alone = _ONE_PARAGRAPH.fullmatch(text)
    return alone[1].strip() if alone else text


def as_inline(text: str) -> str:
    """The same for a place inside a line, such as an answer beside its mark: paragraphs become lines."""
    html = as_html(text)
    if not _LINES_ALONE.fullmatch(html):
        return html
    return _BETWEEN.sub("<br>", html).removeprefix("<p>").removesuffix("</p>")


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
