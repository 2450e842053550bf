"""Tables of recordings that are watched as a step of a course."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, Identified, OfficeScoped


class ReplayStep(OfficeScoped, Base):
    """The step ``activity_id`` shows a recording between two of its seconds; with ``ends`` 0 until its end.

    Without a recording nobody has chosen one yet, or it was deleted.
    """

    __tablename__ = "webinar_replay_step"
    __table_args__ = (CheckConstraint("begins >= 0 AND (ends = 0 OR ends > begins)", name="order"),)

    activity_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True
    )
    recording_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("webinar_recording.id", ondelete="SET NULL"), index=True
    )
    begins: Mapped[float] = mapped_column(default=0.0)
    ends: Mapped[float] = mapped_column(default=0.0)


class StepWatched(Identified, OfficeScoped, Base):
    """A part of such a step that somebody saw, from and until by the clock of the meeting.

    ``spent_until`` is up to when the time of the clock was spent on it (``replay_steps.py``).
    """

    __tablename__ = "webinar_step_watched"
    __table_args__ = (
        CheckConstraint("ends_at > begins_at", name="order"),
        Index("ix_webinar_step_watched_activity_id_user_id", "activity_id", "user_id"),
    )

    activity_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_replay_step.activity_id", ondelete="CASCADE")
    )
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    begins_at: Mapped[datetime] = mapped_column()
    ends_at: Mapped[datetime] = mapped_column()
    spent_until: Mapped[datetime] = mapped_column()
