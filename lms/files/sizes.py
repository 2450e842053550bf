"""Sizes of files in words, for messages of services (templates have ``format_size``)."""

from __future__ import annotations

from babel.numbers import format_decimal

from lms.text import current_locale

_UNITS = ("B", "KB", "MB", "GB", "TB")


def format_size(size: int) -> str:
    """Bytes as a person reads them, such as ``2.4 MB``, in the current language."""
    amount, unit = float(size), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    pattern = "0.#" if unit >= 2 and amount < 100 else "0"
    return f"{format_decimal(amount, pattern, locale=current_locale())} {_UNITS[unit]}"
