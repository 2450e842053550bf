"""Tables of rooms, the people in them, and when they were there."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any, Literal, get_args

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.plugin import Base, Identified, OfficeScoped, Timestamped, utcnow
from plugins.webinar.presets import LAYOUT_NAMES, PRESETS
from plugins.webinar.rights import ROLES, RoleName, Standing, read_names, rights_of

LinkRule = Literal["all", "leaders"]
"""Who may write links in the chat."""
GUEST_RULES = ("none", "link", "registration")
PARTICIPANT_STATES = ("outside", "waiting", "inside", "refused", "removed", "banned")
LINK_RULES = ("endless", "until", "once")
REGISTRATION_STATES = ("registered", "waiting", "cancelled")
DECK_STATES = ("drawing", "ready", "failed")
QUESTION_STATES = ("open", "answered", "done", "merged", "removed")


def _one_of(names: object) -> str:
    return f"({', '.join(repr(each) for each in names)})"  # type: ignore[attr-defined]  # any collection of names


class Room(OfficeScoped, Timestamped, Base):
    """A room: what is live about the activity ``activity_id``, whose header has title, times and places.

    ``rights`` and ``locked`` are names of rights that everybody has, that nobody has for now.
    ``duration`` is in minutes. ``guests`` says whether people without an account come in: not at all,
    by personal links, or by a public page of registration. ``present_percent``: part of the duration
    from which somebody counts as present; ``replay_percent``: up to which part of it watching the replay counts too,
    apart from presence. ``slow_seconds`` is how long participants wait between two messages of the
    chat, ``links`` who may write addresses there, ``private_chat`` whether people write to one another alone. ``sequence`` counts changes for calendars (RFC 5545, 3.8.7.4).
    """

    __tablename__ = "webinar_room"
    __table_args__ = (
        CheckConstraint(f"preset IN {_one_of(PRESETS)}", name="preset"),
        CheckConstraint(f"layout IN {_one_of(LAYOUT_NAMES)}", name="layout"),
        CheckConstraint(f"guests IN {_one_of(GUEST_RULES)}", name="guests"),
        CheckConstraint("duration BETWEEN 5 AND 720", name="duration"),
        CheckConstraint("present_percent BETWEEN 1 AND 100", name="present_percent"),
        CheckConstraint("replay_percent BETWEEN 0 AND 100", name="replay_percent"),
        CheckConstraint("slow_seconds BETWEEN 0 AND 600", name="slow_seconds"),
        CheckConstraint(f"links IN {_one_of(get_args(LinkRule))}", name="links"),
    )

    activity_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True
    )
    preset: Mapped[str] = mapped_column(String(20), default="webinar")
    duration: Mapped[int] = mapped_column(default=60)
    rights: Mapped[str] = mapped_column(String(120), default="")
    locked: Mapped[str] = mapped_column(String(120), default="")
    layout: Mapped[str] = mapped_column(String(20), default="slides_speaker")
    has_lobby: Mapped[bool] = mapped_column(default=False)
    may_record: Mapped[bool] = mapped_column(default=True)
    guests: Mapped[str] = mapped_column(String(12), default="none")
    present_percent: Mapped[int] = mapped_column(default=75)
    replay_percent: Mapped[int] = mapped_column(default=0)
    slow_seconds: Mapped[int] = mapped_column(default=0)
    links: Mapped[LinkRule] = mapped_column(String(10), default="all")
    private_chat: Mapped[bool] = mapped_column(default=False)
    sequence: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime | None] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()
    cancelled_at: Mapped[datetime | None] = mapped_column()
    followed_up_at: Mapped[datetime | None] = mapped_column()


class Participant(Identified, OfficeScoped, Timestamped, Base):
    """Somebody in a room: a member of the office, a visitor without an account, or a program.

    ``name`` is what the room calls them. ``granted`` and ``revoked`` are rights beyond or short of
    the role, ``stopped`` what a moderator switched off until they switch it on again themselves. One who was ``removed`` may come
    back, one who is ``banned`` may not, and ``ban_reason`` says to those who lead why. The log of the room names people by the id of this row, so that it holds no names.
    ``watched_until`` is up to when the time of the clock was spent on replays (``watching.py``). ``said_at`` and ``said_key`` are of the last message in the chat. ``counted_minutes`` is how much of the attendance was written down as progress so far. One that
    ``is_program`` connects by a key (``program_models.py``).
    """

    __tablename__ = "webinar_participant"
    __table_args__ = (
        UniqueConstraint("room_id", "user_id"),
        UniqueConstraint("room_id", "visitor_id"),
        CheckConstraint(f"role IN {_one_of(ROLES)}", name="role"),
        CheckConstraint(f"state IN {_one_of(PARTICIPANT_STATES)}", name="state"),
        Index("ix_webinar_participant_room_id_state", "room_id", "state"),
    )

    room_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webinar_room.activity_id", ondelete="CASCADE"))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    visitor_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[RoleName] = mapped_column(String(12), default="participant")
    granted: Mapped[str] = mapped_column(String(120), default="")
    revoked: Mapped[str] = mapped_column(String(120), default="")
    stopped: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[str] = mapped_column(String(10), default="outside")
    ban_reason: Mapped[str] = mapped_column(String(300), default="")
    asked_at: Mapped[datetime | None] = mapped_column()
    watched_until: Mapped[datetime | None] = mapped_column()
    said_at: Mapped[datetime | None] = mapped_column()
    said_key: Mapped[str] = mapped_column(String(80), default="")
    counted_minutes: Mapped[int] = mapped_column(default=0)
    is_program: Mapped[bool] = mapped_column(default=False)

    room: Mapped[Room] = relationship(lazy="joined")

    @property
    def standing(self) -> Standing:
        """Role and what was given or taken."""
        return Standing(self.role, read_names(self.granted), read_names(self.revoked))

    @property
    def rights(self) -> frozenset[str]:
        """What they may do now."""
        return rights_of(self.standing, read_names(self.room.rights), read_names(self.room.locked))

    @property
    def sent_rights(self) -> frozenset[str]:
        """What of it they may send now: not what was switched off for them."""
        return self.rights - read_names(self.stopped)

    @property
    def is_moderator(self) -> bool:
        """True for who leads the room."""
        return "moderate" in self.rights

    @property
    def leads_media(self) -> bool:
        """True for who leads or presents: without them nobody has a meeting, so the media engine lets them in before others."""
        return "present" in self.rights

    @property
    def presence_id(self) -> uuid.UUID | None:
        """By what the channels know them: account or visitor; None after an erasure."""
        return self.user_id or self.visitor_id


class Interval(Identified, OfficeScoped, Base):
    """A time in which somebody was in the room, over all their devices; gaps of a reconnect are joined.

    It lasts until ``seen_at``, which the heartbeat moves on. ``was_left`` says that a page was closed at that
    moment: who comes back begins a new time, unless another of their pages goes on.
    """

    __tablename__ = "webinar_interval"
    __table_args__ = (
        CheckConstraint("seen_at >= entered_at", name="order"),
        Index("ix_webinar_interval_participant_id_seen_at", "participant_id", "seen_at"),
    )

    participant_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_participant.id", ondelete="CASCADE")
    )
    entered_at: Mapped[datetime] = mapped_column(default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow)
    was_left: Mapped[bool] = mapped_column(default=False)


class Watched(Identified, OfficeScoped, Base):
    """A part of a meeting that somebody saw in a replay, from and until by the clock of the meeting.

    What they saw twice, or jumped over, is not in it. It stays when the recording is deleted.
    """

    __tablename__ = "webinar_watched"
    __table_args__ = (CheckConstraint("ends_at > begins_at", name="order"),)

    participant_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_participant.id", ondelete="CASCADE"), index=True
    )
    begins_at: Mapped[datetime] = mapped_column()
    ends_at: Mapped[datetime] = mapped_column()


class Correction(Identified, OfficeScoped, Timestamped, Base):
    """Minutes of attendance that a moderator set by hand, and why; the last one counts."""

    __tablename__ = "webinar_correction"
    __table_args__ = (CheckConstraint("minutes BETWEEN 0 AND 1440", name="minutes"),)

    participant_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_participant.id", ondelete="CASCADE"), index=True
    )
    minutes: Mapped[int]
    reason: Mapped[str] = mapped_column(String(300))
    corrected_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)


class Sheet(Identified, OfficeScoped, Base):
    """A presence sheet that was handed out: by its ``code`` anybody who has the paper can compare it."""

    __tablename__ = "webinar_sheet"

    room_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_room.activity_id", ondelete="CASCADE"), index=True
    )
    code: Mapped[str] = mapped_column(String(14), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=utcnow)
    people: Mapped[int]
    minutes: Mapped[int]


class Field(Identified, OfficeScoped, Base):
    """A question of the registration page."""

    __tablename__ = "webinar_field"

    room_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_room.activity_id", ondelete="CASCADE"), index=True
    )
    label: Mapped[str] = mapped_column(String(120))
    is_required: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)


class Registration(Identified, OfficeScoped, Timestamped, Base):
    """Somebody without an account who may come, by a personal link.

    The secret of the link is computed from the row and the key of the installation, so that it stands
    nowhere; a new ``link_version`` makes a new one. The link holds for ever, until ``link_until``, or for the one browser that opened it first
    (``once``); ``revoked_at`` ends it. ``waiting`` are beyond the number of places.
    """

    __tablename__ = "webinar_registration"
    __table_args__ = (
        UniqueConstraint("room_id", "email"),
        CheckConstraint(f"state IN {_one_of(REGISTRATION_STATES)}", name="state"),
        CheckConstraint(f"link_rule IN {_one_of(LINK_RULES)}", name="link_rule"),
        Index("ix_webinar_registration_room_id_state", "room_id", "state"),
    )

    room_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webinar_room.activity_id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    locale: Mapped[str] = mapped_column(String(10), default="en")
    state: Mapped[str] = mapped_column(String(10), default="registered")
    link_version: Mapped[int] = mapped_column(default=1)
    link_rule: Mapped[str] = mapped_column(String(8), default="endless")
    link_until: Mapped[datetime | None] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()
    visitor_id: Mapped[uuid.UUID | None] = mapped_column(index=True)

    answers: Mapped[list[Answer]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class Answer(OfficeScoped, Base):
    """What somebody answered to a question of the registration page."""

    __tablename__ = "webinar_answer"

    registration_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_registration.id", ondelete="CASCADE"), primary_key=True
    )
    field_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_field.id", ondelete="CASCADE"), primary_key=True
    )
    text: Mapped[str] = mapped_column(String(500))


class Deck(Identified, OfficeScoped, Timestamped, Base):
    """A file of slides; ``pages`` of it were drawn. ``problem`` says, to people, why it could not be."""

    __tablename__ = "webinar_deck"
    __table_args__ = (CheckConstraint(f"state IN {_one_of(DECK_STATES)}", name="state"),)

    room_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_room.activity_id", ondelete="CASCADE"), index=True
    )
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(8), default="drawing")
    problem: Mapped[str] = mapped_column(String(300), default="")
    pages: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)


class Slide(OfficeScoped, Base):
    """A page of a deck as a picture; ``text`` is what stands on it. The sharp one is drawn when somebody looks closely."""

    __tablename__ = "webinar_slide"

    deck_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_deck.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), index=True)
    sharp_file_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("stored_file.id", ondelete="SET NULL"), index=True
    )
    text: Mapped[str] = mapped_column(String(4000), default="")


class Question(Identified, OfficeScoped, Timestamped, Base):
    """A question to those who present, and the answer that was written.

    One that is ``merged`` goes with another, that is answered for both. Only what ``is_published`` stands in replays.
    """

    __tablename__ = "webinar_question"
    __table_args__ = (CheckConstraint(f"state IN {_one_of(QUESTION_STATES)}", name="state"),)

    room_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_room.activity_id", ondelete="CASCADE"), index=True
    )
    participant_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_participant.id", ondelete="CASCADE"), index=True
    )
    text: Mapped[str] = mapped_column(String(500))
    answer: Mapped[str] = mapped_column(String(2000), default="")
    state: Mapped[str] = mapped_column(String(8), default="open")
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("webinar_question.id", ondelete="SET NULL"), index=True
    )
    is_published: Mapped[bool] = mapped_column(default=False)


class Upvote(OfficeScoped, Base):
    """Somebody wants to know it too."""

    __tablename__ = "webinar_upvote"

    question_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_question.id", ondelete="CASCADE"), primary_key=True
    )
    participant_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_participant.id", ondelete="CASCADE"), primary_key=True
    )


class Recording(Identified, OfficeScoped, Timestamped, Base):
    """A recording of a room: the tracks of those who agreed, and the log between its two moments.

    ``kept_until`` is its last day if somebody chose one; else the office's rule says.
    """

    __tablename__ = "webinar_recording"

    room_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_room.activity_id", ondelete="CASCADE"), index=True
    )
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None] = mapped_column()
    first_seq: Mapped[int] = mapped_column(default=0)
    kept_until: Mapped[date | None] = mapped_column()
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)

    tracks: Mapped[list[RecordedTrack]] = relationship(
        cascade="all, delete-orphan", order_by="RecordedTrack.started_at", lazy="selectin"
    )


class RecordedTrack(Identified, OfficeScoped, Base):
    """One file of a recording: from ``started_at`` seconds after its beginning, ``seconds`` long.

    ``path`` is where the engine left it until ``file_id`` holds it.
    """

    __tablename__ = "webinar_recorded_track"

    recording_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_recording.id", ondelete="CASCADE"), index=True
    )
    participant_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_participant.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(14))
    path: Mapped[str] = mapped_column(String(400), default="")
    file_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("stored_file.id", ondelete="SET NULL"), index=True
    )
    started_at: Mapped[float]
    seconds: Mapped[float]


class RecordingConsent(Identified, OfficeScoped, Timestamped, Base):
    """The receipt of what somebody said when they were asked whether they may be recorded.

    ``text_version`` names the words that they read. ``withdrawn_at``: they thought otherwise later.
    """

    __tablename__ = "webinar_recording_consent"
    __table_args__ = (UniqueConstraint("room_id", "participant_id"),)

    room_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webinar_room.activity_id", ondelete="CASCADE"))
    participant_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_participant.id", ondelete="CASCADE"), index=True
    )
    is_given: Mapped[bool]
    text_version: Mapped[str] = mapped_column(String(10))
    answered_at: Mapped[datetime] = mapped_column(default=utcnow)
    withdrawn_at: Mapped[datetime | None] = mapped_column()


class StateAt(OfficeScoped, Base):
    """The state of a room after event number ``seq``: what newcomers get instead of the whole log.

    Made from the log alone and made again whenever it is missing.
    """

    __tablename__ = "webinar_state_at"

    room_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webinar_room.activity_id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int]
    state: Mapped[dict[str, Any]]
