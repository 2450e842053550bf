"""Accepting a file: everything that must be true before it becomes one of ours.

size and quota -> what it really is -> archives looked through, pictures drawn again ->
plugins may refuse -> bytes into the store -> row and fact in one transaction. A refusal
at any step leaves nothing behind and says what would be accepted.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import func, select

from lms.access.actor import Actor
from lms.errors import Invalid
from lms.files.archives import check_archive
from lms.files.images import redraw
from lms.files.inspection import inspect, safe_name
from lms.files.kinds import FAMILIES, Family
from lms.files.models import PendingUpload
from lms.files.sizes import format_size
from lms.hooks.callers import hooks
from lms.hooks.contributions import Upload
from lms.store.base import new_id, session
from lms.store.files import BLOCK, FileStore, StoredFile, explaining_full_disk
from lms.store.runtime import settings
from lms.store.uow import unit_of_work
from lms.text import gettext as _

EVERYTHING: frozenset[Family] = frozenset(FAMILIES)
OWN = "own"
_ZIP_BASED = ("application/vnd.openxml", "application/vnd.oasis", "application/epub", "application/zip")
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes in use and allowed, of a person and of their office. ``on_the_way`` are announced uploads."""

    used: int
    limit: int
    office_used: int
    office_limit: int
    on_the_way: int = 0

    @property
    def percent(self) -> int:
        """How full the person's own space is, 0 to 100."""
        return min(100, round(100 * self.used / self.limit))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that passed every check and whose bytes are in the store."""

    name: str
    media_type: str
    size: int
    sha256: str
    purpose: str


def file_store() -> FileStore:
    """Where this installation keeps the bytes of files."""
    return hooks().file_store(files_directory())


def files_directory() -> Path:
    """The folder of files in the instance."""
    return settings().instance_dir / "files"


def scratch_path() -> Path:
    """A new name on the store's own disk for a file being received."""
    folder = files_directory() / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return folder / f"{uuid.uuid4().hex}.part"


def max_upload_bytes() -> int:
    """The largest single file."""
    return settings().files.max_upload_mb * MEGABYTE


def max_passing_bytes() -> int:
    """The largest thing that is looked through and thrown away."""
    return settings().files.max_passing_mb * MEGABYTE


def accept_upload(
    actor: Actor,
    path: Path,
    name: str,
    purpose: str = OWN,
    *,
    allowed: frozenset[Family] = EVERYTHING,
    declared: str = "",
) -> StoredFile:
    """Make the file at ``path`` one of the actor's; it is gone from there afterwards, accepted or not.

    Raises Invalid (with codes such as ``too_large``, ``wrong_type``, ``disguised``, ``zip_bomb``,
    ``pixel_bomb``, ``quota_user``, ``quota_office``) and Unavailable (``disk_full``).
    """  # fmt: skip
    prepared = prepare(actor, path, name, purpose, allowed, declared)
    with unit_of_work():
        return record(actor, prepared)


def accept_stream(
    actor: Actor,
    stream: IO[bytes],
    name: str,
    purpose: str = OWN,
    *,
    allowed: frozenset[Family] = EVERYTHING,
    declared: str = "",
) -> StoredFile:
    """As ``accept_upload``, for a file that comes with an ordinary form."""  # fmt: skip
    prepared = prepare_stream(actor, stream, name, purpose, allowed=allowed, declared=declared)
    with unit_of_work():
        return record(actor, prepared)


def prepare_stream(
    actor: Actor,
    stream: IO[bytes],
    name: str,
    purpose: str = OWN,
    *,
    allowed: frozenset[Family] = EVERYTHING,
    declared: str = "",
) -> Prepared:
    """All checks and the bytes of a file, without its row: for several files that must come together or not at all.

    ``record`` makes the rows in one unit of work. Bytes whose row never comes are swept away after a day.
    Raises what ``accept_upload`` raises.
    """
    path = scratch_path()
    try:
        with explaining_full_disk(), path.open("xb") as target:
            limit, size = max_upload_bytes(), 0
            while block := stream.read(BLOCK):
                size += len(block)
                if size > limit:
                    raise _too_large(size, limit)
                target.write(block)
        return prepare(actor, path, name, purpose, allowed, declared)
    finally:
        path.unlink(missing_ok=True)


