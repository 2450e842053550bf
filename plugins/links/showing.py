"""How links are laid out: the office's own heading, sections, and the JSON form."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from lms.plugin import OfficeView, _, current_office, get_settings
from plugins.links.forms import LinksSettings
from plugins.links.service import LinkView

Section = tuple[str, list[LinkView]]


def office_settings(office: OfficeView) -> LinksSettings:
    """The settings in force in an office."""
    return get_settings(office, "links", LinksSettings)


def heading() -> str:
    """What the office calls its list."""
    office = current_office()
    return (office_settings(office).heading if office else None) or _("Useful links")


def in_sections(links: Sequence[LinkView]) -> list[Section]:
    """Heading and links, in the order in which they come."""
    return [(name, list(each)) for name, each in groupby(links, key=lambda link: link.category)]


def as_json(link: LinkView) -> dict[str, Any]:
    """A link for programs."""
    return {
        "id": str(link.id), "title": link.title, "url": link.url, "note": link.note, "category": link.category,
        "is_public": link.is_public, "updated_at": link.updated_at.isoformat(),
    }  # fmt: skip
