"""Pages of a task: hand in, see the result; for staff who handed in and who did not."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Ref, _, actor, may_manage, member, serve_file, session, slow, unit_of_work
from plugins.portfolio.cv.tailoring import find_cvs
from plugins.portfolio.pages.service import find_pages
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing.cards import owner_name
from plugins.portfolio.tasks import service
from plugins.portfolio.tasks.archive import collect_submissions, zip_stream
from plugins.portfolio.tasks.copies import with_addresses

blueprint = Blueprint("portfolio_tasks", __name__)


@blueprint.get("/portfolio/tasks/<uuid:activity_id>")
@member
def task(activity_id: uuid.UUID) -> ResponseReturnValue:
    """The task, what one handed in, and (for staff) everybody's standing."""
    activity = service.get_task(actor(), activity_id)
    own, manages = service.find_own(actor(), activity_id), may_manage(actor(), activity)
    things = [(str(ref_of("page", page.id)), page.title) for page in find_pages(actor())]
    cvs = [(str(ref_of("cv", cv.id)), _("CV: %(title)s", title=cv.title)) for cv in find_cvs(actor())]
    return render_template(
        "portfolio/tasks/task.html", activity=activity, own=own, why_not=service.why_not(actor(), activity, own), things=[*things, *cvs], manages=manages,
        standings=service.find_standings(actor(), activity_id) if manages else [], takes_part=service.takes_part(actor(), activity),
        breadcrumb=[(_("Activities"), url_for("activities.index")), (activity.title, None)],
    )  # fmt: skip


@blueprint.post("/portfolio/tasks/<uuid:activity_id>/hand-in")
@member
def hand_in(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Hand in a copy."""
    service.hand_in(actor(), activity_id, Ref.parse(request.form.get("target", "")))
    flash(_("It is handed in. You can go on changing the original."), "success")
    return redirect(url_for("portfolio_tasks.task", activity_id=activity_id), 303)


@blueprint.get("/portfolio/tasks/<uuid:activity_id>/submissions.zip")
@slow(member)
def archive(activity_id: uuid.UUID) -> Response:
    """All that was handed in, for whoever manages the task."""
    with unit_of_work():
        activity, members = collect_submissions(actor(), activity_id)
        title = activity.title
        session().flush()
        session().expunge_all()
    name = f"{title}.zip".replace('"', "'")
    disposition = f"attachment; filename=\"submissions.zip\"; filename*=UTF-8''{quote(name)}"
    return Response(
        zip_stream(members),
        mimetype="application/zip",
        headers={"Content-Disposition": disposition, "Cache-Control": "private, no-store"},
    )


@blueprint.route("/portfolio/submissions/<uuid:submission_id>", methods=["GET", "POST"])
@member
def submission(submission_id: uuid.UUID) -> ResponseReturnValue:
    """The locked copy; staff say what they think of it."""
    activity, row = service.get_submission(actor(), submission_id)
    if request.method == "POST":
        service.judge(actor(), submission_id, service.Judge.read(dict(request.form)))
        flash(_("The result is on its way."), "success")
        return redirect(url_for("portfolio_tasks.task", activity_id=activity.id), 303)
    if row.owner_id != actor().user_id:
        with unit_of_work():
            activity, row = service.get_submission(actor(), submission_id)
            service.note_reading(actor(), row)

    def address(file_id: uuid.UUID) -> str:
        return url_for("portfolio_tasks.file", submission_id=submission_id, file_id=file_id)

    blocks = [(block["width"], with_addresses(block["html"], address)) for block in row.content["blocks"]]
    return render_template(
        "portfolio/tasks/submission.html", activity=activity, submission=row, blocks=blocks, owner=owner_name(row.owner_id),
        may_judge=may_manage(actor(), activity) and row.owner_id != actor().user_id and not row.result,
        breadcrumb=[(activity.title, url_for("portfolio_tasks.task", activity_id=activity.id)), (row.title, None)],
    )  # fmt: skip


@blueprint.get("/portfolio/submissions/<uuid:submission_id>/files/<uuid:file_id>")
@member
def file(submission_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """A file of the locked copy."""
    _activity, row = service.get_submission(actor(), submission_id)
    return serve_file(service.get_file_of(row, file_id), as_download="download" in request.args)
