"""Numbers with a tolerance, and their units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation, localcontext
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from plugins.quiz.grading.base import (
    LONGEST_TEXT,
    MOST_ITEMS,
    Answer,
    Grade,
    Note,
    Part,
    Question,
    fraction_of,
    read_text,
)

LONGEST_NUMBER = 60
BIGGEST_EXPONENT = 300
_NUMBER = re.compile(
    r"([+-]?)(\d[\d.,'’ \u00a0\u202f]*|[.,]\d+)(?:[eE]([+-]?\d{1,4})|\s*[x×]\s*10\^([+-]?\d{1,4}))?"
)
_SPACES = re.compile(r"[ '’\u00a0\u202f]")


def parse_number(text: str) -> tuple[Decimal, str] | None:
    """A number as people of different countries write it, and the unit behind it; None if there is none.

    The last of ``.`` and ``,`` is the decimal mark, unless it comes several times or the other one follows.
    """
    match = _NUMBER.match(text.strip()[:LONGEST_NUMBER].replace("−", "-"))
    if match is None:
        return None
    digits = _SPACES.sub("", match.group(2).rstrip(" .,'’\u00a0\u202f"))
    mark = max(digits.rfind("."), digits.rfind(","))
    if mark >= 0 and digits.count(digits[mark]) == 1:
        whole, part = digits[:mark], digits[mark + 1 :]
    else:
        whole, part = digits, ""
    plain = f"{match.group(1)}{re.sub('[.,]', '', whole) or '0'}.{part or '0'}"
    exponent = match.group(3) or match.group(4) or "0"
    try:
        value = Decimal(f"{plain}E{exponent}")
    except InvalidOperation:
        return None
    if abs(value.adjusted()) > BIGGEST_EXPONENT:
        return None
    return value, text.strip().replace("−", "-")[match.end() :].strip()


def _sane(value: Decimal) -> Decimal:
    if not value.is_finite() or (value and abs(value.adjusted()) > BIGGEST_EXPONENT):
        raise ValueError("the number is too large or too small")
    return value


SaneDecimal = Annotated[Decimal, AfterValidator(_sane)]


class NumberAnswer(Part):
    """A value and how far an answer may be from it, both in the first unit."""

    value: SaneDecimal
    tolerance: Annotated[SaneDecimal, Field(ge=0)] = Decimal(0)
    weight: float = Field(default=100, ge=0, le=100)
    feedback: str = Field(default="", max_length=LONGEST_TEXT)

    def fits(self, value: Decimal) -> bool:
        """True within the tolerance, its ends included."""
        with localcontext() as context:
            context.prec = 2 * LONGEST_NUMBER
            return abs(value - self.value) <= self.tolerance


class Unit(Part):
    """A unit; ``factor`` turns a number in it into the first unit (1 km = 1000 m)."""

    name: str = Field(min_length=1, max_length=30)
    factor: SaneDecimal = Decimal(1)

    @model_validator(mode="after")
    def _counts(self) -> Self:
        if self.factor == 0:
            raise ValueError("a unit's factor is not 0")
        return self


class Number(Question):
    """A number. With units, ``unit_rule`` says whether one must be written with it."""

    type: Literal["number"] = "number"
    answers: tuple[NumberAnswer, ...] = Field(min_length=1, max_length=MOST_ITEMS)
    units: tuple[Unit, ...] = Field(default=(), max_length=20)
    unit_rule: Literal["none", "optional", "required"] = "none"
    unit_penalty: float = Field(default=0.1, ge=0, le=1)

    def accept(self, raw: Mapping[str, Any]) -> Answer:
        """What was written."""
        text = " ".join(read_text(raw.get("text"), LONGEST_NUMBER + 40).split())
        return {"text": text} if text else {}

    def is_answered(self, answer: Answer) -> bool:
        """True if something is written."""
        return bool(answer.get("text"))

    def grade(self, answer: Answer) -> Grade:
        """The best value within its tolerance, less for a missing or unknown unit."""
        read = parse_number(str(answer.get("text", "")))
        if read is None:
            return Grade(0.0)
        value, named = read
        unit = find_unit(self.units, named)
        with localcontext() as context:
            context.prec = 2 * LONGEST_NUMBER
            base = value * (unit.factor if unit else 1)
        found = best_number(self.answers, base)
        if found is None:
            return Grade(0.0)
        share = found.weight / 100
        if self._lacks_unit(named, unit):
            share -= self.unit_penalty * share
        return Grade(fraction_of(share), (Note("text", fraction_of(share), found.feedback),))

    def best_answer(self) -> Answer:
        """The best value, with the first unit where there are units."""
        best = max(self.answers, key=lambda each: each.weight)
        unit = f" {self.units[0].name}" if self.units and self.unit_rule != "none" else ""
        return {
            "text": f"{best.value.normalize():f}{unit}"
            if abs(best.value.adjusted()) < 20
            else f"{best.value}{unit}"
        }

    def texts(self) -> list[str]:
        """All HTML of the question."""
        return [*super().texts(), *(each.feedback for each in self.answers)]

    def _lacks_unit(self, named: str, unit: Unit | None) -> bool:
        if self.unit_rule == "none":
            return False
        return unit is None and (self.unit_rule == "required" or bool(named))


def best_number(answers: Sequence[NumberAnswer], value: Decimal) -> NumberAnswer | None:
    """Of the answers that fit, the one that is worth most; the first of equals."""
    return max((each for each in answers if each.fits(value)), key=lambda each: each.weight, default=None)


def find_unit(units: Sequence[Unit], name: str) -> Unit | None:
    """The unit of that name; exactly, else in any case."""
    wanted = name.strip().rstrip(".")
    exact = next((each for each in units if each.name == wanted), None)
    return exact or next((each for each in units if each.name.casefold() == wanted.casefold()), None)
