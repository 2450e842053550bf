"""What tutoring gives to the rest."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, url_for
from sqlalchemy import delete, select, update

from lms.plugin import (
    ROLES,
    ActivityContent,
    ActivityType,
    Actor,
    AddFile,
    CalendarEntry,
    Card,
    DashboardCard,
    ErasurePolicy,
    Evidence,
    ExportArchive,
    Invalid,
    JobSpec,
    LiveNamespace,
    NavItem,
    NextStep,
    NotificationKind,
    Permission,
    PersonalData,
    Ref,
    ReportSeries,
    SettingsSchema,
    TakeFile,
    World,
    _,
    _l,
    all_offices,
    find_members,
    format_datetime,
    hookimpl,
    session,
    utcnow,
)
from plugins.tutoring import booking, meeting
from plugins.tutoring import jobs as work
from plugins.tutoring.demo import build_tutoring
from plugins.tutoring.forms import EditGoal, TutoringSettings
from plugins.tutoring.letters import uid_of
from plugins.tutoring.models import Booking, DayOff, Pattern, Slot, Waiting
from plugins.tutoring.offering import OFFER
from plugins.tutoring.sockets import TutoringNamespace
from plugins.tutoring.views import blueprint

SOON = timedelta(days=3)
STAFF = frozenset({"tutor", "counsellor", "trainer"})


@hookimpl
def permissions() -> Sequence[Permission]:
    """Who offers hours."""
    return [Permission(OFFER, _l("Offer tutoring hours"), frozenset(role for role in ROLES if role in STAFF))]


@hookimpl
def settings_schema() -> SettingsSchema:
    """House rules of booking."""
    return SettingsSchema(_l("Tutoring"), TutoringSettings)


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """The pages."""
    return [blueprint]


@hookimpl
def socket_namespaces() -> Sequence[LiveNamespace]:
    """Conversations; a new one for each application."""
    return [TutoringNamespace()]


@hookimpl
def jobs() -> Sequence[JobSpec]:
    """Times ahead, reminders, offers that nobody took."""
    return [
        JobSpec("extend", work.extend, _l("Make tutoring times further ahead"), timedelta(days=1)),
        JobSpec("watch", work.watch, _l("Remind of sessions, pass on free ones"), timedelta(minutes=1)),
    ]


@hookimpl
def notification_kinds() -> Sequence[NotificationKind]:
    """Bookings, changes, reminders; letters with a calendar entry are sent besides."""
    return [NotificationKind("tutoring_session", _l("Tutoring sessions"), by_mail="never")]


@hookimpl
def activity_types() -> Sequence[ActivityType]:
    """Having sessions with a tutor, alone or as a step of a course."""
    content = ActivityContent(create=meeting.create_goal, export=_export_goal, import_=_import_goal)
    return [
        ActivityType(
            meeting.TYPE, _l("Tutoring"), "chat-dots", "tutoring.goal",
            _l("A number of sessions with a tutor; done when the tutor has written down the last one."),
            ("confirmed",), edit_endpoint="tutoring.edit_goal", content=content,
        )
    ]  # fmt: skip


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """For members."""
    return [NavItem(_l("Tutoring"), url_for("tutoring.index"), "chat-dots", 25)] if actor.is_member else []


@hookimpl
def dashboard_cards(actor: Actor) -> Sequence[DashboardCard]:
    """The next session; if it is near, it is the one next step."""
    coming = booking.find_coming(actor)[:3] if actor.is_member else []
    if not coming:
        return []
    first, people = coming[0], find_members(actor, [_other(actor, each) for each in coming])
    step = None
    if first.slot.starts_at - utcnow() < SOON:
        other = people.get(_other(actor, first))
        title = _("Session with %(name)s", name=other.name if other else _("your tutor"))
        url = url_for("tutoring.session", booking_id=first.id)
        step = NextStep(
            title, url, format_datetime(first.slot.starts_at, "EEEE d MMMM, HH:mm"), _("Open"), priority=30
        )
    context = {"coming": coming, "people": people, "other": lambda row: people.get(_other(actor, row))}
    return [DashboardCard("tutoring/card.html", context, 25, step)]


@hookimpl
def calendar_items(
    actor: Actor, start: datetime, end: datetime, limit: int | None
) -> Sequence[CalendarEntry]:
    """One's own sessions."""
    rows = booking.find_between(actor, start, end, limit) if not actor.is_system else []
    people = find_members(actor, [_other(actor, row) for row in rows]) if rows else {}
    return [
        CalendarEntry(
            uid=uid_of(row), title=_("Tutoring: %(name)s", name=_name(people, _other(actor, row))), start=row.slot.starts_at,
            end=row.slot.ends_at, url=url_for("tutoring.session", booking_id=row.id), place=row.slot.where, icon="chat-dots",
            sequence=row.sequence,
        )
        for row in rows
    ]  # fmt: skip


@hookimpl
def cards(refs: Sequence[Ref], actor: Actor) -> Sequence[Card]:
    """Sessions, for those two who have them."""
    wanted = {ref.uuid: ref for ref in refs if ref.kind == booking.KIND}
    return [
        Card(
            wanted[row.id], _("Tutoring session"), url_for("tutoring.session", booking_id=row.id), "chat-dots",
            format_datetime(row.slot.starts_at), _("Tutoring"),
        )
        for row in booking.find_visible(actor, list(wanted))
    ]  # fmt: skip


