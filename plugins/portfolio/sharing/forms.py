"""What people ask for about sharing, and the settings of an office."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from lms.plugin import Command, Ui, _, _l

AUDIENCES = [
    ("person", _l("A person of my office")), ("group", _l("A group that I am in")), ("office", _l("Everybody in my office")),
    ("members", _l("Everybody who has an account here")), ("public", _l("Everybody on the web")),
]  # fmt: skip
ROLES_OF_GROUP = [
    ("", _l("Everybody in it")), ("trainee", _l("Only trainees")), ("practitioner", _l("Only practitioners")), ("tutor", _l("Only tutors")),
    ("trainer", _l("Only trainers")), ("counsellor", _l("Only counsellors")),
]  # fmt: skip
_Text = Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=500)]


LinkName = Annotated[
    Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=120)],
    Ui(_l("For whom is the link?"), _l("Only you see it. Such as: Bakery Rossi.")),
]
PasscodeText = Annotated[str | None, Field(min_length=4, max_length=40)]


class ShareWith(Command):
    """Let somebody see a page, a collection or a CV. Times are aware moments."""

    audience: Annotated[
        Literal["advisers", "person", "group", "office", "members", "public", "link"],
        Ui(_l("Who may see it?"), kind="radio", choices=AUDIENCES),
    ]
    person_id: Annotated[uuid.UUID | None, Ui(_l("Person"))] = None
    group_id: Annotated[uuid.UUID | None, Ui(_l("Group"), kind="select")] = None
    role: Annotated[
        Literal["", "trainee", "practitioner", "tutor", "trainer", "counsellor"],
        BeforeValidator(lambda value: value or ""),
        Ui(_l("Who in the group?"), kind="select", choices=ROLES_OF_GROUP),
    ] = ""
    name: LinkName = ""
    passcode: Annotated[
        PasscodeText,
        Ui(
            _l("Passcode"),
            _l("If you give one, tell it in another message than the link."),
            autocomplete="off",
        ),
    ] = None
    starts_at: Annotated[datetime | None, Ui(_l("From"))] = None
    ends_at: Annotated[datetime | None, Ui(_l("Until"))] = None
    allows_comments: Annotated[bool, Ui(_l("They may comment"))] = False
    approves_comments: Annotated[bool, Ui(_l("Others see a comment only after I have approved it"))] = False

    @model_validator(mode="after")
    def _in_order(self) -> ShareWith:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError(_("The end is before the beginning."))
        return self


class ChangeShare(Command):
    """What can be changed of a share that was given; ``is_open`` takes the passcode of a link away."""

    name: LinkName = ""
    passcode: Annotated[
        PasscodeText,
        Ui(
            _l("New passcode"),
            _l("Leave it empty to keep what there is. Whoever looks now must give the new one."),
            autocomplete="off",
        ),
    ] = None
    is_open: Annotated[bool, Ui(_l("No passcode any more"))] = False
    last_day: Annotated[date | None, Ui(_l("Until"), _l("Leave it empty to end it yourself."))] = None
    allows_comments: Annotated[bool, Ui(_l("They may comment"))] = False
    approves_comments: Annotated[bool, Ui(_l("Others see a comment only after I have approved it"))] = False


class OpenLink(Command):
    """The passcode of a link."""

    passcode: Annotated[
        str,
        Field(min_length=1, max_length=40),
        Ui(_l("Passcode"), _l("Whoever gave you the link can tell you."), autocomplete="off"),
    ]


class Say(Command):
    """A comment."""

    body: Annotated[str, Field(min_length=1, max_length=4000), Ui(_l("Comment"), kind="textarea")]
    block_id: uuid.UUID | None = None
    parent_id: uuid.UUID | None = None
    at_second: Annotated[int | None, Field(ge=0, le=86_400)] = None
    is_private: bool = False


class AskFeedback(Command):
    """Ask an adviser to look at something."""

    note: Annotated[_Text, Ui(_l("What would you like to know?"), kind="textarea")] = ""
    due_on: Annotated[date | None, Ui(_l("Until when?"))] = None


class Answer(Command):
    """An adviser answers: done, or (for a signed CV) confirmed or not yet."""

    answer: Annotated[Literal["done", "confirmed", "not_yet"], Ui(_l("Answer"))]
    note: Annotated[
        Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=1000)],
        Ui(_l("A few words"), kind="textarea"),
    ] = ""


class PortfolioSettings(Command):
    """What an office allows."""

    allows_public: Annotated[bool, Ui(_l("People may make pages public"))] = True
    public_age: Annotated[
        int, Field(ge=0, le=30), Ui(_l("Age from which a page may be public"), _l("0 means: no rule. Otherwise the date of birth must be known."))
    ] = 18  # fmt: skip
    allows_links: Annotated[bool, Ui(_l("People may share by secret links"))] = True
