"""The table of programs: what sends into a room, or shows it, without a browser page of ours."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.plugin import Base, Identified, OfficeScoped, Timestamped
from plugins.webinar.models import Participant

PROGRAM_USES = ("camera", "screen", "watch")
Use = Literal["camera", "screen", "watch"]


class Program(Identified, OfficeScoped, Timestamped, Base):
    """A program that connects by a key: it sends a ``camera`` or a ``screen``, or it shows the room (``watch``).

    In the room it is a participant of its own. The key is computed from the row and the secret of the
    installation, so that it stands nowhere; a new ``version`` makes a new one, ``revoked_at`` ends it.
    ``peer`` is its connection as the engine names it, ``offer`` what that began with, and ``ice`` which ICE session it is
    in (RFC 9725, section 4.3.1); all are empty while it is not connected.
    """

    __tablename__ = "webinar_program"
    __table_args__ = (CheckConstraint(f"use IN {PROGRAM_USES}", name="use"),)

    room_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_room.activity_id", ondelete="CASCADE"), index=True
    )
    participant_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_participant.id", ondelete="CASCADE"), unique=True
    )
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    use: Mapped[Use] = mapped_column(String(8))
    version: Mapped[int] = mapped_column(default=1)
    revoked_at: Mapped[datetime | None] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()
    peer: Mapped[str] = mapped_column(String(200), default="")
    offer: Mapped[str] = mapped_column(Text, default="")
    ice: Mapped[str] = mapped_column(String(64), default="")

    participant: Mapped[Participant] = relationship(lazy="joined")

    @property
    def direction(self) -> Literal["send", "receive"]:
        """Which way its sound and pictures go, as the engine says it."""
        return "receive" if self.use == "watch" else "send"
