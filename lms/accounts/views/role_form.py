"""Forms in which one person gives roles to another."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from lms.accounts.membership import role_choices
from lms.commands import Command
from lms.web.forms import FieldView, Form
from lms.web.guard import actor

C = TypeVar("C", bound=Command)


class RoleForm(Form[C]):
    """A form that offers only those roles that the actor may give."""

    @property
    def fields(self) -> list[FieldView]:
        """Fields in the order of the command."""
        offered = role_choices(actor())
        return [replace(each, choices=offered) if each.name == "roles" else each for each in super().fields]
