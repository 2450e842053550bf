"""The page "Your data"."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from lms.hooks.callers import hooks
from lms.privacy import service
from lms.privacy.forms import AskErasure
from lms.text import gettext as _
from lms.web.forms import Form
from lms.web.guard import actor, signed_in

blueprint = Blueprint("privacy", __name__, url_prefix="/privacy")


@blueprint.route("/", methods=["GET", "POST"])
@signed_in
def index() -> ResponseReturnValue:
    """What is held and why; archive; erasure."""
    form = Form(AskErasure, submit=_("Erase my account in 14 days"))
    if form.run(lambda command: service.request_erasure(actor(), command.email, command.reason or "")):
        flash(_("Your account will be erased in 14 days. Until then you can change your mind here."))
        return redirect(url_for("privacy.index"))
    held: dict[str, dict[str, object]] = {}
    for _owner, entry in hooks().personal_data():
        held.setdefault(str(entry.purpose), {"basis": entry.basis, "retention": entry.retention})
    return render_template(
        "privacy/index.html", form=form, held=held, exports=service.find_exports(actor()),
        erasure=service.pending_erasure(actor().user_id), basis_names=_basis_names(),
    ), form.status  # fmt: skip


@blueprint.post("/export")
@signed_in
def ask_export() -> ResponseReturnValue:
    """Ask for the archive."""
    service.request_export(actor())
    flash(_("Your archive is being made. It will be ready on this page in a moment."))
    return redirect(url_for("privacy.index"))


@blueprint.get("/export/<uuid:request_id>")
@signed_in
def download(request_id: uuid.UUID) -> ResponseReturnValue:
    """Download a finished archive."""
    path = service.get_export_file(actor(), request_id)
    return send_file(path, mimetype="application/zip", as_attachment=True, download_name="my-data.zip")


@blueprint.post("/erasure/cancel")
@signed_in
def cancel() -> ResponseReturnValue:
    """Stay."""
    service.cancel_erasure(actor())
    flash(_("Your account stays. We are glad."))
    return redirect(url_for("privacy.index"))


def _basis_names() -> dict[str, str]:
    return {
        "consent": _("you agreed to it"),
        "contract": _("it is needed for what we agreed with you"),
        "legal_obligation": _("the law demands it"),
        "public_task": _("it is part of our public task"),
        "legitimate_interest": _("it is needed to run this service safely"),
    }
