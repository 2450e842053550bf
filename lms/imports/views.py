"""Pages of the import."""

from __future__ import annotations

import uuid
from collections import Counter

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.accounts.membership import ROLE_TITLES
from lms.errors import NotFound
from lms.imports import service
from lms.imports.forms import UploadPeople
from lms.imports.planning import WRITTEN
from lms.imports.service import IMPORT
from lms.text import gettext as _
from lms.web.forms import Form
from lms.web.guard import actor, requires
from lms.work.jobs import get_job

blueprint = Blueprint("imports", __name__)
SHOWN = 200


@blueprint.route("/people/import", methods=["GET", "POST"])
@requires(IMPORT)
def begin() -> ResponseReturnValue:
    """Choose a file or paste rows."""
    form = Form(UploadPeople, submit=_("Look at it first"))
    kept: list[uuid.UUID] = []
    if form.run(lambda command: kept.append(_begin(command))):
        return redirect(url_for("imports.show", import_id=kept[0]), 303)
    page = render_template(
        "people/import.html", form=form, imports=service.find_imports(actor()), breadcrumb=_trail()
    )
    return page, form.status


@blueprint.get("/people/import/<uuid:import_id>")
@requires(IMPORT)
def show(import_id: uuid.UUID) -> str:
    """What would happen, what is happening, or what happened."""
    who = actor()
    row = service.get_import(who, import_id)
    if row.state != "draft":
        job = get_job(who, row.job_id) if row.job_id and row.created_by_id == who.user_id else None
        return render_template("people/import_report.html", row=row, job=job, breadcrumb=_trail())
    planned = service.preview(who, row)
    counts = Counter(each.verdict for each in planned)
    return render_template(
        "people/import_preview.html", row=row, planned=planned[:SHOWN], counts=counts, total=len(planned),
        to_write=sum(counts[each] for each in WRITTEN), role_names=ROLE_TITLES, breadcrumb=_trail(),
    )  # fmt: skip


@blueprint.post("/people/import/<uuid:import_id>/confirm")
@requires(IMPORT)
def confirm(import_id: uuid.UUID) -> ResponseReturnValue:
    """Write it."""
    service.confirm_import(actor(), import_id)
    return redirect(url_for("imports.show", import_id=import_id), 303)


@blueprint.post("/people/import/<uuid:import_id>/discard")
@requires(IMPORT)
def discard(import_id: uuid.UUID) -> ResponseReturnValue:
    """Forget the draft."""
    service.discard_import(actor(), import_id)
    flash(_("Nothing was imported."), "success")
    return redirect(url_for("people.find"), 303)


@blueprint.get("/people/import/<uuid:import_id>/report.csv")
@requires(IMPORT)
def report(import_id: uuid.UUID) -> Response:
    """The verdict on each row, as a file."""
    row = service.get_import(actor(), import_id)
    if row.state != "done":
        raise NotFound(_("The report is ready when the import is done."))
    headers = {"Content-Disposition": 'attachment; filename="import-report.csv"'}
    return Response(row.report, mimetype="text/csv", headers=headers)


def _begin(command: UploadPeople) -> uuid.UUID:
    file = command.file
    is_chosen = file is not None and bool(file.filename)
    data = file.stream.read() if file is not None and is_chosen else b""
    name = (file.filename or "") if file is not None and is_chosen else _("Pasted rows")
    return service.begin_import(actor(), data, command.text or "", name)


def _trail() -> list[tuple[str, str | None]]:
    return [(_("People"), url_for("people.find")), (_("Import"), None)]
