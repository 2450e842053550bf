"""Writing the archive: streamed, piece by piece, so that a gigabyte needs no more memory than a page."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from lms.plugin import Actor, open_file, session, utcnow
from plugins.portfolio.moving.collecting import Collected, collect, lines_of, proofs_of_skills
from plugins.portfolio.moving.format import (
    FILES_TABLE,
    FORMAT,
    FORMAT_VERSION,
    LINKS_TABLE,
    MANIFEST,
    data_member,
)
from plugins.portfolio.moving.leap2a_writing import write_leap2a
from plugins.portfolio.moving.offline import cv_files, html_files
from plugins.portfolio.moving.tables import CARRIED

BLOCK = 1024 * 1024
PRODUCT = "Contrada"
_PACKED = ("image/", "video/", "audio/", "application/zip", "application/vnd.o", "application/pdf")


@dataclass
class _Writer:
    archive: zipfile.ZipFile
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def member(self, name: str, *, is_packed: bool = False) -> Iterator[Callable[[bytes], None]]:
        """A new member; what is written to it is counted and hashed."""
        digest, size = hashlib.sha256(), 0
        info = zipfile.ZipInfo(name, utcnow().timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self.archive.open(info, "w", force_zip64=True) as target:

            def write(piece: bytes) -> None:
                nonlocal size
                size += len(piece)
                digest.update(piece)
                target.write(piece)

            yield write
        self.members[name] = {"size": size, "sha256": digest.hexdigest()}

    def text(self, name: str, body: bytes, *, is_packed: bool = False) -> None:
        """A small member."""
        with self.member(name, is_packed=is_packed) as write:
            write(body)

    def table(self, name: str, lines: Iterable[dict[str, Any]]) -> None:
        """The lines of a table."""
        count = 0
        with self.member(data_member(name)) as write:
            for line in lines:
                write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
                count += 1
        self.rows[name] = count


def write_archive(
    actor: Actor, target: Path, owner: str, language: str, progress: Callable[[int, int], None]
) -> dict[str, Any]:
    """Write everything of the actor to ``target``; returns what is in it, counted. ``progress`` gets bytes.

    Reads one state of the database from beginning to end. Raises OSError and Unavailable.
    """
    found = collect(actor.user_id)
    total = sum(file.size for file, _member in found.files)
    with zipfile.ZipFile(target, "w", allowZip64=True) as archive:
        writer = _Writer(archive)
        for name, body in html_files(actor, owner, found):
            writer.text(name, body)
        for name, body in cv_files(actor):
            writer.text(name, body, is_packed=name.endswith(".pdf"))
        writer.text("leap2a.xml", write_leap2a(actor, owner, found))
        for carried in CARRIED:
            writer.table(carried.name, lines_of(carried, actor.user_id, found))
        writer.table(LINKS_TABLE, proofs_of_skills(found))
        writer.table(FILES_TABLE, _file_lines(found))
        _write_files(writer, found, total, progress)
        archive.writestr(MANIFEST, _manifest(writer, owner, language))
    session().rollback()
    return {"rows": writer.rows, "files": len(found.files), "bytes": total}


def _file_lines(found: Collected) -> Iterator[dict[str, Any]]:
    for file, member in found.files:
        yield {
            "id": str(file.id), "name": file.name, "media_type": file.media_type, "size": file.size, "sha256": file.sha256,
            "purpose": file.purpose, "created_at": file.created_at.isoformat(), "member": member,
        }  # fmt: skip


def _write_files(writer: _Writer, found: Collected, total: int, progress: Callable[[int, int], None]) -> None:
    done = 0
    for file, member in found.files:
        if member not in writer.members:
            with (
                open_file(file) as source,
                writer.member(member, is_packed=file.media_type.startswith(_PACKED)) as write,
            ):
                for number, piece in enumerate(_pieces(source)):
                    write(piece)
                    progress(done + number * BLOCK, total)
        done += file.size
        progress(done, total)


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    while piece := source.read(BLOCK):
        yield piece


def _manifest(writer: _Writer, owner: str, language: str) -> bytes:
    told = {
        "format": FORMAT, "version": FORMAT_VERSION, "product": PRODUCT, "made_at": utcnow().isoformat(), "owner": owner, "language": language,
        "rows": writer.rows, "members": writer.members,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1).encode()
