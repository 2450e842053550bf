"""Tables of assignments: what is asked, how it is judged, and what people handed in."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, Identified, OfficeScoped, Timestamped

SUBMISSION_STATES = ("draft", "submitted", "returned", "accepted")


class Assignment(OfficeScoped, Base):
    """What may be handed in, and until when (late work is marked, not refused)."""

    __tablename__ = "courses_assignment"

    activity_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True
    )
    takes_text: Mapped[bool] = mapped_column(default=True)
    takes_files: Mapped[bool] = mapped_column(default=True)
    due_at: Mapped[datetime | None] = mapped_column()


class Criterion(Identified, OfficeScoped, Base):
    """A line of the rubric: what is looked at, what full points look like, and how many there are."""

    __tablename__ = "courses_criterion"
    __table_args__ = (CheckConstraint("points > 0", name="points"),)

    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(200))
    hint: Mapped[str] = mapped_column(String(500), default="")
    points: Mapped[int] = mapped_column(default=5)


class CriterionText(Identified, OfficeScoped, Base):
    """A line of the rubric in a further language of the course."""

    __tablename__ = "courses_criterion_text"
    __table_args__ = (UniqueConstraint("criterion_id", "locale"),)

    criterion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("courses_criterion.id", ondelete="CASCADE"))
    locale: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(200), default="")
    hint: Mapped[str] = mapped_column(String(500), default="")


class Submission(Identified, OfficeScoped, Timestamped, Base):
    """What a person hands in: one for each person and assignment. ``round`` counts how often it was handed in.

    ``score`` is the share of all points, 0 to 100.
    """

    __tablename__ = "courses_submission"
    __table_args__ = (
        UniqueConstraint("activity_id", "user_id"),
        CheckConstraint(f"state IN {SUBMISSION_STATES}", name="state"),
        Index("ix_courses_submission_user_id", "user_id"),
        Index("ix_courses_submission_queue", "office_id", "state", "submitted_at"),
    )

    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    text: Mapped[str] = mapped_column(Text, default="")
    round: Mapped[int] = mapped_column(default=0)
    submitted_at: Mapped[datetime | None] = mapped_column()
    score: Mapped[int | None] = mapped_column()


class SubmissionFile(Identified, OfficeScoped, Base):
    """A file of a submission."""

    __tablename__ = "courses_submission_file"
    __table_args__ = (UniqueConstraint("submission_id", "file_id"),)

    submission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("courses_submission.id", ondelete="CASCADE"))
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), index=True)


class Review(Identified, OfficeScoped, Base):
    """What a trainer said to one round of a submission, and the text that was judged."""

    __tablename__ = "courses_review"
    __table_args__ = (UniqueConstraint("submission_id", "round"),)

    submission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("courses_submission.id", ondelete="CASCADE"))
    round: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(10))
    feedback: Mapped[str] = mapped_column(String(8000), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    score: Mapped[int | None] = mapped_column()
    reviewer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    reviewed_at: Mapped[datetime]


class Mark(Identified, OfficeScoped, Base):
    """Points that a review gave for one criterion."""

    __tablename__ = "courses_mark"
    __table_args__ = (UniqueConstraint("review_id", "criterion_id"),)

    review_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("courses_review.id", ondelete="CASCADE"))
    criterion_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("courses_criterion.id", ondelete="CASCADE"), index=True
    )
    points: Mapped[int]
