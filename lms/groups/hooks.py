"""What groups give to the rest."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, url_for
from sqlalchemy import delete, select

from lms.access.actor import Actor
from lms.groups import service
from lms.groups.demo import build_groups
from lms.groups.models import Group, GroupMember
from lms.groups.views import blueprint
from lms.hooks.contributions import (
    ErasurePolicy,
    NavItem,
    Permission,
    PersonalData,
    SearchDocument,
    SlotContent,
)
from lms.hooks.specs import hookimpl
from lms.offices.directory import directory
from lms.refs import Card, Ref
from lms.store.base import session
from lms.store.scope import all_offices
from lms.text import gettext as _
from lms.text import lazy_gettext as _l
from lms.text import ngettext

if TYPE_CHECKING:
    from lms.demo import World
    from lms.privacy.archive import ExportArchive

KIND = "group"


@hookimpl
def permissions() -> Sequence[Permission]:
    """Who forms groups."""
    staff = frozenset({"head", "operator", "trainer", "counsellor"})
    return [Permission(service.MANAGE, _l("Form groups of people"), staff)]  # type: ignore[arg-type]  # literals in a frozenset


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """The pages."""
    return [blueprint]


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """For those who form groups."""
    if actor.office_id is None or not actor.can(service.MANAGE):
        return []
    return [NavItem(_l("Groups"), url_for("groups.find"), "grid", priority=72, section="office")]


@hookimpl
def page_slot(slot: str, actor: Actor | None, ref: Ref | None) -> Sequence[SlotContent]:
    """On a person's page: the groups that the person is in."""
    if slot != "person.aside" or ref is None or actor is None or not actor.can(service.MANAGE):
        return []
    return [SlotContent("groups/of_person.html", {"groups": service.groups_of(ref.uuid)}, priority=30)]


@hookimpl
def cards(refs: Sequence[Ref], actor: Actor) -> Sequence[Card]:
    """For those who form groups."""
    if not actor.can(service.MANAGE):
        return []
    wanted = {ref.uuid: ref for ref in refs if ref.kind == KIND}
    return [
        Card(
            wanted[view.id], view.name, url_for("groups.show", group_id=view.id), "grid",
            ngettext("%(n)d person", "%(n)d people", view.size), _("Group"),
        )
        for view in service.find_groups(actor, with_archived=True)
        if view.id in wanted
    ]  # fmt: skip


@hookimpl
def search_documents(since: datetime | None) -> Iterator[SearchDocument]:
    """Names and descriptions."""
    query = select(Group)
    for row in session().scalars(query.where(Group.updated_at > since) if since else query):
        office = directory().get(row.office_id)
        ref = Ref.of("groups", KIND, row.id)
        yield SearchDocument(
            ref, row.office_id, row.name, row.description, office.languages[0], row.updated_at
        )


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """Who is in which group."""
    return [
        PersonalData(
            "group_member", "user_id", ("group_id", "added_at"), _l("Groups that learn together"), "public_task",
            _l("As long as the account exists"),
        )
    ]  # fmt: skip


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """The person's groups in all offices."""
    with all_offices("a person's own data"):
        rows = session().execute(
            select(Group.name, GroupMember.added_at)
            .join(GroupMember, GroupMember.group_id == Group.id)
            .where(GroupMember.user_id == user_id)
        )
        archive.add_rows("groups", _l("Groups"), [{"name": name, "added_at": added} for name, added in rows])


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """Take the person out of all groups."""
    with all_offices("erasure of a person"):
        session().execute(delete(GroupMember).where(GroupMember.user_id == user_id))


@hookimpl
def demo_data(world: World) -> None:
    """Three cohorts in each office."""
    build_groups(world)
