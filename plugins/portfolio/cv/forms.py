"""What people ask for about their CV. The form of an entry is made from its section."""

from __future__ import annotations

import uuid
from functools import cache
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, create_model

from lms.plugin import Command, Ui, _, _l
from plugins.portfolio.cv.dates import read_date
from plugins.portfolio.cv.sections import BY_NAME, CEFR, DIMENSIONS, Section

LANGUAGES = [
    ("en", "English"), ("it", "Italiano"), ("de", "Deutsch"), ("es", "Español"), ("fr", "Français"), ("ro", "Română"), ("ca", "Català"),
]  # fmt: skip
LEVELS = [("", "–"), *((level, level) for level in CEFR)]


def read_url(text: str) -> str:
    """A web address as it is kept; ``https://`` is added where it was left out. Raises ValueError."""
    if not text:
        return ""
    complete = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(complete)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if "." not in host or parts.scheme not in {"http", "https"} or " " in complete:
        raise ValueError(_("Please write a web address like https://www.example.org."))
    return complete


def read_country(text: str) -> str:
    """A country code of two letters in capitals. Raises ValueError."""
    code = text.strip().upper()
    if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise ValueError(_("Please write the two letters of the country, like IT or AT."))
    return code


def _none_is_empty(value: Any) -> Any:
    return "" if value is None else value


def _email_or_empty(text: str) -> str:
    if text and ("@" not in text.strip("@") or " " in text):
        raise ValueError(_("Please write an e-mail address like name@example.org."))
    return text


Empty = BeforeValidator(_none_is_empty)
"""A text that may be left out is empty, never None."""
Text20 = Annotated[str, Empty, Field(max_length=20)]
Text40 = Annotated[str, Empty, Field(max_length=40)]
Text60 = Annotated[str, Empty, Field(max_length=60)]
Text80 = Annotated[str, Empty, Field(max_length=80)]
Text120 = Annotated[str, Empty, Field(max_length=120)]
Text160 = Annotated[str, Empty, Field(max_length=160)]
Text200 = Annotated[str, Empty, Field(max_length=200)]
Text400 = Annotated[str, Empty, Field(max_length=400)]
Text500 = Annotated[str, Empty, Field(max_length=500)]
Text2000 = Annotated[str, Empty, Field(max_length=2000)]
Text4000 = Annotated[str, Empty, Field(max_length=4000)]
Text10000 = Annotated[str, Empty, Field(max_length=10000)]
Text20000 = Annotated[str, Empty, Field(max_length=20000)]
Url = Annotated[str, Empty, Field(max_length=500), AfterValidator(read_url)]
Country = Annotated[str, Empty, Field(max_length=20), AfterValidator(read_country)]
PartialDate = Annotated[str, Empty, Field(max_length=40), AfterValidator(read_date)]
Mail = Annotated[str, Empty, Field(max_length=254), AfterValidator(_email_or_empty)]
_COUNTRY_HINT = _l("Two letters, like IT or AT.")
_TYPES: dict[str, Any] = {
    "heading": Text80, "title": Text200, "organisation": Text200, "field": Text200, "place": Text120,
    "country": Country, "url": Url,
    "email": Mail, "phone": Text40, "starts": PartialDate,
    "ends": PartialDate, "is_current": bool, "summary": Text2000, "highlights": Text4000,
    "keywords": Text500, "level": Text60, "grade": Text60, "is_native": bool,
} | {name: Annotated[Literal["", "A1", "A2", "B1", "B2", "C1", "C2"], BeforeValidator(_none_is_empty)] for name in DIMENSIONS}  # fmt: skip
_KINDS = {"summary": "textarea", "highlights": "textarea", "url": "url", "email": "email", "phone": "tel"}


