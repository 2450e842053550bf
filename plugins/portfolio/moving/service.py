"""What people can do with whole portfolios: ask for the archive, bring one, look into it, take it over, forget it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select

from lms.plugin import (
    Actor,
    Conflict,
    NotFound,
    StoredFile,
    _,
    after_commit,
    enqueue,
    get_job,
    require,
    session,
    site_settings,
    utcnow,
)
from plugins.portfolio.cv.service import KEEP, find_entries
from plugins.portfolio.moving.models import Transfer

KEPT_FOR = timedelta(days=7)
"""How long an archive can be downloaded, and one that was brought waits to be taken over."""
PACK, EXAMINE, UNPACK = "portfolio.pack", "portfolio.examine", "portfolio.unpack"
LIVE = ("waiting", "running")


def find_transfers(actor: Actor) -> list[Transfer]:
    """What the actor took out and brought in lately, newest first. Raises Forbidden."""
    require(actor, KEEP)
    query = select(Transfer).filter_by(owner_id=actor.user_id).order_by(Transfer.created_at.desc())
    return list(session().scalars(query.limit(20)))


def get_transfer(actor: Actor, transfer_id: uuid.UUID) -> Transfer:
    """One of the actor's own. Raises NotFound, Forbidden."""
    require(actor, KEEP)
    row = session().scalar(select(Transfer).filter_by(id=transfer_id, owner_id=actor.user_id))
    if row is None:
        raise NotFound(_("This is not there any more."))
    return row


def job_of(actor: Actor, row: Transfer) -> Any:
    """The job that works on it; None if there is none."""
    return get_job(actor, row.job_id) if row.job_id is not None else None


def ask_archive(actor: Actor) -> Transfer:
    """Have the archive of everything made. Raises Forbidden, Conflict while one is being made."""
    require(actor, KEEP)
    waiting = (
        select(Transfer.id).filter_by(owner_id=actor.user_id, kind="export").where(Transfer.state.in_(LIVE))
    )
    if session().scalar(waiting) is not None:
        raise Conflict(_("Your portfolio is already being packed."))
    return _begin(actor, "export", PACK, name="portfolio.zip")


def bring_archive(actor: Actor, source: Path, name: str) -> Transfer:
    """Look into a portfolio that was sent; it is gone from ``source``, nothing of the actor's changes. Raises Forbidden."""
    require(actor, KEEP)
    row = _begin(actor, "archive", EXAMINE, name=name, size=source.stat().st_size)
    _keep(source, row)
    return row


def start_import(actor: Actor, transfer_id: uuid.UUID, choices: Mapping[str, Any]) -> Transfer:
    """Take over what was looked at; ``choices`` are those of its preview. Raises NotFound, Conflict."""
    row = get_transfer(actor, transfer_id)
    if row.kind == "export" or row.state != "ready":
        raise Conflict(_("This cannot be taken over (any more)."))
    row.state, row.summary = "running", dict(row.summary) | {"choices": dict(choices)}
    row.job_id = _enqueue(actor, UNPACK, row)
    return row


def forget(actor: Actor, transfer_id: uuid.UUID) -> None:
    """Delete an archive that was made or brought; what was taken over stays. Raises NotFound, Conflict while it is worked on."""
    row = get_transfer(actor, transfer_id)
    job = job_of(actor, row)
    if row.state == "running" and job is not None and job.is_live:
        raise Conflict(_("This is being taken over just now."))
    drop(row)


def drop(row: Transfer) -> None:
    """Delete a row with its bytes."""
    path_of(row).unlink(missing_ok=True)
    let_go_of_file(row)
    session().delete(row)


def let_go_of_file(row: Transfer) -> None:
    """Delete what was brought, once the change is kept: what is undone must find it again."""
    path = brought_path(row)
    after_commit(lambda: path.unlink(missing_ok=True))
    file = session().get(StoredFile, row.file_id) if row.file_id else None
    if file is not None and file.deleted_at is None:
        file.deleted_at = utcnow()


def archive_path(actor: Actor, transfer_id: uuid.UUID) -> Path:
    """The finished archive of the actor. Raises NotFound, also when it has expired."""
    row = get_transfer(actor, transfer_id)
    if row.kind != "export" or row.state != "ready" or row.expires_at < utcnow() or not path_of(row).exists():
        raise NotFound(_("This archive is no longer here. You can ask for a new one."))
    return path_of(row)


def path_of(row: Transfer) -> Path:
    """Where the archive of an export is kept."""
    return site_settings().instance_dir / "exports" / f"portfolio-{row.id}.zip"


def brought_path(row: Transfer) -> Path:
    """Where what was brought waits until it is taken over or forgotten."""
    return _brought_folder() / f"portfolio-{row.id}.zip"


def new_brought_path() -> Path:
    """A new place for what is being brought."""
    folder = _brought_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{uuid.uuid4().hex}.part"


def open_brought(row: Transfer) -> BinaryIO:
    """The bytes of what was brought; the caller closes them. Raises NotFound."""
    try:
        return brought_path(row).open("rb")
    except FileNotFoundError:
        raise NotFound(_("This upload is not there any more. Please send the file again.")) from None


def has_portfolio(actor: Actor) -> bool:
    """True if the actor wrote something about themselves already."""
    return bool(find_entries(actor.user_id))


def worker_of(row: Transfer) -> Actor:
    """The person of a transfer as a job acts for them; that they may was checked when they asked."""
    return Actor(row.owner_id, "", office_id=row.office_id, permissions=frozenset({KEEP}))


def forget_expired() -> int:
    """Delete what is too old, in the office in scope; returns how many."""
    rows = (
        session()
        .scalars(select(Transfer).where(Transfer.expires_at < utcnow(), Transfer.state != "running"))
        .all()
    )
    for row in rows:
        drop(row)
    _forget_leftovers()
    return len(rows)


def forget_person(user_id: uuid.UUID) -> None:
    """Delete everything of a person, in all offices in scope."""
    for row in session().scalars(select(Transfer).filter_by(owner_id=user_id)):
        drop(row)
    session().flush()


def begin_ready(actor: Actor, kind: str, source: Path, name: str, summary: Mapping[str, Any]) -> Transfer:
    """Something brought that was looked through already; it is gone from ``source``. Raises Forbidden."""
    require(actor, KEEP)
    row = Transfer(
        owner_id=actor.user_id, kind=kind, state="ready", name=name[:200], size=source.stat().st_size, summary=dict(summary), expires_at=utcnow() + KEPT_FOR
    )  # fmt: skip
    session().add(row)
    session().flush()
    _keep(source, row)
    return row


def _brought_folder() -> Path:
    return site_settings().instance_dir / "imports"


def _keep(source: Path, row: Transfer) -> None:
    target = brought_path(row)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.replace(target)


def _forget_leftovers() -> None:
    """Bytes whose row never came or is gone: a process died in between."""
    oldest = (utcnow() - KEPT_FOR).timestamp()
    for path in _brought_folder().glob("*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _begin(actor: Actor, kind: str, job: str, *, name: str, size: int = 0) -> Transfer:
    row = Transfer(
        owner_id=actor.user_id,
        kind=kind,
        name=name[:200],
        size=size,
        summary={},
        expires_at=utcnow() + KEPT_FOR,
    )
    session().add(row)
    session().flush()
    row.job_id = _enqueue(actor, job, row)
    return row


def _enqueue(actor: Actor, job: str, row: Transfer) -> uuid.UUID:
    return enqueue(
        job, {"transfer_id": str(row.id)}, office_id=row.office_id, key=str(row.id), actor=actor
    ).id
