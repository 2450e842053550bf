"""Proving once more that it is you, before something that would let a stranger at your screen stay in your account."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Blueprint, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from lms.accounts import profile, signin
from lms.accounts.forms import GiveCode, ProvePassword
from lms.accounts.views.entering import PROVED, go, knock, safe_next
from lms.clock import utcnow
from lms.errors import Forbidden, Invalid
from lms.store.uow import unit_of_work
from lms.text import gettext as _
from lms.web.errors import wants_json
from lms.web.forms import Form
from lms.web.guard import SAFE_METHODS, actor, signed_in, slow
from lms.web.offices import current_office

blueprint = Blueprint("proving", __name__)
PROVED_FOR = timedelta(minutes=15)
ASKED = "proving_code"

View = TypeVar("View", bound=Callable[..., Any])


def is_proved() -> bool:
    """True for a quarter of an hour after a sign-in or another proof in this browser."""
    return utcnow().timestamp() - float(session.get(PROVED, 0)) < PROVED_FOR.total_seconds()


def proved(view: View) -> View:
    """The view needs a fresh proof; stands under the policy. Scripts get Forbidden with the code ``prove_first``."""

    @functools.wraps(view)
    def ask_first(**arguments: Any) -> Any:
        if is_proved():
            return view(**arguments)
        if wants_json() or request.is_json:
            raise Forbidden(_("Please prove first that it is you: load this page again."), code="prove_first")
        is_page = request.method in SAFE_METHODS
        onward = request.script_root + request.full_path if is_page else url_for("security.show")
        return go(url_for("proving.prove", next=onward.rstrip("?")))

    return ask_first  # type: ignore[return-value]  # the same signature


@blueprint.route("/profile/prove", methods=["GET", "POST"])
@slow(signed_in)
def prove() -> ResponseReturnValue:
    """By the password, or by a code in the mail."""
    onward = safe_next(request.values.get("next"))
    has_password = bool(profile.get_own_account(actor()).password_hash)
    by_password = Form(ProvePassword, submit=_("Continue"))
    by_code = Form(GiveCode, submit=_("Continue"))
    if has_password and "current" in request.form and by_password.run(_prove_by_password):
        return _passed(onward)
    if "code" in request.form and by_code.run(_prove_by_code):
        return _passed(onward)
    page = render_template(
        "accounts/prove.html", by_password=by_password if has_password else None, next=onward,
        by_code=by_code if ASKED in session else None, email=actor().email,
    )  # fmt: skip
    return page, max(by_password.status, by_code.status)


@blueprint.post("/profile/prove/code")
@slow(signed_in)
def send_code() -> ResponseReturnValue:
    """A code to the person's own address."""
    knock("code_request", actor().email)
    with unit_of_work():
        session[ASKED] = str(signin.request_code(actor().email, current_office()))
    return go(url_for("proving.prove", next=safe_next(request.form.get("next"))))


def _prove_by_password(command: ProvePassword) -> None:
    knock("password", actor().email)
    profile.check_own_password(actor(), command.current)


def _prove_by_code(command: GiveCode) -> None:
    knock("code", actor().email)
    proof = signin.prove_by_code(uuid.UUID(session[ASKED]) if ASKED in session else None, command.code)
    if proof.user_id != actor().user_id:
        raise Invalid(_("This code belongs to another account."), code="other_account")


def _passed(onward: str) -> ResponseReturnValue:
    session.pop(ASKED, None)
    session[PROVED] = utcnow().timestamp()
    return go(onward)
