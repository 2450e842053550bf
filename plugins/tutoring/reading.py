"""Whoever opens what somebody said and wrote in a session leaves a trace."""

from __future__ import annotations

from datetime import timedelta

from lms.plugin import Actor, is_audited_since, unit_of_work, utcnow, write_audit
from plugins.tutoring.booking import get_booking
from plugins.tutoring.models import Booking
from plugins.tutoring.refs import ref_of

READ = "tutoring.case_read"
ONCE_IN = timedelta(hours=1)
"""Opening the same session again within this time is the same reading."""


def note_reading(actor: Actor, row: Booking) -> None:
    """Write down that its tutor reads a session; what a trainee reads is their own. Opens a unit of work where one is needed."""
    if actor.user_id != row.slot.tutor_id or is_audited_since(actor, READ, ref_of(row), utcnow() - ONCE_IN):
        return
    booking_id = row.id
    with unit_of_work():
        write_audit(actor, READ, ref_of(get_booking(actor, booking_id)))
