"""What people ask for about their own account: commands for pages, JSON and sockets."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import EmailStr, Field, field_validator

from lms.accounts.passwords import MAX_LENGTH
from lms.commands import Command, Ui
from lms.hooks.contributions import Text
from lms.offices.forms import language_choices
from lms.text import gettext as _
from lms.text import lazy_gettext as _l

Email = Annotated[
    EmailStr,
    Ui(
        _l("E-mail address"),
        kind="email",
        autocomplete="username",
        attrs={"inputmode": "email", "spellcheck": "false"},
    ),
]
OldPassword = Annotated[
    str, Field(max_length=MAX_LENGTH), Ui(_l("Password"), kind="password", autocomplete="current-password")
]
PASSWORD_HINT = _l("At least 10 characters. A short sentence is good.")
OPTIONAL_PASSWORD_HINT = _l(
    "At least 10 characters. Without one you get a code by e-mail each time you sign in."
)
PersonName = Annotated[
    str, Field(min_length=2, max_length=120), Ui(_l("First and last name"), autocomplete="name")
]


def zone_choices() -> list[tuple[str, Text]]:
    """Zones of the continents, Europe first, and the choice to follow the office."""
    regions = ("Europe", "Africa", "America", "Asia", "Atlantic", "Australia", "Indian", "Pacific")
    names = sorted(
        (name for name in available_timezones() if name.partition("/")[0] in regions),
        key=lambda name: (not name.startswith("Europe/"), name),
    )
    return [("", _l("As in the office")), *((name, name.replace("_", " ")) for name in names)]


SharedComputer = Annotated[
    bool,
    Ui(
        _l("Other people use this computer too"),
        _l("You are signed out when you close the browser, or do nothing for half an hour."),
        kind="checkbox",
    ),
]


class SignIn(Command):
    """Sign in with e-mail address and password."""

    email: Email
    password: OldPassword
    is_shared: SharedComputer = False


class AskForCode(Command):
    """Ask for a sign-in code by mail."""

    email: Email


class GiveCode(Command):
    """The six digits of the mail."""

    code: Annotated[
        str,
        Field(min_length=1, max_length=20),
        Ui(
            _l("Code"),
            _l("Six digits. The message can take a minute."),
            kind="code",
            autocomplete="one-time-code",
        ),
    ]
    is_shared: SharedComputer = False


class GiveSecondStep(Command):
    """A code of the authenticator app, or a recovery code."""

    code: Annotated[
        str,
        Field(min_length=1, max_length=20),
        Ui(
            _l("Code"),
            _l("From your authenticator app. You can also write one of your recovery codes."),
            autocomplete="one-time-code",
            attrs={"spellcheck": "false", "autocapitalize": "none"},
        ),
    ]


class NewPassword(Command):
    """A password that a mailed link sets."""

    password: Annotated[
        str,
        Field(max_length=1000),
        Ui(_l("New password"), PASSWORD_HINT, kind="password", autocomplete="new-password"),
    ]


class ChangePassword(Command):
    """The present and the new password."""

    current: Annotated[
        str | None,
        Field(max_length=1000),
        Ui(_l("Present password"), kind="password", autocomplete="current-password", attrs={"required": "1"}),
    ] = None
    password: Annotated[
        str,
        Field(max_length=1000),
        Ui(_l("New password"), PASSWORD_HINT, kind="password", autocomplete="new-password"),
    ]


class ProvePassword(Command):
    """The present password, before something that weakens the account."""

    current: Annotated[
        str | None,
        Field(max_length=1000),
        Ui(_l("Present password"), kind="password", autocomplete="current-password", attrs={"required": "1"}),
    ] = None


class Register(Command):
    """Ask to join an office without an invitation."""

    name: PersonName
    email: Email


class OpenAccount(Command):
    """Complete an account: name, and a password if one wants one."""

    name: PersonName
    password: Annotated[
        str | None,
        Field(max_length=1000),
        Ui(_l("Password"), OPTIONAL_PASSWORD_HINT, kind="password", autocomplete="new-password"),
    ] = None


def _known_language(code: str) -> str:
    if code not in dict(language_choices()):
        raise ValueError(_("Please choose one of the answers offered."))
    return code


class EditProfile(Command):
    """What others see of a person, and how the product speaks to them."""

    name: PersonName
    headline: Annotated[
        str | None,
        Field(max_length=200),
        Ui(
            _l("About you in one line"),
            _l("Such as: baker, looking for work near Siena."),
            attrs={"maxlength": "200"},
        ),
    ] = None
    phone: Annotated[
        str | None,
        Field(max_length=40, pattern=r"^[0-9+()/ .\-]*$"),
        Ui(_l("Telephone"), kind="tel", autocomplete="tel"),
    ] = None
    locale: Annotated[
        str, Ui(_l("Language"), kind="select", choices=language_choices, attrs={"required": "1"})
    ] = "en"
    zone: Annotated[str | None, Ui(_l("Time zone"), kind="select", choices=zone_choices)] = None

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        if zone and zone not in available_timezones():
            raise ValueError(_("This time zone is not known."))
        return zone

    _known = field_validator("locale")(_known_language)


class ChooseLanguage(Command):
    """The language in which the product speaks to a person."""

    locale: str

    _known = field_validator("locale")(_known_language)


class ChooseTheme(Command):
    """Light, dark, or as the device says."""

    theme: Literal["auto", "light", "dark"]


class ChangeEmail(Command):
    """Another address for the account."""

    email: Annotated[EmailStr, Ui(_l("New e-mail address"), kind="email", autocomplete="email")]
    current: Annotated[
        str | None,
        Field(max_length=1000),
        Ui(_l("Present password"), kind="password", autocomplete="current-password", attrs={"required": "1"}),
    ] = None


class ConfirmAuthenticator(Command):
    """The first code of a newly set up app."""

    code: Annotated[
        str,
        Field(min_length=1, max_length=12),
        Ui(_l("Code that the app shows"), kind="code", autocomplete="one-time-code"),
    ]


class PasskeyAnswer(Command):
    """What the browser says about a passkey (WebAuthn's JSON form), and a name for a new one."""

    credential: dict[str, Any]
    name: Annotated[str, Field(max_length=80)] = ""
