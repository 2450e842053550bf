"""Tables of the calendar."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.clock import utcnow
from lms.store.base import Base, Identified, OfficeScoped, Timestamped

REPEATS = ("none", "weekly", "monthly", "yearly")


class CalendarItem(Identified, OfficeScoped, Timestamped, Base):
    """A date of the whole office: a holiday, an opening, a fair.

    A whole day begins and ends at midnight of the office's zone. It repeats at the same
    wall-clock time until the end of ``repeat_until``. ``sequence`` grows with each change of
    when it is (RFC 5545, 3.8.7.4).
    """

    __tablename__ = "calendar_item"
    __table_args__ = (
        CheckConstraint(f"repeat IN {REPEATS}", name="repeat"),
        CheckConstraint("ends_at >= starts_at", name="times"),
        Index("ix_calendar_item_office_id_starts_at", "office_id", "starts_at"),
    )

    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(2000), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    is_all_day: Mapped[bool] = mapped_column(default=False)
    repeat: Mapped[str] = mapped_column(String(8), default="none")
    repeat_until: Mapped[date | None]
    is_public: Mapped[bool] = mapped_column(default=False)
    sequence: Mapped[int] = mapped_column(default=0)
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    deleted_at: Mapped[datetime | None]


class CalendarFeed(Identified, OfficeScoped, Base):
    """A person's secret address for their calendar in an office. Only a hash of the secret is kept."""

    __tablename__ = "calendar_feed"
    __table_args__ = (UniqueConstraint("office_id", "user_id"),)

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    used_at: Mapped[datetime | None]
