"""Partial dates: a year, a year and a month, or a day, kept as ``2024``, ``2024-05`` or ``2024-05-31``."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from babel.dates import format_skeleton, get_month_names

from lms.plugin import _

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:T.*)?")
_MONTH_FIRST = re.compile(r"(\d{1,2})\s*[./\s-]\s*(\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})\s*[./\s-]\s*(\d{1,2})\s*[./\s-]\s*(\d{4})")
_YEAR, _WORD = re.compile(r"\b(?:19|20)\d\d\b"), re.compile(r"[^\W\d_]+")
EARLIEST, LATEST = 1900, 2100


def read_date(text: str) -> str:
    """A partial date as it is kept. Accepts ``2024``, ``05/2024``, ``31.05.2024`` and ISO. Raises ValueError."""
    text = text.strip()
    if not text:
        return ""
    if match := _ISO.fullmatch(text):
        year, month, day = match.groups()
    elif match := _MONTH_FIRST.fullmatch(text):
        (month, year), day = match.groups(), None
    elif match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
    else:
        raise ValueError(_("Please write a date like 05/2024. The year alone is enough."))
    return _checked(int(year), int(month or 0), int(day or 0))


def read_worded(text: str) -> str:
    """As ``read_date``, also for dates that people wrote freely in another program: ``1 June 2010``, ``maggio 2018``.

    Of what has no more than a year, the year; empty where there is none.
    """
    try:
        return read_date(text)
    except ValueError:
        year = _YEAR.search(text)
    if year is None:
        return ""
    words = [word.casefold() for word in _WORD.findall(text)]
    month = next((number for word in words for number in [_months().get(word)] if number), 0)
    return _checked(int(year[0]), month, 0)


def shown_in_field(kept: str) -> str:
    """A partial date as people type it: ``05/2024``."""
    return "/".join(reversed(kept.split("-"))) if kept else ""


def in_words(kept: str, language: str) -> str:
    """A partial date for a reader: ``May 2024``."""
    parts = [int(part) for part in kept.split("-")] if kept else []
    if len(parts) < 2:
        return kept
    day = date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)
    return format_skeleton("yMMMd" if len(parts) > 2 else "yMMM", day, locale=language)


def sort_key(starts: str, ends: str, *, is_current: bool) -> tuple[str, str]:
    """What ended last (or goes on) comes last in order; reverse it for a CV."""
    return ("9999" if is_current or (starts and not ends) else ends or starts, starts)


def months_between(starts: str, ends: str) -> int | None:
    """Whole months from a partial date to another; None where one of them is not known to the month."""
    if len(starts) < 7 or len(ends) < 7:
        return None
    return (int(ends[:4]) - int(starts[:4])) * 12 + int(ends[5:7]) - int(starts[5:7])


@cache
def _months() -> dict[str, int]:
    """Numbers of months by their names in the languages of Europe that we meet most."""
    return {
        name.casefold().rstrip("."): number
        for language in ("en", "it", "de", "es", "fr", "ca", "ro", "pt")
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=language).items()
    }  # fmt: skip


def _checked(year: int, month: int, day: int) -> str:
    wrong = ValueError(_("There is no such date."))
    if not EARLIEST <= year <= LATEST or month > 12 or (day and not month):
        raise wrong
    if day:
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            raise wrong from None
    return f"{year:04}-{month:02}" if month else f"{year:04}"
