"""What can be asked of the calendar."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from lms.commands import Command, Ui
from lms.text import lazy_gettext as _l

Repeat = Literal["none", "weekly", "monthly", "yearly"]
REPEAT_CHOICES = (
    ("none", _l("Does not repeat")),
    ("weekly", _l("Every week")),
    ("monthly", _l("Every month")),
    ("yearly", _l("Every year")),
)


class SaveItem(Command):
    """A date of the office; days and times are the office's own. Without a time it is the whole day."""

    title: Annotated[str, Field(min_length=1, max_length=200), Ui(_l("Title"))]
    day: Annotated[date, Ui(_l("Day"))]
    starts: Annotated[time | None, Ui(_l("From"), kind="time")] = None
    ends: Annotated[time | None, Ui(_l("Until"), kind="time")] = None
    last_day: Annotated[date | None, Ui(_l("Last day"), _l("Only if it takes more than one day."))] = None
    place: Annotated[str, Field(max_length=200), Ui(_l("Place"))] = ""
    description: Annotated[str, Field(max_length=2000), Ui(_l("Description"), kind="textarea")] = ""
    repeat: Annotated[Repeat, Ui(_l("Repeats"), kind="select", choices=REPEAT_CHOICES)] = "none"
    repeat_until: Annotated[date | None, Ui(_l("Repeats until"))] = None
    is_public: Annotated[bool, Ui(_l("Also for people who are not signed in"))] = False


class CalendarSettings(BaseModel):
    """The calendar's settings for one office."""

    has_public_feed: Annotated[
        bool, Ui(_l("Let everybody subscribe to the public dates of the office (iCalendar)"))
    ] = False
