"""What is asked for a map."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from lms.plugin import Command, Ui, _l
from plugins.portfolio.evidence.forms import SKILL_LEVELS

LEVELS = SKILL_LEVELS[1:]
Level = Literal["1", "2", "3", "4"]
Note = Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=500)]


class ShowElement(Command):
    """A page shows an element of the framework."""

    page_id: uuid.UUID
    level: Annotated[Level, Ui(_l("How well can you do it?"), kind="radio", choices=LEVELS)]
    note: Annotated[
        Note, Ui(_l("How does the page show it?"), _l("One sentence is enough."), kind="textarea")
    ] = ""


class Confirm(Command):
    """An adviser's view of it."""

    level: Annotated[Level, Ui(_l("How well do you see it?"), kind="radio", choices=LEVELS)]
    answer: Annotated[Note, Ui(_l("A word about it"), kind="textarea")] = ""
