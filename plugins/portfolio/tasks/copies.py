"""A page or CV as it is now, rendered and kept: what is handed in cannot change afterwards."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

from flask import current_app
from markupsafe import Markup

from plugins.portfolio.cv.composing import compose_cv
from plugins.portfolio.cv.models import Cv
from plugins.portfolio.pages.kinds import Showing
from plugins.portfolio.pages.models import Page
from plugins.portfolio.pages.showing import show_blocks

_PLACE = "/portfolio-file-place/"
_PLACES = re.compile(re.escape(_PLACE) + r"([0-9a-f-]{36})")


def locked_copy(thing: Page | Cv) -> dict[str, Any]:
    """The rendered copy of a thing whose right was checked."""
    blocks = _cv_blocks(thing) if isinstance(thing, Cv) else _page_blocks(thing)
    files = sorted({found for block in blocks for found in _PLACES.findall(block["html"])})
    theme = thing.theme if isinstance(thing, Page) else "plain"
    description = thing.description if isinstance(thing, Page) else ""
    return {
        "title": thing.title,
        "description": description,
        "theme": theme,
        "blocks": blocks,
        "files": files,
    }


def with_addresses(html: str, address: Callable[[uuid.UUID], str]) -> Markup:
    """The markup of a kept block, with the addresses of its files for this reader."""
    text = _PLACES.sub(lambda match: address(uuid.UUID(match[1])), html)
    return Markup(text)  # noqa: S704 - rendered by our own templates when it was handed in


def _page_blocks(page: Page) -> list[dict[str, str]]:
    showing = Showing(page.owner_id, page.office_id, page.id, address=_place)
    return [{"width": shown.block.width, "html": str(shown.html)} for shown in show_blocks(page, showing)]


def _cv_blocks(cv: Cv) -> list[dict[str, str]]:
    document = compose_cv(cv)
    photo = _place(document.photo_id) if document.photo_id else None
    template = current_app.jinja_env.get_template("portfolio/blocks/cv.html")
    return [{"width": "full", "html": template.render(document=document, photo_url=photo)}]


def _place(file_id: uuid.UUID) -> str:
    return f"{_PLACE}{file_id}"
