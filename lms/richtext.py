"""Text with headings, lists, pictures: cleaned when it comes in, completed when it is shown.

What is stored holds no addresses of own files, only their ids (``data-file``). So a text
can move to another address or another installation, and nobody can write an address that
makes a reader's browser ask another host.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from html.parser import HTMLParser

import nh3

_FORMS = {
    "p",
    "br",
    "hr",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "aside",
    "figure",
    "figcaption",
}
_TABLE = {"table", "caption", "colgroup", "col", "thead", "tbody", "tr", "th", "td"}
_INLINE = {"strong", "b", "em", "i", "u", "s", "sub", "sup", "code", "mark", "span", "a"}
_MEDIA = {"img", "video", "audio"}
_TAGS = _FORMS | _TABLE | _INLINE | _MEDIA
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "data-file"},
    "img": {"alt", "data-file"},
    "video": {"data-file", "aria-label"},
    "audio": {"data-file", "aria-label"},
    "aside": {"data-callout"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
CALLOUTS = ("note", "tip", "warning")
_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_IS_UUID = re.compile(_UUID)
_EMBEDDED = re.compile(rf'<(a|img|video|audio)((?:\s[\w-]+(?:="[^"]*")?)*?)\sdata-file="({_UUID})"')
_WITHOUT_FILE = re.compile(
    r"<(?:img(?![^>]*\sdata-file=)[^>]*>|(?:video|audio)(?![^>]*\sdata-file=)[^>]*></(?:video|audio)>)"
)
_BLOCKS = _FORMS | _TABLE | _MEDIA


def clean_html(html: str) -> str:
    """What may be kept of a text from outside: structure, links, own files; no scripts, styles or foreign pictures."""
    kept = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_judge,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
        clean_content_tags={"script", "style", "title", "noscript", "template"},
    )
    return _WITHOUT_FILE.sub("", kept).strip()


def plain_text(html: str) -> str:
    """The words of a text, one line for each block, for search, previews and mail."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def is_empty(html: str) -> bool:
    """True if a reader would see nothing."""
    return not plain_text(html) and not embedded_files(html)


def embedded_files(html: str) -> list[uuid.UUID]:
    """Ids of the files that a cleaned text shows or links to, each once, in order."""
    return list(dict.fromkeys(uuid.UUID(match[3]) for match in _EMBEDDED.finditer(html)))


def replace_files(html: str, mapping: Mapping[uuid.UUID, uuid.UUID]) -> str:
    """The text with other files in the places of those named; the rest stays."""

    def other(match: re.Match[str]) -> str:
        found = mapping.get(uuid.UUID(match[3]))
        return match[0].replace(match[3], str(found)) if found else match[0]

    return _EMBEDDED.sub(other, html)


def fill_addresses(html: str, address: Callable[[uuid.UUID], str]) -> str:
    """A cleaned text as a browser shows it: ``address`` says where a file is."""
    if "data-file=" not in html:
        return html

    def complete(match: re.Match[str]) -> str:
        tag, others, file_id = match.groups()
        where = "href" if tag == "a" else "src"
        more = "" if tag == "a" else ' loading="lazy"' if tag == "img" else ' controls="" preload="metadata"'
        return f'<{tag}{others} data-file="{file_id}" {where}="{address(uuid.UUID(file_id))}"{more}'

    return _EMBEDDED.sub(complete, html)


def _judge(tag: str, name: str, value: str) -> str | None:
    if name == "data-file":
        return value if _IS_UUID.fullmatch(value) else None
    if name == "data-callout":
        return value if value in CALLOUTS else CALLOUTS[0]
    return value


class _Words(HTMLParser):
    """Collects text and marks where blocks end."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A picture counts as its description."""
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        """The end of a block ends its line."""
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Words."""
        self.parts.append(data)
