"""A forgotten password: a link by mail, and the page that it opens."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.accounts import signin
from lms.accounts.forms import AskForCode, NewPassword
from lms.accounts.views.entering import go, knock
from lms.store.uow import unit_of_work
from lms.text import gettext as _
from lms.web.forms import Form
from lms.web.guard import public, slow
from lms.web.offices import current_office

blueprint = Blueprint("password", __name__)


@blueprint.route("/password", methods=["GET", "POST"])
@slow(public)
def ask() -> ResponseReturnValue:
    """Ask for a link; the answer is the same for every address."""
    form = Form(AskForCode, submit=_("Send me a link"))
    if command := form.accept():
        knock("reset", command.email)
        with unit_of_work():
            signin.request_password_link(command.email, current_office())
        return render_template("accounts/look_in_mail.html", email=command.email, purpose="password")
    return render_template("accounts/ask_for_password.html", form=form), form.status


@blueprint.route("/password/<secret>", methods=["GET", "POST"])
@slow(public)
def reset(secret: str) -> ResponseReturnValue:
    """Choose a new password."""
    user = signin.check_password_link(secret)
    form = Form(NewPassword, submit=_("Save the new password"))
    email = user.email
    if form.accept():
        knock("reset", email)
        if form.run(lambda c: signin.reset_password(secret, c.password)):
            flash(_("Your new password is saved. Please sign in with it."), "success")
            return go(url_for("accounts.sign_in"))
    return render_template("accounts/new_password.html", form=form, email=email), form.status
