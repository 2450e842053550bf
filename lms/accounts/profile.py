"""What people change about their own account."""

from __future__ import annotations

import uuid
from typing import Literal

from lms.access.actor import Actor
from lms.accounts import tokens
from lms.accounts.forms import ChangeEmail, ChooseLanguage, EditProfile
from lms.accounts.models import SignInSession, User
from lms.accounts.passwords import check_new_password, hash_password, is_right_password
from lms.accounts.sessions import end_sessions
from lms.accounts.signin import find_by_email, fold_email, site_prefix
from lms.clock import utcnow
from lms.errors import Conflict, Invalid, NotFound
from lms.live.hub import recheck_person
from lms.offices.directory import OfficeView
from lms.refs import Ref
from lms.store.audit import write_audit
from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.text import gettext as _
from lms.text import lazy_gettext as _l
from lms.work.mail import send_mail

Theme = Literal["auto", "light", "dark"]


def get_own_account(actor: Actor) -> User:
    """The row of the person who is signed in."""
    return session().get_one(User, actor.user_id)


def edit_profile(actor: Actor, command: EditProfile) -> None:
    """Change name, headline, telephone, language and time zone."""
    user = get_own_account(actor)
    user.name = " ".join(command.name.split())
    user.headline, user.phone = command.headline or "", command.phone or ""
    user.locale, user.zone = command.locale or "", command.zone or ""


def choose_theme(actor: Actor, theme: Theme) -> None:
    """Light, dark, or as the device says."""
    get_own_account(actor).theme = theme


def choose_language(actor: Actor, command: ChooseLanguage) -> None:
    """Speak another language to the person, on every page and in mail."""
    get_own_account(actor).locale = command.locale


def check_own_password(actor: Actor, password: str | None) -> None:
    """Ask the person at the screen to prove it once more, if they have a password. Hashes. Raises Invalid."""
    stored = get_own_account(actor).password_hash
    session().rollback()
    if stored and not is_right_password(stored, password or ""):
        text = _("This is not your present password.")
        raise Invalid(text, fields={"current": text}, code="wrong_password")


def set_password(actor: Actor, current: str | None, password: str) -> None:
    """Set or change the password; every other session ends. Hashes: call outside a unit of work. Raises Invalid."""
    check_own_password(actor, current)
    check_new_password(password, name=actor.name, email=actor.email)
    hashed = hash_password(password)
    with unit_of_work():
        user = get_own_account(actor)
        user.password_hash = hashed
        end_sessions(user.id, keep=actor.session_id)
        write_audit(actor, "account.password_changed", Ref.of("core", "user", user.id))
        _tell(user, "password_changed", None)


def request_new_email(actor: Actor, command: ChangeEmail, office: OfficeView | None) -> None:
    """Mail a link to the new address, and a word to the old one. Says the same if the new one is taken."""
    user = get_own_account(actor)
    email = fold_email(command.email)
    if email == user.email:
        text = _("This is your address already.")
        raise Invalid(text, fields={"email": text})
    if find_by_email(email) is not None:
        return
    secret = tokens.issue_link("email", user_id=user.id, email=email)
    context = {
        "name": user.name, "action_url": f"{site_prefix(office)}/profile/email/{secret}",
        "action_label": _l("Use this address"),
    }  # fmt: skip
    send_mail(email, "confirm_email", context, locale=actor.locale, office=office)
    _tell(user, "email_changing", office, new_email=email)


def confirm_new_email(actor: Actor, secret: str) -> str:
    """Use the address that the link proves; returns it. Raises NotFound, Conflict."""
    row = tokens.find_link("email", secret)
    if row.user_id != actor.user_id:
        raise NotFound(
            _("This link belongs to another account. Sign in with that one first."), code="other_account"
        )
    tokens.use_link("email", secret)
    if find_by_email(row.email) is not None:
        raise Conflict(_("Another account uses this address meanwhile."))
    user = get_own_account(actor)
    user.email, user.email_confirmed_at = row.email, utcnow()
    write_audit(actor, "account.email_changed", Ref.of("core", "user", user.id))
    return user.email


def end_session(actor: Actor, session_id: uuid.UUID) -> None:
    """Sign out one browser. Raises NotFound."""
    row = session().get(SignInSession, session_id)
    if row is None or row.user_id != actor.user_id:
        raise NotFound(_("This browser is signed out already."))
    session().delete(row)
    recheck_person(actor.user_id)


def end_other_sessions(actor: Actor) -> None:
    """Sign out everywhere but here."""
    end_sessions(actor.user_id, keep=actor.session_id)
    recheck_person(actor.user_id)


def _tell(user: User, template: str, office: OfficeView | None, **values: str) -> None:
    context = {"name": user.name, **values}
    send_mail(user.email, template, context, locale=user.locale or "en", office=office)
