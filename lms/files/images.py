"""Pictures: drawn again, so that nothing but the picture remains, and made small for lists.

What a camera writes into a photo (place, time, device, owner) is left behind; the
photo is turned the way it was held.
"""

from __future__ import annotations

import io
import struct
import uuid
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps, ImageSequence

from lms.errors import Invalid
from lms.store.files import explaining_full_disk, flush_to_disk
from lms.text import gettext as _

PREVIEW_SIDE = 640
MOST_FRAMES = 600
MOST_ANIMATED_RATIO = 10
"""All frames of a moving picture together may have this many times the pixels of a still one."""
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
_READABLE = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
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

# Pillow's own limit only warns up to twice its value; ours is checked from the header, before any pixel is read.
Image.MAX_IMAGE_PIXELS = None


def redraw(path: Path, media_type: str, most_pixels: int) -> tuple[Path, str]:
    """Write the picture anew beside ``path``; returns the new file and its media type.

    BMP and TIFF become PNG. Raises Invalid if it has too many pixels or cannot be read.
    """
    target_type = media_type if media_type in _FORMATS else "image/png"
    target = path.with_name(f"{path.name}.{uuid.uuid4().hex}.drawn")
    try:
        with explaining_full_disk(), Image.open(path, formats=_READABLE) as image:
            _check_size(image, most_pixels)
            _write(image, target, _FORMATS[target_type])
    except _BROKEN as error:
        target.unlink(missing_ok=True)
        raise Invalid(
            _("This picture cannot be read. It may be damaged; save it again as JPEG or PNG."), code="damaged"
        ) from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target, target_type


def draw_thumbnail(content: bytes, side: int, most_pixels: int) -> bytes | None:
    """A WebP of at most ``side`` pixels a side, of a picture that is not stored (yet); None if it has too many pixels or cannot be read."""
    made = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=_READABLE) as image:
            if image.width * image.height > most_pixels:
                return None
            image.thumbnail((side, side))
            ImageOps.exif_transpose(image).convert("RGBA").save(made, "WEBP", quality=60)
    except _BROKEN:
        return None
    return made.getvalue()


def make_preview(source: BinaryIO, target: Path) -> None:
    """A WebP of at most 640 pixels a side; appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    made = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with explaining_full_disk():
            with Image.open(source, formats=_READABLE) as image:
                image.draft("RGB", (PREVIEW_SIDE, PREVIEW_SIDE))
                small = image.convert("RGBA" if _has_alpha(image) else "RGB")
                small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
                small.save(made, "WEBP", quality=80)
            flush_to_disk(made)
            made.replace(target)
    finally:
        made.unlink(missing_ok=True)


def _check_size(image: Image.Image, most_pixels: int) -> None:
    width, height = image.size
    if width * height > most_pixels:
        raise Invalid(
            _(
                "This picture has %(found)d million pixels; at most %(limit)d million are accepted. Make it smaller first.",
                found=width * height // 1_000_000, limit=most_pixels // 1_000_000,
            ),
            code="pixel_bomb",
        )  # fmt: skip
    frames = int(getattr(image, "n_frames", 1))
    if frames > MOST_FRAMES or frames * width * height > MOST_ANIMATED_RATIO * most_pixels:
        raise Invalid(_("This moving picture is too long. Send it as a video."), code="pixel_bomb")


def _write(image: Image.Image, target: Path, name: str) -> None:
    profile = image.info.get("icc_profile")
    if name in {"GIF", "WEBP"} and getattr(image, "is_animated", False):
        frames = [frame.copy() for frame in ImageSequence.Iterator(image)]
        for frame in frames:
            frame.info = {
                key: value for key, value in frame.info.items() if key in {"duration", "loop", "transparency"}
            }
        duration = [int(frame.info.get("duration", 100)) for frame in frames]
        frames[0].save(
            target,
            name,
            save_all=True,
            append_images=frames[1:],
            duration=duration,
            loop=image.info.get("loop", 0),
        )
        return
    drawn = ImageOps.exif_transpose(image)
    if name == "JPEG":
        drawn = drawn if drawn.mode in {"RGB", "L"} else drawn.convert("RGB")
    elif drawn.mode not in {"RGB", "RGBA", "L", "LA", "1"}:
        drawn = drawn.convert("RGBA" if _has_alpha(drawn) else "RGB")
    clean = Image.new(drawn.mode, drawn.size)
    clean.paste(drawn)
    # A CMYK profile would be wrong on the converted pixels, so a profile is kept only where the mode did not change.
    kept = profile if drawn.mode == image.mode else None
    if name == "JPEG":
        clean.save(target, name, icc_profile=kept, quality=90, optimize=True, progressive=True)
    else:
        clean.save(target, name, **({"icc_profile": kept} if kept and name != "GIF" else {}))


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
