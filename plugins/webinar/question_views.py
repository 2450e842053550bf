"""The page on which who leads chooses which questions stand in the replay."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import _, actor, member
from plugins.webinar import questions, recording, rooms
from plugins.webinar.views import as_uuid, trail

blueprint = Blueprint("webinar_questions", __name__, url_prefix="/webinar/<uuid:activity_id>/questions")


@blueprint.get("/")
@member
def choose(activity_id: uuid.UUID) -> ResponseReturnValue:
    """What was answered, and which of it is published."""
    found = questions.find_answered(actor(), activity_id)
    meeting = rooms.get_room(actor(), activity_id)
    return render_template(
        "webinar/questions.html", meeting=meeting, activity=meeting.activity, found=found,
        recordings=recording.find_recordings(activity_id),
        breadcrumb=trail(meeting.activity.title, url_for("webinar.show", activity_id=activity_id), _("Questions")),
    )  # fmt: skip


@blueprint.post("/change")
@member
def change(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Publish one, or do not any more."""
    chosen, is_published = as_uuid(request.form.get("question", "")), request.form.get("do") == "publish"
    questions.publish(actor(), activity_id, chosen, is_published=is_published)
    flash(_("It stands in the replay.") if is_published else _("It does not stand in the replay."), "success")
    return redirect(
        url_for("webinar_questions.choose", activity_id=activity_id, _anchor=f"question-{chosen}"), 303
    )
