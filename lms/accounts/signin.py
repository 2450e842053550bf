"""Who is it? Proving an account by password, mailed code or reset link, and deciding whether it may sign in.

Each way answers the same, and takes the same time, for an account that exists and one that
does not. None of this knows of cookies: the views turn a ``Proof`` into a session.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from lms.accounts import tokens
from lms.accounts.models import User
from lms.accounts.passwords import check_new_password, hash_password, is_right_password, needs_rehash
from lms.accounts.sessions import end_sessions
from lms.clock import utcnow
from lms.errors import Forbidden, Invalid, NotFound
from lms.hooks.callers import hooks
from lms.offices.directory import OfficeView
from lms.store.base import session
from lms.store.runtime import settings
from lms.store.uow import unit_of_work
from lms.text import current_locale
from lms.text import gettext as _
from lms.text import lazy_gettext as _l
from lms.work.mail import render_mail, send_mail

Method = Literal["password", "code", "passkey", "invitation", "registration"]
NOBODY = "nobody@invalid.example"


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody has proved to be this person; ``needs_second_step`` if an authenticator app must confirm it."""

    user_id: uuid.UUID
    method: Method
    needs_second_step: bool = False


def prove_by_password(email: str, password: str) -> Proof:
    """Check a password. Call it outside a unit of work (it hashes). Raises Invalid, the same for all reasons."""
    user = find_by_email(email)
    stored = user.password_hash if user else ""
    user_id = user.id if user else None
    session().rollback()  # hashing takes long: no transaction stays open meanwhile
    if not is_right_password(stored, password) or user_id is None:
        raise Invalid(
            _("E-mail address and password do not match. Please check both."), code="wrong_password"
        )
    if needs_rehash(stored):
        renewed = hash_password(password)
        with unit_of_work():
            session().get_one(User, user_id).password_hash = renewed
    return _proof(user_id, "password")


def request_code(email: str, office: OfficeView | None) -> uuid.UUID:
    """Mail a sign-in code to a known address; returns the id to check it with, for unknown ones too."""
    user = find_by_email(email)
    token_id, code = tokens.issue_code(user.id if user and user.state == "active" else None, email)
    context = {"code": code, "minutes": 10}
    if user is None or user.state != "active":
        render_mail("sign_in_code", context, locale=current_locale(), office=office)
        return token_id
    send_mail(
        user.email, "sign_in_code", context, locale=user.locale or current_locale(), office=office, key=f"code-{token_id}"
    )  # fmt: skip
    return token_id


def prove_by_code(token_id: uuid.UUID | None, code: str) -> Proof:
    """Check a mailed code, inside a unit of work of its own so that a wrong try counts. Raises Invalid."""
    digits = "".join(sign for sign in code if sign.isdigit())
    with unit_of_work():
        user_id = tokens.try_code(token_id, digits) if token_id else None
        if user_id is not None:
            user = session().get_one(User, user_id)
            user.email_confirmed_at = user.email_confirmed_at or utcnow()
    if user_id is None:
        raise Invalid(
            _("This code is not right or not valid any more. Check the newest message, or ask for a new code."),
            fields={"code": _("Please check the code.")}, code="wrong_code",
        )  # fmt: skip
    return _proof(user_id, "code")


def admit(proof: Proof) -> User:
    """The person, if nothing speaks against signing in now. Raises Forbidden with the reason."""
    user = session().get(User, proof.user_id)
    if user is None or user.state == "erased":
        raise Forbidden(_("This account does not exist any more."), code="no_account")
    if user.state == "blocked":
        message = _("This account is blocked. Please ask your office.")
        if user.blocked_reason:
            message = _("This account is blocked: %(reason)s", reason=user.blocked_reason)
        raise Forbidden(message, code="blocked")
    hooks().check_sign_in(user.id, proof.method)
    user.last_seen_at = utcnow()
    return user


def request_password_link(email: str, office: OfficeView | None) -> None:
    """Mail a link that sets a new password to a known address; do the same work for an unknown one."""
    user = find_by_email(email)
    is_known = user is not None and user.state == "active"
    secret = tokens.issue_link(
        "password", user_id=user.id if user and is_known else None, email="" if is_known else NOBODY
    )
    context = {
        "action_url": f"{site_prefix(office)}/password/{secret}",
        "action_label": _l("Choose a new password"),
        "minutes": 60,
    }
    if user is None or not is_known:
        render_mail("new_password", context, locale=current_locale(), office=office)
    else:
        send_mail(user.email, "new_password", context, locale=user.locale or current_locale(), office=office)


def check_password_link(secret: str) -> User:
    """Whose password the link may set. Raises NotFound when it was used or is too old."""
    row = tokens.find_link("password", secret)
    user = session().get(User, row.user_id) if row.user_id else None
    if user is None or user.state != "active":
        raise NotFound(
            _("This link was used already or is too old. Please ask for a new one."), code="link_ended"
        )
    return user


def reset_password(secret: str, password: str) -> None:
    """Set a new password by a mailed link, once; every session ends. Hashes: call outside a unit of work."""
    user = check_password_link(secret)
    check_new_password(password, name=user.name, email=user.email)
    session().rollback()
    hashed = hash_password(password)
    with unit_of_work():
        row = tokens.use_link("password", secret)
        user = session().get_one(User, row.user_id)
        user.password_hash = hashed
        user.email_confirmed_at = user.email_confirmed_at or utcnow()
        end_sessions(user.id)


def find_by_email(email: str) -> User | None:
    """The account of an address, in any spelling of its case."""
    return session().scalar(select(User).filter_by(email=fold_email(email)))


def fold_email(email: str) -> str:
    """An address as it is kept: trimmed and in lower case."""
    return email.strip().lower()


def site_prefix(office: OfficeView | None) -> str:
    """Where links in mail begin: the site, inside the office if there is one."""
    return f"{settings().site_url}/o/{office.slug}" if office else settings().site_url


def _proof(user_id: uuid.UUID, method: Method) -> Proof:
    user = session().get_one(User, user_id)
    return Proof(user_id, method, needs_second_step=bool(user.totp_secret))
