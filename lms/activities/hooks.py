"""What the activities area contributes."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, url_for
from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute

from lms.access.actor import Actor
from lms.activities import demo, enrolment, service, views
from lms.activities.models import Activity, ActivityOwner, Completion, Enrolment
from lms.hooks.builtin import CORE
from lms.hooks.contributions import (
    ActivityType,
    AuditAction,
    CalendarEntry,
    DashboardCard,
    ErasurePolicy,
    Evidence,
    HealthCheck,
    NavItem,
    NextStep,
    NotificationKind,
    Permission,
    PersonalData,
    ReportSeries,
    Role,
    SearchDocument,
)
from lms.hooks.specs import hookimpl
from lms.offices.directory import directory
from lms.refs import Card, Ref
from lms.store.base import session
from lms.store.records import Record
from lms.store.scope import all_offices
from lms.text import gettext as _
from lms.text import lazy_gettext as _l

if TYPE_CHECKING:
    from lms.demo import World
    from lms.privacy.archive import ExportArchive

DEFAULT_LENGTH = timedelta(hours=1)


@hookimpl
def permissions() -> Sequence[Permission]:
    """Who creates and runs activities."""
    staff: frozenset[Role] = frozenset({"head", "trainer", "counsellor"})
    return [Permission(service.MANAGE, _l("Create activities and see who takes part"), staff)]


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """Pages of activities."""
    return [views.blueprint]


@hookimpl
def activity_types() -> Sequence[ActivityType]:
    """The core's own kind: something that takes place at a time."""
    summary = _l("A job fair, an information day, a meeting: people register, staff confirm who came.")
    return [
        ActivityType(
            "event",
            _l("Event"),
            "calendar-event",
            "activities.show",
            summary,
            ("confirmed", "attended"),
            is_timed=True,
        )
    ]


@hookimpl
def audit_actions() -> Sequence[AuditAction]:
    """Who may change and grade an activity."""
    return [
        AuditAction("activity.owner_added", _l("Made somebody an author")),
        AuditAction("activity.owner_removed", _l("Took an author off")),
    ]


@hookimpl
def notification_kinds() -> Sequence[NotificationKind]:
    """What authors are told."""
    return [NotificationKind("made_author", _l("You were made an author of something"), "at_once")]


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """The list of activities, for members."""
    return [NavItem(_l("Activities"), url_for("activities.index"), "compass", 20)] if actor.is_member else []


@hookimpl
def dashboard_cards(actor: Actor) -> Sequence[DashboardCard]:
    """Where the person takes part; the next dated one is offered as the next step."""
    own = enrolment.participations(actor.user_id, limit=6)
    if not own:
        return []
    following = next((each for each in own if not each.is_completed and each.state == "active"), None)
    step = None
    if following:
        kinds = following.activity
        detail = kinds.summary[:140]
        step = NextStep(kinds.title, activity_url(kinds), detail, _("Open"), priority=60)
    shown = {"participations": own, "activity_url": activity_url, "kind_of": service.kind_of}
    return [DashboardCard("activities/card.html", shown, 20, step)]


@hookimpl
def calendar_items(
    actor: Actor, start: datetime, end: datetime, limit: int | None
) -> Sequence[CalendarEntry]:
    """Dated activities that the person may see."""
    return [
        CalendarEntry(
            uid=f"activity-{each.id}@contrada", title=each.title, start=each.starts_at,
            end=each.ends_at or each.starts_at + DEFAULT_LENGTH, url=activity_url(each), summary=each.summary,
            place=each.place, icon="calendar-event",
        )
        for each in service.find_between(actor, start, end, limit)
        if each.starts_at
    ]  # fmt: skip


@hookimpl
def cards(refs: Sequence[Ref], actor: Actor) -> Sequence[Card]:
    """Cards of activities."""
    wanted = {ref.uuid: ref for ref in refs if ref.plugin == CORE and ref.kind == "activity"}
    return [
        Card(
            wanted[each.id],
            each.title,
            activity_url(each),
            "calendar-event",
            each.summary[:200],
            _("Activity"),
        )
        for each in (service.find_visible(actor, list(wanted)) if wanted else [])
    ]


@hookimpl
def evidence(user_id: uuid.UUID, actor: Actor) -> Sequence[Evidence]:
    """Completed activities, to the person and to staff who manage activities."""
    if user_id != actor.user_id and not actor.can(service.MANAGE):
        return []
    return [
        Evidence(
            Ref.of(CORE, "activity", activity.id), activity.title, _l("Completed activity"), completion.completed_at,
            activity_url(activity),
        )
        for completion, activity in service.completions_of(user_id)
    ]  # fmt: skip


@hookimpl
def report_series(start: datetime, end: datetime) -> Sequence[ReportSeries]:
    """Enrolments and completions per week."""
    return [
        ReportSeries(
            "enrolments",
            _l("Enrolments"),
            _weekly(_times(Enrolment.enrolled_at, start, end)),
            counts_people=True,
        ),
        ReportSeries(
            "completions",
            _l("Completions"),
            _weekly(_times(Completion.completed_at, start, end)),
            counts_people=True,
        ),
    ]


