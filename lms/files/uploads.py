"""Files sent in pieces that can go on after a break (tus resumable uploads, protocol 1.0.0).

How much has arrived is the size of the part file; nothing else remembers it. Pieces of
one upload are written one at a time, which an advisory lock on the part file sees to.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import IO

from sqlalchemy import select

from lms.access.actor import Actor
from lms.access.policy import require
from lms.clock import utcnow
from lms.errors import Conflict, Invalid, NotFound, Unavailable
from lms.files.accepting import (
    EVERYTHING,
    check_passing,
    check_room,
    files_directory,
    get_usage,
    max_upload_bytes,
    prepare,
    record,
)
from lms.files.forms import StartUpload
from lms.files.inspection import safe_name
from lms.files.kinds import BY_TYPE, Family, describe, read_families
from lms.files.models import PendingUpload
from lms.refs import Ref
from lms.store.base import session
from lms.store.files import BLOCK, StoredFile, explaining_full_disk
from lms.store.refs import link
from lms.store.uow import unit_of_work
from lms.text import gettext as _

UPLOAD = "files.upload"
KEPT = timedelta(hours=24)
"""An upload that does not go on is forgotten after this time."""
ATTACHED = "attached_to"
_ID_AT_END = re.compile(r"([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})/?$")


@dataclass(frozen=True, slots=True)
class UploadState:
    """How far an upload is, in bytes; ``file_id`` once it was accepted. ``length`` is None while it is not known."""

    id: uuid.UUID
    length: int | None
    offset: int
    expires_at: datetime
    file_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a file: where it begins, its bytes, and their SHA-256 if the sender gave it.

    ``length`` is the whole size, told with the piece after which nothing more is made.
    """

    offset: int
    stream: IO[bytes]
    sha256: bytes | None = None
    length: int | None = None


