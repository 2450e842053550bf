"""What can be said in the lounge."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from lms.commands import Command, Ui
from lms.text import lazy_gettext as _l

LONGEST_ANNOUNCEMENT = 2000


class PostAnnouncement(Command):
    """Tell the whole office something."""

    text: Annotated[
        str,
        Field(min_length=1, max_length=LONGEST_ANNOUNCEMENT),
        Ui(_l("Your announcement"), _l("Everybody in the office can read it."), kind="textarea"),
    ]


class WithdrawAnnouncement(Command):
    """Take an announcement back; ``target`` is its number in the log."""

    target: Annotated[int, Field(ge=1)]
