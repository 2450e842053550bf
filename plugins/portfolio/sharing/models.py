"""Tables of sharing. A ``target`` is the ref of a page, a collection or a CV."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, Identified, OfficeScoped, Timestamped

AUDIENCES = ("advisers", "person", "group", "office", "members", "public", "link")


class Share(Identified, OfficeScoped, Timestamped, Base):
    """Somebody may see something, from one moment to another.

    ``role`` narrows a group to those of its people who have that role in the office; with
    ``approves_comments`` the owner reads a comment before others do. Of a secret link only the hash of its token is kept, of a passcode only its hash. ``because`` is the
    ref of the thing of another plugin that it was attached to, if it was given for that.
    """

    __tablename__ = "portfolio_share"
    __table_args__ = (
        CheckConstraint(f"audience IN {AUDIENCES}", name="audience"),
        Index("ix_portfolio_share_target", "target", "revoked_at"),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    target: Mapped[str] = mapped_column(String(150))
    audience: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    group_id: Mapped[uuid.UUID | None] = mapped_column()
    role: Mapped[str] = mapped_column(String(20), default="")
    name: Mapped[str] = mapped_column(String(120), default="")
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    passcode_hash: Mapped[str] = mapped_column(String(200), default="")
    because: Mapped[str | None] = mapped_column(String(150), index=True)
    starts_at: Mapped[datetime | None] = mapped_column()
    ends_at: Mapped[datetime | None] = mapped_column()
    allows_comments: Mapped[bool] = mapped_column(default=True)
    approves_comments: Mapped[bool] = mapped_column(default=False)
    views: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None] = mapped_column()


class Visit(Identified, OfficeScoped, Base):
    """Somebody looked at something: a person, or whoever has a link (``share_id``)."""

    __tablename__ = "portfolio_visit"
    __table_args__ = (Index("ix_portfolio_visit_target", "target", "at"),)

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    target: Mapped[str] = mapped_column(String(150))
    viewer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    share_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("portfolio_share.id", ondelete="SET NULL"), index=True
    )
    at: Mapped[datetime] = mapped_column(index=True)


class Watch(Identified, OfficeScoped, Base):
    """A reader (``owner_id``) wants to hear when something that they may see has changed since ``seen_at``."""

    __tablename__ = "portfolio_watch"
    __table_args__ = (UniqueConstraint("owner_id", "target"),)

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    target: Mapped[str] = mapped_column(String(150), index=True)
    seen_at: Mapped[datetime] = mapped_column()


class Comment(Identified, OfficeScoped, Timestamped, Base):
    """Something said about a page or CV: as a whole, of one block, or at a moment of its video (seconds).

    A private one is for the owner and its author alone, and so is one that waits for the owner's approval.
    """

    __tablename__ = "portfolio_comment"
    __table_args__ = (Index("ix_portfolio_comment_target", "target", "created_at"),)

    target: Mapped[str] = mapped_column(String(150))
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    block_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("portfolio_block.id", ondelete="SET NULL"), index=True
    )
    parent_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("portfolio_comment.id", ondelete="CASCADE"), index=True
    )
    body: Mapped[str] = mapped_column(Text)
    file_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("stored_file.id", ondelete="SET NULL"), index=True
    )
    at_second: Mapped[int | None] = mapped_column()
    is_private: Mapped[bool] = mapped_column(default=False)
    is_waiting: Mapped[bool] = mapped_column(default=False)
    resolved_at: Mapped[datetime | None] = mapped_column()
    removed_at: Mapped[datetime | None] = mapped_column()


class Request(Identified, OfficeScoped, Timestamped, Base):
    """A person asks an adviser: for feedback, or to confirm that a CV is ready to send.

    ``adviser_id`` empty means any adviser of the office. ``signed_at`` is the owner's own word.
    """

    __tablename__ = "portfolio_request"
    __table_args__ = (
        CheckConstraint("kind IN ('feedback', 'sign_off')", name="kind"),
        Index("ix_portfolio_request_inbox", "adviser_id", "closed_at"),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    adviser_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))
    target: Mapped[str] = mapped_column(String(150), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    note: Mapped[str] = mapped_column(String(500), default="")
    due_on: Mapped[date | None] = mapped_column(Date)
    signed_at: Mapped[datetime | None] = mapped_column()
    closed_at: Mapped[datetime | None] = mapped_column()
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    answer: Mapped[str] = mapped_column(String(10), default="")
    answer_note: Mapped[str] = mapped_column(String(1000), default="")


class Message(Identified, OfficeScoped, Base):
    """Somebody wrote to a person through their public card, without learning their address."""

    __tablename__ = "portfolio_message"

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    sender: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    text: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(index=True)