@cache
def entry_command(section: str) -> type[Command]:
    """The command that fills an entry of a section. Raises KeyError for an unknown one."""
    fields: dict[str, Any] = {}
    for each in BY_NAME[section].fields:
        hint = each.hint or (_COUNTRY_HINT if each.name == "country" else "")
        choices = LEVELS if each.name in DIMENSIONS else ()
        ui = Ui(each.label, hint, _KINDS.get(each.name, ""), choices=choices, attrs=_attributes(each.name))
        kind = _TYPES[each.name]
        if each.name == "title":
            fields[each.name] = (Annotated[str, Field(min_length=1, max_length=200), ui], ...)
        else:
            fields[each.name] = (Annotated[kind, ui], False if kind is bool else "")
    return create_model(f"Entry{section.title()}", __base__=Command, **fields)


@cache
def new_entry_command(section: str) -> type[Command]:
    """The command that makes an entry: its title, nothing else."""
    first = BY_NAME[section].first
    ui = Ui(first.label, first.hint)
    return create_model(
        f"New{section.title()}",
        __base__=Command,
        title=(Annotated[str, Field(min_length=1, max_length=200), ui], ...),
    )


def entry_class_fields(section: Section) -> tuple[str, ...]:
    """The columns that a section's form writes."""
    return tuple(field.name for field in section.fields)


def _attributes(name: str) -> dict[str, str]:
    if name in {"starts", "ends"}:
        return {"placeholder": "05/2024", "inputmode": "text", "autocomplete": "off", "size": "12"}
    return {"size": "4", "autocapitalize": "characters"} if name == "country" else {}


class SavePerson(Command):
    """What a CV says of the person."""

    given_name: Annotated[Text80, Ui(_l("First name"), autocomplete="given-name")] = ""
    family_name: Annotated[Text80, Ui(_l("Family name"), autocomplete="family-name")] = ""
    headline: Annotated[
        Text160,
        Ui(_l("What you are, in a few words"), _l("Such as: Pastry cook with three years of experience.")),
    ] = ""
    summary: Annotated[
        Text2000,
        Ui(
            _l("About you"),
            _l("Two or three sentences: what you can do, and what you look for."),
            kind="textarea",
        ),
    ] = ""
    email: Annotated[
        Mail,
        Ui(_l("E-mail address"), kind="email", autocomplete="email"),
    ] = ""
    phone: Annotated[Text40, Ui(_l("Telephone"), kind="tel", autocomplete="tel")] = ""
    street: Annotated[Text200, Ui(_l("Street and number"), autocomplete="street-address")] = ""
    postcode: Annotated[Text20, Ui(_l("Postcode"), autocomplete="postal-code")] = ""
    city: Annotated[Text80, Ui(_l("Town"), autocomplete="address-level2")] = ""
    country: Annotated[Country, Ui(_l("Country"), _COUNTRY_HINT, autocomplete="country")] = ""
    website: Annotated[Url, Ui(_l("Your web page"), kind="url", autocomplete="url")] = ""


_PRIVATE_HINT = _l("Few employers need this. It stays off your CVs unless you switch it on there.")


class SavePrivate(Command):
    """What most employers need not know; off in every CV unless it is switched on there."""

    birth_date: Annotated[PartialDate, Ui(_l("Date of birth"), _l("Such as 31/05/2001."))] = ""
    nationality: Annotated[Text80, Ui(_l("Nationality"))] = ""
    gender: Annotated[Text40, Ui(_l("Gender"), _l("In your own words."))] = ""
    marital_status: Annotated[Text40, Ui(_l("Family status"))] = ""


class NewCv(Command):
    """A CV for one purpose needs a name; the rest has good defaults."""

    title: Annotated[
        str,
        Field(min_length=2, max_length=120),
        Ui(_l("Name of this CV"), _l("Only you see it. Such as: For bakeries, in German.")),
    ]


_CV_LANGUAGES = Literal["en", "it", "de", "es", "fr", "ro", "ca"]


