"""Certificates: one's own, their PDF, the public page that verifies them."""

from __future__ import annotations

import uuid

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, _, actor, member, public, send_table, slow
from plugins.courses import authoring, certificates
from plugins.courses.forms import Revoke
from plugins.courses.paper import certificate_pdf
from plugins.courses.views.base import blueprint, tabs, trail


@blueprint.get("/certificates")
@member
def certificates_page() -> ResponseReturnValue:
    """One's own certificates."""
    return render_template(
        "courses/certificates.html", certificates=certificates.find_certificates(actor()),
        breadcrumb=[(_("Courses"), url_for("courses.index")), (_("My certificates"), None)],
    )  # fmt: skip


@blueprint.post("/<uuid:activity_id>/certificate")
@member
def claim(activity_id: uuid.UUID) -> ResponseReturnValue:
    """One's own certificate of a completed course, made now if it was not yet."""
    row = certificates.claim_certificate(actor(), activity_id)
    return redirect(url_for("courses.certificate_pdf_page", certificate_id=row.id), 303)


@blueprint.get("/certificate/<uuid:certificate_id>.pdf")
@slow(member)
def certificate_pdf_page(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """The certificate on paper."""
    row = certificates.get_certificate(actor(), certificate_id)
    address = url_for("courses.verify", code=row.code, _external=True)
    response = Response(certificate_pdf(row, address), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="certificate-{row.code}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/verify")
@public
def verify_form() -> ResponseReturnValue:
    """Ask for a code."""
    code = certificates.tidy_code(request.args.get("code", ""))
    if code:
        return redirect(url_for("courses.verify", code=code))
    return render_template("courses/verify.html", found=None, code="")


@blueprint.get("/verify/<code>")
@public
def verify(code: str) -> ResponseReturnValue:
    """Whether a certificate holds; for anybody who has its code."""
    found = certificates.verify(code)
    return render_template(
        "courses/verify.html", found=found, code=certificates.tidy_code(code)
    ), 200 if found else 404


@blueprint.get("/<uuid:activity_id>/issued")
@member
def issued(activity_id: uuid.UUID) -> ResponseReturnValue:
    """All certificates of a course; ``?form=csv`` or ``xlsx`` is the table to take along."""
    wanted = request.args.get("form")
    if wanted in {"csv", "xlsx"}:
        table = certificates.issued_table(actor(), activity_id)
        return send_table(table, "csv" if wanted == "csv" else "xlsx", _("certificates"))
    activity, course = authoring.get_course(actor(), activity_id)
    return render_template(
        "courses/issued.html", activity=activity, course=course, certificates=certificates.find_issued(actor(), activity_id),
        tabs=tabs(activity, "issued"), breadcrumb=trail(activity, (_("Edit"), None)),
    )  # fmt: skip


@blueprint.route("/certificate/<uuid:certificate_id>/revoke", methods=["GET", "POST"])
@member
def revoke(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """Say that a certificate no longer holds, and why."""
    row = certificates.get_certificate(actor(), certificate_id)
    activity, _course = authoring.get_course(actor(), row.course_id)
    form = Form(Revoke, submit=_("Revoke"))
    if form.run(lambda command: certificates.revoke_certificate(actor(), certificate_id, command)):
        flash(_("The certificate no longer holds. You can let it hold again at any time."))
        return redirect(url_for("courses.issued", activity_id=row.course_id), 303)
    return render_template(
        "courses/revoke.html", form=form, certificate=row,
        breadcrumb=trail(activity, (_("Certificates"), url_for("courses.issued", activity_id=activity.id)), (row.holder, None)),
    ), form.status  # fmt: skip


@blueprint.post("/certificate/<uuid:certificate_id>/reinstate")
@member
def reinstate(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """Let a revoked certificate hold again."""
    row = certificates.get_certificate(actor(), certificate_id)
    certificates.reinstate_certificate(actor(), certificate_id)
    flash(_("The certificate holds again."), "success")
    return redirect(url_for("courses.issued", activity_id=row.course_id), 303)
