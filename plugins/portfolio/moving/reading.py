"""Opening an archive from anywhere: nothing it says is believed before it was checked, nothing is written anywhere.

Refused with a reason: what would grow without measure, lies about its sizes or hashes, leads out of its own
folder, is locked, or holds more or other members than its manifest names.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO, TypeVar

from pydantic import BaseModel, ValidationError

from lms.plugin import Invalid, _
from plugins.portfolio.moving.format import (
    FILES_TABLE,
    FORMAT,
    FORMAT_VERSION,
    LINKS_TABLE,
    MANIFEST,
    MOST_LINE_BYTES,
    MOST_MANIFEST_BYTES,
    MOST_MEMBERS,
    MOST_RATIO,
    MOST_ROWS,
    MOST_UNPACKED,
    SMALL_ENOUGH,
    Manifest,
    data_member,
)
from plugins.portfolio.moving.tables import BY_TABLE

BLOCK = 1024 * 1024
Line = TypeVar("Line", bound=BaseModel)
_DAMAGED = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError)


class OpenArchive:
    """An archive whose outside was checked; use ``opened``."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._zip = archive
        self.manifest = self._read_manifest()
        self._check_members()

    @contextmanager
    def member(self, name: str) -> Iterator[IO[bytes]]:
        """The bytes of a member; at most as many as the manifest says can be read."""
        with self._zip.open(name) as stream:
            yield stream

    def check_hashes(self, progress: Any = None) -> None:
        """Read every member once and compare it with the manifest. Raises Invalid."""
        done, total = 0, sum(member.size for member in self.manifest.members.values())
        for name, wanted in self.manifest.members.items():
            digest, size = hashlib.sha256(), 0
            with self.member(name) as stream:
                while block := stream.read(BLOCK):
                    size += len(block)
                    if size > wanted.size:
                        raise refused(
                            _("“%(name)s” is larger than the archive says", name=name), "wrong_size"
                        )
                    digest.update(block)
                    if progress is not None:
                        progress(done + size, total)
            if size != wanted.size or digest.hexdigest() != wanted.sha256:
                raise refused(_("“%(name)s” is not what was put in", name=name), "wrong_hash")
            done += size

    def lines(self, table: str, kind: type[Line]) -> Iterator[Line]:
        """The lines of a table, each read as ``kind``. Raises Invalid."""
        for line in self.raw_lines(table):
            try:
                yield kind.model_validate(line)
            except ValidationError:
                raise refused(_("a line of “%(name)s” cannot be read", name=table), "bad_data") from None

    def raw_lines(self, table: str) -> Iterator[Any]:
        """The lines of a table as JSON, one at a time; none for a table that is not in it. Raises Invalid."""
        name = data_member(table)
        if name not in self.manifest.members:
            return
        with self.member(name) as stream:
            while line := stream.readline(MOST_LINE_BYTES + 1):
                if len(line) > MOST_LINE_BYTES:
                    raise refused(_("a line of “%(name)s” is far too long", name=table), "too_large")
                try:
                    yield json.loads(line, parse_constant=_no_constant)
                except (ValueError, RecursionError):
                    raise refused(_("a line of “%(name)s” cannot be read", name=table), "bad_data") from None

    def _read_manifest(self) -> Manifest:
        try:
            info = self._zip.getinfo(MANIFEST)
        except KeyError:
            raise Invalid(
                _("This is not a portfolio: there is no manifest in it."), code="wrong_format"
            ) from None
        if info.file_size > MOST_MANIFEST_BYTES:
            raise refused(_("its table of contents is far too long"), "too_large")
        try:
            with self._zip.open(info) as stream:
                found = Manifest.model_validate_json(stream.read(MOST_MANIFEST_BYTES + 1))
        except (ValidationError, ValueError, RecursionError):
            raise refused(_("its table of contents cannot be read"), "bad_data") from None
        if found.format != FORMAT:
            raise Invalid(
                _("This is not a portfolio: its manifest is of something else."), code="wrong_format"
            )
        if found.version > FORMAT_VERSION:
            raise Invalid(
                _("This portfolio was made by a newer version of the program. Ask for an update here first."),
                code="too_new",
            )
        return found

    def _check_members(self) -> None:
        """The manifest names exactly what is there, with true sizes, and only tables that we know."""
        present = {info.filename: info for info in self._zip.infolist() if info.filename != MANIFEST}
        if set(present) != set(self.manifest.members):
            raise refused(_("its table of contents names other files than there are"), "bad_data")
        for name, member in self.manifest.members.items():
            if present[name].file_size != member.size:
                raise refused(_("“%(name)s” is not as large as the archive says", name=name), "wrong_size")
        known = {data_member(table) for table in (*BY_TABLE, FILES_TABLE, LINKS_TABLE)}
        foreign = sorted(name for name in present if name.startswith("data/") and name not in known)
        if foreign:
            raise refused(
                _("it holds data that does not belong to a portfolio (%(name)s)", name=foreign[0]),
                "foreign_table",
            )
        if sum(self.manifest.rows.values()) > MOST_ROWS or min(self.manifest.rows.values(), default=0) < 0:
            raise refused(_("it has more than %(count)d entries", count=MOST_ROWS), "too_many")


