"""Tables of tutoring: when tutors are there, the times that come of it, who took them, who waits."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.plugin import Base, Identified, OfficeScoped, Timestamped

PLACES = ("chat", "call", "in_person")
STATES = ("held", "booked", "done", "missed", "cancelled")
OPEN = ("held", "booked")
EMPTIED = "…"
"""What stands in a message whose words were removed: that there was one stays, for the figures."""
QUEUE_STATES = ("waiting", "message", "taken", "left", "gone", "closed")


class Pattern(Identified, OfficeScoped, Timestamped, Base):
    """A tutor is there every week: a weekday and wall-clock minutes of the tutor's own zone.

    ``weekday`` is 0 for Monday. ``starts`` and ``ends`` are minutes after midnight. From it come
    times of ``slot_minutes`` with ``pause_minutes`` between them, from ``first_day`` to
    ``last_day`` (both included; None: for good). ``capacity`` people may take one time.
    """

    __tablename__ = "tutoring_pattern"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("starts >= 0 AND ends <= 1440 AND starts < ends", name="order"),
        CheckConstraint(
            "slot_minutes BETWEEN 10 AND 240 AND pause_minutes BETWEEN 0 AND 120", name="lengths"
        ),
        CheckConstraint("capacity BETWEEN 1 AND 30", name="capacity"),
        CheckConstraint(f"place IN {PLACES}", name="place"),
    )

    tutor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    zone: Mapped[str] = mapped_column(String(60))
    weekday: Mapped[int]
    starts: Mapped[int]
    ends: Mapped[int]
    slot_minutes: Mapped[int] = mapped_column(default=30)
    pause_minutes: Mapped[int] = mapped_column(default=0)
    place: Mapped[str] = mapped_column(String(10), default="chat")
    where: Mapped[str] = mapped_column(String(200), default="")
    topic: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(10), default="")
    capacity: Mapped[int] = mapped_column(default=1)
    first_day: Mapped[date]
    last_day: Mapped[date | None] = mapped_column()


class DayOff(Identified, OfficeScoped, Timestamped, Base):
    """A day on which a tutor is not there, whatever the week says."""

    __tablename__ = "tutoring_day_off"
    __table_args__ = (UniqueConstraint("tutor_id", "day"),)

    tutor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    day: Mapped[date]


class ClosedDay(Identified, OfficeScoped, Timestamped, Base):
    """A day on which the office is closed: nobody is offered a time, and the drop-in desk stays closed."""

    __tablename__ = "tutoring_closed_day"
    __table_args__ = (UniqueConstraint("office_id", "day"),)

    day: Mapped[date]
    name: Mapped[str] = mapped_column(String(80), default="")


class Slot(Identified, OfficeScoped, Timestamped, Base):
    """One time that can be taken. A tutor has one time at a moment (constraint), so nothing overlaps.

    ``pattern_id`` is None once its pattern ended. ``is_closed``: nobody can take it any more;
    who has taken it keeps it.
    """

    __tablename__ = "tutoring_slot"
    __table_args__ = (
        UniqueConstraint("tutor_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="order"),
        Index("ix_tutoring_slot_office_id_starts_at", "office_id", "starts_at"),
    )

    tutor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    pattern_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("tutoring_pattern.id", ondelete="SET NULL"), index=True
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(10))
    where: Mapped[str] = mapped_column(String(200), default="")
    topic: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(10), default="")
    capacity: Mapped[int] = mapped_column(default=1)
    is_closed: Mapped[bool] = mapped_column(default=False)


class Booking(Identified, OfficeScoped, Timestamped, Base):
    """Somebody has (or had) a time. A seat of a time is taken once: the database sees to it.

    ``held`` is offered to somebody of the waiting list until ``held_until``. ``sequence``
    counts changes for calendars (RFC 5545, 3.8.7.4). ``result``, ``next_step`` and
    ``follow_up_on`` are what the tutor wrote down afterwards, to be read by both. ``place_id`` is
    the place in the drop-in queue that it came of; a place becomes one session at most (constraint).
    ``ended_at`` is when somebody ended the conversation. The trainee says ``agreed_at`` that the
    summary is right, perhaps with a ``trainee_word`` of their own, and how much it helped (``rating``,
    1 to 5, which nobody reads alone). ``is_copy_allowed``: the tutor may keep a copy of the conversation too.
    ``proposed_tutor_id`` is who would go on, once the trainee agrees; ``pass_note`` is for that tutor.
    ``first_said_at`` and ``last_said_at`` tell how much of the time was used. ``forgotten_at`` is when
    what was written was removed because its time was over. ``is_message``: it began with a message that was
    left for the desk, and each writes when they can. ``series_place`` is the moment that it had in its
    series when that was booked: calendars know it by this one, wherever it was moved.
    """

    __tablename__ = "tutoring_booking"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        Index("ix_tutoring_booking_trainee_id_state", "trainee_id", "state"),
    )  # fmt: skip

    slot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tutoring_slot.id", ondelete="CASCADE"))
    trainee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    seat: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default="booked")
    purpose: Mapped[str] = mapped_column(String(120), default="")
    message: Mapped[str] = mapped_column(String(2000), default="")
    held_until: Mapped[datetime | None] = mapped_column(index=True)
    sequence: Mapped[int] = mapped_column(default=0)
    result: Mapped[str] = mapped_column(String(2000), default="")
    next_step: Mapped[str] = mapped_column(String(500), default="")
    follow_up_on: Mapped[date | None] = mapped_column()
    cancelled_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    place_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("tutoring_queue_place.id", ondelete="SET NULL"), unique=True
    )
    ended_at: Mapped[datetime | None] = mapped_column()
    agreed_at: Mapped[datetime | None] = mapped_column()
    trainee_word: Mapped[str] = mapped_column(String(500), default="")
    rating: Mapped[int | None] = mapped_column()
    is_copy_allowed: Mapped[bool] = mapped_column(default=False)
    proposed_tutor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    pass_note: Mapped[str] = mapped_column(String(300), default="")
    first_said_at: Mapped[datetime | None] = mapped_column()
    last_said_at: Mapped[datetime | None] = mapped_column()
    forgotten_at: Mapped[datetime | None] = mapped_column()
    is_message: Mapped[bool] = mapped_column(default=False)

    series_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("tutoring_series.id", ondelete="SET NULL"), index=True
    )
    series_place: Mapped[datetime | None] = mapped_column()

    slot: Mapped[Slot] = relationship(lazy="joined")
    series: Mapped[Series | None] = relationship(lazy="joined")


_TAKES_A_SEAT = Booking.state != "cancelled"
Index(
    "uq_tutoring_booking_seat", Booking.slot_id, Booking.seat,
    unique=True, sqlite_where=_TAKES_A_SEAT, postgresql_where=_TAKES_A_SEAT,
)  # fmt: skip


class Series(Identified, OfficeScoped, Timestamped, Base):
    """Sessions booked together: the same wall-clock time of ``zone``, week after week, ``count`` times."""

    __tablename__ = "tutoring_series"
    __table_args__ = (CheckConstraint("count BETWEEN 2 AND 26", name="count"),)

    zone: Mapped[str] = mapped_column(String(60))
    count: Mapped[int]


class Task(Identified, OfficeScoped, Timestamped, Base):
    """Something that the trainee takes home from a session; both can add one and tick it off."""

    __tablename__ = "tutoring_task"
    __table_args__ = (Index("ix_tutoring_task_trainee_id_done_at", "trainee_id", "done_at"),)

    booking_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("tutoring_booking.id", ondelete="CASCADE"), index=True
    )
    trainee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    text: Mapped[str] = mapped_column(String(300))
    due_on: Mapped[date | None] = mapped_column()
    done_at: Mapped[datetime | None] = mapped_column()


class Waiting(Identified, OfficeScoped, Timestamped, Base):
    """Somebody waits for a freed time, of one tutor or of anybody (None)."""

    __tablename__ = "tutoring_waiting"
    __table_args__ = (UniqueConstraint("office_id", "trainee_id"),)

    trainee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    tutor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)


class DeskHours(Identified, OfficeScoped, Timestamped, Base):
    """The drop-in desk of the office is open every week: minutes after midnight on the office's clock."""

    __tablename__ = "tutoring_desk_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("starts >= 0 AND ends <= 1440 AND starts < ends", name="order"),
    )

    weekday: Mapped[int]
    starts: Mapped[int]
    ends: Mapped[int]


