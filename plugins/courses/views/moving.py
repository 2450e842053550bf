"""Courses that leave as a file and come as a file."""

from __future__ import annotations

import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
    _,
    actor,
    format_size,
    max_upload_bytes,
    member,
    requires,
    slow,
    unit_of_work,
)
from plugins.courses import archive, authoring
from plugins.courses.building import Made
from plugins.courses.catalogue import MANAGE
from plugins.courses.views.base import blueprint, tell_left_out

FORM_OVERHEAD = 100_000


@blueprint.post("/<uuid:activity_id>/export")
@member
def export(activity_id: uuid.UUID) -> ResponseReturnValue:
    """The course as one file."""
    activity, _course = authoring.get_course(actor(), activity_id)
    response = Response(archive.export_course(actor(), activity_id), mimetype="application/zip")
    name = quote(archive.file_name(activity.title))
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.route("/import", methods=["GET", "POST"])
@slow(requires(MANAGE))
def import_archive() -> ResponseReturnValue:
    """A course from a file."""
    problem = ""
    if request.method == "POST":
        request.max_content_length = max_upload_bytes() + FORM_OVERHEAD
        try:
            made = _import()
        except (Conflict, Forbidden, Invalid, NotFound, Unavailable) as error:
            problem = error.message
        else:
            flash(_("The course is here. Nobody sees it until you publish it."), "success")
            tell_left_out(made.left_out)
            return redirect(url_for("courses.outline", activity_id=made.course_id), 303)
    return render_template(
        "courses/import.html", problem=problem, limit=format_size(max_upload_bytes()),
        breadcrumb=[(_("Courses"), url_for("courses.index")), (_("Import"), None)],
    ), 422 if problem else 200  # fmt: skip


def _import() -> Made:
    sent = request.files.get("archive")
    if sent is None or not sent.filename:
        raise Invalid(_("Choose a file first."))
    with TemporaryDirectory(prefix="lms-course-") as folder:
        path = Path(folder) / "course.zip"
        sent.save(path)
        if path.stat().st_size > max_upload_bytes():
            limit = format_size(max_upload_bytes())
            raise Invalid(
                _("This file is too large. The most we can take is %(limit)s.", limit=limit), code="too_large"
            )
        with unit_of_work():
            return archive.import_course(actor(), path)
