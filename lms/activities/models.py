"""Tables of activities, who takes part, and who completed them."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import User
from lms.clock import utcnow
from lms.store.base import Base, Identified, OfficeScoped, Timestamped

STATES = ("draft", "published", "archived")
ENROLMENT_RULES = ("self", "key", "invitation", "cohort", "approval")
ENROLMENT_STATES = ("active", "waiting", "pending", "ended")
COMPLETION_RULES = (
    "viewed",
    "minutes",
    "score",
    "submitted",
    "attended",
    "confirmed",
    "own_tick",
    "children",
)


class Activity(Identified, OfficeScoped, Timestamped, Base):
    """The header of anything one can take part in; what is special about it belongs to its type.

    ``type`` is a registered activity type. A course is an activity with children, in
    the order of ``position``; ``root_id`` is the activity at the top, in which people are
    enrolled. ``is_required``: the parent's rule ``children`` waits for it. A child that is
    ``draft`` is hidden, one that is ``archived`` was taken out. ``capacity`` None means no
    limit. ``completion_goal`` is in the rule's own unit (minutes, percent of a score).
    """

    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint(f"enrolment_rule IN {ENROLMENT_RULES}", name="enrolment_rule"),
        CheckConstraint(f"completion_rule IN {COMPLETION_RULES}", name="completion_rule"),
        CheckConstraint("ends_at IS NULL OR starts_at IS NULL OR ends_at >= starts_at", name="times"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity"),
        Index("ix_activity_office_state", "office_id", "state"),
    )

    type: Mapped[str] = mapped_column(String(60))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("activity.id", ondelete="CASCADE"), index=True
    )
    root_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("activity.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    is_required: Mapped[bool] = mapped_column(default=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(2000), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(10), default="draft")
    starts_at: Mapped[datetime | None] = mapped_column(index=True)
    ends_at: Mapped[datetime | None] = mapped_column()
    minutes: Mapped[int | None] = mapped_column()
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    enrolment_rule: Mapped[str] = mapped_column(String(12), default="self")
    enrolment_key: Mapped[str] = mapped_column(String(80), default="")
    invitation_token: Mapped[str] = mapped_column(String(60), default="")
    group_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    capacity: Mapped[int | None] = mapped_column()
    completion_rule: Mapped[str] = mapped_column(String(12), default="confirmed")
    completion_goal: Mapped[int | None] = mapped_column()
    rule_version: Mapped[int] = mapped_column(default=1)

    owner: Mapped[User] = relationship()
    more_owners: Mapped[list[ActivityOwner]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="ActivityOwner.id"
    )


class ActivityOwner(Identified, OfficeScoped, Base):
    """Somebody who owns an activity together with its first owner, with all its steps; only the whole has such rows.

    They come in the order in which they were added, as ids are in the order of time.
    """

    __tablename__ = "activity_owner"
    __table_args__ = (
        UniqueConstraint("activity_id", "user_id"),
        Index("ix_activity_owner_user_id", "user_id"),
    )

    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    added_at: Mapped[datetime] = mapped_column(default=utcnow)


class Enrolment(Identified, OfficeScoped, Timestamped, Base):
    """A person in an activity: taking part, on the waiting list, waiting for approval, or no longer."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("activity_id", "user_id"),
        CheckConstraint(f"state IN {ENROLMENT_STATES}", name="state"),
        Index("ix_enrolment_user_state", "user_id", "state"),
    )

    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str] = mapped_column(String(10))
    asked_at: Mapped[datetime]
    enrolled_at: Mapped[datetime | None] = mapped_column()

    user: Mapped[User] = relationship()
    activity: Mapped[Activity] = relationship()


class Completion(Identified, OfficeScoped, Base):
    """A person completed an activity. The date is that of the evidence and never changes afterwards.

    ``withdrawn_at`` is set while a changed rule is no longer met; meeting it again
    brings the first date back.
    """

    __tablename__ = "completion"
    __table_args__ = (UniqueConstraint("activity_id", "user_id"), Index("ix_completion_user_id", "user_id"))

    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    completed_at: Mapped[datetime] = mapped_column(index=True)
    rule: Mapped[str] = mapped_column(String(12))
    rule_version: Mapped[int]
    value: Mapped[int | None] = mapped_column()
    record_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("record.id", ondelete="SET NULL"))
    withdrawn_at: Mapped[datetime | None] = mapped_column()