@contextmanager
def opened(source: BinaryIO) -> Iterator[OpenArchive]:
    """Open an archive of ours and check it from outside. Raises Invalid, also for damage that shows only later."""
    with checked_zip(source) as archive:
        yield OpenArchive(archive)


@contextmanager
def checked_zip(source: BinaryIO, *, with_folders: bool = False) -> Iterator[zipfile.ZipFile]:
    """Open any ZIP file and check it from outside: sizes, names, kinds of members. Raises Invalid."""
    try:
        packed = source.seek(0, os.SEEK_END)
        with _open_zip(source) as archive:
            members = archive.infolist()
            _check_outside([each for each in members if not (with_folders and each.is_dir())], packed)
            yield archive
    except _DAMAGED as error:
        raise Invalid(_("This archive is damaged and cannot be opened."), code="damaged") from error
    except RuntimeError as error:  # zipfile's answer to a member that is locked
        raise refused(_("it is locked with a password"), "encrypted") from error


def _open_zip(source: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except (OSError, ValueError) as error:  # places that cannot be
        raise zipfile.BadZipFile(str(error)) from error


def _check_outside(members: list[zipfile.ZipInfo], packed: int) -> None:
    if len(members) > MOST_MEMBERS:
        raise refused(_("it has more than %(count)d files", count=MOST_MEMBERS), "too_many")
    if len({each.filename for each in members}) < len(members):
        raise refused(_("it has two files of one name"), "bad_data")
    if sum(each.file_size for each in members) > MOST_UNPACKED:
        raise refused(_("it would be far too large when unpacked"), "zip_bomb")
    if sum(each.compress_size for each in members) > packed:
        raise refused(_("its parts overlap"), "zip_bomb")
    for each in members:
        parts = PurePosixPath(each.filename.replace("\\", "/"))
        is_outside = parts.is_absolute() or ".." in parts.parts or not parts.parts
        if is_outside or "\\" in each.filename or ":" in parts.parts[0]:
            raise refused(_("it would write outside its own folder"), "path")
        if each.is_dir() or (stat.S_IFMT(each.external_attr >> 16) not in {0, stat.S_IFREG}):
            raise refused(_("it holds something that is not a file"), "not_a_file")
        if each.flag_bits & 0x1:
            raise refused(_("it is locked with a password"), "encrypted")
        if each.file_size > SMALL_ENOUGH and each.file_size > MOST_RATIO * max(each.compress_size, 1):
            raise refused(_("it would be far too large when unpacked"), "zip_bomb")


def refused(reason: str, code: str) -> Invalid:
    """The refusal of an archive, in the words of a person."""
    return Invalid(_("This archive is not accepted: %(reason)s.", reason=reason), code=code)


def _no_constant(name: str) -> Any:
    raise ValueError(name)
