"""The archive of everything held about a person: a ZIP that opens offline, with HTML and JSON."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from markupsafe import escape

from lms.errors import Invalid
from lms.text import current_locale
from lms.text import gettext as _

_SECTION = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0 2rem}th,td{border:1px solid #bbb;padding:.4rem;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f4eee5}"
)


@dataclass
class _Section:
    title: str
    rows: list[dict[str, Any]] = field(default_factory=list)


class ExportArchive:
    """Collects what parts of the product hold; ``write`` makes the ZIP.

    Files are streamed from disk when added by path, so memory stays bounded.
    """

    def __init__(self, person: str, made_at: datetime) -> None:
        self._person = person
        self._made_at = made_at
        self._sections: dict[str, _Section] = {}
        self._files: dict[str, bytes | Path] = {}
        self.incomplete: list[str] = []

    def add_rows(self, section: str, title: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows to a section; ``section`` becomes the name of its JSON file. Empty ones are named too."""
        if not _SECTION.fullmatch(section):
            raise ValueError(f"not a section name: {section!r}")
        found = self._sections.setdefault(section, _Section(str(title)))
        found.rows.extend(dict(row) for row in rows)

    def add_file(self, path: str, data: bytes | Path) -> None:
        """Add a file under ``files/``. Raises Invalid for a path that would leave the archive."""
        parts = PurePosixPath(path).parts
        if not parts or ".." in parts or path.startswith("/"):
            raise Invalid(_("This file name cannot be used."))
        self._files[str(PurePosixPath("files", *parts))] = data

    def write(self, target: Path) -> None:
        """Write the ZIP beside ``target`` and move it there when it is whole."""
        partial = target.with_suffix(".part")
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("index.html", self._page())
            for name, section in self._sections.items():
                text = json.dumps(section.rows, ensure_ascii=False, indent=1, default=_plain)
                archive.writestr(f"data/{name}.json", text)
            for name, data in self._files.items():
                if isinstance(data, Path):
                    archive.write(data, name)
                else:
                    archive.writestr(name, data)
        partial.replace(target)

    def _page(self) -> str:
        title = _("Everything this service holds about %(name)s", name=self._person)
        parts = [
            f'<!doctype html><html lang="{current_locale()}"><meta charset="utf-8"><title>{escape(title)}</title>',
            f"<style>{_STYLE}</style><h1>{escape(title)}</h1>",
            f"<p>{escape(_('Made on %(date)s.', date=self._made_at.date().isoformat()))}</p>",
        ]
        if self.incomplete:
            parts.append(
                f"<p><strong>{escape(_('Some parts could not be read:'))} {escape(', '.join(self.incomplete))}</strong></p>"
            )
        parts.extend(_table(section) for section in self._sections.values())
        if self._files:
            links = "".join(
                f'<li><a href="{escape(name)}">{escape(name.removeprefix("files/"))}</a></li>'
                for name in self._files
            )
            parts.append(f"<h2>{escape(_('Files'))}</h2><ul>{links}</ul>")
        return "".join(parts)


def _table(section: _Section) -> str:
    heading = f"<h2>{escape(section.title)}</h2>"
    if not section.rows:
        return heading + f"<p>{escape(_('Nothing is held.'))}</p>"
    columns = list(dict.fromkeys(name for row in section.rows for name in row))
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_readable(row.get(name)))}</td>" for name in columns) + "</tr>"
        for row in section.rows
    )
    return f"{heading}<table><tr>{head}</tr>{body}</table>"


def _readable(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return str(value)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
