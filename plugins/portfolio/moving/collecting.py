"""What an export takes with it: rows without what was put away, files that something shows, proofs of skills."""

from __future__ import annotations

import re
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from lms.plugin import Ref, StoredFile, kind_of, linked, open_file, session
from plugins.portfolio.evidence.models import Item, Plan
from plugins.portfolio.evidence.service import PROVES
from plugins.portfolio.moving.rows import ids_in, row_as_json
from plugins.portfolio.moving.tables import CARRIED, FILE, Carried
from plugins.portfolio.pages.models import Page
from plugins.portfolio.refs import ref_of

_PIECE = 500
_ZIP_BASED = ("application/vnd.openxml", "application/vnd.oasis", "application/epub")
_ARCHIVES = (".zip", ".h5p", ".jar", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub")
_LARGE_DOCUMENT = 200 * 1024**2
_UNSAFE = re.compile(r"[^\w.() -]+")


@dataclass
class Collected:
    """Which rows are carried, by table; which files, with the member that will hold each."""

    ids: dict[str, set[uuid.UUID]] = field(default_factory=dict)
    files: list[tuple[StoredFile, str]] = field(default_factory=list)

    @property
    def members(self) -> dict[uuid.UUID, str]:
        """Where each file is, by its id."""
        return {file.id: member for file, member in self.files}


def collect(owner_id: uuid.UUID) -> Collected:
    """Look through everything of a person in the office in scope, in a constant number of queries for each table."""
    found = Collected()
    wanted: set[uuid.UUID] = set()
    for carried in CARRIED:
        kept: set[uuid.UUID] = set()
        for row in _rows_of(carried, owner_id):
            if _stays_behind(carried, row, found):
                continue
            kept.add(row.id)
            wanted |= _files_in(carried, row)
        found.ids[carried.name] = kept
    found.files = _files(owner_id, wanted)
    return found


def lines_of(carried: Carried, owner_id: uuid.UUID, found: Collected) -> Iterator[dict[str, Any]]:
    """The rows of a table for its file; what a row points at and stays behind becomes nothing."""
    carried_files = set(found.members)
    for row in _rows_of(carried, owner_id):
        if row.id not in found.ids[carried.name]:
            continue
        line = row_as_json(carried, row)
        for name, target in carried.links.items():
            there = carried_files if target == FILE else found.ids[target]
            if line[name] is not None and uuid.UUID(line[name]) not in there:
                line[name] = None
        yield line


def proofs_of_skills(found: Collected) -> Iterator[dict[str, str]]:
    """Which items prove which skills."""
    items = found.ids["portfolio_item"]
    for skill_id in session().scalars(select(Item.id).where(Item.id.in_(items), Item.kind == "skill")):
        for proof in linked(ref_of("item", skill_id), PROVES):
            if proof.uuid in items:
                yield {"skill": str(skill_id), "proof": str(proof.uuid)}


def _rows_of(carried: Carried, owner_id: uuid.UUID) -> Iterator[Any]:
    model = carried.model
    query = select(model).where(model.id.in_(carried.owned_by(owner_id))).order_by(model.id)
    if model in {Page, Plan}:
        query = query.where(model.is_template.is_(False))
    yield from session().scalars(query.execution_options(yield_per=_PIECE))


def _stays_behind(carried: Carried, row: Any, found: Collected) -> bool:
    """True for a row that belongs to something put away, speaks of it, or holds what is only true here."""
    for name, target in carried.links.items():
        is_needed = not carried.columns[name].nullable
        if is_needed and getattr(row, name) not in found.ids.get(target, set()):
            return True
    if carried.name == "portfolio_tag":
        subject = Ref.parse(row.subject)
        return subject.uuid not in {each for ids in found.ids.values() for each in ids}
    return any(getattr(row, name) not in allowed for name, allowed in carried.allowed.items())


def _files_in(carried: Carried, row: Any) -> set[uuid.UUID]:
    wanted = {getattr(row, name) for name, target in carried.links.items() if target == FILE}
    for name in (*carried.html, *(("content",) if "content" in carried.columns else ())):
        wanted |= ids_in(getattr(row, name))
    return wanted - {None}


def _files(owner_id: uuid.UUID, wanted: set[uuid.UUID]) -> list[tuple[StoredFile, str]]:
    ids = sorted(wanted)
    rows: list[StoredFile] = []
    for start in range(0, len(ids), _PIECE):
        query = select(StoredFile).where(
            StoredFile.id.in_(ids[start : start + _PIECE]), StoredFile.owner_id == owner_id, StoredFile.deleted_at.is_(None)
        )  # fmt: skip
        rows += session().scalars(query).all()
    return [(row, _member_of(row)) for row in rows]


def _member_of(file: StoredFile) -> str:
    """A member that opens by its name; files of the same bytes share one.

    What holds archives gets another ending, so that nobody who looks for archives in archives stumbles over it.
    """
    suffix = file.name.rpartition(".")[2][:12] if "." in file.name else ""
    stem = _UNSAFE.sub("_", file.name.removesuffix(f".{suffix}"))[:60].strip(" .") or "file"
    ending = f".{_UNSAFE.sub('', suffix)}" if suffix else ""
    return f"files/{file.sha256[:16]}/{stem}{ending}{'.file' if _holds_archives(file) else ''}"


def _holds_archives(file: StoredFile) -> bool:
    """True for archives, and for documents with archives (such as other documents) inside."""
    if kind_of(file.media_type).family == "archive":
        return True
    if not file.media_type.startswith(_ZIP_BASED):
        return False
    if file.size > _LARGE_DOCUMENT:
        return True
    try:
        with open_file(file) as source, zipfile.ZipFile(source) as inside:
            return any(name.lower().endswith(_ARCHIVES) for name in inside.namelist())
    except zipfile.BadZipFile:
        return True
