"""Tables of the evidence that a person collects."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, Identified, OfficeScoped, Timestamped

PREVIEW_STATES = ("waiting", "ready", "failed")
ITEM_KINDS = ("file", "link", "note", "skill", "goal")


class Item(Identified, OfficeScoped, Timestamped, Base):
    """A file or a link with what is said of it, a note, a skill or a goal. ``body`` is cleaned rich text.

    ``url`` is where a link leads; what was found there is its ``LinkPreview``.
    ``level`` is a skill's own estimate, 1 to 4; ``due_on`` and ``done_at`` belong to goals.
    """

    __tablename__ = "portfolio_item"
    __table_args__ = (
        CheckConstraint(f"kind IN {ITEM_KINDS}", name="kind"),
        Index("ix_portfolio_item_list", "owner_id", "kind", "removed_at"),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("stored_file.id", ondelete="CASCADE"), index=True
    )
    url: Mapped[str | None] = mapped_column(String(500))
    folder: Mapped[str] = mapped_column(String(80), default="")
    licence: Mapped[str] = mapped_column(String(20), default="")
    level: Mapped[int | None] = mapped_column()
    due_on: Mapped[date | None] = mapped_column(Date)
    done_at: Mapped[datetime | None] = mapped_column()
    removed_at: Mapped[datetime | None] = mapped_column()


class LinkPreview(Identified, OfficeScoped, Base):
    """What the page that a link leads to said of itself when it was asked: kept here, so that no reader asks it.

    ``problem`` says in its owner's language why it ``failed``.
    """

    __tablename__ = "portfolio_link_preview"
    __table_args__ = (CheckConstraint(f"state IN {PREVIEW_STATES}", name="state"),)

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    item_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("portfolio_item.id", ondelete="CASCADE"), unique=True
    )
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    problem: Mapped[str] = mapped_column(String(300), default="")
    title: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[str] = mapped_column(String(400), default="")
    picture_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("stored_file.id", ondelete="SET NULL"), index=True
    )
    fetched_at: Mapped[datetime | None] = mapped_column()


class Journal(Identified, OfficeScoped, Timestamped, Base):
    """A diary with a purpose, such as "My internship"."""

    __tablename__ = "portfolio_journal"

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    title: Mapped[str] = mapped_column(String(160))
    description: Mapped[str] = mapped_column(String(500), default="")
    removed_at: Mapped[datetime | None] = mapped_column()


class JournalEntry(Identified, OfficeScoped, Timestamped, Base):
    """One entry of a journal; a draft is shown to nobody but its writer."""

    __tablename__ = "portfolio_journal_entry"

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    journal_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("portfolio_journal.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, default="")
    is_draft: Mapped[bool] = mapped_column(default=True)
    removed_at: Mapped[datetime | None] = mapped_column()


class Plan(Identified, OfficeScoped, Timestamped, Base):
    """Something that a person wants to reach, in steps; or (``is_template``) one that people of the office get copies of."""

    __tablename__ = "portfolio_plan"

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    title: Mapped[str] = mapped_column(String(160))
    description: Mapped[str] = mapped_column(String(500), default="")
    is_template: Mapped[bool] = mapped_column(default=False)
    copied_from_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("portfolio_plan.id", ondelete="SET NULL"), index=True
    )
    removed_at: Mapped[datetime | None] = mapped_column()


class Task(Identified, OfficeScoped, Timestamped, Base):
    """A step of a plan; it may begin on one day and should be done by another."""

    __tablename__ = "portfolio_plan_task"

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    plan_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("portfolio_plan.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    done_at: Mapped[datetime | None] = mapped_column()
    position: Mapped[int] = mapped_column(default=0)


class Tag(Identified, OfficeScoped, Base):
    """A word that a person put on something of their own; ``subject`` is its ref."""

    __tablename__ = "portfolio_tag"
    __table_args__ = (
        UniqueConstraint("subject", "name"),
        Index("ix_portfolio_tag_owner_name", "owner_id", "name"),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    subject: Mapped[str] = mapped_column(String(150))
    name: Mapped[str] = mapped_column(String(40))


class HiddenProof(Identified, OfficeScoped, Base):
    """Something that arrived by itself and that its person does not want to show."""

    __tablename__ = "portfolio_hidden_proof"
    __table_args__ = (UniqueConstraint("owner_id", "proof"),)

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    proof: Mapped[str] = mapped_column(String(150))
