"""Tables of pages and collections."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, Identified, OfficeScoped, Timestamped

THEMES = ("plain", "warm", "bold")
WIDTHS = ("full", "half", "third")


class Collection(Identified, OfficeScoped, Timestamped, Base):
    """Pages that belong together: one navigation, one list of who may see them.

    Its front has the cover, what is said of it, and (``shows_progress``) how far each page is.
    """

    __tablename__ = "portfolio_collection"

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    title: Mapped[str] = mapped_column(String(160))
    description: Mapped[str] = mapped_column(String(500), default="")
    cover_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stored_file.id", ondelete="SET NULL"))
    shows_progress: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None] = mapped_column()

    @property
    def has_front(self) -> bool:
        """Whether there is something to be said before its first page."""
        return bool(self.cover_id or self.description or self.shows_progress)


class Page(Identified, OfficeScoped, Timestamped, Base):
    """A page of a person, or (``is_template``) one that every newcomer of the office gets a copy of."""

    __tablename__ = "portfolio_page"
    __table_args__ = (
        CheckConstraint(f"theme IN {THEMES}", name="theme"),
        Index("ix_portfolio_page_owner", "owner_id", "removed_at"),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    collection_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("portfolio_collection.id", ondelete="SET NULL"), index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(160))
    description: Mapped[str] = mapped_column(String(500), default="")
    cover_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stored_file.id", ondelete="SET NULL"))
    theme: Mapped[str] = mapped_column(String(8), default="plain")
    is_template: Mapped[bool] = mapped_column(default=False)
    allows_copy: Mapped[bool] = mapped_column(default=False)
    copied_from_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("portfolio_page.id", ondelete="SET NULL"), index=True
    )
    removed_at: Mapped[datetime | None] = mapped_column()


class Block(Identified, OfficeScoped, Timestamped, Base):
    """A block of a page. What ``content`` may hold is said by the command of its kind, which a plugin may bring."""

    __tablename__ = "portfolio_block"
    __table_args__ = (
        CheckConstraint(f"width IN {WIDTHS}", name="width"),
        Index("ix_portfolio_block_page", "page_id", "position"),
    )

    page_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("portfolio_page.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(40))
    width: Mapped[str] = mapped_column(String(8), default="full")
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Version(Identified, OfficeScoped, Base):
    """A page as it was before a change: ``content`` is the page and its blocks, of whatever kinds."""

    __tablename__ = "portfolio_version"
    __table_args__ = (UniqueConstraint("page_id", "number"),)

    page_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("portfolio_page.id", ondelete="CASCADE"))
    number: Mapped[int]
    change: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(index=True)
    content: Mapped[dict[str, Any]] = mapped_column()


class Card(Identified, OfficeScoped, Timestamped, Base):
    """A person's public card: a readable address, a headline, three proofs, a video CV, a way to write to them."""

    __tablename__ = "portfolio_card"
    __table_args__ = (UniqueConstraint("office_id", "slug"), UniqueConstraint("office_id", "owner_id"))

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    slug: Mapped[str] = mapped_column(String(60))
    headline: Mapped[str] = mapped_column(String(160), default="")
    about: Mapped[str] = mapped_column(String(600), default="")
    proof_1: Mapped[str] = mapped_column(String(200), default="")
    proof_2: Mapped[str] = mapped_column(String(200), default="")
    proof_3: Mapped[str] = mapped_column(String(200), default="")
    page_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("portfolio_page.id", ondelete="SET NULL"), index=True
    )
    film_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("portfolio_film.id", ondelete="SET NULL"), index=True
    )
    shows_photo: Mapped[bool] = mapped_column(default=False)
    is_contactable: Mapped[bool] = mapped_column(default=True)
    is_public: Mapped[bool] = mapped_column(default=False)
