"""What a file really is: judged by its content, never by its name or what the sender says."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from pathlib import Path

import filetype

from lms.errors import Invalid
from lms.files.kinds import BY_SUFFIX, BY_TYPE, Family, FileKind, describe
from lms.text import gettext as _

HEAD_BYTES = 65_536
LONGEST_NAME = 200
_SAME = {
    "audio/x-wav": "audio/wav", "audio/x-flac": "audio/flac", "video/x-m4v": "video/mp4", "image/apng": "image/png",
    "video/3gpp": "video/mp4",
}  # fmt: skip
_OLD_OFFICE = {".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint"}
_OFFICE_PARTS = {
    "word/document.xml": ".docx", "xl/workbook.xml": ".xlsx", "ppt/presentation.xml": ".pptx",
}  # fmt: skip
_WEB = re.compile(
    rb"<(!doctype\s+html|html|head|body|script|iframe|object|embed|meta|base)[\s>/]", re.IGNORECASE
)
_SVG = re.compile(rb"<(?:[\w-]+:)?svg[\s>/]", re.IGNORECASE)
_PREAMBLE = re.compile(rb"(?:\s+|<!--.*?-->|<\?.*?\?>|<!doctype\s+svg[^>]*>)*", re.IGNORECASE | re.DOTALL)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_NOT_TEXT = frozenset(set(range(9)) | set(range(14, 32)) - {27})


def inspect(path: Path, name: str, declared: str, allowed: frozenset[Family]) -> FileKind:
    """The kind of the file. Raises Invalid for a kind that is not allowed or a name that says something else."""
    kind = BY_TYPE.get(_real_type(path, name))
    promised = BY_SUFFIX.get(_suffix(name)) or (BY_TYPE.get(declared) if not _suffix(name) else None)
    if kind is None or kind.family not in allowed:
        raise Invalid(
            _("This kind of file is not accepted here. You can send: %(kinds)s.", kinds=describe(allowed)),
            code="wrong_type",
        )
    if promised is not None and not _fits(promised, kind):
        raise Invalid(
            _(
                "The name says “%(promised)s”, but inside is something else: %(real)s. "
                "Rename it so that it ends with “%(suffix)s”, or save it again in the right format.",
                promised=promised.title, real=kind.title, suffix=kind.suffixes[0],
            ),
            code="disguised",
        )  # fmt: skip
    return kind


def safe_name(name: str, kind: FileKind | None = None) -> str:
    """The name without folders and control characters; with an ending that fits ``kind``."""
    text = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    text = "".join(each for each in text if unicodedata.category(each) not in {"Cc", "Cf", "Cs"})
    text = " ".join(text.split()).strip(". ") or _("File")
    suffix = _suffix(text)
    if kind is not None and kind.suffixes[0] and suffix not in kind.suffixes:
        is_same_family = suffix in BY_SUFFIX and BY_SUFFIX[suffix].family == kind.family
        text, suffix = (text[: -len(suffix)] if is_same_family else text) + kind.suffixes[0], kind.suffixes[0]
    if len(text) > LONGEST_NAME:
        text = text[: LONGEST_NAME - len(suffix)].rstrip() + suffix
    return text


def _fits(promised: FileKind, real: FileKind) -> bool:
    """Pictures may be called by another picture's name, and sound or video by each other's: nothing is hidden."""
    if {promised.family, real.family} <= {"audio", "video"} or promised.family == real.family == "image":
        return True
    return promised.media_type == real.media_type


def _real_type(path: Path, name: str) -> str:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    suffix = _suffix(name)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_type(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _OLD_OFFICE.get(suffix, "application/msword")
    for magic, found in ((b"%PDF-", "application/pdf"), (b"{\\rtf", "application/rtf")):
        if head.startswith(magic):
            return found
    if _is_text(head):
        return _text_type(head, suffix)
    guess = filetype.guess(head)
    found = _SAME.get(guess.mime, guess.mime) if guess else "application/octet-stream"
    return _sound_only(head, found)


def _sound_only(head: bytes, found: str) -> str:
    """What a browser records from a microphone alone comes in the containers of videos.

    WebM: TrackType 1 is video, 2 is audio (RFC 9559, 5.1.4.1.3). MP4: handler ``vide`` or ``soun`` (ISO/IEC 14496-12, 8.4.3).
    """
    if found == "video/webm" and b"\x83\x81\x02" in head and b"\x83\x81\x01" not in head:
        return "audio/webm"
    if found == "video/mp4" and b"soun" in head and b"vide" not in head:
        return "audio/mp4"
    return found


def _is_text(head: bytes) -> bool:
    return head.startswith(_BOMS[1:]) or not _NOT_TEXT.intersection(head)


def _text_type(head: bytes, suffix: str) -> str:
    for mark, encoding in ((_BOMS[1], "utf-16-le"), (_BOMS[2], "utf-16-be")):
        if head.startswith(mark):
            head = head[2:].decode(encoding, "replace").encode()
    begin = _PREAMBLE.match(head.removeprefix(_BOMS[0]))
    rest = head.removeprefix(_BOMS[0])[begin.end() if begin else 0 :]
    if _SVG.match(rest):
        return "image/svg+xml"
    if _WEB.match(rest):
        return "text/html"
    named = BY_SUFFIX.get(suffix)
    return named.media_type if named and named.family == "text" else "text/plain"


def _zip_type(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if names and names[0] == "mimetype" and archive.getinfo("mimetype").file_size < 200:
                found = archive.read("mimetype").decode("ascii", "replace").strip()
                return found if found in BY_TYPE else "application/zip"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return "application/octet-stream"
    present = set(names)
    for part, suffix in _OFFICE_PARTS.items():
        if part in present:
            return BY_SUFFIX[suffix].media_type
    return "application/zip"


def _suffix(name: str) -> str:
    return Path(name.strip()).suffix.lower()
