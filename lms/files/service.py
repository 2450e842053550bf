"""What can be done with files that have arrived."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from sqlalchemy import func, select

from lms.access.actor import Actor
from lms.access.policy import require
from lms.clock import utcnow
from lms.errors import Forbidden, Invalid, NotFound
from lms.files.accepting import accept_stream, check_room, file_store, files_directory
from lms.files.images import make_preview
from lms.files.uploads import ATTACHED, UPLOAD
from lms.hooks.callers import hooks
from lms.offices.service import set_logo
from lms.refs import Ref
from lms.richtext import embedded_files
from lms.store.base import session
from lms.store.files import StoredFile
from lms.store.refs import Link, link, linked
from lms.store.scope import all_offices
from lms.text import gettext as _

LOGO = "logo"
PUBLIC_PURPOSES = frozenset({LOGO})
"""Files that anybody may read, signed in or not."""
KEPT_DELETED = timedelta(days=30)
KEPT_FOR_THING = "kept_for"
UNDO_FOR = timedelta(hours=1)
ON_PAGE = 50
BATCH = 500


class IncomingFile(Protocol):
    """A file that comes with a form (werkzeug's FileStorage has this shape)."""

    @property
    def filename(self) -> str | None:
        """Its name as sent."""

    @property
    def mimetype(self) -> str:
        """Its media type as sent."""

    @property
    def stream(self) -> IO[bytes]:
        """Its bytes."""


def get_file(actor: Actor | None, file_id: uuid.UUID) -> StoredFile:
    """A file that the actor (or a guest) may read. Raises NotFound, also where it is not theirs to know of."""
    file = session().get(StoredFile, file_id)
    if file is None or file.deleted_at is not None or not may_read(actor, file):
        raise NotFound(_("There is no such file. It may have been deleted."))
    return file


def may_read(actor: Actor | None, file: StoredFile) -> bool:
    """Its owner; anybody, for public purposes; whoever may see a thing that it is attached to."""
    if file.purpose in PUBLIC_PURPOSES:
        return True
    if actor is None:
        return False
    if actor.is_system or file.owner_id == actor.user_id:
        return True
    targets = [ref for ref in linked(ref_of(file), ATTACHED) if ref.plugin != "files"]
    return bool(targets) and bool(hooks().cards(targets, actor))


def find_visible(actor: Actor, file_ids: Sequence[uuid.UUID]) -> list[StoredFile]:
    """Those of the files that the actor may read, in a constant number of queries."""
    query = select(StoredFile).where(StoredFile.id.in_(file_ids), StoredFile.deleted_at.is_(None))
    rows = list(session().scalars(query))
    foreign = [row for row in rows if row.owner_id != actor.user_id and row.purpose not in PUBLIC_PURPOSES]
    if not foreign or actor.is_system:
        return rows
    links = session().execute(
        select(Link.subject, Link.object).where(
            Link.subject.in_([str(ref_of(row)) for row in foreign]), Link.relation == ATTACHED
        )
    )
    targets: dict[str, list[Ref]] = {}
    for subject, target in links:
        targets.setdefault(subject, []).append(Ref.parse(target))
    wanted = {ref for refs in targets.values() for ref in refs if ref.plugin != "files"}
    cards = hooks().cards(sorted(wanted), actor)
    hidden = {row.id for row in foreign if not any(ref in cards for ref in targets.get(str(ref_of(row)), []))}
    return [row for row in rows if row.id not in hidden]


def find_own_files(actor: Actor, *, page: int = 1) -> tuple[list[StoredFile], int]:
    """A page of one's own files, newest first, and how many there are."""
    mine = (StoredFile.owner_id == actor.user_id, StoredFile.deleted_at.is_(None))
    count = session().scalar(select(func.count()).select_from(StoredFile).where(*mine)) or 0
    query = select(StoredFile).where(*mine).order_by(StoredFile.created_at.desc(), StoredFile.id.desc())
    return list(session().scalars(query.limit(ON_PAGE).offset((page - 1) * ON_PAGE))), count


def open_file(file: StoredFile) -> BinaryIO:
    """The bytes of a file, seekable; the caller closes them. Raises Unavailable when they are missing."""
    return file_store().open(file.sha256)


def attach_file(file: StoredFile, ref: Ref) -> None:
    """Let whoever may see ``ref`` read the file; doing it twice is once."""
    link(ref_of(file), ATTACHED, ref)


def keep_file(file: StoredFile, ref: Ref) -> None:
    """Keep the bytes for ``ref`` even if the owner deletes the file; doing it twice is once.

    It gives nobody a right to read: the plugin of ``ref`` checks that. The file goes with its owner's erasure.
    """
    link(ref_of(file), KEPT_FOR_THING, ref)


def linked_files(actor: Actor, ref: Ref) -> list[StoredFile]:
    """The files attached to a thing that the actor may read, in the order in which they came."""
    links = (
        select(Link.subject).filter_by(object=str(ref), relation=ATTACHED).order_by(Link.created_at, Link.id)
    )
    ids = [
        found.uuid for subject in session().scalars(links) if (found := Ref.parse(subject)).plugin == "files"
    ]
    by_id = {file.id: file for file in find_visible(actor, ids)} if ids else {}
    return [by_id[each] for each in ids if each in by_id]


def attach_embedded(actor: Actor, html: str, ref: Ref) -> None:
    """Let whoever may see ``ref`` read the files that a cleaned text shows. Raises Invalid for one that the actor may not read."""
    wanted = embedded_files(html)
    if not wanted:
        return
    found = find_visible(actor, wanted)
    if len(found) < len(wanted):
        raise Invalid(_("A picture or file in this text is not there any more. Take it out and try again."))
    for file in found:
        attach_file(file, ref)


def delete_file(actor: Actor, file_id: uuid.UUID) -> StoredFile:
    """Put one's own file away; it can be brought back, and is gone for good after 30 days. Raises NotFound, Forbidden."""
    file = get_file(actor, file_id)
    _only_owner(actor, file)
    file.deleted_at = utcnow()
    return file


def restore_file(actor: Actor, file_id: uuid.UUID) -> StoredFile:
    """Bring back one's own deleted file. Raises NotFound, and Invalid if its room is taken meanwhile."""
    file = session().get(StoredFile, file_id)
    if file is None or (not actor.is_system and file.owner_id != actor.user_id):
        raise NotFound(_("There is no such file. It may have been deleted."))
    if file.deleted_at is not None:
        check_room(actor, file.size)
        file.deleted_at = None
    return file


def find_just_deleted(actor: Actor, file_id: uuid.UUID) -> StoredFile | None:
    """One's own file if it was deleted lately, to offer to undo it."""
    file = session().get(StoredFile, file_id)
    if file is None or file.owner_id != actor.user_id or file.deleted_at is None:
        return None
    return file if utcnow() - file.deleted_at < UNDO_FOR else None


def store_logo(actor: Actor, upload: IncomingFile) -> StoredFile:
    """Use a picture as the office's logo; the old one is deleted. Raises Forbidden, Invalid, Unavailable."""
    require(actor, "office.brand")
    if actor.office_id is None:
        raise Forbidden(_("Choose the office first."))
    file = accept_stream(
        actor,
        upload.stream,
        upload.filename or "",
        LOGO,
        allowed=frozenset({"image"}),
        declared=upload.mimetype,
    )
    old = select(StoredFile).where(
        StoredFile.purpose == LOGO, StoredFile.deleted_at.is_(None), StoredFile.id != file.id
    )
    for row in session().scalars(old):
        row.deleted_at = utcnow()
    set_logo(actor, actor.office_id, file.id)
    return file


def preview_of(file: StoredFile) -> Path | None:
    """A small picture of a picture, made at the first call; None for other files."""
    if file.family != "image" or file.media_type == "image/svg+xml":
        return None
    target = files_directory() / "previews" / file.sha256[:2] / f"{file.sha256}.webp"
    if not target.exists():
        with file_store().open(file.sha256) as source:
            make_preview(source, target)
    return target


def ref_of(file: StoredFile) -> Ref:
    """The reference of a file."""
    return Ref.of("files", "file", file.id)


def purge_deleted(now: datetime) -> int:
    """Remove for good what was deleted more than 30 days ago and is kept for nothing, in all offices in scope.

    Returns how many; at most one batch at a time.
    """
    old = select(StoredFile).where(StoredFile.deleted_at < now - KEPT_DELETED).order_by(StoredFile.id)
    rows = list(session().scalars(old.limit(BATCH)))
    while rows:
        kept = _kept_among(rows)
        gone = [row for row in rows if row.id not in kept]
        for row in gone:
            session().delete(row)
        if gone:
            return len(gone)
        rows = list(session().scalars(old.where(StoredFile.id > rows[-1].id).limit(BATCH)))
    return 0


def remove_unreferenced(keys: Iterable[str]) -> int:
    """Remove the bytes of those keys that no file of any office uses; returns how many."""
    wanted = sorted(set(keys))
    removed = 0
    with all_offices("bytes are shared by the files of all offices"):
        for start in range(0, len(wanted), BATCH):
            part = wanted[start : start + BATCH]
            used = set(session().scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(part))))
            for key in part:
                if key not in used:
                    file_store().delete(key)
                    (files_directory() / "previews" / key[:2] / f"{key}.webp").unlink(missing_ok=True)
                    removed += 1
    return removed


def may_upload(actor: Actor) -> bool:
    """True if the actor may send files here."""
    return actor.can(UPLOAD)


def _only_owner(actor: Actor, file: StoredFile) -> None:
    if not actor.is_system and file.owner_id != actor.user_id:
        raise Forbidden(_("Only the owner of a file can delete it."))


def _kept_among(files: Sequence[StoredFile]) -> set[uuid.UUID]:
    subjects = [str(ref_of(file)) for file in files]
    query = select(Link.subject).where(Link.subject.in_(subjects), Link.relation == KEPT_FOR_THING)
    return {Ref.parse(subject).uuid for subject in session().scalars(query)}
