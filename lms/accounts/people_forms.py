"""What those who look after people ask for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from lms.accounts.membership import GIVEN_ROLES, ROLE_TITLES
from lms.commands import Command, Ui
from lms.hooks.contributions import Role, Text
from lms.text import lazy_gettext as _l


def _for_most() -> list[Role]:
    return ["trainee"]


def role_titles() -> list[tuple[str, Text]]:
    """Roles of members with their titles."""
    return [(role, ROLE_TITLES[role]) for role in GIVEN_ROLES]


Roles = Annotated[
    list[Role],
    Ui(
        _l("Roles"),
        _l("Only roles whose rights you have yourself are offered."),
        choices=role_titles,
        attrs={"required": "1"},
    ),
]


class InvitePeople(Command):
    """Ask one or several people to join the office."""

    emails: Annotated[
        str,
        Field(min_length=3, max_length=5000),
        Ui(_l("E-mail addresses"), _l("One on each line. You can paste a list."), kind="textarea"),
    ]
    roles: Roles = Field(default_factory=_for_most)
    message: Annotated[
        str | None,
        Field(max_length=1000),
        Ui(_l("A few words from you"), _l("They stand in the message."), kind="textarea"),
    ] = None


class EditMembership(Command):
    """Roles and function of a person in the office."""

    roles: Roles = Field(default_factory=list)
    function: Annotated[
        str | None,
        Field(max_length=120),
        Ui(_l("Function"), _l("What this person does here, in their own words.")),
    ] = None


class BlockPerson(Command):
    """Keep somebody out of the whole site."""

    reason: Annotated[
        str | None,
        Field(max_length=300),
        Ui(_l("Reason"), _l("The person reads it when they try to sign in.")),
    ] = None
