"""What files give to the rest."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for
from markupsafe import Markup
from sqlalchemy import delete, select

from lms.access.actor import Actor
from lms.errors import Unavailable
from lms.files import demo, service, tus, uploads, views
from lms.files import jobs as work
from lms.files.accepting import file_store, files_directory
from lms.files.kinds import kind_of
from lms.files.models import PendingUpload
from lms.files.sizes import format_size
from lms.hooks.contributions import (
    ROLES,
    ErasurePolicy,
    HealthCheck,
    JobSpec,
    NavItem,
    Permission,
    PersonalData,
    SearchDocument,
)
from lms.hooks.specs import hookimpl
from lms.offices.directory import directory
from lms.refs import Card, Ref
from lms.store.base import session
from lms.store.files import DiskStore, FileStore, StoredFile
from lms.store.scope import all_offices, current_scope
from lms.text import gettext as _
from lms.text import lazy_gettext as _l
from lms.work.jobs import enqueue

if TYPE_CHECKING:
    from lms.demo import World
    from lms.privacy.archive import ExportArchive

LOW_DISK = 0.1
REMOVE_JOB = "core.files.remove"


@hookimpl
def permissions() -> Sequence[Permission]:
    """Who may send files."""
    return [Permission(uploads.UPLOAD, _l("Send and keep files"), frozenset(ROLES))]


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """Pages of files, and sending in pieces."""
    return [views.blueprint, tus.blueprint]


@hookimpl
def jobs() -> Sequence[JobSpec]:
    """Cleaning up."""
    return [
        JobSpec("clean", work.clean_up, _l("Remove deleted files for good"), every=timedelta(days=1)),
        JobSpec("remove", work.remove_bytes, _l("Remove the content of erased files")),
    ]


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """For members."""
    return [NavItem(_l("My files"), url_for("files.index"), "folder", 70)] if actor.is_member else []


@hookimpl
def cards(refs: Sequence[Ref], actor: Actor) -> Sequence[Card]:
    """Files that the actor may read."""
    by_id = {ref.uuid: ref for ref in refs if ref.plugin == "files" and ref.kind == "file"}
    return [
        Card(
            by_id[row.id], row.name, url_for("files.show", file_id=row.id), kind_of(row.media_type).icon,
            format_size(row.size), _("File"),
        )
        for row in service.find_visible(actor, list(by_id))
    ]  # fmt: skip


@hookimpl
def search_documents(since: datetime | None) -> Iterable[SearchDocument]:
    """Names of files."""
    office_id = current_scope().office_id
    office = directory().by_id(office_id) if office_id else None
    query = select(StoredFile).where(StoredFile.deleted_at.is_(None), StoredFile.purpose != service.LOGO)
    if since is not None:
        query = query.where(StoredFile.created_at >= since)
    language = office.languages[0] if office else "en"
    for row in session().scalars(query):
        words = Path(row.name).stem.replace("_", " ").replace("-", " ")
        yield SearchDocument(service.ref_of(row), row.office_id, row.name, words, language, row.created_at)


@hookimpl
def file_preview(file: StoredFile) -> Path | None:
    """Pictures made small."""
    return service.preview_of(file)


@hookimpl
def player(file: StoredFile, actor: Actor) -> Markup | None:
    """The browser's own player."""
    if file.family not in {"audio", "video"}:
        return None
    return Markup(render_template("files/player.html", file=file))  # noqa: S704 - rendered by our own template


@hookimpl
def health_checks() -> Sequence[HealthCheck]:
    """Can files be written and read, and is there room?"""
    try:
        file_store().check()
    except (OSError, Unavailable) as error:
        return [
            HealthCheck(
                "files.store", "failed", _("Files cannot be written or read: %(error)s", error=str(error)),
                _("Look at the rights and the free room of the folder files in the instance folder."),
            )
        ]  # fmt: skip
    disk = shutil.disk_usage(files_directory())
    free = format_size(disk.free)
    if disk.free < LOW_DISK * disk.total:
        return [
            HealthCheck(
                "files.store", "warning", _("The disk for files is nearly full: %(free)s are free.", free=free),
                _("Add room, or let people delete what they no longer need."),
            )
        ]  # fmt: skip
    return [
        HealthCheck("files.store", "ok", _("Files can be written and read; %(free)s are free.", free=free))
    ]


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """Files that people send."""
    return [
        PersonalData("stored_file", "owner_id", ("name", "sha256"), _l("Files that people keep here"), "public_task", _l("Until deleted, then 30 days")),
        PersonalData("pending_upload", "owner_id", ("name",), _l("Uploads that are on their way"), "public_task", _l("24 hours")),
    ]  # fmt: skip


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """The person's files with their content, and uploads on their way."""
    with all_offices("export of one person"):
        files = list(
            session().scalars(select(StoredFile).filter_by(owner_id=user_id).order_by(StoredFile.created_at))
        )
        waiting = list(session().scalars(select(PendingUpload).filter_by(owner_id=user_id)))
    archive.add_rows(
        "files",
        _l("Files"),
        [
            {"name": row.name, "media_type": row.media_type, "size": row.size, "sha256": row.sha256, "at": row.created_at, "deleted_at": row.deleted_at}
            for row in files
        ],
    )  # fmt: skip
    archive.add_rows("uploads", _l("Uploads"), [{"name": row.name, "at": row.created_at} for row in waiting])
    for row in files:
        with file_store().open(row.sha256) as content:
            archive.add_file(f"files/{row.id}-{row.name}", content.read())


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """Remove the person's files; a logo is the office's and stays."""
    with all_offices("erasure of one person"):
        mine = select(StoredFile).where(StoredFile.owner_id == user_id, StoredFile.purpose != service.LOGO)
        keys = [row.sha256 for row in session().scalars(mine)]
        for upload_id in session().scalars(select(PendingUpload.id).filter_by(owner_id=user_id)):
            uploads.part_path(upload_id).unlink(missing_ok=True)
        session().execute(delete(PendingUpload).where(PendingUpload.owner_id == user_id))
        session().execute(
            delete(StoredFile).where(StoredFile.owner_id == user_id, StoredFile.purpose != service.LOGO)
        )
    if keys:
        enqueue(REMOVE_JOB, {"keys": keys})


@hookimpl
def demo_data(world: World) -> None:
    """Files of invented people."""
    demo.add_files(world)


@hookimpl(specname="file_store")
def keep_on_disk(directory: Path) -> FileStore:
    """Bytes in the instance folder."""
    return DiskStore(directory)
