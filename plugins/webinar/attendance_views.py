"""Pages of attendance: the sheet, its paper and tables, corrections, comparing a paper."""

from __future__ import annotations

import io
import uuid

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, NotFound, _, actor, knock, member, public, send_table
from plugins.webinar import attendance
from plugins.webinar.attendance import CorrectMinutes
from plugins.webinar.views import as_uuid, trail

blueprint = Blueprint("webinar_attendance", __name__, url_prefix="/webinar")


@blueprint.route("/<uuid:activity_id>/attendance", methods=["GET", "POST"])
@member
def sheet(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Who was there, for how long; corrections with a reason."""
    meeting, lines = attendance.read_sheet(actor(), activity_id)
    form = Form(CorrectMinutes, submit=_("Correct"))
    here = url_for("webinar_attendance.sheet", activity_id=activity_id)
    chosen = as_uuid(request.values["person"]) if request.values.get("person") else None
    if chosen and form.run(lambda command: attendance.correct(actor(), activity_id, chosen, command)):
        flash(_("Corrected. The audit keeps what it was before."), "success")
        return redirect(here, 303)
    page = render_template(
        "webinar/attendance.html", meeting=meeting, activity=meeting.activity, lines=lines, form=form,
        chosen=next((line for line in lines if line.participant.id == chosen), None), back_url=here,
        breadcrumb=trail(meeting.activity.title, url_for("webinar.show", activity_id=activity_id), _("Attendance")),
    )  # fmt: skip
    return page, form.status


@blueprint.get("/<uuid:activity_id>/attendance.<any(csv, xlsx):kind>")
@member
def table(activity_id: uuid.UUID, kind: str) -> ResponseReturnValue:
    """The same for a spreadsheet."""
    meeting, lines = attendance.read_sheet(actor(), activity_id)
    return send_table(
        attendance.as_table(meeting, lines),
        "csv" if kind == "csv" else "xlsx",
        f"{meeting.activity.title}.{kind}",
    )


@blueprint.post("/<uuid:activity_id>/attendance.pdf")
@member
def paper(activity_id: uuid.UUID) -> ResponseReturnValue:
    """The same on paper, with a check code."""
    body = attendance.print_sheet(actor(), activity_id)
    return send_file(io.BytesIO(body), "application/pdf", as_attachment=True, download_name="presence.pdf")


@blueprint.get("/verify")
@public
def verify() -> ResponseReturnValue:
    """Whoever has the paper can compare it."""
    code, found = request.args.get("code", "").strip()[:20], None
    if code:
        knock("contact", code, request.remote_addr or "")
        try:
            found = attendance.find_sheet(code)
        except NotFound:
            found = None
    return render_template("webinar/verify.html", code=code, found=found)
