"""The append-only record log: who did what, to which thing, with which result.

The shape follows the Experience API (IEEE 9274.1.1: actor, verb, object, result,
context, time), so a learning record store can be added without touching plugins.
Completion, attendance and statistics are computed from records and can therefore
be explained. Rows are never changed; only erasure of a person removes them.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.clock import utcnow
from lms.refs import Ref
from lms.store.base import Base, Identified, OfficeScoped, session


class Record(Identified, OfficeScoped, Base):
    """One thing that happened. ``key`` makes writing it twice the same as once."""

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("office_id", "key"),
        Index("ix_record_user_object", "user_id", "object"),
        Index("ix_record_object_verb", "object", "verb"),
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    verb: Mapped[str] = mapped_column(String(40))
    object: Mapped[str] = mapped_column(String(150))
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    context: Mapped[dict[str, Any]] = mapped_column(default=dict)
    key: Mapped[str | None] = mapped_column(String(150))
    at: Mapped[datetime] = mapped_column(default=utcnow, index=True)


_BY_KEY = select(Record).where(Record.key == bindparam("key"))


def write_record(
    user_id: uuid.UUID,
    verb: str,
    ref: Ref,
    *,
    result: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
    key: str | None = None,
    at: datetime | None = None,
) -> Record:
    """Append a record in the office in scope; with a ``key`` already written, return the first one."""
    if key is not None:
        known = session().scalar(_BY_KEY, {"key": key})
        if known is not None:
            return known
    row = Record(
        user_id=user_id,
        verb=verb,
        object=str(ref),
        result=result or {},
        context=context or {},
        key=key,
        at=at or utcnow(),
    )
    session().add(row)
    session().flush()
    return row


def read_records(user_id: uuid.UUID, refs: Sequence[Ref], verbs: Sequence[str] = ()) -> list[Record]:
    """A person's records about the things given, oldest first; all verbs if none is named."""
    query = select(Record).filter_by(user_id=user_id).where(Record.object.in_([str(ref) for ref in refs]))
    if verbs:
        query = query.where(Record.verb.in_(verbs))
    return list(session().scalars(query.order_by(Record.at)))
