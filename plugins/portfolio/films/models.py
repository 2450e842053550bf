"""Tables of video CVs."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.plugin import Base, Identified, OfficeScoped, Timestamped

VARIANTS = ("video", "audio", "text")
TEXT_SIZES = ("small", "medium", "large")


class Film(Identified, OfficeScoped, Timestamped, Base):
    """A video CV: what its person wants to say in four parts, and how it is shown.

    ``variant`` says what others get: picture and sound, sound alone, or the text alone. ``pace`` is
    the speed of the teleprompter in words a minute. Without ``consented_at``, or after
    ``expires_on``, nobody but its person sees it.
    """

    __tablename__ = "portfolio_film"
    __table_args__ = (
        CheckConstraint(f"variant IN {VARIANTS}", name="variant"),
        CheckConstraint(f"text_size IN {TEXT_SIZES}", name="text_size"),
        Index("ix_portfolio_film_owner", "owner_id", "removed_at"),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    title: Mapped[str] = mapped_column(String(160))
    variant: Mapped[str] = mapped_column(String(8), default="video")
    language: Mapped[str] = mapped_column(String(8), default="en")
    hello: Mapped[str] = mapped_column(Text, default="")
    strengths: Mapped[str] = mapped_column(Text, default="")
    proof: Mapped[str] = mapped_column(Text, default="")
    wish: Mapped[str] = mapped_column(Text, default="")
    pace: Mapped[int] = mapped_column(default=130)
    text_size: Mapped[str] = mapped_column(String(8), default="medium")
    poster_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("stored_file.id", ondelete="SET NULL"), index=True
    )
    consented_at: Mapped[datetime | None] = mapped_column()
    expires_on: Mapped[date | None] = mapped_column(Date, index=True)
    removed_at: Mapped[datetime | None] = mapped_column()


class Take(Identified, OfficeScoped, Timestamped, Base):
    """One recording of a film. The file stays whole: ``starts_ms`` and ``ends_ms`` say what is played of it.

    ``ends_ms`` empty means up to its end, ``duration_ms`` 0 that its length is not known.
    ``captions`` is WebVTT on the time of the whole file. ``key`` is made by the browser, so that a
    take that is sent twice is one.
    """

    __tablename__ = "portfolio_take"
    __table_args__ = (
        UniqueConstraint("film_id", "key"),
        CheckConstraint("starts_ms >= 0 AND (ends_ms IS NULL OR ends_ms > starts_ms)", name="cut"),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    film_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("portfolio_film.id", ondelete="CASCADE"))
    file_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("stored_file.id", ondelete="CASCADE"), index=True
    )
    key: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]
    duration_ms: Mapped[int] = mapped_column(default=0)
    starts_ms: Mapped[int] = mapped_column(default=0)
    ends_ms: Mapped[int | None] = mapped_column()
    captions: Mapped[str] = mapped_column(Text, default="")
    is_best: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None] = mapped_column()
