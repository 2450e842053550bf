"""The page on which a self-training module is made of a meeting."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Activity, Form, _, activity_url, actor, edit_url, member, session
from plugins.webinar import modules, rooms
from plugins.webinar.modules import MakeModule
from plugins.webinar.views import as_uuid, trail

blueprint = Blueprint("webinar_modules", __name__, url_prefix="/webinar/<uuid:activity_id>/module")


@blueprint.route("/", methods=["GET", "POST"])
@member
def make(activity_id: uuid.UUID) -> ResponseReturnValue:
    """What it will be made of; then the draft."""
    who = actor()
    meeting = rooms.get_managed_room(who, activity_id)
    asked = request.values.get("recording_id", "")
    found = modules.preview(who, activity_id, as_uuid(asked) if asked else None)
    form, made = _form(meeting, found), list[uuid.UUID]()
    if form.run(lambda command: made.append(modules.make(who, activity_id, command))):
        flash(_("The module is there, as a draft. Look at it, then publish it."), "success")
        course = session().get_one(Activity, made[0])
        return redirect(edit_url(course) or activity_url(course), 303)
    show, extras = url_for("webinar.show", activity_id=activity_id), form["extras"]
    extras.choices = [each for each in extras.choices if each[0] in found.possible]
    page = render_template(
        "webinar/module.html", meeting=meeting, activity=meeting.activity, found=found, form=form, extras=extras, made=[(each.title, activity_url(each)) for each in found.made],
        chapters=modules.chapters(actor(), found.chosen) if found.chosen else [], breadcrumb=trail(meeting.activity.title, show, _("Self-training module")),
    )  # fmt: skip
    return page, form.status


def _form(meeting: rooms.Meeting, found: modules.Preview) -> Form[MakeModule]:
    values = {
        "title": meeting.activity.title,
        "recording_id": found.chosen.id if found.chosen else None,
        "extras": found.possible,
        "known": found.known,
    }
    return Form(MakeModule, values=values, submit=_("Make the draft"))
