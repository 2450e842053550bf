"""Archives that would grow without measure when unpacked are refused before anybody unpacks them."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from lms.errors import Invalid
from lms.text import gettext as _

MOST_MEMBERS = 10_000
MOST_BYTES = 4 * 1024**3
"""All members together, unpacked."""
MOST_RATIO = 200
SMALL_ENOUGH = 64 * 1024**2
"""Below this size unpacked, any ratio is harmless."""
DEEPEST = 2
MOST_NESTED_BYTES = 256 * 1024**2
_NESTED = frozenset({".zip", ".h5p", ".jar", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub"})


@dataclass
class _Tally:
    members: int = 0
    bytes: int = 0


def check_archive(path: Path) -> None:
    """Look through a ZIP file (also an office document) and the archives in it. Raises Invalid."""
    with path.open("rb") as file:
        _check(file, path.stat().st_size, _Tally(), depth=1)


def _check(file: IO[bytes], packed: int, tally: _Tally, *, depth: int) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check_members(members, packed, tally)
            for member in members:
                if PurePosixPath(member.filename).suffix.lower() in _NESTED:
                    _check_nested(archive, member, tally, depth)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Invalid(_("This archive is damaged and cannot be opened."), code="damaged") from error
    except RuntimeError as error:
        raise Invalid(
            _("There is an archive with a password inside. Send it without a password."), code="encrypted"
        ) from error


def _check_members(members: list[zipfile.ZipInfo], packed: int, tally: _Tally) -> None:
    tally.members += len(members)
    tally.bytes += sum(member.file_size for member in members)
    unpacked = sum(member.file_size for member in members)
    if tally.members > MOST_MEMBERS:
        raise _bomb(_("it has more than %(count)d files", count=MOST_MEMBERS))
    if tally.bytes > MOST_BYTES or (unpacked > SMALL_ENOUGH and unpacked > MOST_RATIO * max(packed, 1)):
        raise _bomb(_("it would be far too large when unpacked"))
    if sum(member.compress_size for member in members) > packed:
        raise _bomb(_("its parts overlap"))
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        if member.filename.startswith(("/", "\\")) or ".." in parts:
            raise _bomb(_("it would write outside its own folder"))


def _check_nested(archive: zipfile.ZipFile, member: zipfile.ZipInfo, tally: _Tally, depth: int) -> None:
    if depth >= DEEPEST:
        raise _bomb(_("it has archives inside archives"))
    if member.file_size > MOST_NESTED_BYTES:
        raise _bomb(_("an archive inside it is too large"))
    with archive.open(member) as nested:
        content = nested.read(MOST_NESTED_BYTES + 1)
    if zipfile.is_zipfile(io.BytesIO(content)):
        _check(io.BytesIO(content), len(content), tally, depth=depth + 1)


def _bomb(reason: str) -> Invalid:
    return Invalid(
        _("This archive is not accepted: %(reason)s. Send the files one by one.", reason=reason),
        code="zip_bomb",
    )
