"""The table of what goes out and comes in as one file."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, Identified, OfficeScoped, Timestamped

KINDS = ("export", "archive", "leap2a")
STATES = ("waiting", "ready", "running", "done", "failed")


class Transfer(Identified, OfficeScoped, Timestamped, Base):
    """A whole portfolio on its way: out (``export``), in (``archive``), or from another program (``leap2a``).

    An export is ``waiting``, then ``ready`` to be downloaded. An import is ``waiting`` while it is
    examined, ``ready`` when it can be looked at, ``running`` once its person said yes, then ``done``.
    ``problem`` says in the person's language why something ``failed``. ``summary`` counts what is in it.
    """

    __tablename__ = "portfolio_transfer"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index("ix_portfolio_transfer_owner", "owner_id", "created_at"),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    name: Mapped[str] = mapped_column(String(200), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    file_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("stored_file.id", ondelete="SET NULL"), index=True
    )
    job_id: Mapped[uuid.UUID | None] = mapped_column()
    problem: Mapped[str] = mapped_column(String(500), default="")
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expires_at: Mapped[datetime] = mapped_column(index=True)
