"""Background work of tutoring, office by office; each may run twice."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from lms.plugin import (
    JobRun,
    OfficeView,
    directory,
    forget_events,
    in_each_office,
    office_scope,
    session,
    system_actor,
    unit_of_work,
    utcnow,
)
from plugins.tutoring import booking, letters, meeting, offering
from plugins.tutoring.after.forgetting import forget_due
from plugins.tutoring.desk import colleagues, queue
from plugins.tutoring.models import Booking, Slot
from plugins.tutoring.refs import PLUGIN


def extend(job: JobRun) -> None:
    """Make times further ahead."""
    in_each_office(job, lambda _office: offering.extend_all(), plugin=PLUGIN)


def watch(job: JobRun) -> None:
    """Ask the next person where nobody decided, remind people of what is soon, say where nobody came, tidy the drop-in queue."""
    in_each_office(job, _watch, plugin=PLUGIN)


def forget(job: JobRun) -> None:
    """Empty the sessions that are older than the office keeps them."""
    offices = [office for office in directory().all() if PLUGIN in office.plugins]
    for number, office in enumerate(offices, start=1):
        has_more = True
        while has_more:
            with office_scope(office.id), unit_of_work():
                has_more = forget_due(system_actor(office.id)) > 0
                forget_events(colleagues.NAME)
        job.progress(number, len(offices))


def remind() -> int:
    """Remind people of sessions of the next day, in the office in scope."""
    soon = utcnow() + timedelta(hours=24)
    query = (
        select(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(Booking.state == "booked", Slot.starts_at > utcnow(), Slot.starts_at <= soon)
    )
    return sum(letters.tell_soon(row) for row in session().scalars(query))


def _watch(_office: OfficeView) -> None:
    booking.release_expired()
    remind()
    meeting.suggest_missed()
    queue.tidy()
