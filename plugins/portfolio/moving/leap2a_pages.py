"""Pages in feeds of Mahara: their blocks stand beside the content, in elements of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from xml.etree.ElementTree import Element

from plugins.portfolio.cv.formats.europass_reading import local

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


@dataclass(frozen=True, slots=True)
class LeapBlock:
    """A block of a page of Mahara: its title, its own text, and the entries that it shows."""

    title: str
    html: str
    shows: tuple[str, ...]


def read_blocks(node: Element) -> Iterator[LeapBlock]:
    """The blocks of a page; their settings are JSON lists, each usually of one."""
    for block in node.iter():
        if local(block) != "blockinstance":
            continue
        settings = {local(child): _listed(child.text or "") for child in block}
        shown = [each for name in ("artefactid", "artefactids") for each in settings.get(name, [])]
        keys = tuple(f"portfolio:artefact{each}" for each in shown if each.isdecimal())
        yield LeapBlock(attribute(block, "blocktitle")[:200], " ".join(settings.get("text", [])), keys)


def blocks_html(blocks: Iterable[LeapBlock], shown: Mapping[str, str]) -> str:
    """Blocks one below the other, with the markup of what they show; not cleaned yet."""
    parts: list[str] = []
    for block in blocks:
        parts += [f"<h2>{escape(block.title)}</h2>" if block.title else "", block.html]
        parts += [shown[key] for key in block.shows if key in shown]
    return "".join(parts)


def shown_html(key: str, title: str, enclosure: str, html: str) -> str:
    """An entry on a page: a picture, a file to open, or its words."""
    if not enclosure:
        return f"<h3>{escape(title)}</h3>{html}"
    if enclosure.lower().endswith(_PICTURES):
        return f'<p><img src="{escape(key)}" alt="{escape(title)}"></p>'
    return f'<p><a href="{escape(key)}">{escape(title)}</a></p>'


def attribute(node: Element, name: str) -> str:
    """The value of an attribute, in whatever namespace; empty if there is none."""
    return next((value for key, value in node.attrib.items() if key.rpartition("}")[2] == name), "")


def _listed(text: str) -> list[str]:
    """The texts of a setting, however deep its lists are."""
    try:
        found: list[object] = [json.loads(text)]
    except (ValueError, RecursionError):
        return [text]
    texts: list[str] = []
    while found:
        each = found.pop(0)
        if isinstance(each, list):
            found[:0] = each
        elif isinstance(each, (str, int)) and not isinstance(each, bool):
            texts.append(str(each))
    return texts
