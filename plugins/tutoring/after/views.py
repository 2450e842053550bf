"""Pages of what stays of a session, and of the office's figures."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Actor, Form, _, actor, member, requires, send_table
from plugins.tutoring.after import forgetting, report, summary, tasks, transcript
from plugins.tutoring.after.forms import AddTask, Agree, Rate, ReportAsked
from plugins.tutoring.booking import get_booking, rules_of
from plugins.tutoring.desk.opening import MANAGE
from plugins.tutoring.models import Booking

blueprint = Blueprint("tutoring_after", __name__)


def after_context(who: Actor, row: Booking) -> dict[str, Any]:
    """What the page of a session shows of it."""
    return {
        "tasks": tasks.tasks_of([row]), "task_form": Form(AddTask, submit=_("Add")),
        "agree_form": Form(Agree, values={"word": row.trainee_word}, submit=_("Yes, this is right")),
        "rate_form": Form(Rate, submit=_("Send")), "may_keep": transcript.may_keep(who, row),
    }  # fmt: skip


@blueprint.post("/tutoring/sessions/<uuid:booking_id>/agree")
@member
def agree(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Agree with the summary."""
    summary.agree(actor(), booking_id, Agree.read(request.form.to_dict()))
    return _back(booking_id, _("Thank you. Your tutor sees that you agree."))


@blueprint.post("/tutoring/sessions/<uuid:booking_id>/rate")
@member
def rate(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Say how much it helped."""
    summary.rate(actor(), booking_id, Rate.read(request.form.to_dict()))
    return _back(booking_id, _("Thank you for your answer."))


@blueprint.post("/tutoring/sessions/<uuid:booking_id>/copy")
@member
def copy(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Let the tutor keep a copy of the conversation, or not."""
    row = summary.allow_copy(actor(), booking_id, is_allowed=request.form.get("allow") == "yes")
    return _back(
        booking_id,
        _("Your tutor may keep a copy.") if row.is_copy_allowed else _("Only you may keep a copy."),
    )


@blueprint.get("/tutoring/sessions/<uuid:booking_id>/conversation.pdf")
@member
def pdf(booking_id: uuid.UUID) -> ResponseReturnValue:
    """The conversation to keep or to print."""
    body = transcript.transcript_pdf(actor(), booking_id)
    day = get_booking(actor(), booking_id).slot.starts_at.date().isoformat()
    headers = {
        "Content-Disposition": f'attachment; filename="conversation-{day}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return body, 200, {"Content-Type": "application/pdf", **headers}


@blueprint.post("/tutoring/sessions/<uuid:booking_id>/tasks")
@member
def add_task(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Add a next step."""
    tasks.add_task(actor(), booking_id, AddTask.read(request.form.to_dict()))
    return _back(booking_id, _("Added to the next steps."))


@blueprint.post("/tutoring/tasks/<uuid:task_id>/<any(done, open, remove):what>")
@member
def change_task(task_id: uuid.UUID, what: str) -> ResponseReturnValue:
    """Tick a step off, open it again, or take it out."""
    who = actor()
    task = tasks.get_task(who, task_id)
    booking_id = task.booking_id
    if what == "remove":
        tasks.remove_task(who, task_id)
    else:
        tasks.tick_task(who, task_id, is_done=what == "done")
    if request.form.get("from") == "index":
        return redirect(url_for("tutoring.index", _anchor="steps"), 303)
    return redirect(url_for("tutoring.session", booking_id=booking_id, _anchor="steps"), 303)


@blueprint.get("/tutoring/report")
@requires(MANAGE)
def figures() -> ResponseReturnValue:
    """The office's figures, on a page or for a spreadsheet (``?as=csv``)."""
    asked = ReportAsked.read(
        {key: value for key, value in request.args.items() if key in ReportAsked.model_fields}
    )
    made = report.make_report(actor(), asked)
    match request.args.get("as"):
        case "csv" | "xlsx" as wanted:
            return send_table(report.as_table(made), wanted, f"tutoring-{made.first_day}-{made.last_day}")
    return render_template(
        "tutoring/report.html", report=made, keep_months=rules_of(actor()).keep_months, due=forgetting.count_due(actor()), breadcrumb=[(_("Tutoring"), url_for("tutoring.index")), (_("Figures"), None)]
    )  # fmt: skip


def _back(booking_id: uuid.UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("tutoring.session", booking_id=booking_id, _anchor="after"), 303)
