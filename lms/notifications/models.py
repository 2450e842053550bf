"""Tables of notifications. They are a person's, across all their offices."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.clock import utcnow
from lms.store.base import Base, Identified

BY_MAIL = ("at_once", "daily", "never")


class Notification(Identified, Base):
    """Something a person should hear of, in their language of that moment.

    ``url`` is a path of this site. ``key`` makes telling twice the same as once. ``by_mail`` is
    what the person had chosen; ``mailed_at`` is set when it was sent or need not be any more.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        CheckConstraint(f"by_mail IN {BY_MAIL}", name="by_mail"),
        Index("ix_notification_user_id_read_at", "user_id", "read_at"),
        Index("ix_notification_user_id_created_at", "user_id", "created_at"),
        Index("ix_notification_by_mail_mailed_at", "by_mail", "mailed_at"),
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    office_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("office.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(String(1000), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    ref: Mapped[str] = mapped_column(String(150), default="")
    key: Mapped[str | None] = mapped_column(String(150))
    in_app: Mapped[bool] = mapped_column(default=True)
    by_mail: Mapped[str] = mapped_column(String(10), default="daily")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    read_at: Mapped[datetime | None] = mapped_column()
    mailed_at: Mapped[datetime | None] = mapped_column()


class NotificationPreference(Base):
    """How a person wants to hear of a kind of thing; without a row, as the kind itself says."""

    __tablename__ = "notification_preference"
    __table_args__ = (CheckConstraint(f"by_mail IN {BY_MAIL}", name="by_mail"),)

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    in_app: Mapped[bool] = mapped_column(default=True)
    by_mail: Mapped[str] = mapped_column(String(10))
