"""How people get in: invitations and registration."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.accounts import invitations, registration
from lms.accounts.forms import OpenAccount, Register
from lms.accounts.passwords import check_new_password, hash_password
from lms.accounts.signin import Proof
from lms.accounts.views.entering import enter, go, knock
from lms.errors import NotFound
from lms.offices.directory import OfficeView
from lms.store.base import session as database
from lms.store.uow import unit_of_work
from lms.text import gettext as _
from lms.web.forms import Form
from lms.web.guard import actor, guest_or_actor, public, signed_in, slow
from lms.web.offices import current_office

blueprint = Blueprint("joining", __name__)


@blueprint.route("/invitation/<secret>", methods=["GET", "POST"])
@slow(public)
def invitation(secret: str) -> ResponseReturnValue:
    """What an invited person sees: complete the account, or accept with the one they have."""
    _office()
    row = invitations.read_link(secret)
    email = row.email
    form = Form(OpenAccount, values={"name": row.name}, submit=_("Join"))
    shown = {
        "email": email, "inviter": row.invited_by.name if row.invited_by else "", "message": row.message,
        "secret": secret, "has_account": invitations.has_account(row), "who": guest_or_actor(),
    }  # fmt: skip
    if form.accept():
        knock("invitation", email)
        reached: list[str] = []
        if form.run(lambda c: reached.append(enter(_accept(secret, email, c), _home()))):
            flash(_("Welcome! Your account is ready."), "success")
            return go(reached[0])
    return render_template("accounts/invitation.html", form=form, **shown), form.status


@blueprint.post("/invitation/<secret>/accept")
@signed_in
def accept_invitation(secret: str) -> ResponseReturnValue:
    """Accept as the person who is signed in."""
    invitations.accept_as(actor(), secret)
    flash(_("Welcome! You are a member now."), "success")
    return go(_home())


@blueprint.route("/register", methods=["GET", "POST"])
@slow(public)
def register() -> ResponseReturnValue:
    """Ask to join; the page says how to get in where the office only invites."""
    office, who = _office(), guest_or_actor()
    form = Form(Register, submit=_("Create my account"))
    if office.join_rule == "invitation":
        return render_template("accounts/closed.html")
    if who is not None:
        return render_template("accounts/join.html")
    if command := form.accept():
        knock("registration", command.email)
        with unit_of_work():
            registration.begin_registration(office, command.name, command.email)
        return render_template("accounts/look_in_mail.html", email=command.email, purpose="register")
    return render_template("accounts/register.html", form=form), form.status


@blueprint.post("/register/join")
@signed_in
def join() -> ResponseReturnValue:
    """A signed-in person joins, or asks to."""
    outcome = registration.join_as(actor(), _office())
    return _welcome(outcome, _home())


@blueprint.route("/register/<secret>", methods=["GET", "POST"])
@slow(public)
def confirm(secret: str) -> ResponseReturnValue:
    """The link of the mail: confirm, choose a password or none, and join."""
    office = _office()
    form = Form(
        OpenAccount, values={"name": registration.check_link(office, secret)}, submit=_("Confirm and join")
    )
    if form.accept():
        knock("registration", secret)
        reached: list[ResponseReturnValue] = []
        if form.run(lambda c: reached.append(_finish(office, secret, c))):
            return reached[0]
    return render_template("accounts/confirm_registration.html", form=form), form.status


def _accept(secret: str, email: str, command: OpenAccount) -> Proof:
    hashed = _hashed(command, email)
    with unit_of_work():
        return invitations.accept_as_new(secret, command.name, hashed)


def _finish(office: OfficeView, secret: str, command: OpenAccount) -> ResponseReturnValue:
    hashed = _hashed(command, "")
    with unit_of_work():
        proof, outcome = registration.finish_registration(office, secret, command.name, hashed)
    return _welcome(outcome, enter(proof, _home()))


def _hashed(command: OpenAccount, email: str) -> str:
    if not command.password:
        return ""
    check_new_password(command.password, name=command.name, email=email)
    database().rollback()  # hashing takes long: no transaction stays open meanwhile
    return hash_password(command.password)


def _welcome(outcome: registration.Outcome, onward: str) -> ResponseReturnValue:
    if outcome == "active":
        flash(_("Welcome! You are a member now."), "success")
    else:
        flash(_("The office was told. You get a message when you are let in."), "success")
    return go(onward)


def _home() -> str:
    return url_for("home.index")


def _office() -> OfficeView:
    office = current_office()
    if office is None:
        raise NotFound(_("This page belongs to an office. Choose the office first."), code="no_office")
    return office
