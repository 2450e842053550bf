"""Catalogues of texts: collect what people read, keep the translations of each owner, compile them.

An owner is the core or a plugin; its catalogues lie in ``<owner>/translations``. English is the message
id, so it needs no catalogue. ``messages.po`` is written by hand, ``messages.mo`` is made from it; both are
committed, because running the product must not need a step that can be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from lms.config import ROOT

LOCALES = ("it",)
"""The languages that are complete, besides English."""

_METHODS = [
    ("**/tests/**", "ignore"),
    ("**/migrations/**", "ignore"),
    ("**/scaffold/template/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]
_OPTIONS = {"**/templates/**": {"newstyle_gettext": "true", "silent": "false"}}
_KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
_COMMENT_TAGS = ("translators:",)
# No date of making: the same words give the same bytes.
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_UNSAID = (
    "POT-Creation-Date:",
    "PO-Revision-Date:",
    "Report-Msgid-Bugs-To:",
    "Last-Translator:",
    "Language-Team:",
    "Generated-By:",
)
_PLACE = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")
_DIGIT_PLACES = {"%(n)s", "%(n)d", "%(num)s", "%(num)d"}


@dataclass(frozen=True, slots=True)
class Owner:
    """The core or a plugin, by name and folder."""

    name: str
    folder: Path

    def po(self, locale: str) -> Path:
        """The catalogue that people edit."""
        return self.folder / "translations" / locale / "LC_MESSAGES" / "messages.po"

    def mo(self, locale: str) -> Path:
        """The compiled catalogue that the product reads."""
        return self.po(locale).with_suffix(".mo")


def owners(root: Path = ROOT) -> list[Owner]:
    """The core and each plugin that comes with it."""
    plugins = sorted(path.parent for path in (root / "plugins").glob("*/hooks.py"))
    return [Owner("core", root / "lms"), *(Owner(folder.name, folder) for folder in plugins)]


def extract(owner: Owner) -> Catalog:
    """Every text of the owner that is marked for translation. Raises SyntaxError for a broken source."""
    catalogue = Catalog(project=f"contrada-{owner.name}", version="0", creation_date=_NO_DATE)
    start = str(owner.folder)
    found = extract_from_dir(start, _METHODS, _OPTIONS, _KEYWORDS, _COMMENT_TAGS, strip_comment_tags=True)
    for name, line, message, comments, context in sorted(found, key=lambda each: (each[0], each[1])):
        path = PurePosixPath(Path(name).as_posix())
        catalogue.add(message, None, [(str(path), line)], auto_comments=comments, context=context)
    return catalogue


def read(path: Path, locale: str) -> Catalog:
    """A catalogue as it lies in the repository; an empty one when there is none yet."""
    if not path.exists():
        return Catalog(locale=locale, creation_date=_NO_DATE, revision_date=_NO_DATE)
    with path.open("rb") as source:
        catalogue = read_po(source, locale=locale, abort_invalid=True)
    catalogue.creation_date = catalogue.revision_date = _NO_DATE
    return catalogue


def updated(owner: Owner, locale: str) -> Catalog:
    """The owner's catalogue with the texts of today: new ones empty, vanished ones gone, nothing guessed."""
    catalogue = read(owner.po(locale), locale)
    catalogue.update(extract(owner), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.project, catalogue.version, catalogue.fuzzy = f"contrada-{owner.name}", "0", False
    catalogue.creation_date = catalogue.revision_date = _NO_DATE
    return catalogue


def po_bytes(catalogue: Catalog) -> bytes:
    """The catalogue as a file to edit: one line per text, places by file without line numbers."""
    out = BytesIO()
    write_po(out, catalogue, width=0, include_lineno=False, sort_by_file=True)
    lines = out.getvalue().decode("utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("msgid"))
    kept = (line for line in lines[start:] if not line.startswith(tuple(f'"{key}' for key in _UNSAID)))
    return ("\n".join(kept).rstrip("\n") + "\n").encode("utf-8")


def mo_bytes(catalogue: Catalog) -> bytes:
    """The catalogue as the product reads it."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def faults(owner: Owner, locale: str) -> list[str]:
    """What is wrong with a catalogue of the owner, each in one line; empty when it is complete."""
    path = owner.po(locale)
    kept, known = read(path, locale), extract(owner)
    found = [
        f"not in the catalogue: {_shown(each)}" for each in known if each.id and _twin(kept, each) is None
    ]
    found += [
        f"no longer in the code: {_shown(each)}" for each in kept if each.id and _twin(known, each) is None
    ]
    found += [f"no longer in the code: {_shown(each)}" for each in kept.obsolete.values()]
    found += [fault for each in kept if each.id for fault in _faults_of(each, kept.num_plurals)]
    compiled = owner.mo(locale)
    if not compiled.exists() or compiled.read_bytes() != mo_bytes(kept):
        found.append(f"{compiled.name} is not made from {path.name}")
    return found


def _faults_of(message: Message, forms: int) -> Iterator[str]:
    if message.fuzzy:
        yield f"marked as uncertain: {_shown(message)}"
    strings = _texts(message.string or "")
    wanted = forms if message.pluralizable else 1
    if len(strings) != wanted or not all(strings):
        yield f"not translated: {_shown(message)}"
        return
    if any(not _agrees(message, each, is_first=number == 0) for number, each in enumerate(strings)):
        yield f"its places do not agree: {_shown(message)}"


def _agrees(message: Message, string: str, *, is_first: bool) -> bool:
    """The same places in both; the number itself may be left out of the form for one."""
    source = _texts(message.id)[-1]
    wanted, found = sorted(_PLACE.findall(source)), sorted(_PLACE.findall(string))
    if wanted == found:
        return True
    return (
        message.pluralizable and is_first and [each for each in wanted if each not in _DIGIT_PLACES] == found
    )


def _twin(catalogue: Catalog, message: Message) -> Message | None:
    return catalogue.get(_texts(message.id)[0], message.context)


def _shown(message: Message) -> str:
    return _texts(message.id)[0]


def _texts(source: str | Sequence[str]) -> tuple[str, ...]:
    return (source,) if isinstance(source, str) else tuple(source)
