"""What is asked of the drop-in desk."""

from __future__ import annotations

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
