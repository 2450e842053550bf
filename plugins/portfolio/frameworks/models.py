"""Tables of maps: frameworks that an office brought in, and where somebody shows what."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, Identified, OfficeScoped, Timestamped


class OfficeFramework(Identified, OfficeScoped, Timestamped, Base):
    """A framework of the office, besides the one that everybody has."""

    __tablename__ = "portfolio_framework"

    title: Mapped[str] = mapped_column(String(160))
    description: Mapped[str] = mapped_column(String(1000), default="")
    removed_at: Mapped[datetime | None] = mapped_column()


class FrameworkElement(Identified, OfficeScoped, Base):
    """An element of a framework of the office, in the area of that name."""

    __tablename__ = "portfolio_framework_element"
    __table_args__ = (UniqueConstraint("framework_id", "position"),)

    framework_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("portfolio_framework.id", ondelete="CASCADE"))
    position: Mapped[int]
    area: Mapped[str] = mapped_column(String(160))
    title: Mapped[str] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(String(1000), default="")


class Mark(Identified, OfficeScoped, Timestamped, Base):
    """A page shows an element: by its person's own estimate (``level``, 1 to 4), and perhaps an adviser's (``confirmed_level``)."""

    __tablename__ = "portfolio_mark"
    __table_args__ = (
        UniqueConstraint("page_id", "framework", "element"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        CheckConstraint("confirmed_level BETWEEN 1 AND 4", name="confirmed_level"),
        Index("ix_portfolio_mark_owner", "owner_id", "framework"),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    framework: Mapped[str] = mapped_column(String(40))
    element: Mapped[str] = mapped_column(String(40))
    page_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("portfolio_page.id", ondelete="CASCADE"))
    level: Mapped[int]
    note: Mapped[str] = mapped_column(String(500), default="")
    confirmed_level: Mapped[int | None] = mapped_column()
    confirmed_at: Mapped[datetime | None] = mapped_column()
    confirmed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    answer: Mapped[str] = mapped_column(String(500), default="")
