"""Small pictures for a preview: drawn anew from a file that is not stored yet, and kept as text in the page itself."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Sequence

from PIL import Image, ImageOps

from plugins.quiz.formats.items import EmbeddedFile

MOST_SIDE = 160
MOST_TRIED = 3
MOST_PIXELS = 24_000_000
"""Read from the header: a picture with more is not unpacked."""
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
)
"""How what is no sound picture fails; the import itself names it when it comes in."""
_READABLE = ("JPEG", "PNG", "GIF", "WEBP", "BMP")


def thumbnail_of(files: Sequence[EmbeddedFile]) -> str:
    """The first of the files that is a picture, as an address that holds it; empty if none can be drawn."""
    return next((address for each in files[:MOST_TRIED] if (address := _drawn(each.content))), "")


def _drawn(content: bytes) -> str:
    made = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=_READABLE) as image:
            if image.width * image.height > MOST_PIXELS:
                return ""
            image.thumbnail((MOST_SIDE, MOST_SIDE))
            ImageOps.exif_transpose(image).convert("RGBA").save(made, "WEBP", quality=60)
    except _BROKEN:
        return ""
    return f"data:image/webp;base64,{base64.b64encode(made.getvalue()).decode()}"
