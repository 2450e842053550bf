"""The table of what was handed in."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, Identified, OfficeScoped

RESULTS = ("", "pass", "revise", "fail")


class Submission(Identified, OfficeScoped, Base):
    """A page or CV as it was when it was handed in; later changes of the original do not touch it.

    ``content`` is the rendered copy: title, look, the markup of each block with places for the
    addresses of its files, and the ids of those files. ``number`` counts the attempts.
    """

    __tablename__ = "portfolio_submission"
    __table_args__ = (
        UniqueConstraint("activity_id", "owner_id", "number"),
        CheckConstraint(f"result IN {RESULTS}", name="result"),
    )

    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), index=True)
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    number: Mapped[int]
    target: Mapped[str] = mapped_column(String(150))
    title: Mapped[str] = mapped_column(String(160))
    content: Mapped[dict[str, Any]] = mapped_column()
    handed_in_at: Mapped[datetime] = mapped_column(index=True)
    result: Mapped[str] = mapped_column(String(8), default="")
    note: Mapped[str] = mapped_column(String(2000), default="")
    judged_at: Mapped[datetime | None] = mapped_column()
    judged_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
