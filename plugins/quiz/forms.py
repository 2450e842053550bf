"""What people ask for about the bank, quizzes and grades. Questions themselves: ``editing``."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from lms.plugin import Command, Ui, _, _l

MODE_CHOICES = [
    ("practice", _l("Practice: each answer can be checked at once, with hints, as often as one likes")),
    ("test", _l("Test: all answers are judged when it is handed in")),
]
REVIEW_CHOICES = [
    ("answers", _l("Score, right answers and explanations")),
    ("score", _l("Only the score")),
    ("nothing", _l("Nothing")),
]
REVIEW_TIME_CHOICES = [
    ("at_once", _l("As soon as it is handed in")),
    ("after_close", _l("When the quiz is closed for everybody")),
]


class SaveCategory(Command):
    """A category of the bank."""

    name: Annotated[str, Field(min_length=1, max_length=120), Ui(_l("Name"))]
    parent_id: Annotated[uuid.UUID | None, Ui(_l("Inside"), kind="select")] = None


class SetUpQuiz(Command):
    """How a quiz is taken. Times are wall-clock times of the person who writes them."""

    mode: Annotated[
        Literal["practice", "test"], Ui(_l("What it is for"), kind="radio", choices=MODE_CHOICES)
    ] = "practice"
    intro: Annotated[
        str | None,
        Field(max_length=20_000),
        Ui(_l("Before it begins"), _l("What people should know."), kind="richtext"),
    ] = None
    time_limit: Annotated[
        int | None, Field(ge=1, le=1440), Ui(_l("Minutes"), _l("Leave empty for no time limit."))
    ] = None
    max_attempts: Annotated[
        int | None, Field(ge=1, le=100), Ui(_l("How often one may take it"), _l("Leave empty for no limit."))
    ] = None
    pass_mark: Annotated[
        int,
        Field(ge=0, le=100),
        Ui(_l("Percent needed to pass"), _l("0: there is nothing to pass, as in a self-check.")),
    ] = 60
    opens_at: Annotated[datetime | None, Ui(_l("Opens"))] = None
    closes_at: Annotated[datetime | None, Ui(_l("Closes"))] = None
    review: Annotated[
        Literal["answers", "score", "nothing"],
        Ui(_l("What people see afterwards"), kind="radio", choices=REVIEW_CHOICES),
    ] = "answers"
    review_time: Annotated[
        Literal["at_once", "after_close"],
        Ui(_l("When they see it"), kind="radio", choices=REVIEW_TIME_CHOICES),
    ] = "at_once"
    is_shuffled: Annotated[bool, Ui(_l("Mix the questions, each section for itself"))] = False

    @model_validator(mode="after")
    def _fits(self) -> SetUpQuiz:
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            raise ValueError(_("The end is before the beginning."))
        if self.review_time == "after_close" and self.closes_at is None:
            raise ValueError(_("Please say when the quiz closes, or let people see it at once."))
        return self


class DrawQuestions(Command):
    """Questions drawn anew for each person."""

    category_id: uuid.UUID
    draw_count: Annotated[int, Field(ge=1, le=100), Ui(_l("How many questions"))] = 1


class EditSlot(Command):
    """A place of a quiz."""

    points: Annotated[float, Field(ge=0, le=1000), Ui(_l("Points"))] = 1
    section: Annotated[str | None, Field(max_length=120), Ui(_l("Heading above it"))] = None


class GiveTime(Command):
    """More time for a person."""

    user_id: uuid.UUID
    minutes: Annotated[int, Field(ge=0, le=1440), Ui(_l("Extra minutes"))]


class Change(Command):
    """An answer as a browser sends it: the fields of one question. ``seq`` None: one more than what the page knew."""

    position: Annotated[int, Field(ge=1, le=10_000)]
    seq: Annotated[int, Field(ge=1, le=2**53)]
    fields: Annotated[list[tuple[str, str]], Field(max_length=400)]


class SaveAnswers(Command):
    """Answers of one attempt, as a browser sends them while a person types."""

    changes: Annotated[list[Change], Field(min_length=1, max_length=200)]


class GradeAnswer(Command):
    """A verdict on an answer: levels of the rubric, or percent."""

    percent: Annotated[float | None, Field(ge=0, le=100), Ui(_l("Percent"))] = None
    comment: Annotated[
        str | None, Field(max_length=5000), Ui(_l("What you say about it"), kind="textarea")
    ] = None
    levels: dict[str, int] = Field(default_factory=dict)


class UploadQuestions(Command):
    """A file with questions."""

    file: Annotated[
        Any,
        Ui(
            _l("File"),
            _l("GIFT (text) or Moodle XML, up to %(size)s.", size="50 MB"),
            kind="file",
            attrs={"required": "1"},
        ),
    ] = None
    category_id: Annotated[
        uuid.UUID | None, Ui(_l("Put it into"), _l("Categories of the file are made inside."), kind="select")
    ] = None
