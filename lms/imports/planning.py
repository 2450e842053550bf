"""What would become of each row: the same judgement for the preview and for the writing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import EmailStr, TypeAdapter, ValidationError
from sqlalchemy import select

from lms.access.actor import Actor
from lms.accounts.membership import GIVEN_ROLES, ROLE_TITLES, grantable_roles
from lms.accounts.models import Membership, User
from lms.accounts.signin import fold_email
from lms.groups.service import find_groups_by_name, member_ids
from lms.hooks.contributions import Role
from lms.imports.reading import Row
from lms.store.base import session
from lms.tables import as_text
from lms.text import gettext as _

Verdict = Literal["create", "add", "change", "unchanged", "refused"]
WRITTEN: tuple[Verdict, ...] = ("create", "add", "change")
_EMAIL: TypeAdapter[str] = TypeAdapter(EmailStr)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row with its verdict; ``reason`` is for the person who imports."""

    row: Row
    verdict: Verdict
    reason: str
    email: str = ""
    roles: tuple[Role, ...] = ()
    group_ids: tuple[uuid.UUID, ...] = ()
    user_id: uuid.UUID | None = None


@dataclass
class Known:
    """What the database says about everybody and everything that the file names."""

    users: Mapping[str, User]
    memberships: Mapping[uuid.UUID, Membership]
    groups: Mapping[str, uuid.UUID]
    group_members: Mapping[uuid.UUID, frozenset[uuid.UUID]]
    grantable: frozenset[Role]
    lines: dict[str, int] = field(default_factory=dict)


class _Refused(Exception):
    """A row that cannot be used; the message says why."""


def plan(actor: Actor, rows: Sequence[Row]) -> list[PlannedRow]:
    """Judge all rows in a constant number of queries for each 500 of them."""
    known = _look_up(actor, rows)
    return [_judge(row, known) for row in rows]


def _judge(row: Row, known: Known) -> PlannedRow:
    try:
        email = _email(row, known)
        _check_name(row)
        for cell in (row.function, row.phone):
            _check_cell(cell)
        roles = _roles(row, known)
        groups = _groups(row, known)
        return _against_known(row, email, roles, groups, known)
    except _Refused as refusal:
        return PlannedRow(row, "refused", str(refusal))


def _against_known(
    row: Row, email: str, roles: tuple[Role, ...], groups: tuple[uuid.UUID, ...], known: Known
) -> PlannedRow:
    user = known.users.get(email)
    if user is None:
        return PlannedRow(row, "create", _("A new account is created."), email, roles, groups)
    if user.state != "active":
        raise _Refused(_("This account is blocked. Unblock it first."))
    membership = known.memberships.get(user.id)
    if membership is None or membership.state != "active":
        text = _("Has an account and becomes a member of this office.")
        return PlannedRow(row, "add", text, email, roles, groups, user.id)
    held = {each.role for each in membership.roles}
    is_in_all = all(user.id in known.group_members.get(each, ()) for each in groups)
    if set(roles) <= held and is_in_all:
        return PlannedRow(row, "unchanged", _("Is a member already."), email, roles, groups, user.id)
    text = _("Is a member already and gets more roles or groups.")
    return PlannedRow(row, "change", text, email, roles, groups, user.id)


def _email(row: Row, known: Known) -> str:
    try:
        email = fold_email(_EMAIL.validate_python(row.email))
    except ValidationError:
        raise _Refused(
            _("“%(text)s” is not an e-mail address.", text=row.email[:80])
            if row.email
            else _("The e-mail address is missing.")
        ) from None
    first = known.lines.setdefault(email, row.line)
    if first != row.line:
        raise _Refused(_("The same address stands in row %(line)s.", line=first))
    return email


def _check_name(row: Row) -> None:
    if len(row.name) < 2:
        raise _Refused(_("The name is missing."))
    if len(row.name) > 120:
        raise _Refused(_("The name is longer than 120 characters."))
    _check_cell(row.name)


def _check_cell(text: str) -> None:
    if as_text(text) != text or "\n" in text:
        raise _Refused(_("“%(text)s” looks like a formula, not like a text.", text=text[:40]))


def _roles(row: Row, known: Known) -> tuple[Role, ...]:
    names = {name: role for role in GIVEN_ROLES for name in (role, str(ROLE_TITLES[role]).casefold())}
    found: list[Role] = []
    for part in _parts(row.roles) or ["trainee"]:
        role = names.get(part.casefold())
        if role is None:
            raise _Refused(
                _(
                    "There is no role “%(name)s”. Known: %(roles)s.",
                    name=part[:40],
                    roles=", ".join(GIVEN_ROLES),
                )
            )
        if role not in known.grantable:
            raise _Refused(_("You cannot give the role “%(name)s”.", name=str(ROLE_TITLES[role])))
        found.append(role)
    return tuple(dict.fromkeys(found))


def _groups(row: Row, known: Known) -> tuple[uuid.UUID, ...]:
    found = []
    for part in _group_names(row):
        group_id = known.groups.get(part.casefold())
        if group_id is None:
            raise _Refused(_("There is no group “%(name)s”. Create it first.", name=part[:60]))
        found.append(group_id)
    return tuple(dict.fromkeys(found))


def _look_up(actor: Actor, rows: Sequence[Row]) -> Known:
    emails = sorted({fold_email(row.email) for row in rows if row.email})
    users: dict[str, User] = {}
    memberships: dict[uuid.UUID, Membership] = {}
    for start in range(0, len(emails), _CHUNK):
        part = emails[start : start + _CHUNK]
        users |= {user.email: user for user in session().scalars(select(User).where(User.email.in_(part)))}
        found = (
            select(Membership).join(User, User.id == Membership.user_id)
            .where(User.email.in_(part), Membership.office_id == actor.office_id)
        )  # fmt: skip
        memberships |= {each.user_id: each for each in session().scalars(found)}
    groups = find_groups_by_name({name for row in rows for name in _group_names(row)})
    members = {group_id: frozenset(member_ids(group_id)) for group_id in groups.values()}
    return Known(users, memberships, groups, members, frozenset(grantable_roles(actor)))


def _parts(text: str) -> list[str]:
    return [part for part in (each.strip() for each in re.split(r"[,;/|+]", text)) if part]


def _group_names(row: Row) -> list[str]:
    return [part for part in (each.strip() for each in re.split(r"[;|]", row.groups)) if part]
