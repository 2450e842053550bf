"""The page on which programs are managed. What they call themselves is in ``whip_views.py``."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, Invalid, _, actor, member
from plugins.webinar import programs, rooms
from plugins.webinar.program_models import Program
from plugins.webinar.programs import AddProgram
from plugins.webinar.views import as_uuid, trail

blueprint = Blueprint("webinar_programs", __name__, url_prefix="/webinar/<uuid:activity_id>")


@blueprint.route("/programs", methods=["GET", "POST"])
@member
def index(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Which programs may connect, their addresses and keys."""
    who = actor()
    meeting = rooms.get_managed_room(who, activity_id)
    form = Form(AddProgram, submit=_("Make a key"))
    if form.run(lambda command: programs.add_program(who, activity_id, command)):
        return redirect(url_for("webinar_programs.index", activity_id=activity_id), 303)
    show = url_for("webinar.show", activity_id=activity_id)
    page = render_template(
        "webinar/programs.html", meeting=meeting, form=form, found=programs.find_programs(who, activity_id), uses=dict(programs.USES),
        key_of=programs.key_of, address_of=_address_of, breadcrumb=trail(meeting.activity.title, show, _("Programs")),
    )  # fmt: skip
    return page, form.status


@blueprint.post("/programs/change")
@member
def change(activity_id: uuid.UUID) -> ResponseReturnValue:
    """A new key, or none any more."""
    chosen = as_uuid(request.form.get("id", ""))
    match request.form.get("do"):
        case "renew":
            programs.renew_key(actor(), activity_id, chosen)
            flash(_("This is a new key. The old one opens nothing any more."), "success")
        case "remove":
            programs.remove_program(actor(), activity_id, chosen)
            flash(_("This program cannot connect any more."), "success")
        case _:
            raise Invalid(_("Please choose what to do."))
    return redirect(url_for("webinar_programs.index", activity_id=activity_id), 303)


def _address_of(row: Program) -> str:
    protocol = "whip" if row.direction == "send" else "whep"
    return url_for("webinar_whip.endpoint", activity_id=row.room_id, protocol=protocol, _external=True)
