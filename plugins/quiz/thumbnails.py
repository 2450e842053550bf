"""Small pictures for a preview: drawn anew from a file that is not stored yet, and kept as text in the page itself."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from lms.plugin import draw_thumbnail
from plugins.quiz.formats.items import EmbeddedFile

MOST_SIDE = 160
MOST_TRIED = 3
MOST_PIXELS = 24_000_000
"""Read from the header: a picture with more is not unpacked."""


def thumbnail_of(files: Sequence[EmbeddedFile]) -> str:
    """The first of the files that is a picture, as an address that holds it; empty if none can be drawn."""
    drawn = (draw_thumbnail(each.content, MOST_SIDE, MOST_PIXELS) for each in files[:MOST_TRIED])
    picture = next(filter(None, drawn), None)
    return f"data:image/webp;base64,{base64.b64encode(picture).decode()}" if picture else ""
