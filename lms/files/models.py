"""Uploads that are on their way. Files that have arrived are ``lms.store.files.StoredFile``."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.clock import utcnow
from lms.store.base import Base, Identified, OfficeScoped


class PendingUpload(Identified, OfficeScoped, Base):
    """A file being sent in pieces; ``length`` is its whole size in bytes, None while its sender is still making it.

    How much has arrived is not written here: it is the size of the part file itself, so a
    crash can never leave the two telling different stories. ``families`` are the kinds of
    files allowed, separated by commas. ``file_id`` is set once the file was accepted.
    """

    __tablename__ = "pending_upload"

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(120), default="")
    families: Mapped[str] = mapped_column(String(120))
    length: Mapped[int | None] = mapped_column(BigInteger)
    is_passing: Mapped[bool] = mapped_column(default=False)
    """True for what becomes no file: it is looked through by whoever takes it, and thrown away."""
    file_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("stored_file.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
