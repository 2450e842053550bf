"""Tables of the question bank, of quizzes, and of what people answered."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.plugin import Base, Identified, OfficeScoped, Timestamped

MODES = ("practice", "test")
REVIEWS = ("answers", "score", "nothing")
REVIEW_TIMES = ("at_once", "after_close")
STATES = ("active", "submitted")
IMPORT_STATES = ("waiting", "draft", "running", "done", "failed")


class Category(Identified, OfficeScoped, Timestamped, Base):
    """A place in the question bank, in a tree."""

    __tablename__ = "quiz_category"

    name: Mapped[str] = mapped_column(String(120))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("quiz_category.id", ondelete="CASCADE"), index=True
    )


class BankQuestion(Identified, OfficeScoped, Timestamped, Base):
    """A question of the bank: its place, and which of its versions is in use.

    ``is_listed`` is False while an import is writing. A removed one stays for the attempts that hold it.
    """

    __tablename__ = "quiz_question"
    __table_args__ = (
        Index("ix_quiz_question_list", "office_id", "is_listed", "removed_at", "category_id"),
        Index("ix_quiz_question_import_id", "import_id"),
    )

    category_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quiz_category.id"), index=True)
    type: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)
    is_listed: Mapped[bool] = mapped_column(default=True)
    import_id: Mapped[uuid.UUID | None] = mapped_column()
    removed_at: Mapped[datetime | None] = mapped_column()

    tags: Mapped[list[Tag]] = relationship(cascade="all, delete-orphan", order_by="Tag.name")


class Tag(Identified, OfficeScoped, Base):
    """A word that a question is found by."""

    __tablename__ = "quiz_tag"
    __table_args__ = (UniqueConstraint("question_id", "name"), Index("ix_quiz_tag_name", "office_id", "name"))

    question_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quiz_question.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))


class QuestionVersion(Identified, OfficeScoped, Base):
    """A question as it was at one time; never changed, so that old attempts stay what they were.

    ``content`` is a whole typed document (``grading.read_question``), read and written in one piece.
    """

    __tablename__ = "quiz_question_version"
    __table_args__ = (UniqueConstraint("question_id", "number"),)

    question_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quiz_question.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(default=1)
    content: Mapped[dict[str, Any]]
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]


class Quiz(Identified, OfficeScoped, Timestamped, Base):
    """What is special about an activity that is a quiz.

    ``time_limit`` is in minutes, ``pass_mark`` in percent, ``max_attempts`` None means no limit.
    """

    __tablename__ = "quiz_quiz"
    __table_args__ = (
        CheckConstraint(f"mode IN {MODES}", name="mode"),
        CheckConstraint(f"review IN {REVIEWS}", name="review"),
        CheckConstraint(f"review_time IN {REVIEW_TIMES}", name="review_time"),
        CheckConstraint("closes_at IS NULL OR opens_at IS NULL OR closes_at > opens_at", name="window"),
    )

    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), unique=True)
    intro: Mapped[str] = mapped_column(LongText, default="")
    mode: Mapped[str] = mapped_column(String(10), default="practice")
    time_limit: Mapped[int | None] = mapped_column()
    max_attempts: Mapped[int | None] = mapped_column()
    pass_mark: Mapped[int] = mapped_column(default=60)
    opens_at: Mapped[datetime | None] = mapped_column()
    closes_at: Mapped[datetime | None] = mapped_column()
    review: Mapped[str] = mapped_column(String(10), default="answers")
    review_time: Mapped[str] = mapped_column(String(12), default="at_once")
    is_shuffled: Mapped[bool] = mapped_column(default=False)


class QuizText(Identified, OfficeScoped, Base):
    """A text of a quiz in another language: its introduction (``original`` is empty), or a heading, by what it says."""

    __tablename__ = "quiz_text"
    __table_args__ = (UniqueConstraint("quiz_id", "locale", "original"),)

    quiz_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quiz_quiz.id", ondelete="CASCADE"))
    locale: Mapped[str] = mapped_column(String(10))
    original: Mapped[str] = mapped_column(String(120), default="")
    text: Mapped[str] = mapped_column(LongText)


class Slot(Identified, OfficeScoped, Base):
    """A place in a quiz: one question, or ``draw_count`` questions drawn from a category.

    ``section`` is the heading that stands above it; slots with the same one after another are a section.
    """

    __tablename__ = "quiz_slot"
    __table_args__ = (
        CheckConstraint("(question_id IS NULL) <> (category_id IS NULL)", name="source"),
        CheckConstraint("points >= 0", name="points"),
        Index("ix_quiz_slot_order", "quiz_id", "position"),
    )

    quiz_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quiz_quiz.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    section: Mapped[str] = mapped_column(String(120), default="")
    question_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("quiz_question.id"), index=True)
    category_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("quiz_category.id"), index=True)
    draw_count: Mapped[int] = mapped_column(default=1)
    points: Mapped[float] = mapped_column(default=1.0)


class ExtraTime(Identified, OfficeScoped, Base):
    """More time for one person in one quiz, in minutes; it also moves the end of the window."""

    __tablename__ = "quiz_extra_time"
    __table_args__ = (UniqueConstraint("quiz_id", "user_id"),)

    quiz_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quiz_quiz.id", ondelete="CASCADE"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    minutes: Mapped[int] = mapped_column()


class Attempt(Identified, OfficeScoped, Timestamped, Base):
    """A person answers a quiz once. The clock is the server's.

    ``due_at`` is when the time is over (None: no limit). ``submit_key`` is the key of the first
    submission. ``seed`` decides the order of choices. Trial runs of staff are ``is_trial``.
    """

    __tablename__ = "quiz_attempt"
    __table_args__ = (
        UniqueConstraint("quiz_id", "user_id", "is_trial", "number"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index("ix_quiz_attempt_user_state", "user_id", "state"),
        Index("ix_quiz_attempt_due", "state", "due_at"),
    )

    quiz_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quiz_quiz.id", ondelete="CASCADE"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    number: Mapped[int] = mapped_column(default=1)
    is_trial: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="active")
    seed: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None] = mapped_column()
    submitted_at: Mapped[datetime | None] = mapped_column()
    submit_key: Mapped[str] = mapped_column(String(60), default="")
    is_late: Mapped[bool] = mapped_column(default=False)
    earned: Mapped[float] = mapped_column(default=0.0)
    most: Mapped[float] = mapped_column(default=0.0)
    percent: Mapped[int] = mapped_column(default=0)
    waits_for_grade: Mapped[bool] = mapped_column(default=False)

    answers: Mapped[list[AttemptAnswer]] = relationship(
        order_by="AttemptAnswer.position", cascade="all, delete-orphan", back_populates="attempt"
    )


class AttemptAnswer(Identified, OfficeScoped, Base):
    """One question of an attempt and the latest answer to it.

    ``seq`` is the number that the browser gave the answer; a lower one never replaces it. ``answer`` is a
    document in the form of the question's type. ``fraction`` is None until it is judged.
    """

    __tablename__ = "quiz_answer"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        Index("ix_quiz_answer_queue", "office_id", "waits_for_grade"),
    )

    attempt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quiz_attempt.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column()
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quiz_question_version.id"), index=True)
    section: Mapped[str] = mapped_column(String(120), default="")
    points: Mapped[float] = mapped_column(default=1.0)
    answer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    answered_at: Mapped[datetime | None] = mapped_column()
    tries: Mapped[int] = mapped_column(default=0)
    is_done: Mapped[bool] = mapped_column(default=False)
    fraction: Mapped[float | None] = mapped_column()
    waits_for_grade: Mapped[bool] = mapped_column(default=False)
    levels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    comment: Mapped[str] = mapped_column(LongText, default="")
    graded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    graded_at: Mapped[datetime | None] = mapped_column()

    version: Mapped[QuestionVersion] = relationship()
    attempt: Mapped[Attempt] = relationship(back_populates="answers")


class BankImport(Identified, OfficeScoped, Timestamped, Base):
    """A file of questions: being read (``waiting``), looked at (``draft``), written (``running``) or ``done``.

    ``report`` is what became of each question, in a document of our own (``importing.read_report``).
    """

    __tablename__ = "quiz_import"
    __table_args__ = (CheckConstraint(f"state IN {IMPORT_STATES}", name="state"),)

    created_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    category_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("quiz_category.id", ondelete="SET NULL"), index=True
    )
    file_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stored_file.id", ondelete="SET NULL"))
    job_id: Mapped[uuid.UUID | None] = mapped_column()
    file_name: Mapped[str] = mapped_column(String(200), default="")
    format: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    problem: Mapped[str] = mapped_column(String(500), default="")
    good_count: Mapped[int] = mapped_column(default=0)
    bad_count: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
