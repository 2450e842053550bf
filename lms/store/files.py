"""Stored files: the row that describes one, and the place that keeps its bytes.

Bytes are kept by content: the key is the SHA-256 of what is inside, so the same file
sent twice takes its place once, and a file that is there is always whole. Rows say
whose it is and what it is for; several rows may share the bytes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.clock import utcnow
from lms.errors import Unavailable
from lms.store.base import Base, Identified, OfficeScoped
from lms.text import gettext as _

BLOCK = 1024 * 1024
_KEY = re.compile(r"[0-9a-f]{64}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class StoredFile(Identified, OfficeScoped, Base):
    """A file that was accepted. ``sha256`` is its key in the store, ``size`` is in bytes.

    ``purpose`` says what it is for (``own``, ``logo``, ``<plugin>.<use>``) and so who may
    read it. ``deleted_at`` is set while it can still be brought back.
    """

    __tablename__ = "stored_file"
    __table_args__ = (
        Index("ix_stored_file_owner_id_deleted_at", "owner_id", "deleted_at"),
        Index("ix_stored_file_office_id_created_at", "office_id", "created_at"),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    purpose: Mapped[str] = mapped_column(String(60), default="own")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    deleted_at: Mapped[datetime | None] = mapped_column(index=True)

    @property
    def family(self) -> str:
        """The first half of the media type: ``image``, ``audio``, ``video``, ``text``, ``application``."""
        return self.media_type.partition("/")[0]


class FileStore(Protocol):
    """Where bytes are kept, by the SHA-256 of their content."""

    def put(self, path: Path) -> str:
        """Take over the file at ``path`` (it is gone from there afterwards); returns its key.

        Whole or not at all. Raises Unavailable when there is no room.
        """

    def open(self, key: str) -> BinaryIO:
        """The bytes, seekable. Raises Unavailable when they are missing."""

    def size(self, key: str) -> int | None:
        """Bytes kept under a key; None if there are none."""

    def delete(self, key: str) -> None:
        """Remove the bytes of a key; removing what is not there is fine."""

    def keys_before(self, moment: datetime) -> Iterator[str]:
        """Keys that were last put before ``moment``."""

    def check(self) -> None:
        """Write, read and remove a few bytes. Raises OSError or Unavailable when that does not work."""


class DiskStore:
    """Bytes in a folder: ``ab/cd/abcd...``. Several processes may use it at once."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, path: Path) -> str:
        """Flush, then move into place in one step, so that a crash leaves no half file."""
        key, target = "", path
        with explaining_full_disk():
            key = _digest(path)
            target = self._path(key)
            if target.exists():
                os.utime(target)
                path.unlink()
                return key
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            moved = self._beside(path, target)
            flush_to_disk(moved)
            moved.chmod(0o640)
            os.utime(moved)
            moved.replace(target)
            flush_to_disk(target.parent)
        return key

    def open(self, key: str) -> BinaryIO:
        """The bytes of a key."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise Unavailable(
                _("The content of this file is missing. Please tell the operator of this site."),
                code="file_missing",
            ) from None

    def size(self, key: str) -> int | None:
        """Bytes kept under a key."""
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Remove the bytes of a key."""
        self._path(key).unlink(missing_ok=True)

    def keys_before(self, moment: datetime) -> Iterator[str]:
        """Keys by the time at which they were last put."""
        for path in self._directory.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            with contextlib.suppress(FileNotFoundError):
                put_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                if _KEY.fullmatch(path.name) and put_at < moment:
                    yield path.name

    def check(self) -> None:
        """Write and read a probe."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o750)
        probe = self._directory / f".probe-{uuid.uuid4().hex}"
        try:
            probe.write_bytes(b"probe")
            if probe.read_bytes() != b"probe":
                raise OSError(errno.EIO, "what was written is not what is read")
        finally:
            probe.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a key of the file store: {key!r}")
        return self._directory / key[:2] / key[2:4] / key

    def _beside(self, path: Path, target: Path) -> Path:
        """The file on the disk of its target: itself where it can be renamed, else a copy."""
        if path.stat().st_dev == target.parent.stat().st_dev:
            return path
        copy = target.parent / f".{uuid.uuid4().hex}.part"
        try:
            shutil.copyfile(path, copy)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        path.unlink()
        return copy


@contextlib.contextmanager
def explaining_full_disk() -> Iterator[None]:
    """Turn "no room on the disk" into Unavailable with words for a person."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise Unavailable(
            _(
                "There is no room left on our disk, so this file was not stored. Nothing else is lost. "
                "Please tell your office, and try again later."
            ),
            code="disk_full",
        ) from error


def flush_to_disk(path: Path) -> None:
    """Return only when the file (or the names in the folder) is safe on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
