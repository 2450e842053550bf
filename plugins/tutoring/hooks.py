"""What tutoring gives to the rest."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, url_for
from sqlalchemy import select

from lms.plugin import (
    ROLES,
    ActivityContent,
    ActivityType,
    Actor,
    AddFile,
    AuditAction,
    CalendarEntry,
    Card,
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
    find_member_names,
    format_datetime,
    format_time,
    hookimpl,
    session,
    utcnow,
)
from plugins.tutoring import booking, calling, dates, meeting, privacy
from plugins.tutoring import jobs as work
from plugins.tutoring.after.views import blueprint as after_pages
from plugins.tutoring.demo import build_tutoring
from plugins.tutoring.desk.desk_views import blueprint as tutor_desk
from plugins.tutoring.desk.note_views import blueprint as note_pages
from plugins.tutoring.desk.opening import MANAGE
from plugins.tutoring.desk.views import blueprint as desk
from plugins.tutoring.forms import EditGoal, TutoringSettings
from plugins.tutoring.letters import uid_of
from plugins.tutoring.models import Booking, Slot
from plugins.tutoring.offering import OFFER
from plugins.tutoring.refs import KIND, ref_of
from plugins.tutoring.series_views import blueprint as weekly_pages
from plugins.tutoring.sockets import TutoringNamespace
from plugins.tutoring.views import blueprint

SOON = timedelta(days=3)
MOST_KEPT = 5
"""Times kept for one person at once that leave the next dates their place."""
STAFF = frozenset({"tutor", "counsellor", "trainer", "head"})


@hookimpl
def permissions() -> Sequence[Permission]:
    """Who offers hours, who runs the desk."""
    return [
        Permission(OFFER, _l("Offer tutoring hours"), frozenset(role for role in ROLES if role in STAFF)),
        Permission(MANAGE, _l("Set the opening times of the drop-in desk"), frozenset({"head"})),
    ]


@hookimpl
def settings_schema() -> SettingsSchema:
    """House rules of booking."""
    return SettingsSchema(_l("Tutoring"), TutoringSettings)


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """The pages."""
    return [blueprint, weekly_pages, desk, tutor_desk, note_pages, after_pages]


@hookimpl
def socket_namespaces() -> Sequence[LiveNamespace]:
    """Conversations; a new one for each application."""
    return [TutoringNamespace()]


@hookimpl
def jobs() -> Sequence[JobSpec]:
    """Times ahead, reminders, offers that nobody took."""
    return [
        JobSpec("extend", work.extend, _l("Make tutoring times further ahead"), timedelta(days=1)),
        JobSpec("forget", work.forget, _l("Empty old tutoring sessions"), timedelta(days=1)),
        JobSpec("watch", work.watch, _l("Remind of sessions, pass on free ones"), timedelta(minutes=1)),
    ]


@hookimpl
def notification_kinds() -> Sequence[NotificationKind]:
    """Bookings, changes, reminders; letters with a calendar entry are sent besides."""
    return [
        NotificationKind("tutoring_session", _l("Tutoring sessions"), by_mail="never"),
        NotificationKind(
            "tutoring_message", _l("Messages to the drop-in desk, and answers"), by_mail="at_once"
        ),
    ]


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
def calendar_items(
    actor: Actor, start: datetime, end: datetime, limit: int | None
) -> Sequence[CalendarEntry]:
    """One's own sessions; on the start page a time that is kept for oneself too.

    That, or else a session that is near, is the one next step.
    """
    if actor.is_system:
        return []
    if limit is None:
        rows = dates.find_between(actor, start, end)
        names = find_member_names(actor, [_other(actor, row) for row in rows]) if rows else {}
        return [_entry(row, names.get(_other(actor, row))) for row in rows]
    ahead = dates.find_ahead(actor, start, end, limit + MOST_KEPT)
    first = next((row for row, _name in ahead if row.state != "done"), None)
    return [_entry(row, name, _step(actor, row, name) if row is first else None) for row, name in ahead]


def _entry(row: Booking, name: str | None, next_step: NextStep | None = None) -> CalendarEntry:
    title = _("Tutoring: %(name)s", name=name or _("Former member"))
    url = url_for("tutoring.session", booking_id=row.id)
    if row.state == "held":
        title, url = _("A time is free for you"), url_for("tutoring.index")
    return CalendarEntry(
        uid=uid_of(row), title=title, start=row.slot.starts_at, end=row.slot.ends_at, url=url, place=row.slot.where,
        icon="chat-dots", sequence=row.sequence, series_place=row.series_place if row.series_id else None, next_step=next_step,
    )  # fmt: skip


@hookimpl
def cards(refs: Sequence[Ref], actor: Actor) -> Sequence[Card]:
    """Sessions, for those two who have them."""
    wanted = {ref.uuid: ref for ref in refs if ref.kind == KIND}
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
            ref_of(row),
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
def on_talk_spoken(ref: Ref, at: datetime) -> None:
    """Time of a session that was used."""
    calling.note_spoken(ref, at)


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """Who offers, who booked, who waits."""
    return privacy.declared()


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Sessions as trainee and as tutor, the week that one offers, the lists one waited in."""
    privacy.export_person(user_id, archive)


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """What was written goes; that a session took place stays without words and names."""
    privacy.erase_person(user_id)