class QueuePlace(Identified, OfficeScoped, Timestamped, Base):
    """Somebody's place in the drop-in queue; nobody waits in two places at once (index).

    ``seen_at`` is when their page was last heard of. ``ended_at`` is when they were taken,
    left, were gone too long, or the desk closed. ``subject`` is one of the topics that tutors offer, and
    ``language`` one of theirs; empty: any. With a ``message`` they do not wait: they left it for the desk
    (state ``message``), and a tutor answers when there is one.
    """

    __tablename__ = "tutoring_queue_place"
    __table_args__ = (
        CheckConstraint(f"state IN {QUEUE_STATES}", name="state"),
        Index("ix_tutoring_queue_place_office_id_state", "office_id", "state", "created_at"),
    )  # fmt: skip

    trainee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    topic: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(10), default="")
    message: Mapped[str] = mapped_column(String(2000), default="")
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column()


_WAITS = QueuePlace.state == "waiting"
Index(
    "uq_tutoring_queue_place_waiting", QueuePlace.office_id, QueuePlace.trainee_id,
    unique=True, sqlite_where=_WAITS, postgresql_where=_WAITS,
)  # fmt: skip


class CannedReply(Identified, OfficeScoped, Timestamped, Base):
    """A text that tutors insert by its ``shortcut``; of one tutor, or of the office (``owner_id`` None).

    With a ``language`` it is offered in conversations with people who read that language; empty: with everybody.
    """

    __tablename__ = "tutoring_reply"
    __table_args__ = (UniqueConstraint("office_id", "owner_id", "shortcut", "language"),)

    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    shortcut: Mapped[str] = mapped_column(String(30))
    language: Mapped[str] = mapped_column(String(10), default="")
    text: Mapped[str] = mapped_column(String(2000))


class PrivateNote(Identified, OfficeScoped, Timestamped, Base):
    """What a tutor notes about somebody for themselves; ``sealed`` is encrypted with a key that is not in the database."""

    __tablename__ = "tutoring_note"
    __table_args__ = (UniqueConstraint("office_id", "tutor_id", "trainee_id"),)

    tutor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    trainee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    sealed: Mapped[str] = mapped_column(Text)


class Goal(Base):
    """The activity ``activity_id`` is to have ``sessions`` sessions with a tutor."""

    __tablename__ = "tutoring_goal"
    __table_args__ = (CheckConstraint("sessions BETWEEN 1 AND 50", name="sessions"),)

    activity_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True
    )
    sessions: Mapped[int] = mapped_column(default=2)
