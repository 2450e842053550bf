"""What people ask for about courses."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from lms.plugin import Command, Ui, _, _l

LANGUAGES = ("en", "it", "es", "de", "ro", "ca")
"""Languages in which a course can be written (those of the offices that use the product)."""
LONGEST_HTML = 400_000


def read_url(text: str) -> str:
    """A web address as it is kept; ``https://`` is added where it was left out. Raises ValueError."""
    complete = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(complete)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or "." not in host or parts.scheme not in {"http", "https"} or " " in complete:
        raise ValueError(_("Please write a web address like https://www.example.org."))
    return complete


class NewCourse(Command):
    """A new course needs its title."""

    title: Annotated[str, Field(min_length=2, max_length=200), Ui(_l("Title"))]


class EditCourse(Command):
    """What a course says of itself in the language that it is written in."""

    title: Annotated[str, Field(min_length=2, max_length=200), Ui(_l("Title"))]
    summary: Annotated[
        str | None,
        Field(max_length=2000),
        Ui(_l("What it is about"), _l("Two or three sentences for the catalogue."), kind="textarea"),
    ] = None
    objectives: Annotated[
        str | None,
        Field(max_length=4000),
        Ui(_l("What people can do afterwards"), _l("One objective a line."), kind="textarea"),
    ] = None
    languages: Annotated[
        list[str],
        Ui(_l("Other languages"), _l("Each text can then be written in these, too. What is missing is shown in the first language."), kind="checkboxes"),
    ] = Field(default_factory=list)  # fmt: skip
    starts_at: Annotated[
        datetime | None,
        Ui(_l("Edition begins"), _l("Leave both empty for a course that is always open.")),
    ] = None
    ends_at: Annotated[datetime | None, Ui(_l("Edition ends"))] = None
    capacity: Annotated[
        int | None,
        Field(ge=1, le=10000),
        Ui(
            _l("Number of places"),
            _l("Leave empty for no limit. When all are taken, people join a waiting list."),
        ),
    ] = None
    has_certificate: Annotated[bool, Ui(_l("Whoever completes it gets a certificate"))] = False
    cover_alt: Annotated[
        str | None,
        Field(max_length=200),
        Ui(
            _l("What the cover picture shows"),
            _l("For people who do not see it. Leave empty if it is only decoration."),
        ),
    ] = None

    @model_validator(mode="after")
    def _times_in_order(self) -> EditCourse:
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValueError(_("The end is before the beginning."))
        return self


class TranslateTexts(Command):
    """The words of a course or step in another language."""

    title: Annotated[str | None, Field(max_length=200), Ui(_l("Title"))] = None
    summary: Annotated[str | None, Field(max_length=2000), Ui(_l("What it is about"), kind="textarea")] = None
    objectives: Annotated[
        str | None,
        Field(max_length=4000),
        Ui(_l("What people can do afterwards"), _l("One objective a line."), kind="textarea"),
    ] = None


class AddStep(Command):
    """A step or section of a course. Without a title it is called by its kind."""

    type: Annotated[str, Field(min_length=1, max_length=60)]
    title: Annotated[str | None, Field(min_length=2, max_length=200)] = None


class Rename(Command):
    """Another title for a step."""

    title: Annotated[str, Field(min_length=2, max_length=200), Ui(_l("Title"))]


class SectionSettings(Command):
    """A heading above steps."""

    title: Annotated[str, Field(min_length=2, max_length=200), Ui(_l("Title"))]


class StepSettings(SectionSettings):
    """How a step counts."""

    minutes: Annotated[
        int | None,
        Field(ge=0, le=6000),
        Ui(_l("Minutes"), _l("How long it takes most people. It is added up to “minutes left”.")),
    ] = None
    is_required: Annotated[bool, Ui(_l("Needed to complete the course"))] = False


class AddCondition(Command):
    """One more thing that opens a step."""

    kind: Literal["step", "date", "group", "score"]
    other_id: uuid.UUID | None = None
    opens_at: datetime | None = None
    group_id: uuid.UUID | None = None
    score: Annotated[int | None, Field(ge=1, le=100)] = None

    @model_validator(mode="after")
    def _complete(self) -> AddCondition:
        if self.kind in {"step", "score"} and self.other_id is None:
            raise ValueError(_("Please choose the step."))
        if self.kind == "score" and self.score is None:
            raise ValueError(_("Please write the score, from 1 to 100."))
        if self.kind == "date" and self.opens_at is None:
            raise ValueError(_("Please write the date."))
        if self.kind == "group" and self.group_id is None:
            raise ValueError(_("Please choose the group."))
        return self


class WritePage(Command):
    """A page as it is written."""

    title: Annotated[str | None, Field(max_length=200), Ui(_l("Heading"))] = None
    html: Annotated[str, Field(max_length=LONGEST_HTML), Ui(_l("Text"), kind="richtext")] = ""


class WriteLink(Command):
    """Where a link step leads, and what people find there."""

    url: Annotated[
        str, Field(min_length=4, max_length=500), AfterValidator(read_url), Ui(_l("Web address"), kind="url")
    ]
    body: Annotated[
        str | None,
        Field(max_length=LONGEST_HTML),
        Ui(_l("What people find there"), _l("What to look for, and how long it takes."), kind="richtext"),
    ] = None


class WriteFile(Command):
    """What people should do with a file."""

    body: Annotated[
        str | None, Field(max_length=LONGEST_HTML), Ui(_l("What to do with the file"), kind="richtext")
    ] = None


class WriteAssignment(Command):
    """What is asked in an assignment."""

    body: Annotated[
        str | None, Field(max_length=LONGEST_HTML), Ui(_l("What to hand in"), kind="richtext")
    ] = None
    takes_text: Annotated[bool, Ui(_l("People can write a text"))] = False
    takes_files: Annotated[bool, Ui(_l("People can send files"))] = False
    due_at: Annotated[
        datetime | None, Ui(_l("Hand in by"), _l("Later work is accepted and marked as late."))
    ] = None

    @model_validator(mode="after")
    def _something_to_hand_in(self) -> WriteAssignment:
        if not self.takes_text and not self.takes_files:
            raise ValueError(_("Let people write a text, send files, or both."))
        return self


class SaveCriterion(Command):
    """A line of the rubric."""

    title: Annotated[str, Field(min_length=2, max_length=200), Ui(_l("What is looked at"))]
    hint: Annotated[str | None, Field(max_length=500), Ui(_l("What full points look like"))] = None
    points: Annotated[int, Field(ge=1, le=100), Ui(_l("Points"))] = 5


class CriterionWords(Command):
    """A line of the rubric in a further language."""

    title: Annotated[str | None, Field(max_length=200)] = None
    hint: Annotated[str | None, Field(max_length=500)] = None


class HandIn(Command):
    """What a person hands in; files come beside it."""

    text: Annotated[str | None, Field(max_length=60_000)] = None


class Review(Command):
    """What a trainer says to a submission. ``points`` by criterion come beside it."""

    outcome: Literal["accepted", "returned"]
    feedback: Annotated[
        str | None,
        Field(max_length=8000),
        Ui(_l("Feedback"), _l("What is good, and what to do next."), kind="textarea"),
    ] = None


class Revoke(Command):
    """Why a certificate no longer holds."""

    reason: Annotated[
        str,
        Field(min_length=3, max_length=300),
        Ui(_l("Reason"), _l("Whoever verifies the certificate reads it.")),
    ]


class Nudge(Command):
    """A few words to people who are stuck."""

    text: Annotated[str | None, Field(max_length=600)] = None
    people: list[uuid.UUID] = Field(default_factory=list)