@hookimpl
def evidence(user_id: uuid.UUID, actor: Actor) -> Sequence[Evidence]:
    """Sessions that were had, for the person and their tutors."""
    query = select(Booking).join(Slot, Slot.id == Booking.slot_id).filter_by(state="done")
    rows = session().scalars(
        query.where(Booking.trainee_id == user_id).order_by(Slot.starts_at.desc()).limit(20)
    )
    return [
        Evidence(
            booking.ref_of(row),
            _("Tutoring session"),
            _l("Tutoring"),
            row.slot.starts_at,
            detail=row.next_step,
        )
        for row in rows
        if actor.user_id in {user_id, row.slot.tutor_id}
    ]


@hookimpl
def report_series(start: datetime, end: datetime) -> Sequence[ReportSeries]:
    """Sessions that took place, and those to which nobody came."""
    query = select(Slot.starts_at, Booking.state).join(Booking, Booking.slot_id == Slot.id)
    rows = session().execute(query.where(Slot.starts_at >= start, Slot.starts_at < end)).all()
    return [
        ReportSeries(name, title, tuple(sorted((at, 1) for at, state in rows if state == kept)), counts_people=True)
        for name, title, kept in (
            ("sessions", _l("Tutoring sessions"), "done"), ("missed", _l("Sessions to which nobody came"), "missed")
        )
    ]  # fmt: skip


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """Who offers, who booked, who waits."""
    why, kept = _l("Arranging and following up sessions"), _l("Until the account is erased")
    return [
        PersonalData("tutoring_pattern", "tutor_id", ("weekday", "starts", "ends", "where", "topic"), why, "public_task", kept),
        PersonalData("tutoring_day_off", "tutor_id", ("day",), why, "public_task", kept),
        PersonalData("tutoring_slot", "tutor_id", ("starts_at", "where", "topic"), why, "public_task", kept, stays_nameless=True),
        PersonalData(
            "tutoring_booking", "trainee_id", ("purpose", "message", "result", "next_step", "follow_up_on", "cancelled_by_id"),
            why, "public_task", kept, stays_nameless=True,
        ),
        PersonalData("tutoring_waiting", "trainee_id", ("tutor_id", "created_at"), why, "public_task", kept),
    ]  # fmt: skip


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Sessions as trainee and as tutor, the week that one offers, the waiting list."""
    with all_offices("a person's own data"):
        query = select(Booking).join(Slot, Slot.id == Booking.slot_id).order_by(Slot.starts_at)
        own = (Booking.trainee_id == user_id) | (Slot.tutor_id == user_id)
        sessions = [_exported(row) for row in session().scalars(query.where(own))]
        week = [
            {
                "weekday": row.weekday,
                "starts": row.starts,
                "ends": row.ends,
                "where": row.where,
                "topic": row.topic,
            }
            for row in session().scalars(select(Pattern).filter_by(tutor_id=user_id))
        ]
        days = [
            {"day": row.day.isoformat()}
            for row in session().scalars(select(DayOff).filter_by(tutor_id=user_id))
        ]
        times = [
            {"starts_at": row.starts_at, "ends_at": row.ends_at, "where": row.where, "topic": row.topic}
            for row in session().scalars(select(Slot).filter_by(tutor_id=user_id).order_by(Slot.starts_at))
        ]
        waiting = [
            {"since": row.created_at}
            for row in session().scalars(select(Waiting).filter_by(trainee_id=user_id))
        ]
    archive.add_rows("tutoring_sessions", _l("Tutoring sessions"), sessions)
    archive.add_rows("tutoring_times", _l("Single tutoring times that you offered"), times)
    archive.add_rows("tutoring_week", _l("Tutoring hours that you offer"), week)
    archive.add_rows("tutoring_days_off", _l("Days off"), days)
    archive.add_rows("tutoring_waiting", _l("Waiting for a session"), waiting)


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """What was written goes; that a session took place stays without words and names."""
    with all_offices("erasure of a person"):
        session().execute(delete(Waiting).where(Waiting.trainee_id == user_id))
        session().execute(update(Waiting).where(Waiting.tutor_id == user_id).values(tutor_id=None))
        session().execute(delete(DayOff).where(DayOff.tutor_id == user_id))
        session().execute(
            update(Slot).where(Slot.tutor_id == user_id).values(where="", topic="", is_closed=True)
        )
        session().execute(delete(Pattern).where(Pattern.tutor_id == user_id))
        session().execute(
            update(Booking).where(Booking.cancelled_by_id == user_id).values(cancelled_by_id=None)
        )
        wordless = {"purpose": "", "message": "", "result": "", "next_step": "", "follow_up_on": None}
        session().execute(update(Booking).where(Booking.trainee_id == user_id).values(**wordless))


@hookimpl
def demo_data(world: World) -> None:
    """Hours, sessions and a waiting list in both demo offices."""
    build_tutoring(world)


def _export_goal(actor: Actor, activity_id: uuid.UUID, add_file: AddFile) -> dict[str, Any]:
    return {"sessions": meeting.get_goal(activity_id).sessions}


def _import_goal(actor: Actor, activity_id: uuid.UUID, data: Mapping[str, Any], take_file: TakeFile) -> None:
    command = EditGoal.read({"sessions": data.get("sessions", 2)})
    if not isinstance(data.get("sessions", 2), int):
        raise Invalid(_("The number of sessions cannot be read."))
    meeting.edit_goal(actor, activity_id, command)


def _exported(row: Booking) -> dict[str, Any]:
    names = ("state", "purpose", "message", "result", "next_step")
    return {"starts_at": row.slot.starts_at, "ends_at": row.slot.ends_at} | {
        name: getattr(row, name) for name in names
    }


def _other(actor: Actor, row: Booking) -> uuid.UUID:
    return row.trainee_id if row.slot.tutor_id == actor.user_id else row.slot.tutor_id


def _name(people: Mapping[uuid.UUID, Any], user_id: uuid.UUID) -> str:
    return people[user_id].name if user_id in people else _("Former member")
