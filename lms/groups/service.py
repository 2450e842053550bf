"""What can be done with groups."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from lms.access.actor import Actor
from lms.access.policy import require
from lms.accounts.models import fold_name
from lms.accounts.people import PersonView, find_members, find_members_by_email
from lms.errors import Conflict, Invalid, NotFound
from lms.groups.forms import AddMembers, CreateGroup, EditGroup
from lms.groups.models import Group, GroupMember
from lms.store.base import session
from lms.text import gettext as _

MANAGE = "groups.manage"


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group and how many people are in it."""

    id: uuid.UUID
    name: str
    description: str
    size: int
    is_archived: bool


@dataclass(frozen=True, slots=True)
class Added:
    """How many people were added, and which addresses belong to nobody here."""

    count: int
    unknown: Sequence[str]


def find_groups(actor: Actor, *, with_archived: bool = False) -> list[GroupView]:
    """Groups of the office by name, with their sizes. Raises Forbidden."""
    require(actor, MANAGE)
    sizes = select(GroupMember.group_id, func.count().label("size")).group_by(GroupMember.group_id).subquery()
    query = select(Group, sizes.c.size).outerjoin(sizes, sizes.c.group_id == Group.id)
    if not with_archived:
        query = query.where(Group.is_archived.is_(False))
    rows = session().execute(query.order_by(Group.is_archived, func.lower(Group.name)))
    return [_view(group, size or 0) for group, size in rows]


def get_group(actor: Actor, group_id: uuid.UUID) -> GroupView:
    """A group of the actor's office. Raises NotFound, Forbidden."""
    group = _get(actor, group_id)
    return _view(group, len(member_ids(group_id)))


def create_group(actor: Actor, command: CreateGroup) -> uuid.UUID:
    """Add a group. Raises Forbidden, Conflict when the name is taken."""
    require(actor, MANAGE)
    _check_name(command.name, None)
    group = Group(name=command.name)
    session().add(group)
    session().flush()
    return group.id


def edit_group(actor: Actor, group_id: uuid.UUID, command: EditGroup) -> None:
    """Change name and description. Raises NotFound, Forbidden, Conflict."""
    group = _get(actor, group_id)
    _check_name(command.name, group_id)
    group.name, group.description = command.name, command.description or ""


def archive_group(actor: Actor, group_id: uuid.UUID, *, is_archived: bool) -> None:
    """Put a group away, or take it out again; its people stay in it. Raises NotFound, Forbidden."""
    _get(actor, group_id).is_archived = is_archived


def add_members(actor: Actor, group_id: uuid.UUID, command: AddMembers) -> Added:
    """Add members of the office; who is in it already stays. Raises NotFound, Forbidden, Invalid."""
    _get(actor, group_id)
    addresses = _addresses(command)
    by_email = find_members_by_email(actor, addresses) if addresses else {}
    unknown = [each for each in addresses if each not in by_email]
    wanted = {*find_members(actor, command.people), *(each.id for each in by_email.values())}
    if not wanted:
        text = _("Nobody was found. Only members of the office can be in a group.")
        raise Invalid(text, fields={"emails": text})
    return Added(put_into_group(group_id, wanted), unknown)


def remove_member(actor: Actor, group_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Take a person out of a group; taking out who is not in it is fine. Raises NotFound, Forbidden."""
    _get(actor, group_id)
    session().execute(delete(GroupMember).filter_by(group_id=group_id, user_id=user_id))


def find_group_members(actor: Actor, group_id: uuid.UUID) -> list[PersonView]:
    """The people of a group who are members of the office, by name. Raises NotFound, Forbidden."""
    _get(actor, group_id)
    return sorted(find_members(actor, member_ids(group_id)).values(), key=lambda each: fold_name(each.name))


def member_ids(group_id: uuid.UUID) -> list[uuid.UUID]:
    """Ids of everybody in a group of the office in scope."""
    query = select(GroupMember.user_id).filter_by(group_id=group_id).order_by(GroupMember.added_at)
    return list(session().scalars(query))


def groups_of(user_id: uuid.UUID) -> list[Group]:
    """Groups that a person is in, in the office in scope."""
    query = (
        select(Group)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(GroupMember.user_id == user_id)
    )
    return list(session().scalars(query.where(Group.is_archived.is_(False)).order_by(func.lower(Group.name))))


def find_groups_by_name(names: Iterable[str]) -> dict[str, uuid.UUID]:
    """Groups of the office in scope that bear one of the names, by the name in lower case."""
    wanted = {each.strip().casefold() for each in names}
    return {
        row.name.casefold(): row.id
        for row in session().scalars(select(Group))
        if row.name.casefold() in wanted
    }


def put_into_group(group_id: uuid.UUID, user_ids: Iterable[uuid.UUID]) -> int:
    """Add people whose right to be here was checked; returns how many are new in it."""
    present = set(member_ids(group_id))
    new = [each for each in dict.fromkeys(user_ids) if each not in present]
    session().add_all(GroupMember(group_id=group_id, user_id=each) for each in new)
    session().flush()
    return len(new)


def _get(actor: Actor, group_id: uuid.UUID) -> Group:
    require(actor, MANAGE)
    group = session().get(Group, group_id)
    if group is None or group.office_id != actor.office_id:
        raise NotFound(_("There is no such group."))
    return group


def _check_name(name: str, own_id: uuid.UUID | None) -> None:
    taken = session().scalar(select(Group.id).where(func.lower(Group.name) == name.lower()))
    if taken is not None and taken != own_id:
        text = _("There is a group of this name already.")
        raise Conflict(text, fields={"name": text})


def _addresses(command: AddMembers) -> list[str]:
    parts = re.split(r"[\s,;<>]+", f"{command.emails or ''}\n{command.people_text or ''}")
    return list(dict.fromkeys(part.lower() for part in parts if "@" in part))


def _view(group: Group, size: int) -> GroupView:
    return GroupView(group.id, group.name, group.description, size, group.is_archived)