def prepare(
    actor: Actor, path: Path, name: str, purpose: str, allowed: frozenset[Family], declared: str
) -> Prepared:
    """All checks and the bytes, before the transaction; see ``accept_upload``."""
    drawn: Path | None = None
    try:
        check_room(actor, path.stat().st_size)
        kind = inspect(path, name, declared, allowed)
        media_type = kind.media_type
        if media_type.startswith(_ZIP_BASED):
            check_archive(path)
        if kind.family == "image":
            drawn, media_type = redraw(path, media_type, settings().files.max_image_megapixels * 1_000_000)
        final = drawn or path
        called = safe_name(
            name, kind if media_type == kind.media_type else inspect(final, "", "", EVERYTHING)
        )
        size = final.stat().st_size
        hooks().check_upload(actor, Upload(called, media_type, size, final, purpose))
        return Prepared(called, media_type, size, file_store().put(final), purpose)
    finally:
        path.unlink(missing_ok=True)
        if drawn is not None:
            drawn.unlink(missing_ok=True)


def record(actor: Actor, prepared: Prepared, *, file_id: uuid.UUID | None = None) -> StoredFile:
    """The row of a prepared file, inside the unit of work; plugins hear of it. Raises Invalid if the room is gone.

    ``file_id`` is for whoever must find the file again under an id of their own making.
    """
    check_room(actor, prepared.size, with_announced=False)
    row = StoredFile(
        id=file_id or new_id(), owner_id=actor.user_id, name=prepared.name, media_type=prepared.media_type, size=prepared.size,
        sha256=prepared.sha256, purpose=prepared.purpose, office_id=actor.office_id,
    )  # fmt: skip
    session().add(row)
    session().flush()
    hooks().on_file_stored(row.office_id, row.id)
    return row


def get_usage(actor: Actor) -> Usage:
    """What the person and their office use now."""
    live = StoredFile.deleted_at.is_(None)
    mine = func.coalesce(func.sum(StoredFile.size).filter(StoredFile.owner_id == actor.user_id), 0)
    everybodys = func.coalesce(func.sum(StoredFile.size), 0)
    waiting = (
        select(func.coalesce(func.sum(PendingUpload.length), 0))
        .where(
            PendingUpload.owner_id == actor.user_id,
            PendingUpload.file_id.is_(None),
            PendingUpload.is_passing.is_(False),
        )
        .scalar_subquery()
    )
    used, office_used, on_the_way = session().execute(select(mine, everybodys, waiting).where(live)).one()
    config = settings().files
    return Usage(
        int(used),
        config.user_quota_mb * MEGABYTE,
        int(office_used),
        config.office_quota_mb * MEGABYTE,
        int(on_the_way),
    )


def check_room(actor: Actor, size: int, *, with_announced: bool = False) -> None:
    """Raise Invalid, naming limit and use, if a file of this size has no place (with what was announced before)."""
    limit = max_upload_bytes()
    if size > limit:
        raise _too_large(size, limit)
    if size == 0:
        raise Invalid(_("This file is empty. Choose another one."), code="empty")
    usage = get_usage(actor)
    if usage.used + size + (usage.on_the_way if with_announced else 0) > usage.limit:
        raise Invalid(
            _(
                "There is no room for this file (%(size)s): you use %(used)s of your %(limit)s. "
                "Delete files that you no longer need, then try again.",
                size=format_size(size), used=format_size(usage.used), limit=format_size(usage.limit),
            ),
            code="quota_user",
        )  # fmt: skip
    if usage.office_used + size > usage.office_limit:
        raise Invalid(
            _(
                "Your office has no room for this file (%(size)s): it uses %(used)s of its %(limit)s. Tell the head of the office.",
                size=format_size(size), used=format_size(usage.office_used), limit=format_size(usage.office_limit),
            ),
            code="quota_office",
        )  # fmt: skip


def check_passing(actor: Actor, size: int) -> None:
    """Raise Invalid if what is looked through and thrown away is too large, with what the person sends already."""
    waiting = select(func.coalesce(func.sum(PendingUpload.length), 0)).where(
        PendingUpload.owner_id == actor.user_id, PendingUpload.is_passing.is_(True)
    )
    limit = max_passing_bytes()
    if size + int(session().scalar(waiting) or 0) > limit:
        raise _too_large(size, limit)
    if size == 0:
        raise Invalid(_("This file is empty. Choose another one."), code="empty")


def _too_large(size: int, limit: int) -> Invalid:
    return Invalid(
        _(
            "This file is too large (%(size)s). The most we can take is %(limit)s.",
            size=format_size(size), limit=format_size(limit),
        ),
        code="too_large",
    )  # fmt: skip
