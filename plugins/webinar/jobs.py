"""Background work of rooms, office by office; each may run twice."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select

from lms.plugin import Activity, JobRun, in_each_office, office_scope, session, unit_of_work, utcnow
from plugins.webinar import (
    attendance,
    calling_off,
    calls,
    letters,
    programs,
    recording,
    registering,
    retaining,
    sharpening,
    slides,
)
from plugins.webinar.models import Room
from plugins.webinar.rooms import OPEN_AFTER

PLUGIN = "webinar"
REMINDERS = (
    (timedelta(days=7), timedelta(hours=6), 7),
    (timedelta(days=1), timedelta(hours=3), 1),
    (timedelta(hours=1), timedelta(minutes=50), 0),
)
"""How long before, how late it may still be sent, and its name."""
FOLLOW_UP_AFTER = timedelta(minutes=30)
FOLLOW_UP_UNTIL = timedelta(days=2)
"""Letters after a meeting are sent while somebody remembers it."""


def remind(job: JobRun) -> None:
    """Seven days, one day, one hour before."""
    in_each_office(job, lambda _office: remind_office(), plugin=PLUGIN)


def close(job: JobRun) -> None:
    """End rooms that nobody ended; follow up."""
    in_each_office(job, lambda _office: close_office(), plugin=PLUGIN)


def end_left_call(job: JobRun) -> None:
    """Hang up for a page that is gone."""
    if job.office_id is not None:
        with office_scope(job.office_id), unit_of_work():
            call_id, user_id = uuid.UUID(job.payload["call"]), uuid.UUID(job.payload["user"])
            calls.end_left(call_id, user_id, job.payload["sid"])


def tell_cancelled(job: JobRun) -> None:
    """Tell everybody who is expected that a meeting does not take place."""
    if job.office_id is not None:
        with office_scope(job.office_id), unit_of_work():
            calling_off.tell_cancelled(uuid.UUID(job.payload["room"]), job.payload["sequence"])


def render_slides(job: JobRun) -> None:
    """Draw the pages of slides that were sent."""
    if job.office_id is not None:
        with office_scope(job.office_id):
            slides.draw(uuid.UUID(job.payload["deck"]))


def sharpen_slide(job: JobRun) -> None:
    """Draw a page once more for those who look closely."""
    if job.office_id is not None:
        with office_scope(job.office_id):
            sharpening.draw(uuid.UUID(job.payload["deck"]), job.payload["number"])


def keep_recording(job: JobRun) -> None:
    """Take the files of a recording into the store."""
    if job.office_id is not None:
        with office_scope(job.office_id):
            recording.keep_files(uuid.UUID(job.payload["recording"]))


def watch_programs(job: JobRun) -> None:
    """Notice programs whose connection broke without a word."""
    in_each_office(job, lambda _office: programs.forget_lost(), plugin=PLUGIN)


def tidy(job: JobRun) -> None:
    """Forget registrations half a year after the meeting, and recordings after their last day."""
    in_each_office(job, lambda _office: registering.forget_old(utcnow()), plugin=PLUGIN)
    in_each_office(job, lambda _office: retaining.forget_old(), plugin=PLUGIN)


def remind_office() -> int:
    """Send the reminders that are due in the office in scope; returns how many letters there are."""
    now = utcnow()
    query = (
        select(Room, Activity)
        .join(Activity, Activity.id == Room.activity_id)
        .where(Activity.state == "published", Room.cancelled_at.is_(None), Room.ended_at.is_(None), Activity.starts_at > now, Activity.starts_at <= now + REMINDERS[0][0])
    )  # fmt: skip
    count = 0
    for room, activity in session().execute(query).all():
        left = letters.moments(activity)[0] - now
        for before, late, name in REMINDERS:
            if before - late <= left <= before:
                count += letters.tell_soon(room, activity, name)
    return count


def close_office() -> int:
    """End rooms that nobody ended, count the attendance, and write to who was there and who was not; returns how many rooms."""
    now = utcnow()
    query = (
        select(Room, Activity)
        .join(Activity, Activity.id == Room.activity_id)
        .where(Activity.state == "published", Room.cancelled_at.is_(None), Room.followed_up_at.is_(None), Room.opened_at.is_not(None), Activity.ends_at < now - FOLLOW_UP_AFTER)
    )  # fmt: skip
    found = session().execute(query).all()
    closed = 0
    for room, activity in found:
        if room.ended_at is None and letters.moments(activity)[1] < now - OPEN_AFTER:
            room.ended_at = letters.moments(activity)[1]
        if room.ended_at is None:
            continue
        room.followed_up_at = now
        recording.close_quietly(activity.id)
        attendance.count_all(room)
        if room.ended_at > now - FOLLOW_UP_UNTIL:
            letters.tell_after(room, activity, attendance.present_ids(room, activity))
        closed += 1
    return closed
