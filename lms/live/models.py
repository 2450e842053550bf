"""Tables of channels, their events, and who is present."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.clock import utcnow
from lms.store.base import Base, Identified, OfficeScoped


class LiveChannel(Identified, OfficeScoped, Base):
    """A durable log of an office; its row is the lock under which events get their numbers."""

    __tablename__ = "live_channel"
    __table_args__ = (UniqueConstraint("office_id", "name"),)

    name: Mapped[str] = mapped_column(String(120))
    owner: Mapped[str] = mapped_column(String(40))
    head_seq: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class LiveEvent(Identified, OfficeScoped, Base):
    """Something said or done in a channel: number ``seq``, without holes, from 1.

    ``actor_name`` is the name at that time; erasure of the person empties it.
    """

    __tablename__ = "live_event"
    __table_args__ = (UniqueConstraint("channel_id", "seq"), UniqueConstraint("channel_id", "key"))

    channel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("live_channel.id", ondelete="CASCADE"))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    key: Mapped[str] = mapped_column(String(80))
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime] = mapped_column(default=utcnow)


class LivePresence(Identified, OfficeScoped, Base):
    """One connection of a person (an account or a visitor) to a channel; the process that holds it renews ``seen_at``."""

    __tablename__ = "live_presence"
    __table_args__ = (
        UniqueConstraint("connection", "channel"),
        Index("ix_live_presence_office_id_channel", "office_id", "channel"),
    )

    connection: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(120))
    user_id: Mapped[uuid.UUID] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(120))
    seen_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    left_at: Mapped[datetime | None] = mapped_column(index=True)
