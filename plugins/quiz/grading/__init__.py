"""Questions and how answers to them are judged: pure values, no database, no requests.

``read_question`` turns the stored form into a typed question. A question reads an answer
(``accept``), says whether it is one (``is_answered``) and judges it (``grade``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from plugins.quiz.grading.base import Answer, Grade, Note, Question, fraction_of
from plugins.quiz.grading.choice import Choice, MultipleChoice, SingleChoice, TrueFalse
from plugins.quiz.grading.gaps import Gap, GapFill
from plugins.quiz.grading.judged import Criterion, Description, Essay, FileAnswer, Level
from plugins.quiz.grading.number import Number, NumberAnswer, Unit
from plugins.quiz.grading.sorting import Item, Matching, Ordering, Pair
from plugins.quiz.grading.text import ShortText, TextAnswer

__all__ = [
    "QUESTIONS",
    "Answer",
    "AnyQuestion",
    "Choice",
    "Criterion",
    "Description",
    "Essay",
    "FileAnswer",
    "Gap",
    "GapFill",
    "Grade",
    "Item",
    "Level",
    "Matching",
    "MultipleChoice",
    "Note",
    "Number",
    "NumberAnswer",
    "Ordering",
    "Pair",
    "Question",
    "ShortText",
    "SingleChoice",
    "TextAnswer",
    "TrueFalse",
    "Unit",
    "UnreadableQuestion",
    "fraction_of",
    "read_question",
]  # fmt: skip

AnyQuestion = (
    SingleChoice | MultipleChoice | TrueFalse | ShortText | Number | Matching | Ordering | GapFill | Essay
    | FileAnswer | Description
)  # fmt: skip
QUESTIONS: Mapping[str, type[Question]] = {
    "single": SingleChoice, "multiple": MultipleChoice, "truefalse": TrueFalse, "shorttext": ShortText, "number": Number,
    "matching": Matching, "ordering": Ordering, "gaps": GapFill, "essay": Essay, "file": FileAnswer,
    "description": Description,
}  # fmt: skip
"""The types of questions by the name they are stored under."""

_reader: TypeAdapter[AnyQuestion] = TypeAdapter(Annotated[AnyQuestion, Field(discriminator="type")])


class UnreadableQuestion(ValueError):
    """The stored or imported form is no question; the message says where it fails."""


def read_question(stored: Mapping[str, Any]) -> AnyQuestion:
    """The typed question of its stored form. Raises UnreadableQuestion."""
    try:
        return _reader.validate_python(stored)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        raise UnreadableQuestion(f"{where}: {first['msg']}" if where else first["msg"]) from None
