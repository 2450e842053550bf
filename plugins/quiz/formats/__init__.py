"""Files of questions: GIFT and Moodle XML, read and written. Pure: no database, no requests.

Reading yields, for each question of the file, either an item or the reason why it cannot come
through; nothing is left out silently. What is wrong with the file as a whole raises UnreadableFile.
"""

from __future__ import annotations

from collections.abc import Iterator

from plugins.quiz.formats.gift import read_gift
from plugins.quiz.formats.items import (
    BankItem,
    EmbeddedFile,
    Outcome,
    UnreadableFile,
    decode_text,
)
from plugins.quiz.formats.moodle import read_moodle

__all__ = [
    "BankItem",
    "EmbeddedFile",
    "Outcome",
    "UnreadableFile",
    "decode_text",
    "format_of",
    "read_questions",
]

MOST_BYTES = 50_000_000
MOST_QUESTIONS = 50_000


def format_of(data: bytes) -> str:
    """``moodle`` or ``gift``, by what is inside."""
    head = data[:4000].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return "moodle" if head.startswith((b"<?xml", b"<quiz")) else "gift"


def read_questions(data: bytes) -> Iterator[Outcome]:
    """All questions of a file, one after the other. Raises UnreadableFile."""
    if len(data) > MOST_BYTES:
        raise UnreadableFile("too_large", "")
    found = read_moodle(data) if format_of(data) == "moodle" else read_gift(decode_text(data))
    for number, outcome in enumerate(found, start=1):
        if number > MOST_QUESTIONS:
            raise UnreadableFile("too_many", str(MOST_QUESTIONS))
        yield outcome
