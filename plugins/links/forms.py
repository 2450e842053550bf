"""What people ask for about links, and the settings of an office."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from lms.plugin import Command, Ui, _, _l


def read_url(text: str) -> str:
    """A web address as it is kept; ``https://`` is added where it was left out. Raises ValueError."""
    complete = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(complete)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or "." not in host or parts.scheme not in {"http", "https"} or " " in complete:
        raise ValueError(_("Please write a web address like https://www.example.org."))
    return complete


class SaveLink(Command):
    """A link as it is added or changed."""

    title: Annotated[str, Field(min_length=2, max_length=120), Ui(_l("Title"), _l("What people find there."))]
    url: Annotated[
        str,
        Field(min_length=4, max_length=500),
        AfterValidator(read_url),
        Ui(_l("Web address"), kind="url", autocomplete="url"),
    ]
    note: Annotated[
        str | None, Field(max_length=300), Ui(_l("Note"), _l("One sentence that helps to choose."))
    ] = None
    category: Annotated[
        str | None,
        Field(max_length=60),
        Ui(_l("Heading"), _l("Links with the same heading stand together, such as: Looking for work.")),
    ] = None
    is_public: Annotated[bool, Ui(_l("Also show it to people who are not signed in"))] = False


class LinksSettings(Command):
    """How an office shows its links."""

    heading: Annotated[
        str | None,
        Field(max_length=60),
        Ui(_l("Heading of the list"), _l("Leave it empty for “Useful links”.")),
    ] = None
    is_on_landing: Annotated[bool, Ui(_l("Show links on the office's first page"))] = True
    landing_count: Annotated[int, Field(ge=1, le=20), Ui(_l("How many links the first page shows"))] = 5
