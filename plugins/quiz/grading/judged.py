"""What a person has to judge: essays and files, with a rubric; and texts that ask nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from plugins.quiz.grading.base import (
    LONGEST_LINE,
    LONGEST_TEXT,
    Answer,
    Grade,
    Part,
    Question,
    fraction_of,
    read_text,
    unique_ids,
)


class Level(Part):
    """How well a criterion is met (plain text), and the points for it."""

    points: float = Field(ge=0, le=1000)
    text: str = Field(max_length=LONGEST_LINE)


class Criterion(Part):
    """What is looked at (plain text), with levels from low to high."""

    id: str = Field(min_length=1, max_length=20)
    title: str = Field(min_length=1, max_length=LONGEST_LINE)
    levels: tuple[Level, ...] = Field(min_length=2, max_length=10)


class _Judged(Question):
    """What essays and files share: a rubric, and notes for those who judge."""

    rubric: tuple[Criterion, ...] = Field(default=(), max_length=20)
    grader_notes: str = Field(default="", max_length=LONGEST_TEXT)
    needs_person: ClassVar[bool] = True

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not unique_ids(self.rubric):
            raise ValueError("two criteria have one id")
        return self

    def grade(self, answer: Answer) -> Grade:
        """Nothing is worth nothing; the rest waits for a person."""
        return Grade(None if self.is_answered(answer) else 0.0)

    def share_of(self, levels: Mapping[str, int]) -> float | None:
        """The share for the levels chosen (by criterion); None unless each criterion has one."""
        points, most = 0.0, 0.0
        for criterion in self.rubric:
            level = levels.get(criterion.id)
            if level is None or not 0 <= level < len(criterion.levels):
                return None
            points += criterion.levels[level].points
            most += max(each.points for each in criterion.levels)
        return fraction_of(points / most) if most else None

    def texts(self) -> list[str]:
        """All HTML of the question."""
        return [*super().texts(), self.grader_notes]


class Essay(_Judged):
    """A longer text. ``most_words`` is advice and is not enforced, so that nothing written is lost."""

    type: Literal["essay"] = "essay"
    most_words: int | None = Field(default=None, ge=1, le=20_000)
    template: str = Field(default="", max_length=LONGEST_TEXT)

    def accept(self, raw: Mapping[str, Any]) -> Answer:
        """Plain text of several lines."""
        text = read_text(raw.get("text"), LONGEST_TEXT)
        return {"text": text} if text.strip() else {}

    def is_answered(self, answer: Answer) -> bool:
        """True if something was written beyond the template."""
        text = str(answer.get("text", "")).strip()
        return bool(text) and text != self.template.strip()


class FileAnswer(_Judged):
    """Files that are handed in."""

    type: Literal["file"] = "file"
    most_files: int = Field(default=1, ge=1, le=10)
    families: tuple[str, ...] = ("image", "audio", "video", "document", "text")

    def accept(self, raw: Mapping[str, Any]) -> Answer:
        """Ids of files; whose they are is checked where they are stored."""
        given = raw.get("files")
        found = (
            [text for each in given[:50] if (text := _file_id(each))]
            if isinstance(given, list | tuple)
            else []
        )
        return {"files": list(dict.fromkeys(found))[: self.most_files]} if found else {}

    def is_answered(self, answer: Answer) -> bool:
        """True if there is a file."""
        return bool(answer.get("files"))


class Description(Question):
    """Something to read between questions; it asks nothing."""

    type: Literal["description"] = "description"
    is_graded: ClassVar[bool] = False

    def accept(self, raw: Mapping[str, Any]) -> Answer:
        """Nothing."""
        return {}

    def is_answered(self, answer: Answer) -> bool:
        """There is nothing to answer."""
        return True

    def grade(self, answer: Answer) -> Grade:
        """Always fine."""
        return Grade(1.0)


def _file_id(raw: Any) -> str | None:
    try:
        return str(UUID(str(raw)))
    except ValueError:
        return None
