"""The live room itself: the pre-join page that becomes the room, and the door to it."""

from __future__ import annotations

import uuid

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import actor, hooks, member, uses_devices, utcnow, visitors
from plugins.webinar import calls, entering, log, rooms, trying
from plugins.webinar.chat_models import SIGNS
from plugins.webinar.entering import Enter
from plugins.webinar.forms import LINKS, SLOW
from plugins.webinar.media_commands import OfferCommand
from plugins.webinar.orders import InCall
from plugins.webinar.presets import LAYOUT_NAMES
from plugins.webinar.rights import GIVEN, OPEN_RIGHTS, RIGHT_NAMES, ROLE_NAMES, read_names

blueprint = Blueprint("webinar_live", __name__, url_prefix="/webinar")


@blueprint.get("/<uuid:activity_id>/room")
@uses_devices
@visitors("webinar")
def room(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Test camera and sound, choose a name; then the room."""
    who, now = actor(), utcnow()
    meeting = rooms.get_open_room(who, activity_id)
    known = log.find_in(who, activity_id)
    leads = rooms.leads(who, meeting)
    may = known.rights if known is not None else read_names(meeting.room.rights)
    return render_template(
        "webinar/room.html", meeting=meeting, activity=meeting.activity, leads=leads, name=known.name if known else who.name,
        is_open=meeting.is_open(now) or leads, is_past=meeting.is_past(now), may_speak=leads or "speak" in may,
        may_show=leads or "camera" in may, layouts=LAYOUT_NAMES, right_names=RIGHT_NAMES, role_names=ROLE_NAMES, given=GIVEN,
        lockable=OPEN_RIGHTS, slow_choices=SLOW, link_choices=LINKS, chat_signs=SIGNS, rights=sorted(read_names(meeting.room.rights)), has_bank=hooks().question_bank(who, "", 0) is not None,
        exit_url=url_for("webinar.show", activity_id=activity_id) if who.is_member else url_for("webinar_guest.left"),
    )  # fmt: skip


@blueprint.post("/<uuid:activity_id>/enter")
@visitors("webinar")
def enter(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Come in, or wait in the lobby."""
    row = entering.enter(actor(), activity_id, Enter.read({"name": request.form.get("name", "")}))
    return {"person": str(row.id), "state": row.state, "role": row.role, "heard": log.last_heard(row)}


@blueprint.post("/<uuid:activity_id>/try")
@visitors("webinar")
def try_connection(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Connect with the media engine to hear oneself, before the room."""
    return trying.connect(actor(), activity_id, OfferCommand.read(request.form.to_dict()))


@blueprint.post("/<uuid:activity_id>/try/end")
@visitors("webinar")
def end_trial(activity_id: uuid.UUID) -> ResponseReturnValue:
    """The trial is over."""
    trying.end(actor(), activity_id)
    return "", 204


@blueprint.post("/calls/leave")
@member
def leave_call() -> ResponseReturnValue:
    """The page of a call is left or closed: that is hanging up, and its socket may not live to say so."""
    command = InCall.read(request.form.to_dict())
    calls.leave(actor(), command.call, command.page)
    return "", 204
