"""The operator's pages: is everything well, and what needs a hand."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.errors import Invalid
from lms.hooks.callers import hooks
from lms.offices.directory import directory
from lms.offices.forms import CreateOffice
from lms.offices.models import Office
from lms.offices.service import create_office
from lms.store.scope import all_offices
from lms.text import gettext as _
from lms.web.forms import Form
from lms.web.guard import actor, operators_only
from lms.work.jobs import cancel_job, find_jobs, retry_job
from lms.work.mail import find_mails, resend_mail

blueprint = Blueprint("operator", __name__, url_prefix="/operator")
PAGE = 50


@blueprint.get("/")
@operators_only
def index() -> ResponseReturnValue:
    """Health first, then what failed."""
    with all_offices("the operator looks at the health of the site"):
        checks = sorted(
            hooks().health_checks(), key=lambda check: ("failed", "warning", "ok").index(check.status)
        )
    return render_template(
        "operator/index.html",
        checks=checks,
        plugins=hooks().plugins,
        failures=list(hooks().watch.failures)[-20:][::-1],
        **_frame("index"),
    )


@blueprint.get("/jobs")
@operators_only
def jobs() -> ResponseReturnValue:
    """Background work."""
    state = request.args.get("state") or None
    return render_template(
        "operator/jobs.html",
        jobs=find_jobs(actor(), state=state, limit=PAGE),
        state=state,
        specs=hooks().jobs(),
        **_frame("jobs"),
    )


@blueprint.post("/jobs/<uuid:job_id>")
@operators_only
def change_job(job_id: uuid.UUID) -> ResponseReturnValue:
    """Try a job again, or stop it."""
    match request.form.get("do"):
        case "retry":
            retry_job(actor(), job_id)
            flash(_("It will be tried again at once."))
        case "cancel":
            cancel_job(actor(), job_id)
            flash(_("It is being stopped."))
        case _:
            raise Invalid(_("Please choose what to do."))
    return redirect(url_for("operator.jobs"))


@blueprint.route("/mail", methods=["GET", "POST"])
@operators_only
def mail() -> ResponseReturnValue:
    """The mail queue, without the content of anybody's mail."""
    if request.method == "POST":
        resend_mail(actor(), _id_of(request.form.get("mail_id", "")))
        flash(_("It will be sent again."))
        return redirect(url_for("operator.mail"))
    state = request.args.get("state") or None
    return render_template(
        "operator/mail.html",
        mails=find_mails(actor(), state=state, limit=PAGE),
        state=state,
        **_frame("mail"),
    )


@blueprint.route("/offices", methods=["GET", "POST"])
@operators_only
def offices() -> ResponseReturnValue:
    """The office tree, and new offices."""
    form = Form(
        CreateOffice, submit=_("Create office"), context={"parent_id": request.form.get("parent_id") or None}
    )
    made: list[Office] = []
    if form.run(lambda command: made.append(create_office(actor(), command))):
        flash(_("%(name)s exists now. Invite its head next.", name=made[0].name))
        return redirect(url_for("operator.offices"))
    return render_template(
        "operator/offices.html", form=form, tree=directory().all(), **_frame("offices")
    ), form.status


def _id_of(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Invalid(_("Please choose what to do.")) from None


def _frame(active: str) -> dict[str, object]:
    titles = {"index": _("Health"), "jobs": _("Background work"), "mail": _("Mail"), "offices": _("Offices")}
    return {
        "tabs": [(title, url_for(f"operator.{name}"), name == active, None) for name, title in titles.items()]
    }
