"""The audit chain: who did what to whom, in rows that cannot be changed unnoticed.

Each entry carries a hash over its content and the hash of the entry before it, so
removing or altering one breaks the chain from there on. Entries name people by id
only; erasing a person therefore needs no change here.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, select, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.actor import Actor
from lms.clock import utcnow
from lms.refs import Ref
from lms.store.base import Base, session

GENESIS = "0" * 64
_PORTION = 500
_LOCK = 7_306_114
"""Number of PostgreSQL's advisory lock that puts writers in a row."""


class AuditEntry(Base):
    """One entry. ``office_id`` is empty for acts upon the whole site; ``actor_id`` for the product itself."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    office_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("office.id"), index=True)
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    action: Mapped[str] = mapped_column(String(80))
    object: Mapped[str] = mapped_column(String(150), index=True)
    detail: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(index=True)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """Whether the chain is whole: how many entries were read and the first that does not fit."""

    entries: int
    broken_at: int | None


def write_audit(actor: Actor, action: str, ref: Ref, detail: str = "") -> AuditEntry:
    """Add an entry inside the unit of work. ``action`` is a stable name such as ``plugin.switched_off``."""
    current = session()
    if current.get_bind().dialect.name == "postgresql":
        current.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    last = current.execute(
        select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
    ).first()
    seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
    entry = AuditEntry(
        seq=seq, office_id=actor.office_id, actor_id=None if actor.is_system else actor.user_id, action=action,
        object=str(ref), detail=detail[:500], at=utcnow(), previous=previous,
    )  # fmt: skip
    entry.hash = _hash(entry)
    current.add(entry)
    current.flush()
    return entry


def is_audited_since(actor: Actor, action: str, ref: Ref, moment: datetime) -> bool:
    """True if the actor did this to the object at or after a moment: for acts that are repeated and noted once in a while."""
    query = select(AuditEntry.seq).filter_by(actor_id=actor.user_id, action=action, object=str(ref))
    return session().scalar(query.where(AuditEntry.at >= moment).limit(1)) is not None


def verify_chain() -> ChainVerdict:
    """Read the whole chain and compare every hash."""
    previous, count = GENESIS, 0
    for entry in _all_entries():
        if entry.previous != previous or entry.hash != _hash(entry) or entry.seq != count + 1:
            return ChainVerdict(count, entry.seq)
        previous, count = entry.hash, count + 1
    return ChainVerdict(count, None)


def find_audit(office_id: uuid.UUID, *, limit: int = 50, before: int | None = None) -> list[AuditEntry]:
    """Entries of an office, newest first, older than ``before``."""
    rows = select(AuditEntry).filter_by(office_id=office_id).order_by(AuditEntry.seq.desc()).limit(limit)
    return list(session().scalars(rows if before is None else rows.where(AuditEntry.seq < before)))


def _all_entries() -> Iterator[AuditEntry]:
    """Every entry in order, read in portions."""
    last = 0
    while (
        rows := session()
        .scalars(select(AuditEntry).where(AuditEntry.seq > last).order_by(AuditEntry.seq).limit(_PORTION))
        .all()
    ):
        yield from rows
        last = rows[-1].seq


def _hash(entry: AuditEntry) -> str:
    content = [
        entry.seq, str(entry.office_id or ""), str(entry.actor_id or ""), entry.action, entry.object, entry.detail,
        entry.at.isoformat(timespec="microseconds"), entry.previous,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
