"""The reference by which other parts know a session."""

from __future__ import annotations

from lms.plugin import Ref
from plugins.tutoring.models import Booking

PLUGIN, KIND = "tutoring", "booking"


def ref_of(row: Booking) -> Ref:
    """The reference of a session."""
    return Ref.of(PLUGIN, KIND, row.id)
