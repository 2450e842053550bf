"""Tables of people, their membership and their sessions."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from lms.clock import utcnow
from lms.store.base import Base, Identified, OfficeScoped, Timestamped

THEMES = ("auto", "light", "dark")
USER_STATES = ("active", "blocked", "erased")
TOKEN_PURPOSES = ("code", "password", "email", "register")
INVITATION_STATES = ("open", "accepted", "revoked")
_WITHOUT_DECOMPOSITION = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)


class User(Identified, Timestamped, Base):
    """A person. ``email`` is kept in lower case; ``password_hash`` is empty for people who sign in by code.

    ``name_folded`` follows ``name``; people are found and sorted by it.
    """

    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint(f"theme IN {THEMES}", name="theme"),
        CheckConstraint(f"state IN {USER_STATES}", name="state"),
    )

    name: Mapped[str] = mapped_column(String(120))
    name_folded: Mapped[str] = mapped_column(String(240), index=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    totp_secret: Mapped[str] = mapped_column(String(200), default="")
    totp_last_step: Mapped[int] = mapped_column(default=0)
    locale: Mapped[str] = mapped_column(String(8), default="")
    zone: Mapped[str] = mapped_column(String(60), default="")
    theme: Mapped[str] = mapped_column(String(5), default="auto")
    headline: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    is_operator: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="active")
    blocked_reason: Mapped[str] = mapped_column(String(300), default="")
    email_confirmed_at: Mapped[datetime | None] = mapped_column()
    last_seen_at: Mapped[datetime | None] = mapped_column()

    memberships: Mapped[list[Membership]] = relationship(
        back_populates="user", foreign_keys="Membership.user_id"
    )

    @validates("name")
    def _fold(self, _key: str, name: str) -> str:
        self.name_folded = fold_name(name)
        return name


def fold_name(name: str) -> str:
    """A name as it is searched and sorted on every database: without case and accents."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_WITHOUT_DECOMPOSITION))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))[:240]


class Membership(Identified, Timestamped, Base):
    """A person in an office; roles reach down to the offices below it.

    ``state`` is ``waiting`` while the head has not yet approved a registration.
    """

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("user_id", "office_id"),
        CheckConstraint("state IN ('active', 'waiting', 'ended')", name="state"),
        Index("ix_membership_office_id_state", "office_id", "state"),
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    office_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("office.id"))
    state: Mapped[str] = mapped_column(String(10), default="active")
    function: Mapped[str] = mapped_column(String(120), default="")
    joined_at: Mapped[datetime | None] = mapped_column()

    user: Mapped[User] = relationship(back_populates="memberships", foreign_keys=[user_id])
    roles: Mapped[list[MembershipRole]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class MembershipRole(Base):
    """A role within a membership."""

    __tablename__ = "membership_role"

    membership_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(20), primary_key=True)


class SignInSession(Identified, Base):
    """A browser that is (or is becoming) signed in. Only a hash of the cookie's token is kept."""

    __tablename__ = "sign_in_session"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    method: Mapped[str] = mapped_column(String(20), default="")
    browser: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class MailToken(Identified, Base):
    """A secret sent by mail: a sign-in code, or a link that sets a password, confirms an address or a registration.

    Only a keyed hash is kept. ``user_id`` is empty for an address that nobody has: such a row
    makes asking for a code the same work for known and unknown people. ``email`` and ``name``
    are what the link confirms; ``office_id`` where a registration leads.
    """

    __tablename__ = "mail_token"
    __table_args__ = (CheckConstraint(f"purpose IN {TOKEN_PURPOSES}", name="purpose"),)

    purpose: Mapped[str] = mapped_column(String(10))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    office_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("office.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str] = mapped_column(String(254), default="")
    name: Mapped[str] = mapped_column(String(120), default="")
    secret_hash: Mapped[str] = mapped_column(String(64), index=True)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None] = mapped_column()


class Passkey(Identified, Base):
    """A public key that a person's device or password manager signs in with (WebAuthn Level 3).

    ``sign_count`` is what the authenticator last counted; 0 for those that do not count.
    """

    __tablename__ = "passkey"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(2048))
    sign_count: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    used_at: Mapped[datetime | None] = mapped_column()


class RecoveryCode(Identified, Base):
    """A code written on paper that replaces the second step once."""

    __tablename__ = "recovery_code"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column()


class Invitation(Identified, OfficeScoped, Timestamped, Base):
    """Somebody was asked by mail to join an office. Only a keyed hash of the link's secret is kept."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint(f"state IN {INVITATION_STATES}", name="state"),
        Index("ix_invitation_office_id_state", "office_id", "state"),
    )

    email: Mapped[str] = mapped_column(String(254), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    message: Mapped[str] = mapped_column(String(1000), default="")
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="open")
    invited_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))
    accepted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    sent_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None] = mapped_column()

    roles: Mapped[list[InvitationRole]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    invited_by: Mapped[User | None] = relationship(foreign_keys=[invited_by_id], lazy="joined")


class Visitor(Identified, OfficeScoped, Timestamped, Base):
    """Somebody without an account whom a plugin let in to one thing of its own, for a time.

    ``plugin`` is who let them in and the only one that they exist for; ``thing`` is the ref of
    what they were let in to. A visitor is nobody everywhere else.
    """

    __tablename__ = "visitor"

    plugin: Mapped[str] = mapped_column(String(40))
    thing: Mapped[str] = mapped_column(String(120), index=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), default="", index=True)
    locale: Mapped[str] = mapped_column(String(10), default="")
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None] = mapped_column()


class InvitationRole(Base):
    """A role that an accepted invitation gives."""

    __tablename__ = "invitation_role"

    invitation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("invitation.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
