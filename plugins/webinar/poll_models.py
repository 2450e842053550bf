"""Tables of polls: what is asked, what is offered, and who answered what."""

from __future__ import annotations

import uuid
from typing import Literal, get_args

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.plugin import Base, Identified, OfficeScoped, Timestamped

PollKind = Literal["single", "multiple", "scale", "text", "ranking"]
POLL_KINDS = get_args(PollKind)
WITH_OPTIONS = frozenset({"single", "multiple", "ranking"})
"""Kinds of which the answers are offered."""
POLL_STATES = ("draft", "open", "closed")


class Poll(Identified, OfficeScoped, Timestamped, Base):
    """A question with a vote. Of an anonymous one the results are shown from five answers on.

    One that was prepared before the meeting has a ``position`` among those, also after it was asked.
    """

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
    position: Mapped[int | None] = mapped_column()

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


class Answering:
    """An answer to a poll: an option (of a ranking each option, with its place as number), a number of a scale, or a text.

    ``voter`` is a keyed hash of who it was, so that everybody answers once and an anonymous answer
    names nobody; ``participant_id`` is only kept where the poll is not anonymous.
    """

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


class Vote(Answering, Identified, OfficeScoped, Base):
    """An answer that was given in the meeting."""

    __tablename__ = "webinar_vote"
    __table_args__ = (UniqueConstraint("poll_id", "voter", "option_id"),)


class ReplayVote(Answering, Identified, OfficeScoped, Base):
    """An answer that was given by who watched a replay; it changes nothing of what the meeting said, and goes with the recording."""

    __tablename__ = "webinar_replay_vote"
    __table_args__ = (UniqueConstraint("poll_id", "voter", "option_id"),)

    recording_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_recording.id", ondelete="CASCADE"), index=True
    )
