"""Who acts: a person in an office, a guest, or the system itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.hooks.contributions import Role
from lms.text import DEFAULT_LOCALE


@dataclass(frozen=True, slots=True)
class Actor:
    """A person as seen by services: identity, office, roles and permissions there.

    A plain value, never a database row, so it can be handed to jobs and threads.
    ``theme`` is ``auto``, ``light`` or ``dark``. ``visitor_of`` names the plugin that let in
    somebody without an account; ``user_id`` is then the id of the visitor.
    """

    user_id: uuid.UUID
    name: str
    email: str = ""
    office_id: uuid.UUID | None = None
    office_slug: str = ""
    roles: frozenset[Role] = frozenset()
    permissions: frozenset[str] = frozenset()
    locale: str = DEFAULT_LOCALE
    zone: str = "UTC"
    theme: str = "auto"
    is_operator: bool = False
    is_system: bool = False
    session_id: uuid.UUID | None = None
    visitor_of: str = ""

    def can(self, permission: str) -> bool:
        """True if the actor holds the permission in this office."""
        return self.is_system or permission in self.permissions

    @property
    def is_member(self) -> bool:
        """True if the actor has any role in this office."""
        return self.is_system or bool(self.roles)

    @property
    def is_visitor(self) -> bool:
        """True for somebody without an account whom a plugin has let in."""
        return bool(self.visitor_of)

    @property
    def initials(self) -> str:
        """One or two letters for the avatar."""
        words = [word for word in self.name.split() if word[0].isalnum()]
        return (
            "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"
        )

    @property
    def avatar_hue(self) -> int:
        """A steady colour angle (0 to 359) for the avatar."""
        return self.user_id.int % 360


SYSTEM_ID = uuid.UUID(int=0)


def system_actor(office_id: uuid.UUID | None = None) -> Actor:
    """The product itself, acting in a job or command; it may do everything, and the audit names it."""
    return Actor(user_id=SYSTEM_ID, name="Contrada", office_id=office_id, is_system=True)
