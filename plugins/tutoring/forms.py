"""What is asked of tutoring."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from lms.plugin import Command, Ui, _, _l

Place = Literal["chat", "call", "in_person"]
PLACE_CHOICES = (("chat", _l("Chat")), ("call", _l("Voice or video call")), ("in_person", _l("In person")))
WEEKDAYS = (
    ("0", _l("Monday")), ("1", _l("Tuesday")), ("2", _l("Wednesday")), ("3", _l("Thursday")),
    ("4", _l("Friday")), ("5", _l("Saturday")), ("6", _l("Sunday")),
)  # fmt: skip
PURPOSES = (
    ("cv", _l("CV and application")), ("search", _l("Looking for work")), ("interview", _l("Preparing an interview")),
    ("course", _l("A course that I take")), ("other", _l("Something else")),
)  # fmt: skip


class AddPattern(Command):
    """One line such as "Tuesday 10-12, 4 x 30 min"."""

    weekday: Annotated[
        Literal["0", "1", "2", "3", "4", "5", "6"], Ui(_l("Day"), kind="select", choices=WEEKDAYS)
    ]
    starts: Annotated[time, Ui(_l("From"), kind="time")]
    ends: Annotated[time, Ui(_l("Until"), kind="time")]
    slot_minutes: Annotated[int, Field(ge=10, le=240), Ui(_l("Minutes each"))] = 30
    pause_minutes: Annotated[int, Field(ge=0, le=120), Ui(_l("Pause between"))] = 0
    place: Annotated[Place, Ui(_l("How"), kind="select", choices=PLACE_CHOICES)] = "chat"
    where: Annotated[
        str | None,
        Field(max_length=200),
        Ui(_l("Where"), hint=_l("A room or an address, if you meet in person.")),
    ] = None
    topic: Annotated[str | None, Field(max_length=120), Ui(_l("Topic"), hint=_l("Leave empty for any."))] = (
        None
    )
    capacity: Annotated[int, Field(ge=1, le=30), Ui(_l("People at a time"))] = 1
    language: Annotated[str, Field(pattern=r"^([a-z]{2,3}(_[A-Z]{2})?)?$")] = ""
    first_day: Annotated[date | None, Ui(_l("First day"), hint=_l("Leave empty for today."))] = None
    last_day: Annotated[date | None, Ui(_l("Last day"), hint=_l("Leave empty if it goes on."))] = None

    @model_validator(mode="after")
    def _possible(self) -> AddPattern:
        length = _minutes(self.ends) - _minutes(self.starts)
        if length <= 0:
            raise ValueError(_("The end is before the beginning."))
        if length < self.slot_minutes:
            raise ValueError(_("Between these hours there is no room for even one session."))
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError(_("The last day is before the first one."))
        return self

    @property
    def minutes(self) -> tuple[int, int]:
        """From and until, in minutes after midnight."""
        return _minutes(self.starts), _minutes(self.ends)


class TakeDayOff(Command):
    """A day on which one is not there."""

    day: Annotated[date, Ui(_l("Day"))]


class CloseDays(Command):
    """Days on which the office is closed, one a line."""

    days: Annotated[
        str,
        Field(min_length=1, max_length=20_000),
        Ui(
            _l("Days, one a line"),
            kind="textarea",
            hint=_l("Such as: 2026-12-25 Christmas. You can also write 25.12.2026 or 25/12/2026."),
        ),
    ]


class Book(Command):
    """What somebody wants from the half hour."""

    purpose: Annotated[
        Literal["cv", "search", "interview", "course", "other"],
        Ui(_l("What is it about?"), kind="radio", choices=PURPOSES),
    ] = "cv"
    message: Annotated[
        str | None,
        Field(max_length=2000),
        Ui(_l("What should your tutor know before?"), kind="textarea"),
    ] = None
    things: list[str] = []


class BookWeekly(Book):
    """The same time for several weeks, all or none."""

    count: Annotated[int, Field(ge=2, le=26)]


class NoteOutcome(Command):
    """What came of a session; both read it. Without a ``purpose`` it was about what it was booked for."""

    purpose: Annotated[
        Literal["cv", "search", "interview", "course", "other"] | None,
        Ui(_l("Topic"), kind="select", choices=PURPOSES),
    ] = None
    result: Annotated[
        str, Field(min_length=2, max_length=2000), Ui(_l("What you worked on"), kind="textarea")
    ]
    next_step: Annotated[str | None, Field(max_length=500), Ui(_l("Next step"))] = None
    follow_up_on: Annotated[date | None, Ui(_l("Look at it again on"))] = None


class EditGoal(Command):
    """How many sessions an activity asks for."""

    sessions: Annotated[int, Field(ge=1, le=50), Ui(_l("Number of sessions"))] = 2


class TutoringSettings(BaseModel):
    """House rules of an office."""

    notice_hours: Annotated[
        int, Field(ge=0, le=336), Ui(_l("Hours before a session until which it can be booked"))
    ] = 24
    window_days: Annotated[int, Field(ge=1, le=120), Ui(_l("Days ahead that can be booked"))] = 42
    open_bookings: Annotated[
        int, Field(ge=1, le=10), Ui(_l("Sessions that one person may have booked at a time"))
    ] = 1
    cancel_hours: Annotated[
        int, Field(ge=0, le=336), Ui(_l("Hours before a session until which it can be moved or cancelled"))
    ] = 4
    keep_months: Annotated[
        int,
        Field(ge=1, le=240),
        Ui(
            _l("Months for which conversations and summaries are kept"),
            _l("After that only remains that a session took place."),
        ),
    ] = 24
    series_by_trainees: Annotated[
        bool,
        Ui(
            _l("People may book the same time for several weeks themselves"),
            _l("Tutors can always do it for somebody they have a session with."),
        ),
    ] = False
    series_most: Annotated[
        int,
        Field(ge=1, le=26),
        Ui(
            _l("Weeks that can be booked at once"),
            _l("All of them count as one booked session. 1 means: single sessions only."),
        ),
    ] = 4
    weekly_quota: Annotated[int, Field(ge=1, le=60), Ui(_l("Sessions a week that each tutor offers"))] = 4


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
