"""What a web page says of itself: its title, a sentence, the address of a picture. Nothing of it is believed to be markup."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin

MOST_BYTES = 300_000
"""Of a page only so much is read: what it says of itself stands at its beginning."""
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_TITLE, _SENTENCE, _ADDRESS = 200, 400, 2000
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{2,30})", re.IGNORECASE)
_BINARY = b"\x00"
_PIECE = 8192
_TITLES = ("og:title", "twitter:title", "title")
_SENTENCES = ("og:description", "twitter:description", "description")
_PICTURES = ("og:image:secure_url", "og:image:url", "og:image", "twitter:image")


@dataclass(frozen=True, slots=True)
class Head:
    """What is shown of a page; each may be empty."""

    title: str
    description: str
    picture_url: str


def is_page(media_type: str, content: bytes) -> bool:
    """Whether an answer is a web page: by what it says, and by what its bytes look like."""
    return media_type in PAGE_TYPES and _BINARY not in content[:1024]


def read_head(content: bytes, charset: str, url: str) -> Head:
    """What the beginning of a page says of the page at ``url``. Never raises: broken pages say less."""
    reader = _HeadReader()
    text = content.decode(_known(charset) or _known(_named_inside(content)) or "utf-8", "replace")
    for start in range(0, len(text), _PIECE):
        reader.feed(text[start : start + _PIECE])
        if reader.is_over:
            break
    found = reader.said | {"title": "".join(reader.words)}
    picture = _first(found, _PICTURES, _ADDRESS)
    return Head(
        _first(found, _TITLES, _TITLE), _first(found, _SENTENCES, _SENTENCE), _joined(url, picture)
    )  # fmt: skip


def _joined(url: str, picture: str) -> str:
    if not picture:
        return ""
    try:
        return urljoin(url, picture.replace(" ", "%20"))
    except ValueError:
        return ""


def _first(found: dict[str, str], names: tuple[str, ...], most: int) -> str:
    return next((text for name in names if (text := _plain(found.get(name, ""), most))), "")


def _plain(text: str, most: int) -> str:
    """One line of ordinary characters."""
    shown = "".join(" " if each.isspace() else each for each in text if each.isprintable() or each.isspace())
    line = " ".join(unicodedata.normalize("NFC", shown).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _named_inside(content: bytes) -> str:
    found = _CHARSET.search(content[:2048])
    return found[1].decode("ascii") if found else ""


def _known(charset: str) -> str:
    """A charset of text that Python knows; else nothing."""
    try:
        found = codecs.lookup(charset) if charset else None
        "".encode(found.name if found else "utf-8")
    except LookupError:
        return ""
    return found.name if found else ""


class _HeadReader(HTMLParser):
    """Collects the title and the properties of a page until its body begins."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: dict[str, str] = {}
        self.words: list[str] = []
        self.is_over = False
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self.is_over = True
        self._in_title = tag == "title" and not self.words
        if tag == "meta":
            given = {name: value or "" for name, value in attrs}
            name = (given.get("property") or given.get("name") or "").strip().casefold()
            if name and given.get("content"):
                self.said.setdefault(name, given["content"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif tag == "head":
            self.is_over = True

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.words.append(data)
