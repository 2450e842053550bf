"""Tables of the office tree."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.store.base import Base, Identified, Timestamped

KINDS = ("country", "region", "office")
JOIN_RULES = ("invitation", "approval", "open")
DEFAULT_ACCENT = "#9A4A22"


class Office(Identified, Timestamped, Base):
    """A node of the tree country > region > office, with its brand.

    ``join_rule`` says who may register without an invitation. ``zone`` is an IANA name.
    """

    __tablename__ = "office"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"join_rule IN {JOIN_RULES}", name="join_rule"),
    )

    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("office.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10), default="office")
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    tagline: Mapped[str] = mapped_column(String(300), default="")
    welcome: Mapped[str] = mapped_column(String(2000), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    zone: Mapped[str] = mapped_column(String(60), default="Europe/Rome")
    accent: Mapped[str] = mapped_column(String(7), default=DEFAULT_ACCENT)
    logo_file_id: Mapped[uuid.UUID | None] = mapped_column()
    join_rule: Mapped[str] = mapped_column(String(10), default="invitation")
    brand_version: Mapped[int] = mapped_column(default=1)
    is_active: Mapped[bool] = mapped_column(default=True)

    parent: Mapped[Office | None] = relationship(remote_side="Office.id")
    languages: Mapped[list[OfficeLanguage]] = relationship(
        order_by="OfficeLanguage.position", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def language_codes(self) -> list[str]:
        """Languages of the office, the first being its own."""
        return [row.code for row in self.languages] or ["en"]


class OfficeLanguage(Base):
    """A language that an office works in; position 0 is its own."""

    __tablename__ = "office_language"

    office_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("office.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)


class OfficePlugin(Identified, Timestamped, Base):
    """Whether an office has switched a plugin on."""

    __tablename__ = "office_plugin"
    __table_args__ = (UniqueConstraint("office_id", "plugin"),)

    office_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("office.id", ondelete="CASCADE"))
    plugin: Mapped[str] = mapped_column(String(40))
    is_enabled: Mapped[bool]
    changed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))


class Setting(Identified, Timestamped, Base):
    """The validated settings of one plugin in one office (its own pydantic model gives the shape)."""

    __tablename__ = "setting"
    __table_args__ = (UniqueConstraint("office_id", "plugin"),)

    office_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("office.id", ondelete="CASCADE"))
    plugin: Mapped[str] = mapped_column(String(40))
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)


class RolePermission(Identified, Timestamped, Base):
    """An office's own decision about a permission of a role, against the plugin's default."""

    __tablename__ = "role_permission"
    __table_args__ = (UniqueConstraint("office_id", "role", "permission"),)

    office_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("office.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20))
    permission: Mapped[str] = mapped_column(String(80))
    is_granted: Mapped[bool]
