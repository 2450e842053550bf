"""What rooms give to the rest."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import click
from flask import Blueprint, url_for

from lms.plugin import (
    Activity,
    ActivityContent,
    ActivityType,
    Actor,
    AuditAction,
    CalendarEntry,
    Card,
    ErasurePolicy,
    ExportArchive,
    HealthCheck,
    JobSpec,
    LiveNamespace,
    LiveRoom,
    NavItem,
    NextStep,
    NotificationKind,
    PersonalData,
    Process,
    Ref,
    SettingsSchema,
    Talk,
    World,
    _,
    _l,
    directory,
    find_members,
    format_datetime,
    get_activity,
    hookimpl,
    session,
    system_actor,
    utcnow,
)
from plugins.webinar import (
    agenda_views,
    attendance_views,
    banning,
    call_views,
    calls,
    guest_views,
    letters,
    live_views,
    media,
    media_process,
    module_views,
    poll_views,
    privacy,
    program_views,
    question_views,
    replay_step_views,
    replay_steps,
    replay_views,
    retaining,
    rooms,
    slide_views,
    taking_along,
    video_views,
    views,
    whip_views,
)
from plugins.webinar import jobs as work
from plugins.webinar.demo import build_webinars
from plugins.webinar.models import Room
from plugins.webinar.sockets import WebinarNamespace

SOON = timedelta(hours=24)


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """The pages."""
    return [
        views.blueprint,
        live_views.blueprint,
        guest_views.blueprint,
        attendance_views.blueprint,
        slide_views.blueprint,
        replay_views.blueprint,
        program_views.blueprint,
        agenda_views.blueprint,
        poll_views.blueprint,
        question_views.blueprint,
        whip_views.blueprint,
        module_views.blueprint,
        replay_step_views.blueprint,
        video_views.blueprint,
    ]


@hookimpl
def socket_namespaces() -> Sequence[LiveNamespace]:
    """Rooms; a new one for each application."""
    return [WebinarNamespace()]


@hookimpl
def processes() -> Sequence[Process]:
    """The media engine."""
    return media_process.media_processes()


@hookimpl
def commands() -> Sequence[click.Command]:
    """The media engine where `serve` does not run it."""
    return [media_process.media]


@hookimpl
def health_checks() -> Sequence[HealthCheck]:
    """Whether sound and pictures are carried."""
    return [media.media_health()]


@hookimpl
def jobs() -> Sequence[JobSpec]:
    """Reminders; registrations that are too old."""
    return [
        JobSpec("remind", work.remind, _l("Remind of meetings"), timedelta(minutes=5)),
        JobSpec("tell_cancelled", work.tell_cancelled, _l("Tell that a meeting was called off")),
        JobSpec("render_slides", work.render_slides, _l("Draw slides")),
        JobSpec("sharpen_slide", work.sharpen_slide, _l("Draw slides sharper")),
        JobSpec("keep_recording", work.keep_recording, _l("Keep recordings")),
        JobSpec("end_left_call", work.end_left_call, _l("Hang up for people whose page of a call is gone")),
        JobSpec("close", work.close, _l("Close meetings and follow up"), timedelta(minutes=5)),
        JobSpec(
            "watch_programs",
            work.watch_programs,
            _l("Notice studio programs that are gone"),
            timedelta(minutes=1),
        ),
        JobSpec("tidy", work.tidy, _l("Forget old registrations for meetings"), timedelta(days=1)),
    ]


@hookimpl
def activity_types() -> Sequence[ActivityType]:
    """A meeting, alone or as a step of a course; its recording as a step."""
    content = ActivityContent(rooms.set_up, None, taking_along.export_room, taking_along.import_room)
    watched = ActivityContent(replay_steps.set_up, None, replay_steps.export_step, replay_steps.import_step)
    return [
        ActivityType(
            rooms.TYPE, _l("Webinar"), "camera-video", "webinar.show", _l("People meet live in the browser; who was there long enough is done."),
            ("attended", "confirmed"), "webinar.edit", "any", content, has_own_dates=True, is_timed=True, early_ends=rooms.early_ends,
        ),
        ActivityType(
            replay_steps.TYPE, _l("Recording"), "play", "webinar_step.show", _l("People watch the recording of a meeting, or a part of it."),
            ("viewed", "confirmed"), "webinar_step.edit", "child", watched,
        ),
    ]  # fmt: skip


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """For members."""
    return [NavItem(_l("Meetings"), url_for("webinar.index"), "camera-video", 22)] if actor.is_member else []


@hookimpl
def calendar_items(
    actor: Actor, start: datetime, end: datetime, limit: int | None
) -> Sequence[CalendarEntry]:
    """Meetings that the person sees, those that stand alone and steps of courses.

    On the start page the one in which they are expected soon is the one next step.
    """
    if actor.is_system:
        return []
    if limit is None:
        return [_entry(each) for each in rooms.find_between(actor, start, end)]
    found, expected = rooms.find_ahead(actor, start, end, limit)
    return [_entry(each, _step(each) if each is expected else None) for each in found]


def _entry(meeting: rooms.Meeting, next_step: NextStep | None = None) -> CalendarEntry:
    begins, ends = letters.moments(meeting.activity)
    return CalendarEntry(
        uid=letters.uid_of(meeting.activity), title=meeting.activity.title, start=begins, end=ends,
        url=url_for("webinar.show", activity_id=meeting.activity.id), summary=meeting.activity.summary, icon="camera-video",
        is_cancelled=meeting.room.cancelled_at is not None, sequence=meeting.room.sequence, next_step=next_step,
    )  # fmt: skip


def _step(meeting: rooms.Meeting) -> NextStep | None:
    now, first = utcnow(), meeting.activity
    if first.starts_at is None or first.starts_at - now >= SOON:
        return None
    is_open = meeting.is_open(now)
    return NextStep(
        first.title, url_for("webinar_live.room" if is_open else "webinar.show", activity_id=first.id),
        format_datetime(first.starts_at, "EEEE d MMMM, HH:mm"), _("Come in") if is_open else _("Open"), priority=10 if is_open else 28,
    )  # fmt: skip


@hookimpl
def cards(refs: Sequence[Ref], actor: Actor) -> Sequence[Card]:
    """Rooms, for those who may know of them."""
    wanted = {ref.uuid: ref for ref in refs if ref.kind == rooms.KIND}
    return [
        Card(wanted[each.activity.id], each.activity.title, url_for("webinar.show", activity_id=each.activity.id), "camera-video", "", _("Meeting"))
        for each in rooms.find_by_ids(actor, list(wanted))
    ]  # fmt: skip


@hookimpl
def live_room(activity_id: uuid.UUID | None, actor: Actor, talk: Talk | None) -> LiveRoom | None:
    """The room of a meeting, or of a talk of two people; other activities and the lounge have none."""
    if talk is not None:
        return call_views.room_of_talk(actor, talk)
    if activity_id is None or session().get(Room, activity_id) is None:
        return None
    get_activity(actor, activity_id)
    return LiveRoom(url_for("webinar_live.room", activity_id=activity_id), _l("Come in"))


@hookimpl
def on_talk_ended(office_id: uuid.UUID, ref: Ref) -> None:
    """Whoever speaks in its room is put out."""
    calls.close(ref)


@hookimpl
def on_talk_forgotten(office_id: uuid.UUID, ref: Ref) -> None:
    """Its room goes with it."""
    calls.forget(ref)


@hookimpl
def notification_kinds() -> Sequence[NotificationKind]:
    """Calls, for who does not look at the talk; recordings that end soon."""
    return [
        NotificationKind(calls.NAME, _l("Calls"), by_mail="never"),
        NotificationKind(retaining.KIND, _l("Recordings that are deleted soon")),
    ]


@hookimpl
def settings_schema() -> SettingsSchema:
    """How long recordings are kept."""
    return SettingsSchema(_l("Meetings"), retaining.WebinarSettings)


@hookimpl
def on_enrolled(office_id: uuid.UUID, activity_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Who takes part gets it in their calendar. Twice is once."""
    room, activity = session().get(Room, activity_id), session().get(Activity, activity_id)
    person = find_members(system_actor(office_id), [user_id]).get(user_id)
    if room is not None and activity is not None and activity.starts_at is not None and person is not None:
        letters.tell_invited(
            room, activity, letters.member_reader(person, activity, directory().get(office_id))
        )


@hookimpl
def audit_actions() -> Sequence[AuditAction]:
    """What is written down besides."""
    return [
        AuditAction("webinar.attendance_corrected", _l("Corrected somebody's attendance")),
        AuditAction(banning.REMOVED, _l("Put somebody out of a meeting")),
        AuditAction(banning.BANNED, _l("Put somebody out of a meeting for good")),
        AuditAction(banning.LIFTED, _l("Let somebody come into a meeting again")),
    ]


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """Who was in which room, when; who registered."""
    return privacy.declared()


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Rooms one was in, when, and what one wrote there."""
    privacy.export_person(user_id, archive)


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """The name goes from every room; that somebody was there stays without a name."""
    privacy.erase_person(user_id, policy)


@hookimpl
def demo_data(world: World) -> None:
    """Meetings in both demo offices: past, today, ahead."""
    build_webinars(world)