class EditCv(Command):
    """How a CV looks and what it says of the person."""

    title: Annotated[
        str, Field(min_length=2, max_length=120), Ui(_l("Name of this CV"), _l("Only you see it."))
    ]
    target_job: Annotated[
        Text160, Ui(_l("Which job is it for?"), _l("We then tell you whether your CV speaks of it."))
    ] = ""
    language: Annotated[
        _CV_LANGUAGES,
        Ui(_l("Language"), _l("Headings and dates are written in it."), kind="select", choices=LANGUAGES),
    ] = "en"
    template: Annotated[
        Literal["clear", "modern", "compact"],
        Ui(_l("Look"), kind="radio", choices=[("clear", _l("Clear: one column, calm")), ("modern", _l("Modern: a column of colour")), ("compact", _l("Compact: more on a page"))]),
    ] = "clear"  # fmt: skip
    accent: Annotated[
        Literal["sienna", "blue", "green", "ink"],
        Ui(_l("Colour"), kind="select", choices=[("sienna", _l("Sienna")), ("blue", _l("Blue")), ("green", _l("Green")), ("ink", _l("Black"))]),
    ] = "sienna"  # fmt: skip
    headline: Annotated[
        Text160, Ui(_l("What you are, for this job"), _l("Leave it empty to use your usual words."))
    ] = ""
    summary: Annotated[
        Text2000,
        Ui(_l("About you, for this job"), _l("Leave it empty to use your usual words."), kind="textarea"),
    ] = ""
    shows_address: Annotated[bool, Ui(_l("Street and number"))] = False
    shows_photo: Annotated[bool, Ui(_l("Photo"))] = False
    shows_birth_date: Annotated[bool, Ui(_l("Date of birth"))] = False
    shows_nationality: Annotated[bool, Ui(_l("Nationality"))] = False
    shows_gender: Annotated[bool, Ui(_l("Gender"))] = False
    shows_marital_status: Annotated[bool, Ui(_l("Family status"))] = False
    is_anonymous: Annotated[
        bool,
        Ui(_l("Without name, age, photo and addresses"), _l("For employers who want to choose blindly.")),
    ] = False


class EditChoice(Command):
    """Other words for one entry in one CV; empty ones leave the words of the store."""

    title: Annotated[Text200, Ui(_l("Title in this CV"))] = ""
    organisation: Annotated[Text200, Ui(_l("Organisation in this CV"))] = ""
    field: Annotated[Text200, Ui(_l("Subject or part in this CV"))] = ""
    summary: Annotated[Text2000, Ui(_l("In a sentence or two"), kind="textarea")] = ""
    highlights: Annotated[Text4000, Ui(_l("Points, one a line"), kind="textarea")] = ""


class NewLetter(Command):
    """A letter needs the job it is for."""

    title: Annotated[
        str,
        Field(min_length=2, max_length=160),
        Ui(_l("Which job do you apply for?"), _l("As the advertisement calls it.")),
    ]


class EditLetter(Command):
    """A cover letter and the vacancy it answers."""

    title: Annotated[str, Field(min_length=2, max_length=160), Ui(_l("Job"))]
    employer: Annotated[Text200, Ui(_l("Employer"))] = ""
    recipient: Annotated[
        Text400,
        Ui(_l("To whom"), _l("Name and address, as they should stand on the letter."), kind="textarea"),
    ] = ""
    vacancy: Annotated[
        Text20000, Ui(_l("Text of the advertisement"), _l("Paste it here. We show which of its words your letter and CV use."), kind="textarea")
    ] = ""  # fmt: skip
    vacancy_url: Annotated[Url, Ui(_l("Web address of the advertisement"), kind="url")] = ""
    cv_id: Annotated[uuid.UUID | None, Ui(_l("CV that goes with it"), kind="select")] = None
    subject: Annotated[Text200, Ui(_l("Subject line"))] = ""
    body: Annotated[
        Text10000,
        Ui(
            _l("Letter"), _l("Leave an empty line between paragraphs."), kind="textarea", attrs={"rows": "14"}
        ),
    ] = ""
