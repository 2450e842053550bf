"""What is asked of the drop-in desk."""

from __future__ import annotations

import uuid
from datetime import time
from typing import Annotated, Literal

from pydantic import Field, model_validator

from lms.plugin import Command, Ui, _, _l
from plugins.tutoring.forms import WEEKDAYS


class JoinQueue(Command):
    """Wait for a tutor now."""

    topic: Annotated[
        str,
        Field(min_length=2, max_length=200),
        Ui(_l("What is it about?"), hint=_l("A few words, so that the right person can help you.")),
    ]
    subject: Annotated[str, Field(max_length=120)] = ""
    language: Annotated[str, Field(max_length=10)] = ""


class LeaveMessage(Command):
    """Write to the desk what a tutor answers later."""

    message: Annotated[
        str,
        Field(min_length=2, max_length=2000),
        Ui(_l("Your message"), kind="textarea", hint=_l("What is it about, and what did you try already?")),
    ]
    subject: Annotated[str, Field(max_length=120)] = ""
    language: Annotated[str, Field(max_length=10)] = ""


class AddReply(Command):
    """A text to insert later by typing / and its name."""

    shortcut: Annotated[
        str,
        Field(pattern=r"^[\w-]{1,30}$"),
        Ui(_l("Name"), hint=_l("One word. At the desk you type / and this word.")),
    ]
    text: Annotated[
        str,
        Field(min_length=2, max_length=2000),
        Ui(
            _l("Text"),
            kind="textarea",
            hint=_l(
                "{name} becomes the name of the person you talk to, {tutor} yours, {office} that of the office. Addresses become links."
            ),
        ),
    ]
    language: Annotated[str, Field(pattern=r"^([a-z]{2,3}(_[A-Z]{2})?)?$")] = ""
    is_shared: Annotated[bool, Ui(_l("For all tutors of the office"), kind="checkbox")] = False


class PassOn(Command):
    """Give a conversation to another tutor."""

    tutor_id: uuid.UUID
    note: Annotated[str, Field(max_length=300)] = ""


class AddOpening(Command):
    """The desk is open on a day of the week, from one clock time to another."""

    weekday: Annotated[
        Literal["0", "1", "2", "3", "4", "5", "6"], Ui(_l("Day"), kind="select", choices=WEEKDAYS)
    ]
    starts: Annotated[time, Ui(_l("From"), kind="time")]
    ends: Annotated[time, Ui(_l("Until"), kind="time")]

    @model_validator(mode="after")
    def _in_order(self) -> AddOpening:
        if self.ends <= self.starts:
            raise ValueError(_("The end is before the beginning."))
        return self
