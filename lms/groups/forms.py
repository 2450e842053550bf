"""What people ask for about groups."""

from __future__ import annotations

import uuid
from typing import Annotated

from pydantic import Field

from lms.commands import Command, Ui
from lms.text import lazy_gettext as _l


class CreateGroup(Command):
    """A new group; a name is enough."""

    name: Annotated[
        str, Field(min_length=2, max_length=120), Ui(_l("Name"), _l("Such as: Bakers, autumn 2026."))
    ]


class EditGroup(CreateGroup):
    """Name and description of a group."""

    description: Annotated[
        str | None, Field(max_length=1000), Ui(_l("What this group is for"), kind="textarea")
    ] = None


class AddMembers(Command):
    """People chosen by the picker, and addresses that were typed or pasted."""

    people: Annotated[list[uuid.UUID], Field(max_length=200)] = Field(default_factory=list)
    people_text: Annotated[str | None, Field(max_length=254)] = None
    emails: Annotated[
        str | None,
        Field(max_length=10000),
        Ui(
            _l("Or paste e-mail addresses"),
            _l("One on each line. Only members of the office are added."),
            kind="textarea",
        ),
    ] = None
