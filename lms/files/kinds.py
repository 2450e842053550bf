"""Which kinds of files there are, by what is inside and by how their names end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from lms.hooks.contributions import Text
from lms.text import gettext as _
from lms.text import lazy_gettext as _l

Family = Literal["image", "audio", "video", "document", "text", "archive", "web"]
FAMILIES: tuple[Family, ...] = get_args(Family)


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file. The first of ``suffixes`` is the one it gets when it has none of them."""

    media_type: str
    family: Family
    suffixes: tuple[str, ...]
    title: Text
    icon: str = "file-earmark"


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
KINDS: tuple[FileKind, ...] = (
    FileKind("image/jpeg", "image", (".jpg", ".jpeg", ".jpe", ".jfif"), _l("JPEG picture"), "image"),
    FileKind("image/png", "image", (".png",), _l("PNG picture"), "image"),
    FileKind("image/gif", "image", (".gif",), _l("GIF picture"), "image"),
    FileKind("image/webp", "image", (".webp",), _l("WebP picture"), "image"),
    FileKind("image/bmp", "image", (".bmp",), _l("BMP picture"), "image"),
    FileKind("image/tiff", "image", (".tif", ".tiff"), _l("TIFF picture"), "image"),
    FileKind("audio/mpeg", "audio", (".mp3",), _l("MP3 sound"), "mic"),
    FileKind("audio/mp4", "audio", (".m4a",), _l("MP4 sound"), "mic"),
    FileKind("audio/ogg", "audio", (".ogg", ".oga", ".opus"), _l("Ogg sound"), "mic"),
    FileKind("audio/wav", "audio", (".wav",), _l("WAV sound"), "mic"),
    FileKind("audio/flac", "audio", (".flac",), _l("FLAC sound"), "mic"),
    FileKind("audio/webm", "audio", (".weba",), _l("WebM sound"), "mic"),
    FileKind("audio/aac", "audio", (".aac",), _l("AAC sound"), "mic"),
    FileKind("video/mp4", "video", (".mp4", ".m4v"), _l("MP4 video"), "camera-video"),
    FileKind("video/webm", "video", (".webm",), _l("WebM video"), "camera-video"),
    FileKind("video/quicktime", "video", (".mov",), _l("QuickTime video"), "camera-video"),
    FileKind("video/x-matroska", "video", (".mkv",), _l("Matroska video"), "camera-video"),
    FileKind("application/pdf", "document", (".pdf",), _l("PDF document"), "file-earmark-text"),
    FileKind(f"{_OFFICE}.wordprocessingml.document", "document", (".docx",), _l("Word document"), "file-earmark-text"),
    FileKind(f"{_OFFICE}.spreadsheetml.sheet", "document", (".xlsx",), _l("Excel table"), "table"),
    FileKind(f"{_OFFICE}.presentationml.presentation", "document", (".pptx",), _l("PowerPoint slides"), "display"),
    FileKind(f"{_OPEN}.text", "document", (".odt",), _l("OpenDocument text"), "file-earmark-text"),
    FileKind(f"{_OPEN}.spreadsheet", "document", (".ods",), _l("OpenDocument table"), "table"),
    FileKind(f"{_OPEN}.presentation", "document", (".odp",), _l("OpenDocument slides"), "display"),
    FileKind("application/msword", "document", (".doc",), _l("Word document"), "file-earmark-text"),
    FileKind("application/vnd.ms-excel", "document", (".xls",), _l("Excel table"), "table"),
    FileKind("application/vnd.ms-powerpoint", "document", (".ppt",), _l("PowerPoint slides"), "display"),
    FileKind("application/rtf", "document", (".rtf",), _l("RTF document"), "file-earmark-text"),
    FileKind("application/epub+zip", "document", (".epub",), _l("EPUB book"), "book"),
    FileKind("text/plain", "text", (".txt", ".log"), _l("Text"), "file-earmark-text"),
    FileKind("text/csv", "text", (".csv",), _l("CSV table"), "table"),
    FileKind("text/markdown", "text", (".md",), _l("Markdown text"), "file-earmark-text"),
    FileKind("text/vtt", "text", (".vtt",), _l("Subtitles"), "file-earmark-text"),
    FileKind("application/x-subrip", "text", (".srt",), _l("Subtitles"), "file-earmark-text"),
    FileKind("application/json", "text", (".json",), _l("JSON data"), "file-earmark-text"),
    FileKind("text/calendar", "text", (".ics",), _l("Calendar"), "calendar3"),
    FileKind("application/zip", "archive", (".zip", ".h5p"), _l("ZIP archive"), "archive"),
    FileKind("text/html", "web", (".html", ".htm", ".xhtml"), _l("Web page"), "globe"),
    FileKind("image/svg+xml", "web", (".svg",), _l("SVG drawing"), "image"),
)  # fmt: skip

BY_TYPE = {kind.media_type: kind for kind in KINDS}
BY_SUFFIX = {suffix: kind for kind in KINDS for suffix in kind.suffixes}

SHOWN_INLINE = frozenset(
    kind.media_type
    for kind in KINDS
    if kind.family in {"image", "audio", "video"} and kind.media_type != "image/tiff"
)
"""What a browser may show at its own address. Web pages and drawings can hold scripts and are never among them."""


def kind_of(media_type: str) -> FileKind:
    """The kind of a media type; plain bytes for one that is not known (any more)."""
    return BY_TYPE.get(media_type) or FileKind(media_type, "document", ("",), _l("File"))


def describe(families: Iterable[Family]) -> str:
    """What is accepted, in words, such as "pictures (JPEG, PNG, GIF, WebP), PDF"."""
    words: dict[Family, str] = {
        "image": _("pictures (JPEG, PNG, GIF, WebP)"),
        "audio": _("sound (MP3, M4A, OGG, WAV)"),
        "video": _("video (MP4, WebM, MOV)"),
        "document": _("documents (PDF, Word, Excel, PowerPoint, OpenDocument)"),
        "text": _("plain text (TXT, CSV)"),
        "archive": _("ZIP archives"),
        "web": _("web pages (HTML, SVG)"),
    }
    allowed = set(families)
    return ", ".join(text for family, text in words.items() if family in allowed)


def accept_attribute(families: Iterable[Family]) -> str:
    """The families as the ``accept`` attribute of a file field."""
    allowed = set(families)
    return ",".join(suffix for kind in KINDS if kind.family in allowed for suffix in kind.suffixes)


def read_families(text: str) -> frozenset[Family]:
    """Families from a comma list; all of them when it names none that is known."""
    named = {part.strip() for part in text.split(",")}
    return frozenset(family for family in FAMILIES if family in named) or frozenset(FAMILIES)
