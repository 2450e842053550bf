"""What is asked after a session."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from lms.plugin import Command, Ui, _l

SCORES = (
    ("5", _l("Very much")), ("4", _l("Much")), ("3", _l("Somewhat")), ("2", _l("Little")), ("1", _l("Not at all")),
)  # fmt: skip


class Agree(Command):
    """The summary is right, perhaps with something to add."""

    word: Annotated[str | None, Field(max_length=500), Ui(_l("Something to add or to correct"))] = None


class Rate(Command):
    """How much a session helped, 1 to 5."""

    score: Annotated[
        Literal["1", "2", "3", "4", "5"],
        Ui(_l("How much did this session help you?"), kind="radio", choices=SCORES),
    ]


class AddTask(Command):
    """A next step of the trainee."""

    text: Annotated[str, Field(min_length=2, max_length=300), Ui(_l("Next step"))]
    due_on: Annotated[date | None, Ui(_l("Until"))] = None


class ReportAsked(Command):
    """Which months of the office's figures."""

    first_day: Annotated[date | None, Ui(_l("From"))] = None
    last_day: Annotated[date | None, Ui(_l("Until"))] = None
