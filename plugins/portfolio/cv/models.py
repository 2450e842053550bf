"""Tables of the CV: the person, the entries, the CVs made from them, letters, and files waiting to be imported."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, Identified, OfficeScoped, Timestamped

TEMPLATES = ("clear", "modern", "compact")
ACCENTS = ("sienna", "blue", "green", "ink")


class Person(Identified, OfficeScoped, Timestamped, Base):
    """What a CV says of the person. ``birth_date`` is a partial date (see ``dates.py``)."""

    __tablename__ = "portfolio_person"
    __table_args__ = (UniqueConstraint("office_id", "owner_id"),)

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    given_name: Mapped[str] = mapped_column(String(80), default="")
    family_name: Mapped[str] = mapped_column(String(80), default="")
    headline: Mapped[str] = mapped_column(String(160), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    street: Mapped[str] = mapped_column(String(200), default="")
    postcode: Mapped[str] = mapped_column(String(20), default="")
    city: Mapped[str] = mapped_column(String(80), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    website: Mapped[str] = mapped_column(String(500), default="")
    birth_date: Mapped[str] = mapped_column(String(10), default="")
    nationality: Mapped[str] = mapped_column(String(80), default="")
    gender: Mapped[str] = mapped_column(String(40), default="")
    marital_status: Mapped[str] = mapped_column(String(40), default="")
    photo_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stored_file.id", ondelete="SET NULL"))


class Entry(Identified, OfficeScoped, Timestamped, Base):
    """One line of the store: a job, a school, a language. Which columns a section uses is said in ``sections.py``.

    ``starts`` and ``ends`` are partial dates. ``highlights`` are one to a line, ``keywords``
    are separated by commas. A removed entry is kept for a while, so that removing can be undone.
    """

    __tablename__ = "portfolio_cv_entry"
    __table_args__ = (Index("ix_portfolio_cv_entry_store", "owner_id", "section", "position"),)

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    section: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(default=0)
    heading: Mapped[str] = mapped_column(String(80), default="")
    title: Mapped[str] = mapped_column(String(200), default="")
    organisation: Mapped[str] = mapped_column(String(200), default="")
    field: Mapped[str] = mapped_column(String(200), default="")
    place: Mapped[str] = mapped_column(String(120), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    starts: Mapped[str] = mapped_column(String(10), default="")
    ends: Mapped[str] = mapped_column(String(10), default="")
    is_current: Mapped[bool] = mapped_column(default=False)
    summary: Mapped[str] = mapped_column(Text, default="")
    highlights: Mapped[str] = mapped_column(Text, default="")
    keywords: Mapped[str] = mapped_column(String(500), default="")
    level: Mapped[str] = mapped_column(String(60), default="")
    grade: Mapped[str] = mapped_column(String(60), default="")
    is_native: Mapped[bool] = mapped_column(default=False)
    listening: Mapped[str] = mapped_column(String(2), default="")
    reading: Mapped[str] = mapped_column(String(2), default="")
    interaction: Mapped[str] = mapped_column(String(2), default="")
    production: Mapped[str] = mapped_column(String(2), default="")
    writing: Mapped[str] = mapped_column(String(2), default="")
    removed_at: Mapped[datetime | None] = mapped_column()


class Cv(Identified, OfficeScoped, Timestamped, Base):
    """A CV made from the store for one purpose: which language, which look, what is said of the person.

    ``section_order`` names sections, separated by commas; those not named follow in the usual order.
    """

    __tablename__ = "portfolio_cv"
    __table_args__ = (
        CheckConstraint(f"template IN {TEMPLATES}", name="template"),
        CheckConstraint(f"accent IN {ACCENTS}", name="accent"),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(8))
    target_job: Mapped[str] = mapped_column(String(160), default="")
    template: Mapped[str] = mapped_column(String(10), default="clear")
    accent: Mapped[str] = mapped_column(String(10), default="sienna")
    headline: Mapped[str] = mapped_column(String(160), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    section_order: Mapped[str] = mapped_column(String(400), default="")
    is_anonymous: Mapped[bool] = mapped_column(default=False)
    shows_photo: Mapped[bool] = mapped_column(default=False)
    shows_birth_date: Mapped[bool] = mapped_column(default=False)
    shows_nationality: Mapped[bool] = mapped_column(default=False)
    shows_gender: Mapped[bool] = mapped_column(default=False)
    shows_marital_status: Mapped[bool] = mapped_column(default=False)
    shows_address: Mapped[bool] = mapped_column(default=True)
    removed_at: Mapped[datetime | None] = mapped_column()


class Choice(Identified, OfficeScoped, Base):
    """How one CV uses one entry: its place, whether it is left out, and other words where the CV needs them."""

    __tablename__ = "portfolio_cv_choice"
    __table_args__ = (UniqueConstraint("cv_id", "entry_id"),)

    cv_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("portfolio_cv.id", ondelete="CASCADE"))
    entry_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("portfolio_cv_entry.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int | None] = mapped_column()
    is_hidden: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str] = mapped_column(String(200), default="")
    organisation: Mapped[str] = mapped_column(String(200), default="")
    field: Mapped[str] = mapped_column(String(200), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    highlights: Mapped[str] = mapped_column(Text, default="")


class Letter(Identified, OfficeScoped, Timestamped, Base):
    """A cover letter for one vacancy, sent with one CV."""

    __tablename__ = "portfolio_letter"

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    cv_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("portfolio_cv.id", ondelete="SET NULL"), index=True
    )
    title: Mapped[str] = mapped_column(String(160))
    employer: Mapped[str] = mapped_column(String(200), default="")
    recipient: Mapped[str] = mapped_column(String(400), default="")
    vacancy: Mapped[str] = mapped_column(Text, default="")
    vacancy_url: Mapped[str] = mapped_column(String(500), default="")
    subject: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    removed_at: Mapped[datetime | None] = mapped_column()


class Import(Identified, OfficeScoped, Base):
    """A CV from elsewhere that was read but not taken over yet; forgotten after a day."""

    __tablename__ = "portfolio_import"

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)
