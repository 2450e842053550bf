"""The table of videos that are shown to everybody in a room at the same moment."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, Identified, OfficeScoped, Timestamped


class Video(Identified, OfficeScoped, Timestamped, Base):
    """A prepared video of a room, ``seconds`` long; ``captions_id`` is a file of captions (WebVTT), if there is one."""

    __tablename__ = "webinar_video"
    __table_args__ = (CheckConstraint("seconds > 0", name="seconds"),)

    room_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_room.activity_id", ondelete="CASCADE"), index=True
    )
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), index=True)
    captions_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("stored_file.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str] = mapped_column(String(200))
    seconds: Mapped[float]
