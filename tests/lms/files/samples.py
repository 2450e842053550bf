"""Small files of every kind that tests need."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from PIL import Image


def picture(size: tuple[int, int] = (60, 40), form: str = "PNG") -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", size, (154, 74, 34)).save(out, form)
    return out.getvalue()


def photo_with_place() -> bytes:
    """A JPEG turned by its EXIF orientation, with a maker and a place."""
    image = Image.new("RGB", (60, 40), (30, 90, 140))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    """A ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return out.getvalue()


def pixel_bomb() -> bytes:
    """A PNG of some kilobytes that has 100 million pixels."""
    out = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG")
    return out.getvalue()


def write(folder: Path, data: bytes) -> Path:
    """The bytes as a file."""
    path = folder / "sample"
    path.write_bytes(data)
    return path
