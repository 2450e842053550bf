"""The table of imports."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.store.base import Base, Identified, OfficeScoped, Timestamped

STATES = ("draft", "running", "done")


class PeopleImport(Identified, OfficeScoped, Timestamped, Base):
    """A file being looked at (``draft``), written (``running``) or written (``done``).

    ``content`` is the file as text and is emptied when it is done; ``report`` is then a CSV
    with a verdict for each row.
    """

    __tablename__ = "people_import"
    __table_args__ = (CheckConstraint(f"state IN {STATES}", name="state"),)

    created_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    job_id: Mapped[uuid.UUID | None] = mapped_column()
    file_name: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(10), default="draft")
    content: Mapped[str] = mapped_column(Text, default="")
    report: Mapped[str] = mapped_column(Text, default="")
    written_count: Mapped[int] = mapped_column(default=0)
    unchanged_count: Mapped[int] = mapped_column(default=0)
    refused_count: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column()
