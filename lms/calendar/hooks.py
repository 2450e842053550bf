"""What the calendar gives to the rest."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING

from flask import Blueprint, url_for
from sqlalchemy import delete, select, update

from lms.access.actor import Actor
from lms.calendar import demo, service
from lms.calendar.feeds import OWN_UIDS
from lms.calendar.forms import CalendarSettings
from lms.calendar.models import CalendarFeed, CalendarItem
from lms.calendar.views import blueprint
from lms.hooks.contributions import (
    CalendarEntry,
    DashboardCard,
    ErasurePolicy,
    NavItem,
    Permission,
    PersonalData,
    SearchDocument,
    SettingsSchema,
)
from lms.hooks.specs import hookimpl
from lms.offices.directory import directory
from lms.refs import Card, Ref
from lms.store.base import session
from lms.store.scope import all_offices, current_scope
from lms.text import gettext as _
from lms.text import lazy_gettext as _l

if TYPE_CHECKING:
    from lms.demo import World
    from lms.privacy.archive import ExportArchive

ON_CARD = 5
CARD_AHEAD = timedelta(days=60)


@hookimpl
def permissions() -> Sequence[Permission]:
    """Who keeps the office's dates."""
    return [
        Permission(service.MANAGE, _l("Add and change dates of the whole office"), frozenset({"head", "trainer", "counsellor"}))
    ]  # fmt: skip


@hookimpl
def settings_schema() -> SettingsSchema:
    """Whether the office has an open feed."""
    return SettingsSchema(_l("Calendar"), CalendarSettings)


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """Pages and feeds."""
    return [blueprint]


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """For members."""
    return [NavItem(_l("Calendar"), url_for("calendar.month"), "calendar3", 30)] if actor.is_member else []


@hookimpl
def dashboard_cards(actor: Actor) -> Sequence[DashboardCard]:
    """The next dates, and what one of them offers as the next step."""
    if not actor.is_member or actor.office_id is None:
        return []
    entries, next_step = service.find_coming(actor, CARD_AHEAD, ON_CARD)
    return [DashboardCard("calendar/card.html", {"entries": entries}, 30, next_step)]


@hookimpl
def calendar_items(
    actor: Actor, start: datetime, end: datetime, limit: int | None
) -> Sequence[CalendarEntry]:
    """The office's own dates."""
    found = sorted(service.find_occurrences(actor, start, end), key=itemgetter(1))
    return [
        CalendarEntry(
            uid=f"{item.id}-{begin:%Y%m%d}{OWN_UIDS}", title=item.title, start=begin, end=finish,
            url=url_for("calendar.show", item_id=item.id), summary=item.description, place=item.place,
            is_all_day=item.is_all_day, is_public=item.is_public, sequence=item.sequence,
        )
        for item, begin, finish in found[:limit]
    ]  # fmt: skip


@hookimpl
def cards(refs: Sequence[Ref], actor: Actor) -> Sequence[Card]:
    """Dates of the office."""
    by_id = {ref.uuid: ref for ref in refs if ref.plugin == "calendar" and ref.kind == "item"}
    return [
        Card(
            by_id[item.id],
            item.title,
            url_for("calendar.show", item_id=item.id),
            "calendar3",
            item.place,
            _("Date"),
        )
        for item in service.find_visible(actor, list(by_id))
    ]


@hookimpl
def search_documents(since: datetime | None) -> Iterable[SearchDocument]:
    """Titles, places and descriptions of dates."""
    office_id = current_scope().office_id
    office = directory().by_id(office_id) if office_id else None
    language = office.languages[0] if office else "en"
    query = select(CalendarItem).where(CalendarItem.deleted_at.is_(None))
    if since is not None:
        query = query.where(CalendarItem.updated_at >= since)
    for item in session().scalars(query):
        words = f"{item.place}\n{item.description}".strip()
        yield SearchDocument(
            service.ref_of(item), item.office_id, item.title, words, language, item.updated_at
        )


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """Feeds, and who added a date."""
    return [
        PersonalData("calendar_feed", "user_id", ("secret_hash", "used_at"), _l("The calendar on a person's own devices"), "consent", _l("Until the person ends it")),
        PersonalData("calendar_item", "created_by_id", ("created_by_id",), _l("Who added a date of the office"), "public_task", _l("As long as the date")),
    ]  # fmt: skip


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """The person's feeds and the dates they added."""
    with all_offices("export of one person"):
        feeds = list(session().scalars(select(CalendarFeed).filter_by(user_id=user_id)))
        items = list(session().scalars(select(CalendarItem).filter_by(created_by_id=user_id)))
    archive.add_rows(
        "calendar_feeds",
        _l("Calendar addresses"),
        [{"created_at": row.created_at, "used_at": row.used_at} for row in feeds],
    )
    archive.add_rows(
        "calendar_items",
        _l("Dates added"),
        [{"title": row.title, "starts_at": row.starts_at, "ends_at": row.ends_at} for row in items],
    )


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """End the feeds; dates are the office's and stay without the name."""
    with all_offices("erasure of one person"):
        session().execute(delete(CalendarFeed).where(CalendarFeed.user_id == user_id))
        session().execute(
            update(CalendarItem).where(CalendarItem.created_by_id == user_id).values(created_by_id=None)
        )


@hookimpl
def demo_data(world: World) -> None:
    """Dates of the demo offices."""
    demo.add_dates(world)
