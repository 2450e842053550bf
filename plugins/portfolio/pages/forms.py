"""What people ask for about pages, collections and their public card."""

from __future__ import annotations

import re
import uuid
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from lms.plugin import Command, Ui, _, _l
from plugins.portfolio.evidence.forms import TAGS, Words

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,58}[a-z0-9])")
THEME_CHOICES = [
    ("plain", _l("Plain: white and quiet")),
    ("warm", _l("Warm: paper and colour")),
    ("bold", _l("Bold: dark, for pictures")),
]


Text160 = Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=160)]
Text200 = Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=200)]
Text500 = Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=500)]


def read_slug(text: str) -> str:
    """The readable end of an address. Raises ValueError."""
    slug = text.strip().lower().replace(" ", "-")
    if not _SLUG.fullmatch(slug):
        raise ValueError(_("Please use 3 to 60 small letters, digits and hyphens, like anna-rossi."))
    return slug


class NewPage(Command):
    """A page or a collection needs its title, nothing else."""

    title: Annotated[str, Field(min_length=1, max_length=160), Ui(_l("Title"), _l("Such as: My work."))]


class EditPage(Command):
    """What a page says of itself."""

    title: Annotated[str, Field(min_length=1, max_length=160), Ui(_l("Title"))]
    description: Annotated[
        Text500, Ui(_l("In a sentence"), _l("It stands below the title, and where the page is linked."))
    ] = ""
    theme: Annotated[
        Literal["plain", "warm", "bold"], Ui(_l("Look"), kind="radio", choices=THEME_CHOICES)
    ] = "plain"
    collection_id: Annotated[uuid.UUID | None, Ui(_l("Collection"), kind="select")] = None
    tags: Annotated[Words, TAGS] = ""
    allows_copy: Annotated[bool, Ui(_l("Whoever may see this page may copy it"))] = False


class EditCollection(Command):
    """What a collection says of itself."""

    title: Annotated[str, Field(min_length=1, max_length=160), Ui(_l("Title"))]
    description: Annotated[Text500, Ui(_l("In a sentence"))] = ""
    shows_progress: Annotated[
        bool,
        Ui(_l("Show how far each page is"), _l("Which you finished, and which your counsellor confirmed.")),
    ] = False


class SaveCard(Command):
    """A person's public card."""

    slug: Annotated[
        str,
        AfterValidator(read_slug),
        Ui(_l("Address"), _l("The end of its web address: small letters, digits and hyphens.")),
    ]
    headline: Annotated[Text160, Ui(_l("What you are, in a few words"))] = ""
    about: Annotated[
        Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=600)],
        Ui(_l("About you"), kind="textarea"),
    ] = ""
    proof_1: Annotated[Text200, Ui(_l("First proof"), _l("One thing you did, with a number if you can."))] = (
        ""
    )
    proof_2: Annotated[Text200, Ui(_l("Second proof"))] = ""
    proof_3: Annotated[Text200, Ui(_l("Third proof"))] = ""
    film_id: Annotated[
        uuid.UUID | None,
        Ui(
            _l("Video CV on it"),
            _l("Everybody who sees the card can play it, until its last day."),
            kind="select",
        ),
    ] = None
    page_id: Annotated[
        uuid.UUID | None,
        Ui(_l("Page that it leads to"), _l("The page must be public itself."), kind="select"),
    ] = None
    shows_photo: Annotated[bool, Ui(_l("Show my photo"))] = False
    is_contactable: Annotated[bool, Ui(_l("People can write to me here; they do not see my address"))] = False
    is_public: Annotated[bool, Ui(_l("Everybody can see this card, and search engines find it"))] = False


class WriteMessage(Command):
    """Writing to a person without knowing their address."""

    sender: Annotated[str, Field(min_length=2, max_length=120), Ui(_l("Your name"), autocomplete="name")]
    email: Annotated[
        str,
        Field(min_length=5, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
        Ui(_l("Your e-mail address"), kind="email", autocomplete="email"),
    ]
    text: Annotated[str, Field(min_length=10, max_length=3000), Ui(_l("Your message"), kind="textarea")]
