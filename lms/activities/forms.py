"""What people ask for about activities."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from lms.commands import Command, Ui
from lms.text import gettext as _
from lms.text import lazy_gettext as _l

ENROLMENT_CHOICES = [
    ("self", _l("Everybody in the office")),
    ("key", _l("Everybody who knows the key")),
    ("invitation", _l("Everybody who has the invitation link")),
    ("cohort", _l("The members of a group")),
    ("approval", _l("Everybody, after approval")),
]
COMPLETION_CHOICES = [
    ("viewed", _l("Viewed to the end")),
    ("minutes", _l("Worked on for a number of minutes")),
    ("score", _l("Reached a score")),
    ("submitted", _l("Handed something in")),
    ("attended", _l("Attended for a number of minutes")),
    ("confirmed", _l("Confirmed by a member of staff")),
    ("own_tick", _l("Ticked by the person")),
    ("children", _l("All parts completed")),
]
COUNTED = frozenset({"minutes", "score", "attended"})


class CreateActivity(Command):
    """A new activity needs its title; the rest has good defaults."""

    title: Annotated[str, Field(min_length=2, max_length=200), Ui(_l("Title"))]
    type: str = "event"
    parent_id: uuid.UUID | None = None


class EditActivity(Command):
    """What an activity says of itself. Times are wall-clock times of the person who writes them."""

    title: Annotated[str, Field(min_length=2, max_length=200), Ui(_l("Title"))]
    summary: Annotated[str | None, Field(max_length=2000), Ui(_l("What it is about"), kind="textarea")] = None
    starts_at: Annotated[datetime | None, Ui(_l("Begins"))] = None
    ends_at: Annotated[datetime | None, Ui(_l("Ends"))] = None
    place: Annotated[str | None, Field(max_length=200), Ui(_l("Place"))] = None
    capacity: Annotated[
        int | None,
        Field(ge=1, le=10000),
        Ui(
            _l("Number of places"),
            hint=_l("Leave empty for no limit. When all are taken, people join a waiting list."),
        ),
    ] = None

    @model_validator(mode="after")
    def _times_in_order(self) -> EditActivity:
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValueError(_("The end is before the beginning."))
        return self


class EditEnrolment(Command):
    """Who may take part."""

    enrolment_rule: Annotated[
        Literal["self", "key", "invitation", "cohort", "approval"],
        Ui(_l("Who may take part"), kind="radio", choices=ENROLMENT_CHOICES),
    ] = "self"
    enrolment_key: Annotated[
        str | None,
        Field(max_length=80),
        Ui(_l("Key"), hint=_l("Only if people need a key. Tell it to those who may come.")),
    ] = None
    group_id: uuid.UUID | None = None

    @model_validator(mode="after")
    def _complete(self) -> EditEnrolment:
        if self.enrolment_rule == "key" and not self.enrolment_key:
            raise ValueError(_("Please write the key that people need."))
        if self.enrolment_rule == "cohort" and self.group_id is None:
            raise ValueError(_("Please choose the group."))
        return self


class ChangeRule(Command):
    """When an activity counts as completed."""

    completion_rule: Annotated[
        Literal["viewed", "minutes", "score", "submitted", "attended", "confirmed", "own_tick", "children"],
        Ui(_l("It counts as completed when it was"), kind="radio", choices=COMPLETION_CHOICES),
    ]
    completion_goal: Annotated[
        int | None,
        Field(ge=1, le=100000),
        Ui(_l("How many minutes, or percent of the score"), hint=_l("Only for rules with a number.")),
    ] = None

    @model_validator(mode="after")
    def _goal_fits(self) -> ChangeRule:
        if self.completion_rule in COUNTED and self.completion_goal is None:
            raise ValueError(_("Please say how many minutes or points are needed."))
        return self


class Enrol(Command):
    """Asking to take part."""

    key: Annotated[
        str | None, Field(max_length=80), Ui(_l("Key"), hint=_l("You got it from your trainer."))
    ] = None
    token: str | None = None
