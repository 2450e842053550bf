"""What the portfolio gives to the rest."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, url_for
from sqlalchemy import bindparam, select

from lms.plugin import (
    ROLES,
    ActivityType,
    Actor,
    Attachable,
    AuditAction,
    CalendarEntry,
    Card,
    DashboardCard,
    ErasurePolicy,
    ExportArchive,
    Exporter,
    Importer,
    JobSpec,
    NavItem,
    NextStep,
    NotificationKind,
    Permission,
    PersonalData,
    Ref,
    SearchDocument,
    SettingsSchema,
    World,
    _l,
    directory,
    hookimpl,
    session,
)
from plugins.portfolio import specs
from plugins.portfolio.cv import cv_views, service, views
from plugins.portfolio.cv.models import Cv
from plugins.portfolio.demo import build_portfolios
from plugins.portfolio.evidence import views as evidence_views
from plugins.portfolio.evidence.models import Plan, Task
from plugins.portfolio.evidence.previews import fetch_preview
from plugins.portfolio.films import views as film_views
from plugins.portfolio.frameworks import views as map_views
from plugins.portfolio.home import blueprint as home
from plugins.portfolio.jobs import forget_removed, remind_of_plans, tell_watchers
from plugins.portfolio.moving import jobs as moving_jobs
from plugins.portfolio.moving import views as moving_views
from plugins.portfolio.newcomers import welcome
from plugins.portfolio.pages import views as page_views
from plugins.portfolio.pages.blocks import OWN_BLOCKS
from plugins.portfolio.pages.kinds import BlockType
from plugins.portfolio.pages.models import Page
from plugins.portfolio.pages.service import find_blocks
from plugins.portfolio.pages.versions import words_in
from plugins.portfolio.privacy import declarations, erase_person, export_person
from plugins.portfolio.sharing import card_views, comment_views, front_views, shown_views, watch_views
from plugins.portfolio.sharing import views as share_views
from plugins.portfolio.sharing.attaching import ATTACHABLE
from plugins.portfolio.sharing.forms import PortfolioSettings
from plugins.portfolio.sharing.requests import count_waiting, find_inbox
from plugins.portfolio.sharing.shares import ADVISE, Viewer, find_access, things_of
from plugins.portfolio.sharing.views import KIND_NAMES, card_for
from plugins.portfolio.tasks import views as task_views

TASK_LENGTH = timedelta(days=1)
BLUEPRINTS = (
    home, views.blueprint, cv_views.blueprint, evidence_views.blueprint, page_views.blueprint, share_views.blueprint, shown_views.blueprint, shown_views.links,
    card_views.blueprint, comment_views.blueprint, front_views.blueprint, watch_views.blueprint, task_views.blueprint, map_views.blueprint, film_views.blueprint, moving_views.blueprint,
)  # fmt: skip


@hookimpl
def permissions() -> Sequence[Permission]:
    """Who has a portfolio, who advises, who makes templates."""
    advisers = frozenset({"counsellor", "tutor", "trainer", "head"})
    return [
        Permission(service.KEEP, _l("Have a portfolio and a CV"), frozenset(ROLES)),
        Permission(ADVISE, _l("Be asked for feedback on portfolios and CVs"), advisers),  # type: ignore[arg-type]  # each is a Role
        Permission(
            service.TEMPLATES, _l("Make the pages that newcomers get"), frozenset({"head", "counsellor"})
        ),
    ]


@hookimpl
def audit_actions() -> Sequence[AuditAction]:
    """What staff did with portfolios of others."""
    return [
        AuditAction("portfolio.read", _l("Read a portfolio or CV of somebody")),
        AuditAction("portfolio.answered", _l("Answered a request about a portfolio")),
    ]


@hookimpl
def settings_schema() -> SettingsSchema:
    """What an office allows to be shared."""
    return SettingsSchema(_l("Portfolio and CV"), PortfolioSettings)


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """All pages."""
    return BLUEPRINTS


@hookimpl
def activity_types() -> Sequence[ActivityType]:
    """A task: hand in a page or CV."""
    summary = _l(
        "People hand in a locked copy of a page or CV; staff say pass, work on it again, or not passed."
    )
    return [
        ActivityType(
            "portfolio_task",
            _l("Portfolio task"),
            "briefcase",
            "portfolio_tasks.task",
            summary,
            ("confirmed", "submitted"),
        )
    ]


@hookimpl
def attachable() -> Attachable:
    """CVs and pages, to things of other plugins."""
    return ATTACHABLE


@hookimpl
def jobs() -> Sequence[JobSpec]:
    """Cleaning up, and whole portfolios on their way."""
    return [
        JobSpec(
            "forget",
            forget_removed,
            _l("Delete what was removed from portfolios a month ago"),
            timedelta(days=1),
        ),
        JobSpec(
            "remind",
            remind_of_plans,
            _l("Remind people of steps and goals that are due"),
            timedelta(days=1),
        ),
        JobSpec(
            "watchers",
            tell_watchers,
            _l("Tell people of changes to what they watch"),
            timedelta(minutes=15),
        ),
        JobSpec("preview", fetch_preview, _l("Fetch the preview of a link"), max_attempts=3),
        JobSpec("pack", moving_jobs.pack, _l("Pack a portfolio"), max_attempts=3),
        JobSpec(
            "examine",
            moving_jobs.examine_brought,
            _l("Look through a portfolio that was brought"),
            max_attempts=3,
        ),
        JobSpec("unpack", moving_jobs.unpack, _l("Take over a portfolio"), max_attempts=3),
    ]


@hookimpl
def notification_kinds() -> Sequence[NotificationKind]:
    """What people hear of."""
    return [
        NotificationKind("portfolio_plan", _l("A step of your plan is due, or your office gives you a plan")),
        NotificationKind("portfolio_shared", _l("Somebody shares a page or CV with you")),
        NotificationKind("portfolio_changed", _l("A page or CV that you watch has changed")),
        NotificationKind("portfolio_comment", _l("Somebody comments on your portfolio")),
        NotificationKind("portfolio_answer", _l("Your counsellor answers"), by_mail="at_once"),
        NotificationKind(
            "portfolio_message", _l("Somebody writes to you through your portfolio"), by_mail="at_once"
        ),
    ]


@hookimpl
def importers() -> Sequence[Importer]:
    """CVs of others."""
    return [
        Importer(
            "cv", "cv", _l("Europass or JSON Resume"), "portfolio_cv.read_file", (".pdf", ".xml", ".json")
        ),
        Importer(
            "portfolio",
            "portfolio",
            _l("Portfolio of Contrada, Leap2A"),
            "portfolio_moving.index",
            (".zip", ".xml"),
        ),
    ]


@hookimpl
def exporters() -> Sequence[Exporter]:
    """CVs for others."""
    return [
        Exporter("cv", "cv", _l("Europass, JSON Resume, PDF"), "portfolio_cvs.downloads"),
        Exporter(
            "portfolio", "portfolio", _l("ZIP with pages, CVs, files and Leap2A"), "portfolio_moving.index"
        ),
    ]


@hookimpl
def add_hookspecs() -> Sequence[object]:
    """Kinds of blocks by other plugins."""
    return [specs]


@hookimpl
def portfolio_blocks(block_type: type[BlockType]) -> Sequence[BlockType]:
    """The portfolio's own kinds of blocks."""
    return OWN_BLOCKS


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """For members."""
    if actor.office_id is None or not actor.can(service.KEEP):
        return []
    waiting = count_waiting(actor)
    return [
        NavItem(_l("Portfolio"), url_for("portfolio.home"), "briefcase", priority=30, badge=waiting or None)
    ]


