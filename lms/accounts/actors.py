"""From a signed-in person to the actor they are in an office."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import bindparam, select

from lms.access.actor import Actor
from lms.accounts.models import Membership, MembershipRole, User
from lms.accounts.sessions import Found
from lms.hooks.callers import hooks
from lms.hooks.contributions import ROLES, Role
from lms.offices.directory import OfficeView, directory
from lms.store.base import session


def load_actor(user_id: uuid.UUID, office: OfficeView | None) -> Actor | None:
    """The actor that a person is in an office; None if the account is not active.

    Roles reach down: a head of a region is head in every office of it.
    """
    held = session().scalars(_ROLES, {"user_id": user_id, "offices": office.chain}) if office else ()
    return _actor_of(session().get(User, user_id), office, held)


def actor_of_session(found: Found | None, office: OfficeView | None) -> Actor | None:
    """The actor that whoever has this session is in an office; no query, all was read with the session."""
    if found is None:
        return None
    held = [role for office_id, role in found.held if office and office_id in office.chain]
    return _actor_of(found.user, office, held, found.row.id)


def _actor_of(
    user: User | None, office: OfficeView | None, held: Iterable[str], session_id: uuid.UUID | None = None
) -> Actor | None:
    if user is None or user.state != "active":
        return None
    roles = frozenset(role for role in held if role in ROLES)
    if office and user.is_operator:
        roles |= {"operator"}
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
