"""The doors: password, mailed code, second step, passkey, and out again."""

from __future__ import annotations

import uuid
from typing import cast

from flask import Blueprint, Flask, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from lms.accounts import passkeys, secondstep, signin
from lms.accounts.doors import doors, install_doors
from lms.accounts.forms import AskForCode, GiveCode, GiveSecondStep, PasskeyAnswer, SignIn
from lms.accounts.sessions import SHARED
from lms.accounts.signin import Proof
from lms.accounts.views.entering import (
    PENDING,
    enter,
    go,
    knock,
    open_session,
    pending_proof,
    safe_next,
    visitor_address,
)
from lms.errors import Invalid
from lms.hooks.callers import hooks
from lms.store.runtime import settings
from lms.store.uow import unit_of_work
from lms.text import gettext as _
from lms.web.forms import Form
from lms.web.guard import public, slow
from lms.web.offices import current_office

blueprint = Blueprint("accounts", __name__)
blueprint.record_once(lambda state: install_doors(cast(Flask, state.app)))

CODE, CHALLENGE = "code", "passkey_challenge"


@blueprint.route("/sign-in", methods=["GET", "POST"])
@slow(public)
def sign_in() -> ResponseReturnValue:
    """Sign in by password; leads to the other ways."""
    onward = safe_next(request.values.get("next"))
    form = Form(SignIn, submit=_("Sign in"))
    if command := form.accept():
        knock("password", command.email)
        reached: list[str] = []
        if form.run(
            lambda c: reached.append(
                enter(signin.prove_by_password(c.email, c.password), onward, is_shared=c.is_shared)
            )
        ):
            doors().forgive("password", command.email, visitor_address())
            return go(reached[0])
    providers = [each for each in hooks().identity_providers() if each.endpoint != "accounts.sign_in"]
    page = render_template(
        "accounts/sign_in.html",
        form=form,
        providers=providers,
        next=onward,
        is_asked=bool(request.args.get("next")),
    )
    return page, form.status


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@slow(public)
def ask_for_code() -> ResponseReturnValue:
    """Ask for a code by mail."""
    onward = safe_next(request.values.get("next"))
    form = Form(AskForCode, submit=_("Send me a code"))
    if command := form.accept():
        knock("code_request", command.email)
        with unit_of_work():
            token_id = signin.request_code(signin.fold_email(command.email), current_office())
        session[CODE] = {"id": str(token_id), "email": signin.fold_email(command.email), "next": onward}
        return go(url_for("accounts.give_code"))
    return render_template("accounts/ask_for_code.html", form=form, next=onward), form.status


@blueprint.route("/sign-in/code/check", methods=["GET", "POST"])
@slow(public)
def give_code() -> ResponseReturnValue:
    """Write the code of the mail."""
    asked = session.get(CODE)
    if not asked:
        return redirect(url_for("accounts.ask_for_code"))
    form = Form(GiveCode, submit=_("Sign in"))
    if form.accept():
        knock("code", asked["email"])
        reached: list[str] = []
        if form.run(
            lambda c: reached.append(
                enter(
                    signin.prove_by_code(uuid.UUID(asked["id"]), c.code), asked["next"], is_shared=c.is_shared
                )
            )
        ):
            return go(reached[0])
    return render_template(
        "accounts/give_code.html", form=form, email=asked["email"], next=asked["next"]
    ), form.status


@blueprint.route("/sign-in/second-step", methods=["GET", "POST"])
@slow(public)
def second_step() -> ResponseReturnValue:
    """Write the code of the authenticator app."""
    pending = pending_proof()
    if pending is None:
        session.pop(PENDING, None)
        return redirect(url_for("accounts.sign_in"))
    proof, onward, is_shared = pending
    form = Form(GiveSecondStep, submit=_("Sign in"))
    if form.accept():
        knock("second_step", str(proof.user_id))
        if form.run(lambda c: _confirm(proof, c.code, is_shared=is_shared)):
            doors().forgive("second_step", str(proof.user_id), visitor_address())
            return go(onward)
    return render_template("accounts/second_step.html", form=form), form.status


def _confirm(proof: Proof, code: str, *, is_shared: bool) -> None:
    with unit_of_work():
        secondstep.check_second_step(proof.user_id, code)
        signin.admit(proof)
    open_session(proof.user_id, proof.method, is_shared=is_shared)


@blueprint.get("/sign-in/passkey")
@public
def passkey() -> str:
    """The page with the button; the browser does the rest."""
    return render_template("accounts/passkey.html", next=safe_next(request.args.get("next")))


@blueprint.post("/sign-in/passkey/options")
@slow(public)
def passkey_options() -> ResponseReturnValue:
    """A challenge for the browser."""
    asked = passkeys.ask_for_any(relying_party())
    keep_challenge(asked.challenge)
    return asked.options


@blueprint.post("/sign-in/passkey")
@slow(public)
def passkey_sign_in() -> ResponseReturnValue:
    """The signed challenge."""
    command = PasskeyAnswer.read(request.get_json())
    knock("passkey", str(command.credential.get("id", ""))[:200])
    challenge = take_challenge()
    with unit_of_work():
        proof = passkeys.prove_by_passkey(relying_party(), challenge, command.credential)
    return {"next": enter(proof, safe_next(request.args.get("next")))}


@blueprint.post("/sign-out")
@slow(public)
def sign_out() -> ResponseReturnValue:
    """End this session; on a shared computer the browser forgets what it kept of us."""
    was_shared = session.get(SHARED)
    session.clear()
    headers = {"Clear-Site-Data": '"cache", "storage"'} if was_shared else {}
    return redirect(f"{request.script_root}/", 303), headers


def relying_party() -> passkeys.RelyingParty:
    """This site as the browser sees it; the guard has checked the host."""
    host = request.host.partition(":")[0]
    return passkeys.RelyingParty(host, f"{request.scheme}://{request.host}", settings().site_name)


def take_challenge() -> bytes:
    """The challenge that this browser was given; good for one answer. Raises Invalid."""
    kept = session.pop(CHALLENGE, None)
    if not kept:
        raise Invalid(_("This took too long. Please try again."), code="no_challenge")
    return base64url_to_bytes(kept)


def keep_challenge(challenge: bytes) -> None:
    """Remember what this browser was asked."""
    session[CHALLENGE] = bytes_to_base64url(challenge)
