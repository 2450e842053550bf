"""From a signed-in person to the actor they are in an office."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import bindparam, select

from lms.access.actor import Actor
from lms.accounts.models import Membership, MembershipRole, User
from lms.hooks.callers import hooks
from lms.hooks.contributions import ROLES, Role
from lms.offices.directory import OfficeView, directory
from lms.store.base import session


def load_actor(
    user_id: uuid.UUID, office: OfficeView | None, session_id: uuid.UUID | None = None
) -> Actor | None:
    """The actor that a person is in an office; None if the account is not active.

    Roles reach down: a head of a region is head in every office of it.
    """
    return actor_of_account(session().get(User, user_id), office, session_id)


def actor_of_account(
    user: User | None, office: OfficeView | None, session_id: uuid.UUID | None = None
) -> Actor | None:
    """The actor that an account is in an office; None if there is none or it is not active."""
    if user is None or user.state != "active":
        return None
    return actor_of(user, office, session_id)


def actor_of(user: User, office: OfficeView | None, session_id: uuid.UUID | None = None) -> Actor:
    """The actor that this user is in an office."""
    roles = _roles_in(user, office) if office else frozenset()
    return Actor(
        user_id=user.id,
        name=user.name,
        email=user.email,
        office_id=office.id if office else None,
        office_slug=office.slug if office else "",
        roles=roles,
        permissions=permissions_of(roles, office),
        locale=user.locale or (office.languages[0] if office else "en"),
        zone=user.zone or (office.zone if office else "UTC"),
        theme=user.theme,
        is_operator=user.is_operator,
        session_id=session_id,
    )


def permissions_of(roles: Iterable[Role], office: OfficeView | None) -> frozenset[str]:
    """What roles may do in an office: plugin defaults, changed by the office's own decisions."""
    if office is None:
        return frozenset()
    held = set()
    for owner, permission in hooks().permissions():
        if not owner.startswith("core.") and owner not in office.plugins:
            continue
        for role in roles:
            if office.decisions.get((role, permission.name), role in permission.roles):
                held.add(permission.name)
                break
    return frozenset(held)


def offices_of(user_id: uuid.UUID) -> list[OfficeView]:
    """Offices in which a person has a role of their own, by name."""
    ids = session().scalars(select(Membership.office_id).filter_by(user_id=user_id, state="active"))
    found = [directory().by_id(each) for each in ids]
    return sorted((office for office in found if office), key=lambda office: office.name)


_ROLES = (
    select(MembershipRole.role)
    .join(Membership, Membership.id == MembershipRole.membership_id)
    .where(
        Membership.user_id == bindparam("user_id"),
        Membership.state == "active",
        Membership.office_id.in_(bindparam("offices", expanding=True)),
    )
)


def _roles_in(user: User, office: OfficeView) -> frozenset[Role]:
    found = session().scalars(_ROLES, {"user_id": user.id, "offices": office.chain})
    roles = {role for role in found if role in ROLES}
    return frozenset(roles | ({"operator"} if user.is_operator else set()))
