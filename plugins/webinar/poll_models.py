"""Tables of polls: what is asked, what is offered, and who answered what."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.plugin import Base, Identified, OfficeScoped, Timestamped

POLL_KINDS = ("single", "multiple", "scale", "text")
POLL_STATES = ("draft", "open", "closed")


class Poll(Identified, OfficeScoped, Timestamped, Base):
    """A question with a vote. Of an anonymous one the results are shown from five answers on."""

    __tablename__ = "webinar_poll"
    __table_args__ = (
        CheckConstraint(f"kind IN {POLL_KINDS}", name="kind"),
        CheckConstraint(f"state IN {POLL_STATES}", name="state"),
    )

    room_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_room.activity_id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(10), default="single")
    question: Mapped[str] = mapped_column(String(300))
    is_anonymous: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(String(8), default="draft")

    options: Mapped[list[PollOption]] = relationship(
        cascade="all, delete-orphan", order_by="PollOption.position", lazy="selectin"
    )


class PollOption(Identified, OfficeScoped, Base):
    """One of the answers offered; ``is_right`` only where the poll came from a question bank, and secret until it is shown."""

    __tablename__ = "webinar_poll_option"

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webinar_poll.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column(default=0)
    is_right: Mapped[bool] = mapped_column(default=False)


class Vote(Identified, OfficeScoped, Base):
    """An answer to a poll: an option, a number of a scale, or a text.

    ``voter`` is a keyed hash of who it was, so that everybody votes once and an anonymous vote
    names nobody; ``participant_id`` is only kept where the poll is not anonymous.
    """

    __tablename__ = "webinar_vote"
    __table_args__ = (UniqueConstraint("poll_id", "voter", "option_id"),)

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webinar_poll.id", ondelete="CASCADE"), index=True)
    voter: Mapped[str] = mapped_column(String(64))
    participant_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("webinar_participant.id", ondelete="SET NULL"), index=True
    )
    option_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("webinar_poll_option.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int | None] = mapped_column()
    text: Mapped[str] = mapped_column(String(300), default="")
