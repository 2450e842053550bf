"""Finds texts in templates that people read and nobody can translate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

_ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
_HOLE = "\x00"
"""Stands where the template writes a value or decides something."""
_SAMPLE = re.compile(r"<(code|pre|kbd|samp)\b[^>]*>.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_ATTRIBUTE = re.compile(r"[\w-]+=(\"[^\"]*\"|'[^']*')")
_SPOKEN = re.compile(
    r"(?<![\w-])(?:alt|title|placeholder|label|aria-label|aria-description)=(\"[^\"]*\"|'[^']*')"
)
_CLASSES = re.compile(r"[a-z]+(?:-[a-z]+)+")
_FLAGS = {"required", "disabled", "checked", "selected", "hidden", "multiple", "readonly"}
_WORD = re.compile(r"[^\W\d_]{2,}")
_TRANSLATING = {"_", "gettext", "ngettext", "pgettext"}
_SENTENCE = re.compile(r"^[A-ZÀ-Þ][a-zà-ÿ]+( [a-zà-ÿ]+)+[.!?]?$")


def bare_texts(path: Path) -> list[str]:
    """The bare texts of one template, in order."""
    return list(_bare_in(path.read_text("utf-8")))


def _bare_in(source: str) -> Iterator[str]:
    page = _written(source)
    for match in _SPOKEN.finditer(page):
        if _WORD.search(match.group(1)):
            yield match.group(0).replace(_HOLE, "…")
    outside = _TAG.sub("\n", re.sub(r"&#?\w+;", " ", _SAMPLE.sub("\n", page)))
    for line in re.split(r"[\n" + _HOLE + "]", _ATTRIBUTE.sub("", outside)):
        text = line.strip()
        if _WORD.search(text) and not _CLASSES.fullmatch(text) and text not in _FLAGS:
            yield text
    yield from _sentences(_ENVIRONMENT.parse(source))


def _written(source: str) -> str:
    """What the template writes itself, with a hole for each expression; ``trans`` blocks left out."""
    pieces, is_translated, is_opening = [], False, False
    for _line, kind, value in _ENVIRONMENT.lex(source):
        if kind == "block_begin":
            is_opening = True
        elif kind == "name" and is_opening:
            is_translated = value == "trans" or (is_translated and value != "endtrans")
            is_opening = False
        elif kind == "data" and not is_translated:
            pieces.append(value)
        elif kind == "variable_begin":
            pieces.append(_HOLE)
    return "".join(pieces)


def _sentences(tree: nodes.Node) -> Iterator[str]:
    for child in tree.iter_child_nodes():
        if isinstance(child, nodes.Call) and getattr(child.node, "name", "") in _TRANSLATING:
            continue
        if isinstance(child, nodes.Const) and isinstance(child.value, str) and _SENTENCE.match(child.value):
            yield child.value
        yield from _sentences(child)