@hookimpl
def audit_actions() -> Sequence[AuditAction]:
    """What is written down besides."""
    return [
        AuditAction("tutoring.desk_opened", _l("Added an opening time of the drop-in desk")),
        AuditAction("tutoring.day_closed", _l("Closed the office on a day")),
        AuditAction("tutoring.day_opened", _l("Opened the office on a day that was closed")),
        AuditAction("tutoring.case_read", _l("Opened a session with somebody")),
        AuditAction("tutoring.note_read", _l("Opened a private note about somebody")),
        AuditAction("tutoring.note_written", _l("Wrote a private note about somebody")),
        AuditAction("tutoring.desk_closed", _l("Took out an opening time of the drop-in desk")),
    ]


@hookimpl
def demo_data(world: World) -> None:
    """Hours, sessions and a waiting list in both demo offices."""
    build_tutoring(world)


def _step(actor: Actor, row: Booking, name: str | None) -> NextStep | None:
    if row.state == "held":
        return _kept(row, row.held_until or row.slot.starts_at)
    if row.slot.starts_at - utcnow() >= SOON:
        return None
    name = name or _("your tutor")
    if row.slot.tutor_id == actor.user_id and meeting.seems_absent(row):
        return _nobody_came(row, name)
    return NextStep(
        _("Session with %(name)s", name=name), url_for("tutoring.session", booking_id=row.id),
        format_datetime(row.slot.starts_at, "EEEE d MMMM, HH:mm"), _("Open"), priority=30,
    )  # fmt: skip


def _kept(row: Booking, until: datetime) -> NextStep:
    """A time that somebody gave back, for who waited."""
    when = format_datetime(row.slot.starts_at, "EEEE d MMMM, HH:mm")
    detail = _("%(when)s. It is kept for you until %(time)s.", when=when, time=format_time(until))
    return NextStep(_("A time is free for you"), url_for("tutoring.index"), detail, _("Decide"), priority=8)


def _nobody_came(row: Booking, name: str) -> NextStep:
    """What a tutor can do with half an hour to which nobody came."""
    return NextStep(
        _("Session with %(name)s", name=name), url_for("tutoring.session", booking_id=row.id, _anchor="absent"),
        _("%(name)s has not come yet. If you note it, your time is open for the drop-in desk.", name=name), _("Open"), priority=5,
    )  # fmt: skip


def _export_goal(actor: Actor, activity_id: uuid.UUID, add_file: AddFile) -> dict[str, Any]:
    return {"sessions": meeting.get_goal(activity_id).sessions}


def _import_goal(actor: Actor, activity_id: uuid.UUID, data: Mapping[str, Any], take_file: TakeFile) -> None:
    command = EditGoal.read({"sessions": data.get("sessions", 2)})
    if not isinstance(data.get("sessions", 2), int):
        raise Invalid(_("The number of sessions cannot be read."))
    meeting.edit_goal(actor, activity_id, command)


def _other(actor: Actor, row: Booking) -> uuid.UUID:
    return row.trainee_id if row.slot.tutor_id == actor.user_id else row.slot.tutor_id
