"""The table of agendas: what is planned for a meeting, for how long."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, Identified, OfficeScoped, Timestamped


class AgendaItem(Identified, OfficeScoped, Timestamped, Base):
    """An item of the agenda of a room: its title, how many ``minutes`` are planned, and ``who`` speaks, in words."""

    __tablename__ = "webinar_agenda_item"
    __table_args__ = (CheckConstraint("minutes BETWEEN 1 AND 600", name="minutes"),)

    room_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_room.activity_id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[int] = mapped_column(default=10)
    who: Mapped[str] = mapped_column(String(120), default="")
    position: Mapped[int] = mapped_column(default=0)