@hookimpl
def dashboard_cards(actor: Actor) -> Sequence[DashboardCard]:
    """What waits for an adviser; nothing for others, whose way is the menu."""
    if not actor.can(ADVISE) or not (waiting := find_inbox(actor)):
        return []
    step = NextStep(
        _l("Feedback on portfolios"),
        url_for("portfolio_shares.inbox"),
        waiting[0].thing.title,
        _l("Open"),
        priority=45,
    )
    return [
        DashboardCard(
            "portfolio/dashboard_card.html", {"waiting": waiting[:4], "count": len(waiting)}, 40, step
        )
    ]


_TASKS_DUE = (
    select(Task, Plan)
    .join(Plan, Plan.id == Task.plan_id)
    .where(Task.owner_id == bindparam("me"), Task.done_at.is_(None))
    .where(Plan.removed_at.is_(None), Plan.is_template.is_(False))
    .where(Task.due_on >= bindparam("start"), Task.due_on < bindparam("end"))
)
"""Every dashboard asks it, so it is built once."""


@hookimpl
def calendar_items(actor: Actor, start: datetime, end: datetime) -> Sequence[CalendarEntry]:
    """Days by which steps of one's own plans should be done."""
    zone = ZoneInfo(directory().get(actor.office_id).zone) if actor.office_id else UTC
    found = []
    wanted = {"me": actor.user_id, "start": start.date(), "end": end.date()}
    for task, plan in session().execute(_TASKS_DUE, wanted):
        if task.due_on is None:
            continue
        begins = datetime(task.due_on.year, task.due_on.month, task.due_on.day, tzinfo=zone)
        url = url_for("portfolio_evidence.plan", plan_id=plan.id)
        found.append(
            CalendarEntry(
                f"portfolio-task-{task.id}@contrada",
                task.title,
                begins,
                begins + TASK_LENGTH,
                url,
                plan.title,
                icon="flag",
                is_all_day=True,
            )
        )
    return found


@hookimpl
def cards(refs: Sequence[Ref], actor: Actor) -> Sequence[Card]:
    """Pages, collections and CVs, to their owners and to whom they are shared with."""
    wanted = [str(ref) for ref in refs if ref.plugin == "portfolio" and ref.kind in KIND_NAMES]
    found = []
    for thing in things_of(wanted) if wanted else []:
        access = find_access(Viewer(actor), thing)
        if access is not None:
            found.append(card_for(thing, is_owner=access.is_owner))
    return found


@hookimpl
def search_documents(since: datetime | None) -> Iterator[SearchDocument]:
    """Pages and CVs by their words; whoever may not see one gets no card of it."""
    for page in session().scalars(_changed(Page, since)):
        body = " ".join(
            [page.description, *(word for block in find_blocks(page.id) for word in words_in(block.content))]
        )
        yield SearchDocument(
            Ref.of("portfolio", "page", page.id),
            page.office_id,
            page.title,
            body[:20_000],
            directory().get(page.office_id).languages[0],
            page.updated_at,
        )
    for cv in session().scalars(_changed(Cv, since)):
        yield SearchDocument(
            Ref.of("portfolio", "cv", cv.id),
            cv.office_id,
            cv.title,
            f"{cv.target_job} {cv.headline}",
            cv.language,
            cv.updated_at,
        )


@hookimpl
def on_user_joined(office_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """A copy of each template page for the newcomer."""
    welcome(office_id, user_id)


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """Every table of a person."""
    return declarations()


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """The whole portfolio."""
    export_person(user_id, archive)


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """The portfolio goes with its person."""
    erase_person(user_id)


@hookimpl
def demo_data(world: World) -> None:
    """Three portfolios, shared and talked about."""
    build_portfolios(world)


def _changed(model: Any, since: datetime | None) -> Any:
    query = select(model).where(model.removed_at.is_(None))
    return query.where(model.updated_at > since) if since else query
