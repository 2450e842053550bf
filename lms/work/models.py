"""Tables of background work and of mail.

They are the site's, not an office's: the worker sees all of them. Where a row belongs to
an office, ``office_id`` says so.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.clock import utcnow
from lms.store.base import Base, Identified, Timestamped

JOB_STATES = ("queued", "running", "done", "failed", "cancelled")
LIVE_STATES = ("queued", "running")
MAIL_STATES = ("queued", "sent", "failed", "bounced", "kept")
MAIL_METHODS = ("PUBLISH", "REQUEST", "CANCEL", "REPLY")
_IS_LIVE = text("state IN ('queued', 'running')")


class Job(Identified, Timestamped, Base):
    """A piece of work to do once, now or later.

    ``key`` makes asking twice the same as once while the first is not finished;
    ``period_key`` does so for ever (a schedule's turn). ``run_token`` is new at each start,
    so that a worker that was given up for dead cannot finish what another one took over.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(f"state IN {JOB_STATES}", name="state"),
        Index("uq_job_name_key_live", "name", "key", unique=True, sqlite_where=_IS_LIVE, postgresql_where=_IS_LIVE),
        Index("ix_job_state_run_at", "state", "run_at"),
    )  # fmt: skip

    owner: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    office_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("office.id", ondelete="CASCADE"), index=True
    )
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    locale: Mapped[str] = mapped_column(String(8), default="en")
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    key: Mapped[str | None] = mapped_column(String(150))
    period_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=5)
    run_at: Mapped[datetime] = mapped_column(default=utcnow)
    sent_at: Mapped[datetime | None] = mapped_column()
    started_at: Mapped[datetime | None] = mapped_column()
    heartbeat_at: Mapped[datetime | None] = mapped_column()
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    run_token: Mapped[uuid.UUID | None] = mapped_column()
    is_cancel_requested: Mapped[bool] = mapped_column(default=False)
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int] = mapped_column(default=0)
    progress_message: Mapped[str] = mapped_column(String(300), default="")
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str] = mapped_column(Text, default="")

    @property
    def is_live(self) -> bool:
        """True while the job waits or runs."""
        return self.state in LIVE_STATES

    @property
    def percent(self) -> int | None:
        """Progress from 0 to 100, or None while nothing is known about it."""
        return min(100, self.progress_done * 100 // self.progress_total) if self.progress_total else None


class JobWorker(Base):
    """A worker process that gave a sign of life at ``seen_at``."""

    __tablename__ = "job_worker"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow)


class Mail(Identified, Timestamped, Base):
    """A message in the outbox. ``message_id`` never changes, so a second copy is recognised as one.

    ``kept`` means that no mail server is configured: the message is only to be read here.
    """

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint(f"state IN {MAIL_STATES}", name="state"),
        CheckConstraint(f"calendar_method IS NULL OR calendar_method IN {MAIL_METHODS}", name="calendar_method"),
        Index("ix_mail_state_created_at", "state", "created_at"),
    )  # fmt: skip

    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    key: Mapped[str | None] = mapped_column(String(150), unique=True)
    office_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("office.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    to: Mapped[str] = mapped_column(String(254), index=True)
    sender_name: Mapped[str] = mapped_column(String(120), default="")
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(8))
    calendar: Mapped[str | None] = mapped_column(Text)
    calendar_method: Mapped[str | None] = mapped_column(String(10))
    list_unsubscribe: Mapped[str | None] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column()
    error: Mapped[str] = mapped_column(String(1000), default="")
