"""What is kept about single messages of a chat, beside the log."""

from __future__ import annotations

import uuid
from typing import Literal, get_args

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, OfficeScoped, Text, _l

SignName = Literal["thumb", "heart", "clap", "laugh", "thanks"]
"""Signs that people put on a message."""
SIGNS: dict[SignName, tuple[str, Text]] = {
    "thumb": ("👍", _l("I agree")),
    "heart": ("❤️", _l("I like it")),
    "clap": ("👏", _l("Applause")),
    "laugh": ("😄", _l("That is funny")),
    "thanks": ("🙏", _l("Thank you")),
}
"""How they look, and what they mean."""


class ChatSign(OfficeScoped, Base):
    """Somebody put a sign on message number ``target`` of a room."""

    __tablename__ = "webinar_chat_sign"
    __table_args__ = (
        CheckConstraint(f"name IN ({', '.join(repr(each) for each in get_args(SignName))})", name="name"),
    )

    room_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_room.activity_id", ondelete="CASCADE"), primary_key=True
    )
    target: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    participant_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_participant.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    name: Mapped[SignName] = mapped_column(String(10), primary_key=True)
