"""Tables of calls: the voice and video of a talk of two people."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.plugin import Base, Identified, OfficeScoped, Timestamped

CALL_STATES = ("idle", "ringing", "running")
CALL_MEDIA = ("voice", "video", "screen")


class Call(Identified, OfficeScoped, Timestamped, Base):
    """The voice and video of a talk that another part holds under ``ref``; see ``calls.py``.

    ``url`` is the path where its people find the talk. ``passed_at`` is when the newest pass was written
    that somebody showed, ``closed_at`` when the talk was ended or given to others: older passes let nobody in.
    """

    __tablename__ = "webinar_call"
    __table_args__ = (
        UniqueConstraint("office_id", "ref"),
        CheckConstraint(f"state IN {CALL_STATES}", name="state"),
        CheckConstraint(f"medium IN {CALL_MEDIA}", name="medium"),
    )

    ref: Mapped[str] = mapped_column(String(150))
    url: Mapped[str] = mapped_column(String(300))
    state: Mapped[Literal["idle", "ringing", "running"]] = mapped_column(String(10), default="idle")
    medium: Mapped[Literal["voice", "video", "screen"]] = mapped_column(String(10), default="voice")
    caller_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    rang_at: Mapped[datetime | None] = mapped_column()
    open_until: Mapped[datetime]
    passed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column()

    people: Mapped[list[CallPerson]] = relationship(
        back_populates="call", cascade="all, delete-orphan", order_by="CallPerson.id"
    )


class CallPerson(Identified, OfficeScoped, Timestamped, Base):
    """One of the two of a call. ``page`` is the page in which they are in it (empty: they are not), ``connection`` its socket."""

    __tablename__ = "webinar_call_person"
    __table_args__ = (UniqueConstraint("call_id", "user_id"),)

    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webinar_call.id", ondelete="CASCADE"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    may_come: Mapped[bool] = mapped_column(default=True)
    page: Mapped[str] = mapped_column(String(40), default="")
    connection: Mapped[str] = mapped_column(String(80), default="")
    seen_at: Mapped[datetime | None] = mapped_column()

    call: Mapped[Call] = relationship(back_populates="people", lazy="joined")