@hookimpl
def search_documents(since: datetime | None) -> Iterable[SearchDocument]:
    """Activities that changed."""
    rows = select(Activity) if since is None else select(Activity).where(Activity.updated_at >= since)
    for each in session().scalars(rows):
        office = directory().get(each.office_id)
        yield SearchDocument(
            Ref.of(CORE, "activity", each.id), each.office_id, each.title, f"{each.summary}\n{each.place}",
            office.languages[0], each.updated_at,
        )  # fmt: skip


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """What is held about people who take part."""
    why = _l("To organise activities and to prove who took part")
    kept = _l("As long as the office must prove its work; then the name is removed")
    return [
        PersonalData("activity", "owner_id", ("owner_id",), why, "public_task", kept, stays_nameless=True),
        PersonalData(
            "activity_owner",
            "user_id",
            ("added_at",),
            why,
            "public_task",
            _l("As long as the account exists"),
        ),
        PersonalData("enrolment", "user_id", ("state", "asked_at", "enrolled_at"), why, "public_task", kept),
        PersonalData("completion", "user_id", ("completed_at", "value"), why, "public_task", kept),
        PersonalData(
            "record", "user_id", ("verb", "object", "result", "context", "at"), why, "public_task", kept
        ),
    ]


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Enrolments, completions and the record log of a person, from all offices."""
    with all_offices("export of one person's data"):
        titles = dict(session().execute(select(Activity.id, Activity.title)).all())
        enrolments = session().scalars(select(Enrolment).filter_by(user_id=user_id)).all()
        completions = session().scalars(select(Completion).filter_by(user_id=user_id)).all()
        records = session().scalars(select(Record).filter_by(user_id=user_id).order_by(Record.at)).all()
        owned = session().scalars(select(Activity).filter_by(owner_id=user_id)).all()
        shared = session().scalars(select(ActivityOwner).filter_by(user_id=user_id)).all()
        archive.add_rows(
            "activities",
            _("Activities you created"),
            [{"title": row.title, "state": row.state} for row in owned],
        )
        archive.add_rows(
            "activities_owned",
            _("Activities you own with others"),
            [{"activity": titles.get(row.activity_id, ""), "added_at": row.added_at} for row in shared],
        )
        archive.add_rows(
            "enrolments",
            _("Activities you took part in"),
            [
                {
                    "activity": titles.get(row.activity_id, ""),
                    "state": row.state,
                    "asked_at": row.asked_at,
                    "enrolled_at": row.enrolled_at,
                }
                for row in enrolments
            ],
        )
        archive.add_rows(
            "completions",
            _("Activities you completed"),
            [
                {
                    "activity": titles.get(row.activity_id, ""),
                    "completed_at": row.completed_at,
                    "value": row.value,
                }
                for row in completions
            ],
        )
        archive.add_rows(
            "records",
            _("What was recorded about your learning"),
            [
                {
                    "verb": row.verb,
                    "object": row.object,
                    "result": row.result,
                    "context": row.context,
                    "at": row.at,
                }
                for row in records
            ],
        )


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """Remove records, completions, enrolments and what was owned with others; activities that the person owned stay with their office."""
    with all_offices("erasure of one person's data"):
        for model in (ActivityOwner, Completion, Enrolment, Record):
            session().execute(delete(model).where(model.user_id == user_id))


@hookimpl
def health_checks() -> Sequence[HealthCheck]:
    """Activities whose type is not there any more show a placeholder; say so."""
    known = service.known_types()
    with all_offices("health check"):
        used = set(session().scalars(select(Activity.type).distinct()))
    if missing := sorted(used - known):
        text = _(
            "Activities of these kinds show a placeholder, because their plugin is not loaded: %(kinds)s.",
            kinds=", ".join(missing),
        )
        return [
            HealthCheck(
                "activities.types", "warning", text, _("Load the plugin again in lms.toml, or archive them.")
            )
        ]
    return [HealthCheck("activities.types", "ok", _("All kinds of activities are loaded."))]


@hookimpl
def demo_data(world: World) -> None:
    """Six months of events with people in them."""
    demo.add_events(world)


def activity_url(activity: Activity) -> str:
    """Where an activity is shown: by its type, or as a placeholder when its plugin is off."""
    endpoint = service.endpoint_of(activity, directory().get(activity.office_id).plugins)
    return url_for(endpoint, activity_id=activity.id)


def _times(column: InstrumentedAttribute[Any], start: datetime, end: datetime) -> Iterable[datetime]:
    return session().scalars(select(column).where(column >= start, column < end))


def _weekly(times: Iterable[datetime]) -> tuple[tuple[datetime, int], ...]:
    weeks = Counter(
        (moment - timedelta(days=moment.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
        for moment in times
    )
    return tuple(sorted(weeks.items()))
