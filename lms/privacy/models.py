"""Tables of privacy requests."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.store.base import Base, Identified, Timestamped

STATES = ("asked", "running", "ready", "done", "cancelled", "failed")


class PrivacyRequest(Identified, Timestamped, Base):
    """A person's request to take their data away or to have it erased.

    An erasure waits until ``due_at`` and can be taken back until then. ``report`` says
    in words what was done, without naming the person.
    """

    __tablename__ = "privacy_request"
    __table_args__ = (
        CheckConstraint("kind IN ('export', 'erasure')", name="kind"),
        CheckConstraint(f"state IN {STATES}", name="state"),
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="asked")
    reason: Mapped[str] = mapped_column(String(500), default="")
    due_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None] = mapped_column()
    report: Mapped[str] = mapped_column(String(2000), default="")
