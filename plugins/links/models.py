"""The table of links."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, Identified, OfficeScoped, Timestamped


class Link(Identified, OfficeScoped, Timestamped, Base):
    """An address that an office recommends. A removed one is kept for a while, so that removing can be undone."""

    __tablename__ = "links_link"
    __table_args__ = (
        UniqueConstraint("office_id", "url"),
        Index("ix_links_link_list", "office_id", "removed_at", "category"),
    )

    title: Mapped[str] = mapped_column(String(120))
    url: Mapped[str] = mapped_column(String(500))
    note: Mapped[str] = mapped_column(String(300), default="")
    category: Mapped[str] = mapped_column(String(60), default="")
    is_public: Mapped[bool] = mapped_column(default=True)
    added_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    removed_at: Mapped[datetime | None] = mapped_column()
