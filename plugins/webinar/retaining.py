"""For how long recordings are kept: as the office decided, or until a day that who leads chose; then nothing is left of them."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Annotated

from pydantic import BaseModel, Field
from sqlalchemy import select

from lms.plugin import (
    Activity,
    Actor,
    Command,
    Invalid,
    Ui,
    _,
    _l,
    directory,
    get_settings,
    notify,
    session,
    utcnow,
)
from plugins.webinar import recording, rooms
from plugins.webinar.models import Recording

PLUGIN = "webinar"
KIND = "webinar_recording"
TOLD_BEFORE = timedelta(days=14)
"""How long before the end its owner is told."""
LONGEST = timedelta(days=3653)
MONTH = timedelta(days=30.4375)


class WebinarSettings(BaseModel):
    """House rules of an office."""

    recording_months: Annotated[
        int,
        Field(ge=1, le=120),
        Ui(
            _l("Months for which recordings are kept"),
            _l("Who leads a meeting can choose another last day for each. Who recorded it is told two weeks before."),
        ),
    ] = 12  # fmt: skip


class KeepUntil(Command):
    """The last day of a recording."""

    last_day: Annotated[date, Ui(_l("Kept until"))]


def last_day(row: Recording) -> date:
    """The last day on which a recording is there, in the calendar of UTC."""
    if row.kept_until is not None:
        return row.kept_until
    months = get_settings(directory().get(row.office_id), PLUGIN, WebinarSettings).recording_months
    return ((row.ended_at or row.started_at) + months * MONTH).date()


def keep_until(actor: Actor, room_id: uuid.UUID, recording_id: uuid.UUID, command: KeepUntil) -> None:
    """Choose another last day. Raises NotFound, Forbidden, Invalid."""
    rooms.get_managed_room(actor, room_id)
    row = recording.get_recording(actor, room_id, recording_id)
    today = utcnow().date()
    if not today <= command.last_day <= today + LONGEST:
        text = _("Choose a day from today on, within ten years.")
        raise Invalid(text, fields={"last_day": text})
    row.kept_until = command.last_day
    session().flush()


def forget_old() -> None:
    """Tell owners what ends soon, and delete what is over, in the office in scope; again is nothing new."""
    today = utcnow().date()
    query = select(Recording, Activity).join(Activity, Activity.id == Recording.room_id)
    for row, activity in session().execute(query.where(Recording.ended_at.is_not(None))).all():
        ends = last_day(row)
        if ends < today:
            recording.discard(row)
        elif ends <= today + TOLD_BEFORE:
            _tell_owner(row, activity, ends, (ends - today).days)


def _tell_owner(row: Recording, activity: Activity, ends: date, days: int) -> None:
    office = directory().get(row.office_id)
    notify(
        row.owner_id, KIND, title=_l("The recording of “%(title)s” will be deleted", title=activity.title),
        body=_l("Days left: %(days)s. Whoever leads the meeting can choose a later day beside the recording.", days=days),
        url=f"/o/{office.slug}/webinar/{activity.id}/replay/{row.id}", key=f"webinar:ends:{row.id}:{ends}",
    )  # fmt: skip