def create_upload(actor: Actor, command: StartUpload) -> UploadState:
    """Announce a file. Raises Forbidden, and Invalid where it has no place: before a byte is sent."""
    require(actor, UPLOAD)
    if command.is_passing:
        check_passing(actor, command.length or 0)
    else:
        check_room(actor, 1 if command.length is None else command.length, with_announced=True)
    row = PendingUpload(
        owner_id=actor.user_id, name=safe_name(command.name), media_type=command.media_type[:120],
        families=",".join(sorted(read_families(command.families))), length=command.length,
        is_passing=command.is_passing,
    )  # fmt: skip
    session().add(row)
    session().flush()
    path = part_path(row.id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    with explaining_full_disk():
        path.touch(mode=0o640)
    return _state(row)


def get_upload(actor: Actor, upload_id: uuid.UUID) -> UploadState:
    """How far one's own upload is. Raises NotFound."""
    return _state(_get(actor, upload_id))


def add_piece(actor: Actor, upload_id: uuid.UUID, piece: Piece) -> UploadState:
    """Write a piece; the last one makes the file. Opens its own units of work.

    Raises Conflict (``wrong_offset``, ``locked``), Invalid (``checksum_mismatch`` or any refusal
    of ``accept_upload``: the upload is then removed) and Unavailable (``disk_full``: what had
    arrived before this piece stays).
    """
    row = _get(actor, upload_id)
    state, families, is_passing = _state(row), row.families, row.is_passing
    if state.file_id is not None:
        return state
    length = _length(actor, row, piece.length)
    most = remaining_bytes(actor) if length is None else length
    session().rollback()  # no database transaction while bytes come in
    with _locked(part_path(upload_id)) as part:
        present = part.seek(0, os.SEEK_END)
        if present != piece.offset:
            raise Conflict(_("The piece does not begin where the last one ended."), code="wrong_offset")
        _write_piece(part, piece, present, max(0, most - present))
        if length is None and part.tell() >= most:
            raise _no_room(actor, part.tell() + 1)
        if part.tell() == length and not is_passing:
            _finish(actor, upload_id, read_families(families))
    return get_upload(actor, upload_id)


def cancel_upload(actor: Actor, upload_id: uuid.UUID) -> None:
    """Give up one's own upload; a file that was accepted already stays. Raises NotFound."""
    row = _get(actor, upload_id)
    part_path(row.id).unlink(missing_ok=True)
    session().delete(row)


def claim_upload(
    actor: Actor,
    address: str,
    purpose: str,
    *,
    allowed: frozenset[Family] = EVERYTHING,
    attach_to: Ref | None = None,
) -> StoredFile:
    """Use a finished upload, named by the address a form carries, for a purpose.

    With ``attach_to``, whoever may see that thing may read the file. Raises NotFound, and
    Invalid if the upload is not complete or not of an allowed kind.
    """
    match = _ID_AT_END.search(address)
    row = _get(actor, uuid.UUID(match.group(1))) if match else None
    if row is None or row.is_passing:
        raise NotFound(_("This upload is not there any more. Please send the file again."))
    if row.file_id is None:
        if _state(row).offset != row.length:
            raise Invalid(_("This file has not arrived completely yet."), code="incomplete")
        _finish(actor, row.id, read_families(row.families))
        session().refresh(row)
    file = session().get_one(StoredFile, row.file_id)
    kind = BY_TYPE.get(file.media_type)
    if kind is None or kind.family not in allowed:
        raise Invalid(
            _("This kind of file is not accepted here. You can send: %(kinds)s.", kinds=describe(allowed)),
            code="wrong_type",
        )
    file.purpose = purpose
    if attach_to is not None:
        link(Ref.of("files", "file", file.id), ATTACHED, attach_to)
    return file


def take_upload(actor: Actor, address: str, target: Path) -> str:
    """Move a finished upload that is only looked through (``is_passing``) to a path of the caller's; returns its name.

    From now on the bytes are the caller's to delete. Call it in a unit of work. Raises NotFound, and Invalid if it is not complete.
    """
    match = _ID_AT_END.search(address)
    row = _get(actor, uuid.UUID(match.group(1))) if match else None
    if row is None or not row.is_passing:
        raise NotFound(_("This upload is not there any more. Please send the file again."))
    if _state(row).offset != row.length:
        raise Invalid(_("This file has not arrived completely yet."), code="incomplete")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part_path(row.id).replace(target)
    session().delete(row)
    return row.name


def forget_stale_uploads(now: datetime) -> int:
    """Remove uploads that did not go on for a day, in all offices in scope; returns how many."""
    gone = 0
    for row in session().scalars(select(PendingUpload).where(PendingUpload.created_at < now - KEPT)):
        path = part_path(row.id)
        if not path.exists() or now.timestamp() - path.stat().st_mtime > KEPT.total_seconds():
            path.unlink(missing_ok=True)
            session().delete(row)
            gone += 1
    return gone


def remaining_bytes(actor: Actor) -> int:
    """The largest file that still has a place, in bytes."""
    usage = get_usage(actor)
    return max(0, min(max_upload_bytes(), usage.limit - usage.used, usage.office_limit - usage.office_used))


def _get(actor: Actor, upload_id: uuid.UUID) -> PendingUpload:
    row = session().get(PendingUpload, upload_id)
    if row is None or row.owner_id != actor.user_id:
        raise NotFound(_("This upload is not there any more. Please send the file again."))
    return row


def part_path(upload_id: uuid.UUID) -> Path:
    """Where the bytes of an upload arrive."""
    return files_directory() / "uploads" / f"{upload_id}.upload"


def _state(row: PendingUpload) -> UploadState:
    path = part_path(row.id)
    if row.file_id is not None:
        offset = row.length or 0
    elif path.exists():
        offset = path.stat().st_size
    else:
        raise NotFound(_("This upload is not there any more. Please send the file again."))
    return UploadState(row.id, row.length, offset, utcnow() + KEPT, row.file_id)


def _length(actor: Actor, row: PendingUpload, told: int | None) -> int | None:
    """The whole size, noted when it is told for the first time. Raises Invalid for one that has no place, Conflict for another one."""
    if told is None or told == row.length:
        return row.length
    if row.length is not None or told < part_path(row.id).stat().st_size:
        raise Conflict(_("The size of this file was told differently before."), code="wrong_length")
    check_room(actor, told)
    with unit_of_work():
        _get(actor, row.id).length = told
    return told


def _no_room(actor: Actor, size: int) -> Invalid:
    try:
        check_room(actor, size)
    except Invalid as refusal:
        return refusal
    return Invalid(_("There is no room for this file."), code="quota_user")


@contextmanager
def _locked(path: Path) -> Iterator[FileIO]:
    try:
        file = path.open("r+b", buffering=0)
    except FileNotFoundError:
        raise NotFound(_("This upload is not there any more. Please send the file again.")) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(_("Another piece of this file is arriving just now."), code="locked") from None
        yield file


def _write_piece(part: FileIO, piece: Piece, start: int, room: int) -> None:
    """Append. A full disk or a wrong checksum takes the piece back; a lost connection only ends it early."""
    digest, keeps_rest = hashlib.sha256(), piece.sha256 is None
    try:
        with explaining_full_disk():
            while room and (block := piece.stream.read(min(BLOCK, room))):
                _write_all(part, block)
                digest.update(block)
                room -= len(block)
            os.fsync(part.fileno())
        if piece.sha256 is not None and not hmac.compare_digest(digest.digest(), piece.sha256):
            raise Invalid(_("This piece was damaged on the way. It is sent again."), code="checksum_mismatch")
        keeps_rest = True
    except Unavailable:
        keeps_rest = False
        raise
    finally:
        if not keeps_rest:
            os.ftruncate(part.fileno(), start)


def _write_all(part: FileIO, block: bytes) -> None:
    """A raw write may take less than all of it when the disk is nearly full."""
    rest = memoryview(block)
    while rest:
        rest = rest[part.write(rest) or 0 :]


def _finish(actor: Actor, upload_id: uuid.UUID, families: frozenset[Family]) -> None:
    row = _get(actor, upload_id)
    name, declared, path = row.name, row.media_type, part_path(upload_id)
    try:
        prepared = prepare(actor, path, name, "own", families, declared)
        with unit_of_work():
            _get(actor, upload_id).file_id = record(actor, prepared).id
    except Invalid:
        with unit_of_work():
            session().delete(_get(actor, upload_id))
        raise
