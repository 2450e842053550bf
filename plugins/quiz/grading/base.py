"""What all questions share."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

Answer = dict[str, Any]
"""What a person answered, in the form that the type of the question gives it: small, JSON, only known ids."""

LONGEST_TEXT = 50_000
LONGEST_LINE = 1_000
MOST_ITEMS = 60
MOST_TEXTS = 1_000
PRECISION = 7


@dataclass(frozen=True, slots=True)
class Note:
    """What to say about one part of an answer. ``part`` is the id of a choice, pair, item or gap."""

    part: str
    fraction: float
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Grade:
    """The verdict on an answer. ``fraction`` is 0 to 1, or None while a person has to judge it."""

    fraction: float | None
    notes: tuple[Note, ...] = ()
    feedback: str = ""

    @property
    def is_right(self) -> bool:
        """True if everything is right."""
        return self.fraction is not None and self.fraction >= 1

    @property
    def is_wrong(self) -> bool:
        """True if nothing counts."""
        return self.fraction is not None and self.fraction <= 0


class Part(BaseModel):
    """A piece of a question; its texts are sanitised HTML unless said otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Translation(Part):
    """The words of a question in another language, by their place in it (``languages``).

    ``to_check``: places whose original has changed since.
    """

    texts: dict[str, Annotated[str, Field(max_length=LONGEST_TEXT)]] = Field(
        default_factory=dict, max_length=MOST_TEXTS
    )
    to_check: tuple[str, ...] = ()


class Question(Part):
    """A question as one version holds it. Texts are sanitised HTML.

    ``penalty`` is the share of the points that each further try costs in practice (0 to 1).
    ``hints`` are shown one after the other, after tries that were not right.
    """

    stem: str = Field(max_length=LONGEST_TEXT)
    feedback: str = Field(default="", max_length=LONGEST_TEXT)
    hints: tuple[str, ...] = Field(default=(), max_length=10)
    penalty: float = Field(default=0.25, ge=0, le=1)
    translations: dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], Translation] = Field(
        default_factory=dict, max_length=12
    )

    is_graded: ClassVar[bool] = True
    needs_person: ClassVar[bool] = False

    @property
    def kind(self) -> str:
        """The name of the type."""
        return str(getattr(self, "type", ""))

    def accept(self, raw: Mapping[str, Any]) -> Answer:
        """What of ``raw`` is an answer to this question: known ids, bounded texts; never raises."""
        raise NotImplementedError

    def is_answered(self, answer: Answer) -> bool:
        """True if there is anything to judge."""
        raise NotImplementedError

    def grade(self, answer: Answer) -> Grade:
        """Judge an answer that ``accept`` returned."""
        raise NotImplementedError

    def best_answer(self) -> Answer:
        """An answer that gets all points; empty where only a person can tell."""
        return {}

    def texts(self) -> list[str]:
        """All HTML of the question, for its files and its search."""
        told = [text for each in self.translations.values() for text in each.texts.values()]
        return [self.stem, self.feedback, *self.hints, *told]


def fraction_of(value: float) -> float:
    """A share, between 0 and 1 and free of the noise of adding parts."""
    if not math.isfinite(value):
        return 0.0
    return min(1.0, max(0.0, round(value, PRECISION)))


def read_text(raw: Any, limit: int) -> str:
    """Text of a person: NFC, without control characters, at most ``limit`` characters."""
    if not isinstance(raw, str):
        return ""
    text = unicodedata.normalize("NFC", raw[: limit * 2]).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(each for each in text if each in "\n\t" or unicodedata.category(each) not in {"Cc", "Cs"})
    return kept[:limit]


def read_ids(raw: Any, known: Sequence[str]) -> list[str]:
    """Those of the given ids that are known, in their order, each once."""
    given = [raw] if isinstance(raw, str) else raw
    if not isinstance(given, list | tuple):
        return []
    allowed = set(known)
    return list(
        dict.fromkeys(each for each in given[: 4 * MOST_ITEMS] if isinstance(each, str) and each in allowed)
    )


def unique_ids(parts: Sequence[Any]) -> bool:
    """True if no two parts have one id."""
    ids = [part.id for part in parts]
    return len(set(ids)) == len(ids)
