"""How one's account is kept safe: password, second step, passkeys, browsers that are signed in."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from lms.accounts import passkeys, profile, secondstep
from lms.accounts.forms import ChangePassword, ConfirmAuthenticator, PasskeyAnswer
from lms.accounts.sessions import find_sessions
from lms.accounts.views.entering import go, knock
from lms.accounts.views.proving import is_proved, proved
from lms.accounts.views.sign_in import keep_challenge, relying_party, take_challenge
from lms.store.uow import unit_of_work
from lms.text import gettext as _
from lms.web.forms import Form
from lms.web.guard import actor, signed_in, slow

blueprint = Blueprint("security", __name__)
NEW_SECRET = "new_totp_secret"  # noqa: S105 - the name of a session entry


@blueprint.get("/profile/security")
@signed_in
def show() -> str:
    """Everything that opens this account, and where it is open."""
    who = actor()
    return render_template(
        "accounts/security.html", user=profile.get_own_account(who), passkeys=passkeys.find_passkeys(who.user_id),
        codes_left=secondstep.recovery_codes_left(who.user_id), sessions=find_sessions(who.user_id),
        is_proved=is_proved(),
    )  # fmt: skip


@blueprint.route("/profile/password", methods=["GET", "POST"])
@slow(signed_in)
@proved
def password() -> ResponseReturnValue:
    """Set or change the password."""
    who = actor()
    form = Form(ChangePassword, submit=_("Save the new password"))
    has_password = bool(profile.get_own_account(who).password_hash)
    if form.accept():
        knock("password", str(who.user_id))
        if form.run(lambda c: profile.set_password(who, c.current, c.password)):
            flash(_("Your new password is saved. Other browsers were signed out."), "success")
            return go(url_for("security.show"))
    return render_template("accounts/change_password.html", form=form, has_password=has_password), form.status


@blueprint.route("/profile/authenticator", methods=["GET", "POST"])
@slow(signed_in)
@proved
def authenticator() -> ResponseReturnValue:
    """Set up the second step: scan, confirm, keep the recovery codes."""
    who = actor()
    secret = session.get(NEW_SECRET) or secondstep.new_secret()
    session[NEW_SECRET] = secret
    form = Form(ConfirmAuthenticator, submit=_("Switch on"))
    if form.accept():
        knock("second_step", str(who.user_id))
        codes: list[str] = []
        if form.run(lambda c: codes.extend(_switch_on(secret, c.code))):
            session.pop(NEW_SECRET, None)
            return render_template("accounts/recovery_codes.html", codes=codes)
    page = render_template(
        "accounts/authenticator.html",
        form=form,
        secret=secret,
        picture=secondstep.secret_picture(who.email, secret),
    )
    return page, form.status


def _switch_on(secret: str, code: str) -> list[str]:
    with unit_of_work():
        return secondstep.switch_on(actor(), secret, code)


@blueprint.route("/profile/authenticator/off", methods=["GET", "POST"])
@signed_in
@proved
def authenticator_off() -> ResponseReturnValue:
    """Switch the second step off."""
    if request.method == "GET":
        return render_template("accounts/authenticator_off.html")
    secondstep.switch_off(actor())
    flash(_("The second step is switched off."), "success")
    return go(url_for("security.show"))


@blueprint.post("/profile/recovery-codes")
@signed_in
@proved
def recovery_codes() -> str:
    """New recovery codes, shown once."""
    return render_template("accounts/recovery_codes.html", codes=secondstep.renew_recovery_codes(actor()))


@blueprint.post("/profile/passkeys/options")
@slow(signed_in)
@proved
def passkey_options() -> ResponseReturnValue:
    """A challenge for a new passkey."""
    asked = passkeys.ask_for_new(actor(), relying_party())
    keep_challenge(asked.challenge)
    return asked.options


@blueprint.post("/profile/passkeys")
@signed_in
@proved
def add_passkey() -> ResponseReturnValue:
    """Keep a new passkey."""
    command = PasskeyAnswer.read(request.get_json())
    passkeys.add_passkey(actor(), relying_party(), take_challenge(), command.credential, command.name)
    flash(_("The passkey is added. Next time you can sign in with it."), "success")
    return {"next": url_for("security.show")}, 201


@blueprint.post("/profile/passkeys/<uuid:passkey_id>/remove")
@signed_in
@proved
def remove_passkey(passkey_id: uuid.UUID) -> ResponseReturnValue:
    """Let a passkey open the account no longer."""
    passkeys.remove_passkey(actor(), passkey_id)
    flash(_("The passkey is removed."), "success")
    return go(url_for("security.show"))


@blueprint.post("/profile/sessions/<uuid:session_id>/end")
@signed_in
def end_session(session_id: uuid.UUID) -> ResponseReturnValue:
    """Sign out one browser."""
    profile.end_session(actor(), session_id)
    flash(_("That browser is signed out."), "success")
    return go(url_for("security.show"))


@blueprint.post("/profile/sessions/end")
@signed_in
def end_other_sessions() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    profile.end_other_sessions(actor())
    flash(_("All other browsers are signed out."), "success")
    return go(url_for("security.show"))
