"""What links give to the rest."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from flask import Blueprint, url_for
from sqlalchemy import select, update

from lms.plugin import (
    Actor,
    Card,
    DashboardCard,
    ErasurePolicy,
    ExportArchive,
    JobSpec,
    NavItem,
    Permission,
    PersonalData,
    Ref,
    SearchDocument,
    SettingsSchema,
    SlotContent,
    World,
    _,
    _l,
    all_offices,
    current_office,
    directory,
    hookimpl,
    session,
)
from plugins.links import service
from plugins.links.demo import build_links
from plugins.links.forms import LinksSettings
from plugins.links.jobs import forget_removed
from plugins.links.models import Link
from plugins.links.showing import heading, office_settings
from plugins.links.views import blueprint

KIND = "link"
ON_CARD = 4


@hookimpl
def permissions() -> Sequence[Permission]:
    """Who keeps the list."""
    return [
        Permission(
            service.MANAGE, _l("Keep the list of useful links"), frozenset({"head", "trainer", "counsellor"})
        )
    ]


@hookimpl
def settings_schema() -> SettingsSchema:
    """Heading, and what the first page shows."""
    return SettingsSchema(_l("Useful links"), LinksSettings)


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """The pages."""
    return [blueprint]


@hookimpl
def jobs() -> Sequence[JobSpec]:
    """Cleaning up."""
    return [
        JobSpec("forget", forget_removed, _l("Delete links that were removed a month ago"), timedelta(days=1))
    ]


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """For members."""
    if actor.office_id is None or not actor.is_member:
        return []
    return [NavItem(_l("Useful links"), url_for("links.index"), "link-45deg", priority=65)]


@hookimpl
def dashboard_cards(actor: Actor) -> Sequence[DashboardCard]:
    """The newest links, if there are any."""
    links = service.find_new_links(actor, ON_CARD)
    return [DashboardCard("links/card.html", {"links": links}, priority=70)] if links else []


@hookimpl
def page_slot(slot: str, actor: Actor | None) -> Sequence[SlotContent]:
    """On the office's first page: what everybody may see."""
    office = current_office()
    if slot != "landing.main" or office is None:
        return []
    settings = office_settings(office)
    links = service.find_public_links(settings.landing_count) if settings.is_on_landing else []
    return [SlotContent("links/landing.html", {"links": links, "heading": heading()}, 40)] if links else []


@hookimpl
def cards(refs: Sequence[Ref], actor: Actor) -> Sequence[Card]:
    """For members."""
    wanted = {ref.uuid: ref for ref in refs if ref.kind == KIND}
    return [
        Card(wanted[each.id], each.title, each.url, "link-45deg", each.note or each.host, _("Useful link"))
        for each in service.find_links_by_id(actor, list(wanted))
    ]


@hookimpl
def search_documents(since: datetime | None) -> Iterator[SearchDocument]:
    """Titles and notes."""
    for row in service.changed_links(since):
        body = " ".join(part for part in (row.note, row.category, row.url) if part)
        language = directory().get(row.office_id).languages[0]
        ref = Ref.of("links", KIND, row.id)
        yield SearchDocument(ref, row.office_id, row.title, body, language, row.updated_at)


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """Who added a link."""
    return [
        PersonalData(
            "links_link", "added_by_id", ("title", "url", "note"), _l("Knowing who recommended a link"), "public_task",
            _l("As long as the link is in the list"),
        )
    ]  # fmt: skip


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """The links that the person added, in all offices."""
    with all_offices("a person's own data"):
        rows = session().scalars(select(Link).filter_by(added_by_id=user_id).order_by(Link.created_at))
        archive.add_rows(
            "links",
            _l("Useful links that you added"),
            [
                {"title": row.title, "url": row.url, "note": row.note, "added_at": row.created_at}
                for row in rows
            ],
        )


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """The links are the office's and stay; who added them is forgotten."""
    with all_offices("erasure of a person"):
        session().execute(update(Link).where(Link.added_by_id == user_id).values(added_by_id=None))


@hookimpl
def demo_data(world: World) -> None:
    """A list in each demo office."""
    build_links(world)
