"""Named relations between things of different plugins."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.refs import Ref
from lms.store.base import Base, Identified, OfficeScoped, Timestamped, session


class Link(Identified, OfficeScoped, Timestamped, Base):
    """A named relation from one ref to another, such as ``attached_to`` or ``evidence_for``."""

    __tablename__ = "link"
    __table_args__ = (
        UniqueConstraint("subject", "relation", "object"),
        Index("ix_link_object", "object"),
    )

    subject: Mapped[str] = mapped_column(String(150), index=True)
    relation: Mapped[str] = mapped_column(String(40))
    object: Mapped[str] = mapped_column(String(150))


def link(subject: Ref, relation: str, target: Ref) -> None:
    """Relate two things; doing it twice is once."""
    where: dict[str, Any] = {"subject": str(subject), "relation": relation, "object": str(target)}
    if session().scalar(select(Link).filter_by(**where)) is None:
        session().add(Link(**where))
        session().flush()


def unlink(subject: Ref, relation: str, target: Ref) -> None:
    """End a relation; ending one that is not there is fine."""
    found = session().scalar(
        select(Link).filter_by(subject=str(subject), relation=relation, object=str(target))
    )
    if found is not None:
        session().delete(found)


def linked(subject: Ref, relation: str) -> list[Ref]:
    """What ``subject`` relates to, oldest first."""
    rows = session().scalars(
        select(Link.object).filter_by(subject=str(subject), relation=relation).order_by(Link.created_at)
    )
    return [Ref.parse(row) for row in rows]
