"""The people of an office: finding them, their roles, leaving, blocking.

``get_person`` is the only way from an id to a person.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, ScalarSelect, Select, bindparam, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.access.actor import Actor
from lms.access.policy import require
from lms.accounts.actors import load_actor, offices_of
from lms.accounts.membership import (
    GIVEN_ROLES,
    check_roles,
    find_membership,
    grantable_roles,
    join_office,
    set_roles,
)
from lms.accounts.models import Membership, MembershipRole, User, fold_name
from lms.accounts.people_forms import BlockPerson, EditMembership
from lms.accounts.sessions import end_sessions
from lms.accounts.signin import site_prefix
from lms.errors import Conflict, Forbidden, NotFound
from lms.hooks.contributions import ROLES, Role
from lms.live.hub import recheck_person
from lms.offices.directory import directory
from lms.refs import Ref
from lms.store.audit import write_audit
from lms.store.base import session
from lms.text import gettext as _
from lms.text import lazy_gettext as _l
from lms.work.mail import send_mail

SEE, MANAGE, INVITE = "people.see", "people.manage", "people.invite"
PAGE_SIZE = 25
PICK_LIMIT = 8
SortKey = Literal["name", "joined", "seen"]


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as a member of one office."""

    id: uuid.UUID
    name: str
    email: str
    headline: str
    phone: str
    function: str
    roles: tuple[Role, ...]
    state: Literal["active", "waiting", "ended"]
    is_blocked: bool
    blocked_reason: str
    joined_at: datetime | None
    asked_at: datetime
    last_seen_at: datetime | None
    locale: str = ""

    @property
    def initials(self) -> str:
        """One or two letters for the avatar."""
        return Actor(self.id, self.name).initials

    @property
    def avatar_hue(self) -> int:
        """Colour angle of the avatar."""
        return Actor(self.id, self.name).avatar_hue


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """What to list: part of a name or address, a role, an order, a page (from 1)."""

    text: str = ""
    role: str = ""
    sort: SortKey = "name"
    is_descending: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of the list, and how many there are in all."""

    people: Sequence[PersonView]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-self.total // PAGE_SIZE))


def find_people(actor: Actor, query: PeopleQuery) -> PeoplePage:
    """Active members of the actor's office. Raises Forbidden."""
    require(actor, SEE)
    rows = _members(actor, "active").where(*_filters(query))
    total = int(session().scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0)
    page = min(max(1, query.page), max(1, -(-total // PAGE_SIZE)))
    columns = {"name": User.name_folded, "joined": Membership.joined_at, "seen": User.last_seen_at}
    order = columns[query.sort].desc() if query.is_descending else columns[query.sort].asc()
    found = session().scalars(
        rows.order_by(order.nulls_last(), User.id).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    )
    return PeoplePage([_view(each) for each in found], total, page)


def find_all_people(actor: Actor) -> list[PersonView]:
    """Every active member by name, for the export. Raises Forbidden."""
    require(actor, MANAGE)
    return [_view(each) for each in session().scalars(_members(actor, "active").order_by(User.name_folded))]


def pick_people(actor: Actor, text: str) -> list[PersonView]:
    """A few active members whose name begins like the text (any word of it), for the person picker.

    The address is searched, and shown, only for those who may see people.
    """
    if not actor.is_member:
        raise Forbidden(_("You are not a member of this office. Ask the head of the office to invite you."))
    if len(text.strip()) < 2:
        return []
    rows = _members(actor, "active").where(_matches(text, with_email=actor.can(SEE)), User.state == "active")
    return [_view(each) for each in session().scalars(rows.order_by(User.name_folded).limit(PICK_LIMIT))]


def get_person(actor: Actor, user_id: uuid.UUID) -> PersonView:
    """A person of the actor's office, for those who may see people (and oneself). Raises NotFound."""
    is_self = user_id == actor.user_id
    row = _row(actor, user_id) if is_self or actor.can(SEE) else None
    if row is None or (row.state == "ended" and not actor.can(MANAGE)):
        raise NotFound(_("There is no such person in this office."))
    return _view(row)


def find_members(actor: Actor, user_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, PersonView]:
    """Those of the ids who are active members of the actor's office; for areas that show people."""
    if not user_ids:
        return {}
    rows = _members(actor, "active").where(User.id.in_(user_ids)).options(joinedload(Membership.roles))
    return {each.user_id: _view(each) for each in session().scalars(rows).unique()}


_NAMES = (
    select(User.id, User.name)
    .join(Membership, Membership.user_id == User.id)
    .where(Membership.office_id == bindparam("office"), Membership.state == "active", User.state != "erased")
    .where(User.id.in_(bindparam("ids", expanding=True)))
)


def name_of_member(user_id: ColumnElement[uuid.UUID]) -> ScalarSelect[str | None]:
    """SQL: the name of an active member of the office ``:office``, None for others; for statements that are asked very often."""
    query = select(User.name).join(Membership, Membership.user_id == User.id).where(User.id == user_id)
    is_member = Membership.state == "active", User.state != "erased"
    return query.where(Membership.office_id == bindparam("office"), *is_member).scalar_subquery()


def find_member_names(actor: Actor, user_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of those of the ids who are active members of the actor's office; for long tables."""
    rows = session().execute(_NAMES, {"office": actor.office_id, "ids": list(user_ids)})
    return {row.id: row.name for row in rows}


def find_members_by_email(actor: Actor, emails: Sequence[str]) -> dict[str, PersonView]:
    """Active members of the actor's office by their address in lower case."""
    folded = [each.strip().lower() for each in emails]
    rows = _members(actor, "active").where(User.email.in_(folded))
    return {each.user.email: _view(each) for each in session().scalars(rows)}


def find_waiting(actor: Actor) -> list[PersonView]:
    """Who asked to join and waits for an answer, the longest first. Raises Forbidden."""
    require(actor, INVITE)
    return [
        _view(each) for each in session().scalars(_members(actor, "waiting").order_by(Membership.created_at))
    ]


def count_waiting(actor: Actor) -> int:
    """How many wait; for the badge of the navigation."""
    query = select(func.count()).select_from(Membership).filter_by(office_id=actor.office_id, state="waiting")
    return int(session().scalar(query) or 0)


def approve(actor: Actor, user_id: uuid.UUID) -> PersonView:
    """Let somebody in who waits, as trainee. Raises NotFound, Forbidden."""
    row = _waiting_row(actor, user_id)
    join_office(row.user_id, row.office_id, check_roles(actor, ["trainee"]))
    office, user = directory().get(row.office_id), row.user
    context = {
        "name": user.name, "office_name": office.name, "action_url": f"{site_prefix(office)}/",
        "action_label": _l("Open your start page"),
    }  # fmt: skip
    _audit(actor, "membership.approved", user_id)
    send_mail(user.email, "let_in", context, locale=user.locale or office.languages[0], office=office)
    return _view(row)


def decline(actor: Actor, user_id: uuid.UUID) -> PersonView:
    """Do not let somebody in; they may ask again. Raises NotFound, Forbidden."""
    row = _waiting_row(actor, user_id)
    row.state = "ended"
    _audit(actor, "membership.declined", user_id)
    return _view(row)


def edit_membership(actor: Actor, user_id: uuid.UUID, command: EditMembership) -> None:
    """Change roles and function of a member. Raises NotFound, Forbidden, Conflict, Invalid."""
    row = _managed_row(actor, user_id)
    if row.state != "active":
        raise Conflict(_("This person is not a member at the moment."))
    present = [each.role for each in row.roles]
    out_of_reach = set(present) - set(grantable_roles(actor))  # the form does not offer them; they stay
    roles = check_roles(actor, {*command.roles, *out_of_reach}, present=present)
    if user_id == actor.user_id and "head" in present and "head" not in roles:
        raise Conflict(_("You cannot take the head’s role from yourself. Ask another head or the operator."))
    row.function = command.function or ""
    set_roles(row, roles)
    recheck_person(user_id)
    _audit(actor, "membership.edited", user_id, ", ".join(roles))


def end_membership(actor: Actor, user_id: uuid.UUID) -> None:
    """A person leaves the office: access ends at once, their work stays. Raises NotFound, Forbidden, Conflict."""
    row = _managed_row(actor, user_id)
    if user_id == actor.user_id:
        raise Conflict(_("You cannot remove yourself. Ask another head or the operator."))
    _may_take(actor, row)
    row.state = "ended"
    recheck_person(user_id)
    _audit(actor, "membership.ended", user_id)
    session().flush()
    if not offices_of(user_id) and not row.user.is_operator:
        end_sessions(user_id)


def return_to_office(actor: Actor, user_id: uuid.UUID) -> None:
    """Undo ``end_membership``: the same roles as before. Raises NotFound, Forbidden."""
    row = _managed_row(actor, user_id)
    _may_take(actor, row)
    if row.state == "ended" and row.roles:
        row.state = "active"
        _audit(actor, "membership.restored", user_id)


def block(actor: Actor, user_id: uuid.UUID, command: BlockPerson) -> None:
    """Keep a person out of the whole site at once. Raises NotFound, Forbidden, Conflict."""
    user = _blockable(actor, user_id)
    user.state, user.blocked_reason = "blocked", command.reason or ""
    end_sessions(user.id)
    recheck_person(user.id)
    _audit(actor, "user.blocked", user_id)


def unblock(actor: Actor, user_id: uuid.UUID) -> None:
    """Let a blocked person sign in again. Raises NotFound, Forbidden."""
    user = _blockable(actor, user_id)
    if user.state == "blocked":
        user.state, user.blocked_reason = "active", ""
        _audit(actor, "user.unblocked", user_id)


def may_block(actor: Actor, user_id: uuid.UUID) -> bool:
    """True for operators, and for those who manage people in every office of that person."""
    if user_id == actor.user_id:
        return False
    if actor.is_operator or actor.is_system:
        return True
    here = find_membership(user_id, actor.office_id) if actor.office_id else None
    if not actor.can(MANAGE) or here is None or here.state == "ended" or here.user.is_operator:
        return False
    own = [load_actor(actor.user_id, office) for office in offices_of(user_id)]
    return all(each is not None and each.can(MANAGE) for each in own)


def _audit(actor: Actor, action: str, user_id: uuid.UUID, detail: str = "") -> None:
    write_audit(actor, action, Ref.of("core", "user", user_id), detail)


def _may_take(actor: Actor, row: Membership) -> None:
    held = {each.role for each in row.roles}
    beyond = held - set(grantable_roles(actor))
    if beyond:
        raise Forbidden(
            _("This person has rights that you do not have. Ask the operator or the head above you.")
        )


def _blockable(actor: Actor, user_id: uuid.UUID) -> User:
    _managed_row(actor, user_id)
    if user_id == actor.user_id:
        raise Conflict(_("You cannot block yourself."))
    if not may_block(actor, user_id):
        raise Forbidden(
            _("Only an operator can block this person, because they do not belong to your office alone.")
        )
    return session().get_one(User, user_id)


def _managed_row(actor: Actor, user_id: uuid.UUID) -> Membership:
    require(actor, MANAGE)
    row = _row(actor, user_id)
    if row is None:
        raise NotFound(_("There is no such person in this office."))
    return row


def _waiting_row(actor: Actor, user_id: uuid.UUID) -> Membership:
    require(actor, INVITE)
    row = find_membership(user_id, actor.office_id) if actor.office_id else None
    if row is None or row.state != "waiting":
        raise NotFound(_("This request was answered already."))
    return row


def _row(actor: Actor, user_id: uuid.UUID) -> Membership | None:
    row = find_membership(user_id, actor.office_id) if actor.office_id else None
    return row if row is not None and row.user.state != "erased" else None


def _members(actor: Actor, state: str) -> Select[Membership]:
    return (
        select(Membership)
        .join(Membership.user)
        .options(contains_eager(Membership.user))
        .where(Membership.office_id == actor.office_id, Membership.state == state, User.state != "erased")
    )


def _filters(query: PeopleQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.text.strip():
        found.append(_matches(query.text, with_email=True))
    if query.role:
        has_role = select(MembershipRole.membership_id).filter_by(role=query.role)
        found.append(Membership.id.in_(has_role) if query.role in GIVEN_ROLES else false())
    return found


def _matches(text: str, *, with_email: bool) -> ColumnElement[bool]:
    wanted = " ".join(fold_name(text).split())
    name = User.name_folded
    parts = [name.startswith(wanted, autoescape=True), name.contains(f" {wanted}", autoescape=True)]
    if with_email:
        parts.append(User.email.contains(text.strip().lower(), autoescape=True))
    return or_(*parts)


def _view(row: Membership) -> PersonView:
    user = row.user
    held = {each.role for each in row.roles}
    return PersonView(
        id=user.id, name=user.name, email=user.email, headline=user.headline, phone=user.phone,
        function=row.function, roles=tuple(role for role in ROLES if role in held), state=row.state,  # type: ignore[arg-type]  # a check constraint allows no other
        is_blocked=user.state == "blocked", blocked_reason=user.blocked_reason, joined_at=row.joined_at,
        asked_at=row.created_at, last_seen_at=user.last_seen_at, locale=user.locale,
    )  # fmt: skip
