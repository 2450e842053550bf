"""Joining and leaving an office, and which roles one person may give to another."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from lms.access.actor import Actor
from lms.accounts.actors import permissions_of
from lms.accounts.models import Membership, MembershipRole
from lms.clock import utcnow
from lms.errors import Forbidden, Invalid
from lms.hooks.callers import hooks
from lms.hooks.contributions import ROLES, Role, Text
from lms.offices.directory import directory
from lms.store.base import session
from lms.text import gettext as _
from lms.text import lazy_gettext as _l

ROLE_TITLES: dict[Role, Text] = {
    "trainee": _l("Trainee"),
    "practitioner": _l("Practitioner"),
    "tutor": _l("Tutor"),
    "trainer": _l("Trainer"),
    "counsellor": _l("Counsellor"),
    "head": _l("Head of office"),
    "operator": _l("Operator"),
}
GIVEN_ROLES: tuple[Role, ...] = tuple(role for role in ROLES if role != "operator")
"""Roles of a membership; operators are made by other operators on the command line."""


def grantable_roles(actor: Actor) -> list[Role]:
    """Roles that the actor may give here: nobody grants what they do not have, save operators, who make the first head."""
    if actor.is_system or actor.is_operator:
        return list(GIVEN_ROLES)
    office = directory().by_id(actor.office_id) if actor.office_id else None
    if office is None:
        return []
    return [role for role in GIVEN_ROLES if permissions_of({role}, office) <= actor.permissions]


def role_choices(actor: Actor) -> list[tuple[str, Text]]:
    """Those roles with their titles, for a form."""
    return [(role, ROLE_TITLES[role]) for role in grantable_roles(actor)]


def check_roles(actor: Actor, wanted: Iterable[str], *, present: Iterable[str] = ()) -> list[Role]:
    """The roles as asked for. Raises Invalid for none or unknown ones, Forbidden for one beyond the actor's rights."""
    roles = [role for role in GIVEN_ROLES if role in set(wanted)]
    if not roles or set(wanted) - set(GIVEN_ROLES):
        text = _("Please choose at least one role.")
        raise Invalid(text, fields={"roles": text})
    beyond = (set(roles) ^ set(present)) - set(grantable_roles(actor))
    if beyond:
        names = ", ".join(str(ROLE_TITLES[role]) for role in GIVEN_ROLES if role in beyond)
        raise Forbidden(
            _("You can only give or take roles whose rights you have yourself. Not: %(roles)s.", roles=names)
        )
    return roles


def find_membership(user_id: uuid.UUID, office_id: uuid.UUID) -> Membership | None:
    """The membership of a person in exactly this office, in whatever state."""
    return session().scalar(select(Membership).filter_by(user_id=user_id, office_id=office_id))


def join_office(
    user_id: uuid.UUID, office_id: uuid.UUID, roles: Sequence[Role], *, function: str = ""
) -> Membership:
    """Make a person an active member, with these roles beside those they have; tells all who listen once."""
    row = find_membership(user_id, office_id)
    if row is None:
        row = Membership(user_id=user_id, office_id=office_id)
        session().add(row)
    is_new = row.state != "active" or row.joined_at is None
    if is_new:
        row.state, row.joined_at = "active", utcnow()
        row.roles = [each for each in row.roles if each.role in roles]
    row.function = function or row.function or ""
    set_roles(row, {*(each.role for each in row.roles), *roles})
    session().flush()
    if is_new:
        hooks().on_user_joined(office_id, user_id)
    return row


def ask_to_join(user_id: uuid.UUID, office_id: uuid.UUID) -> Membership:
    """Put a person into the queue that the head of the office approves; asking twice is once."""
    row = find_membership(user_id, office_id)
    if row is None:
        row = Membership(user_id=user_id, office_id=office_id, state="waiting")
        session().add(row)
    elif row.state == "ended":
        row.state, row.joined_at, row.roles = "waiting", None, []
    session().flush()
    return row


def set_roles(row: Membership, roles: Iterable[str]) -> None:
    """Give exactly these roles."""
    wanted = set(roles)
    row.roles = [each for each in row.roles if each.role in wanted]
    present = {each.role for each in row.roles}
    row.roles.extend(MembershipRole(role=role) for role in GIVEN_ROLES if role in wanted - present)
