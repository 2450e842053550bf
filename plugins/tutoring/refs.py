"""The reference by which other parts know a session."""

from __future__ import annotations

from sqlalchemy import select

from lms.plugin import Ref, session
from plugins.tutoring.models import Booking

PLUGIN, KIND = "tutoring", "booking"


def ref_of(row: Booking) -> Ref:
    """The reference of a session."""
    return Ref.of(PLUGIN, KIND, row.id)


def find_by_ref(ref: Ref) -> Booking | None:
    """The session of the office in scope with that reference, if it is one."""
    if (ref.plugin, ref.kind) != (PLUGIN, KIND):
        return None
    return session().scalar(select(Booking).filter_by(id=ref.uuid))
