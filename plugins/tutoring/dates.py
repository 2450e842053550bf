"""One's own sessions among the dates of the calendar and of the start page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, case

from lms.plugin import Actor, name_of_member, session
from plugins.tutoring.booking import own_sessions
from plugins.tutoring.models import Booking, Slot

MOST_BETWEEN = 10_000
_IN_TIME = (
    (Slot.starts_at < bindparam("end")) & (Slot.ends_at > bindparam("start")) & Booking.state.in_(("booked", "done"))
)  # fmt: skip
_IS_KEPT = (Booking.state == "held") & (Booking.trainee_id == bindparam("me")) & (Slot.ends_at > bindparam("start"))  # fmt: skip
_BETWEEN = own_sessions(bindparam("me")).where(_IN_TIME).order_by(Slot.starts_at).limit(MOST_BETWEEN)
_OTHER = case((Slot.tutor_id == bindparam("me"), Booking.trainee_id), else_=Slot.tutor_id)
# Every start page asks it: it is built once.
_AHEAD = (
    own_sessions(bindparam("me"))
    .add_columns(name_of_member(_OTHER))
    .where(_IN_TIME | _IS_KEPT)
    .order_by(_IS_KEPT.desc(), Slot.starts_at)
    .limit(bindparam("most"))
)


def find_between(actor: Actor, start: datetime, end: datetime) -> list[Booking]:
    """The actor's own sessions that touch the time between two moments."""
    return list(session().scalars(_BETWEEN, {"me": actor.user_id, "start": start, "end": end}))


def find_ahead(actor: Actor, start: datetime, end: datetime, limit: int) -> list[tuple[Booking, str | None]]:
    """The first of those, with the name of the other one; before them the times that are kept for the actor, who waited."""
    wanted = {"me": actor.user_id, "office": actor.office_id, "start": start, "end": end, "most": limit}
    return [(row, name) for row, name in session().execute(_AHEAD, wanted)]
