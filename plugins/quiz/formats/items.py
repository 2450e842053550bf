"""What both formats share: a question on its way, its files, and texts in whatever encoding."""

from __future__ import annotations

import base64
import binascii
import codecs
import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from plugins.quiz.grading import AnyQuestion, UnreadableQuestion, read_question

MOST_FILE_BYTES = 25_000_000
MOST_DEPTH = 12
NAMESPACE = uuid.UUID("6f1f6a52-5c0b-4f43-9d8c-2f3f1b1d9a77")
_DATA_URI = re.compile(r'\ssrc="data:(image/(?:png|jpe?g|gif|webp));base64,([A-Za-z0-9+/=\s]+)"')
_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|&(?:\w+|#\d+);")


class UnreadableFile(ValueError):
    """The file as a whole cannot be read. ``code`` says why, ``detail`` where."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Refused(ValueError):
    """One question cannot come through. ``code`` says why, ``detail`` what."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file inside a file of questions; texts name it by ``id``, which is made from its content."""

    id: uuid.UUID
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class BankItem:
    """A question with its place in the bank."""

    question: AnyQuestion
    name: str = ""
    category: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    files: tuple[EmbeddedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question of a file: an item, or the code and detail of a reason. ``place`` is a line or number."""

    place: int
    name: str
    item: BankItem | None = None
    code: str = ""
    detail: str = ""
    category: tuple[str, ...] = ()


@dataclass
class Texts:
    """Turns texts of a question into HTML and collects the files that they embed."""

    files: dict[uuid.UUID, EmbeddedFile] = field(default_factory=dict)

    def take(self, name: str, content: bytes) -> uuid.UUID:
        """The id of a file with this content. Raises Refused for one that is too large."""
        if len(content) > MOST_FILE_BYTES:
            raise Refused("file_too_large", name)
        key = uuid.uuid5(NAMESPACE, hashlib.sha256(content).hexdigest())
        self.files.setdefault(key, EmbeddedFile(key, name[:150] or "file", content))
        return key

    def inline(self, html: str) -> str:
        """HTML whose pictures written as data became files."""

        def change(match: re.Match[str]) -> str:
            try:
                content = base64.b64decode(match[2], validate=False)
            except (binascii.Error, ValueError):
                return ""
            name = f"picture.{match[1].removeprefix('image/')}"
            return f' data-file="{self.take(name, content)}"'

        return _DATA_URI.sub(change, html)


def as_html(text: str) -> str:
    """Text that may or may not be HTML, as HTML."""
    if _MARKUP.search(text):
        return text
    return escape(text, quote=False).replace("\n", "<br>")


def sound(content: dict[str, Any]) -> AnyQuestion:
    """The typed question. Raises Refused."""
    try:
        return read_question(content)
    except UnreadableQuestion as error:
        raise Refused("incomplete", str(error)) from None


def ids(count: int) -> list[str]:
    """Ids for the parts of a question."""
    return [f"n{number}" for number in range(1, count + 1)]


def read_category(path: str) -> tuple[str, ...]:
    """The names of a category path; ``$course$``, ``$system$`` and ``top`` are no names, ``//`` is a slash in one."""
    parts = [part.replace("\x00", "/").strip() for part in path.strip().replace("//", "\x00").split("/")]
    names = [part for part in parts if part and not re.fullmatch(r"\$\w+\$", part)]
    if names and names[0].lower() == "top":
        names = names[1:]
    return tuple(name[:120] for name in names[:MOST_DEPTH])


def write_category(names: Sequence[str]) -> str:
    """The written path of a category."""
    return "/".join(["$course$", "top", *(name.replace("/", "//") for name in names)])


def decode_text(data: bytes) -> str:
    """Text in UTF-8 (with or without mark), UTF-16 or Windows-1252. Raises UnreadableFile for what is no text."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decoded(data, encoding)
    if b"\x00" in data[:2000]:
        return _decoded(data, "utf-16-le" if data[1:2] == b"\x00" else "utf-16-be")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFile("no_text", "") from None
    if "\x00" in text:
        raise UnreadableFile("no_text", "")
    return text
