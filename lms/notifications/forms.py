"""How a person wants to hear of things."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import create_model

from lms.commands import Command, Ui
from lms.hooks.contributions import NotificationKind
from lms.text import lazy_gettext as _l

MailChoice = Literal["at_once", "daily", "never"]
MAIL_CHOICES = (("at_once", _l("At once")), ("daily", _l("Once a day")), ("never", _l("Never")))


def preferences_command(kinds: Iterable[NotificationKind]) -> type[Command]:
    """A command with ``app_<kind>`` and ``mail_<kind>`` for each kind there is."""
    fields: dict[str, tuple[object, object]] = {}
    for kind in kinds:
        fields[f"app_{kind.name}"] = (Annotated[bool, Ui(_l("Show here"))], False)
        fields[f"mail_{kind.name}"] = (
            Annotated[MailChoice, Ui(_l("By e-mail"), kind="select", choices=MAIL_CHOICES)],
            kind.by_mail,
        )
    made: type[Command] = create_model("Preferences", __base__=Command, **fields)  # type: ignore[call-overload]  # fields are made at run time
    return made
