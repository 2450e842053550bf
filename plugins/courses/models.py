"""Tables of courses and of their steps. The header of both (title, times, rules) is the core's ``Activity``."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, Identified, OfficeScoped, Timestamped, utcnow

CONDITION_KINDS = ("step", "date", "group", "score")
MATCHES = ("all", "any")


class Course(OfficeScoped, Base):
    """What a course has beyond its activity. ``languages``: codes with commas, the first is the one it is written in.

    ``version`` grows with each publication. ``template``: the key of the shipped template that it was made from.
    """

    __tablename__ = "courses_course"

    activity_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True
    )
    languages: Mapped[str] = mapped_column(String(60))
    cover_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("stored_file.id", ondelete="SET NULL"), index=True
    )
    cover_alt: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None] = mapped_column()
    has_certificate: Mapped[bool] = mapped_column(default=True)
    template: Mapped[str] = mapped_column(String(40), default="")


class Step(OfficeScoped, Base):
    """What a course holds about one of its steps, of whatever kind. ``level`` 1: it stands inside the section above.

    ``match``: whether all or any of its conditions open it. ``url`` and ``file_id`` are what steps of the kinds
    link and file show.
    """

    __tablename__ = "courses_step"
    __table_args__ = (
        CheckConstraint(f"match IN {MATCHES}", name="match"),
        CheckConstraint("level IN (0, 1)", name="level"),
    )

    activity_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True
    )
    course_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), index=True)
    level: Mapped[int] = mapped_column(default=0)
    match: Mapped[str] = mapped_column(String(3), default="all")
    url: Mapped[str] = mapped_column(String(500), default="")
    file_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("stored_file.id", ondelete="SET NULL"), index=True
    )


class Condition(Identified, OfficeScoped, Base):
    """One thing that opens a step: another step done, a day come, a group joined, a score reached."""

    __tablename__ = "courses_condition"
    __table_args__ = (CheckConstraint(f"kind IN {CONDITION_KINDS}", name="kind"),)

    step_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(6))
    other_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("activity.id", ondelete="CASCADE"), index=True
    )
    opens_at: Mapped[datetime | None] = mapped_column()
    group_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    score: Mapped[int | None] = mapped_column()


class ActivityText(Identified, OfficeScoped, Base):
    """The words of a course or step in one language. Title and summary in the course's first language are the activity's own."""

    __tablename__ = "courses_text"
    __table_args__ = (UniqueConstraint("activity_id", "locale"),)

    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    locale: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(200), default="")
    summary: Mapped[str] = mapped_column(String(2000), default="")
    objectives: Mapped[str] = mapped_column(String(4000), default="")
    body: Mapped[str] = mapped_column(Text, default="")


class Page(Identified, OfficeScoped, Base):
    """A screen of text: a step of the kind page has one, a book has its chapters."""

    __tablename__ = "courses_page"

    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    removed_at: Mapped[datetime | None] = mapped_column()


class PageText(Identified, OfficeScoped, Timestamped, Base):
    """A page in one language, and the draft of its next version (None: there is none)."""

    __tablename__ = "courses_page_text"
    __table_args__ = (UniqueConstraint("page_id", "locale"),)

    page_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("courses_page.id", ondelete="CASCADE"))
    locale: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(200), default="")
    html: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=0)
    draft_title: Mapped[str | None] = mapped_column(String(200))
    draft_html: Mapped[str | None] = mapped_column(Text)
    draft_at: Mapped[datetime | None] = mapped_column()


class PageVersion(Identified, OfficeScoped, Base):
    """A page as it once was."""

    __tablename__ = "courses_page_version"
    __table_args__ = (UniqueConstraint("page_id", "locale", "number"),)

    page_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("courses_page.id", ondelete="CASCADE"))
    locale: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    html: Mapped[str] = mapped_column(Text)
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Place(Identified, OfficeScoped, Base):
    """Where a person is in a course: the step, its page, how far down (thousandths), and the language they read it in."""

    __tablename__ = "courses_place"
    __table_args__ = (UniqueConstraint("course_id", "user_id"), Index("ix_courses_place_user_id", "user_id"))

    course_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    step_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("activity.id", ondelete="SET NULL"), index=True
    )
    page_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("courses_page.id", ondelete="SET NULL"), index=True
    )
    depth: Mapped[int] = mapped_column(default=0)
    locale: Mapped[str] = mapped_column(String(10), default="")
    seen_at: Mapped[datetime] = mapped_column(default=utcnow)


class Note(Identified, OfficeScoped, Timestamped, Base):
    """What a person wrote for themselves beside a step."""

    __tablename__ = "courses_note"
    __table_args__ = (UniqueConstraint("step_id", "user_id"), Index("ix_courses_note_user_id", "user_id"))

    step_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    text: Mapped[str] = mapped_column(String(8000), default="")


class Certificate(Identified, OfficeScoped, Base):
    """That a person completed a course, as it was on that day. ``code`` is what others verify it by."""

    __tablename__ = "courses_certificate"
    __table_args__ = (
        UniqueConstraint("course_id", "user_id"),
        UniqueConstraint("code"),
        Index("ix_courses_certificate_user_id", "user_id"),
    )

    course_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    code: Mapped[str] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(10))
    holder: Mapped[str] = mapped_column(String(200))
    course_title: Mapped[str] = mapped_column(String(200))
    office_name: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[int] = mapped_column(default=0)
    parts: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    completed_at: Mapped[datetime]
    issued_at: Mapped[datetime] = mapped_column(default=utcnow)
    revoked_at: Mapped[datetime | None] = mapped_column()
    revoked_reason: Mapped[str] = mapped_column(String(300), default="")
