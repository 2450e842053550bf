"""What people ask for about offices."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from pydantic import EmailStr, Field

from lms.commands import Command, Ui
from lms.store.runtime import settings
from lms.text import NATIVE_NAMES
from lms.text import lazy_gettext as _l

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,39}$")]


def language_choices() -> list[tuple[str, str]]:
    """Languages of this installation, by their own names."""
    return [(code, NATIVE_NAMES.get(code, code)) for code in settings().languages]


class CreateOffice(Command):
    """A new office; everything but name and address has a good default."""

    name: Annotated[str, Field(min_length=2, max_length=120), Ui(_l("Name"))]
    slug: Annotated[
        Slug, Ui(_l("Address"), hint=_l("Small letters, digits and hyphens. It becomes part of every link."))
    ]
    kind: Annotated[
        Literal["office", "region", "country"],
        Ui(
            _l("Kind"),
            kind="radio",
            choices=[("office", _l("Office")), ("region", _l("Region")), ("country", _l("Country"))],
        ),
    ] = "office"
    parent_id: uuid.UUID | None = None
    zone: Annotated[str, Ui(_l("Time zone"))] = "Europe/Rome"
    languages: Annotated[
        list[str],
        Ui(_l("Languages"), hint=_l("The first one is the office's own."), choices=language_choices),
    ] = Field(default_factory=list)


class EditBrand(Command):
    """How an office looks, speaks and admits people."""

    name: Annotated[str, Field(min_length=2, max_length=120), Ui(_l("Name"))]
    tagline: Annotated[str | None, Field(max_length=300), Ui(_l("One sentence under the name"))] = None
    welcome: Annotated[
        str | None, Field(max_length=2000), Ui(_l("Welcome text of the first page"), kind="textarea")
    ] = None
    accent: Annotated[
        str,
        Field(pattern=r"^#[0-9A-Fa-f]{6}$"),
        Ui(
            _l("Accent colour"),
            hint=_l("Used for links and buttons. It must be readable for everybody."),
            kind="color",
        ),
    ] = "#9A4A22"
    languages: Annotated[list[str], Ui(_l("Languages"), choices=language_choices)] = Field(
        default_factory=list
    )
    zone: Annotated[str, Ui(_l("Time zone"), hint=_l("Such as Europe/Rome."))] = "Europe/Rome"
    join_rule: Annotated[
        Literal["invitation", "approval", "open"],
        Ui(
            _l("Who may register"),
            kind="radio",
            choices=[
                ("invitation", _l("Only people who are invited")),
                ("approval", _l("Anybody, after the head has approved")),
                ("open", _l("Anybody, at once")),
            ],
        ),
    ] = "invitation"
    contact_email: Annotated[EmailStr | None, Ui(_l("E-mail for questions"), kind="email")] = None
    contact_phone: Annotated[str | None, Field(max_length=40), Ui(_l("Telephone"), kind="tel")] = None
    address: Annotated[str | None, Field(max_length=300), Ui(_l("Address of the office"))] = None
