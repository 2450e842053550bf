"""What people ask for about their data."""

from __future__ import annotations

from typing import Annotated

from pydantic import EmailStr, Field

from lms.commands import Command, Ui
from lms.text import lazy_gettext as _l


class AskErasure(Command):
    """Asking to be erased, confirmed by the own address."""

    email: Annotated[
        EmailStr,
        Ui(
            _l("Your e-mail address"),
            hint=_l("To be sure that it is you who asks."),
            kind="email",
            autocomplete="off",
        ),
    ]
    reason: Annotated[
        str | None,
        Field(max_length=500),
        Ui(_l("Why you leave us"), hint=_l("You do not have to say."), kind="textarea"),
    ] = None
