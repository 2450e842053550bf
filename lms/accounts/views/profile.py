"""One's own profile: name, language, look, address, achievements."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.accounts import profile
from lms.accounts.actors import offices_of
from lms.accounts.forms import ChangeEmail, ChooseLanguage, ChooseTheme, EditProfile
from lms.accounts.views.entering import go, knock
from lms.accounts.views.proving import proved
from lms.hooks.callers import hooks
from lms.store.uow import unit_of_work
from lms.text import gettext as _
from lms.web.errors import wants_json
from lms.web.forms import Form
from lms.web.guard import actor, signed_in, slow
from lms.web.offices import current_office

blueprint = Blueprint("profile", __name__)


@blueprint.route("/profile", methods=["GET", "POST"])
@signed_in
def show() -> ResponseReturnValue:
    """Name, headline, telephone, language, zone; what the person achieved and where they belong."""
    who = actor()
    user = profile.get_own_account(who)
    values = {name: getattr(user, name) for name in ("name", "headline", "phone", "zone")}
    form = Form(EditProfile, values=values | {"locale": who.locale}, submit=_("Save"))
    if form.run(lambda c: profile.edit_profile(who, c)):
        flash(_("Your profile is saved."), "success")
        return go(url_for("profile.show"))
    page = render_template(
        "accounts/profile.html", form=form, user=user, offices_here=offices_of(who.user_id),
        achievements=hooks().evidence(who.user_id, who) if who.office_id else [],
    )  # fmt: skip
    return page, form.status


@blueprint.post("/profile/theme")
@signed_in
def theme() -> ResponseReturnValue:
    """Light, dark, or as the device says; back to the page one was on."""
    values = request.get_json() if request.is_json else request.form
    profile.choose_theme(actor(), ChooseTheme.read(dict(values)).theme)
    if wants_json():
        return "", 204
    return go(_page_before())


@blueprint.post("/profile/language")
@signed_in
def language() -> ResponseReturnValue:
    """Another language from now on; back to the page one was on."""
    profile.choose_language(actor(), ChooseLanguage.read(request.form.to_dict()))
    return go(_page_before())


@blueprint.route("/profile/email", methods=["GET", "POST"])
@slow(signed_in)
@proved
def email() -> ResponseReturnValue:
    """Ask for another address."""
    who = actor()
    form = Form(ChangeEmail, submit=_("Send me a link"))
    has_password = bool(profile.get_own_account(who).password_hash)
    if command := form.accept():
        knock("reset", str(who.user_id))
        if form.run(_request_new_email):
            return render_template("accounts/look_in_mail.html", email=command.email, purpose="email")
    return render_template("accounts/change_email.html", form=form, has_password=has_password), form.status


def _request_new_email(command: ChangeEmail) -> None:
    profile.check_own_password(actor(), command.current)
    with unit_of_work():
        profile.request_new_email(actor(), command, current_office())


@blueprint.route("/profile/email/<secret>", methods=["GET", "POST"])
@signed_in
def confirm_email(secret: str) -> ResponseReturnValue:
    """The link of the mail; a button, so that a mail filter that opens links changes nothing."""
    if request.method == "GET":
        return render_template("accounts/confirm_email.html")
    address = profile.confirm_new_email(actor(), secret)
    flash(_("From now on your address is %(email)s.", email=address), "success")
    return go(url_for("profile.show"))


def _page_before() -> str:
    referrer = request.referrer or ""
    return referrer if referrer.startswith(request.host_url) else url_for("profile.show")
