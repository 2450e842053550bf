"""Registering without an invitation, as far as the office's rule allows it."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import select

from lms.access.actor import Actor
from lms.accounts import tokens
from lms.accounts.membership import ask_to_join, find_membership, join_office
from lms.accounts.models import Membership, MembershipRole, User
from lms.accounts.signin import Proof, find_by_email, fold_email, site_prefix
from lms.clock import utcnow
from lms.errors import Conflict, Forbidden, NotFound
from lms.offices.directory import OfficeView
from lms.store.base import session
from lms.text import current_locale
from lms.text import gettext as _
from lms.text import lazy_gettext as _l
from lms.work.mail import send_mail

Outcome = Literal["active", "waiting"]


def check_open(office: OfficeView) -> None:
    """Raise Forbidden where only invited people get in."""
    if office.join_rule == "invitation":
        raise Forbidden(
            _("This office invites its members itself. Ask there for an invitation."), code="closed"
        )


def begin_registration(office: OfficeView, name: str, email: str) -> None:
    """Mail a link that confirms the address; a known address is told how to sign in instead. Raises Forbidden."""
    check_open(office)
    user = find_by_email(email)
    secret = tokens.issue_link(
        "register", user_id=user.id if user else None, email=fold_email(email), name=name, office_id=office.id
    )
    if user is None:
        template, path, label = "confirm_registration", f"register/{secret}", _l("Confirm and join")
    else:
        template, path, label = "already_registered", f"sign-in?next=/o/{office.slug}/register", _l("Sign in")
    context = {
        "name": name,
        "office_name": office.name,
        "action_url": f"{site_prefix(office)}/{path}",
        "action_label": label,
    }
    send_mail(fold_email(email), template, context, locale=current_locale(), office=office)


def check_link(office: OfficeView, secret: str) -> str:
    """The name that was given when the link was asked for. Raises NotFound, Forbidden."""
    check_open(office)
    row = tokens.find_link("register", secret)
    if row.office_id != office.id or row.user_id is not None:
        raise NotFound(
            _("This link was used already or is too old. Please ask for a new one."), code="link_ended"
        )
    return row.name


def finish_registration(
    office: OfficeView, secret: str, name: str, password_hash: str
) -> tuple[Proof, Outcome]:
    """Create the account behind a confirmed link and join, or wait for the head. Raises NotFound, Conflict, Forbidden."""
    check_link(office, secret)
    row = tokens.use_link("register", secret)
    if find_by_email(row.email) is not None:
        raise Conflict(_("There is an account with this address already. Please sign in."))
    user = create_user(name, row.email, password_hash=password_hash)
    return Proof(user.id, "registration"), _enter(user, office)


def join_as(actor: Actor, office: OfficeView) -> Outcome:
    """A signed-in person joins another office, or asks to. Raises Forbidden, Conflict."""
    check_open(office)
    present = find_membership(actor.user_id, office.id)
    if present is not None and present.state == "active":
        raise Conflict(_("You are a member of this office already."))
    return _enter(session().get_one(User, actor.user_id), office)


def create_user(name: str, email: str, *, password_hash: str = "", locale: str = "") -> User:
    """A new account whose address is known to be right. Raises Conflict when the address is taken."""
    if find_by_email(email) is not None:
        raise Conflict(_("There is an account with this address already. Please sign in."))
    user = User(
        name=" ".join(name.split()), email=fold_email(email), password_hash=password_hash,
        locale=locale or current_locale(), email_confirmed_at=utcnow(),
    )  # fmt: skip
    session().add(user)
    session().flush()
    return user


def _enter(user: User, office: OfficeView) -> Outcome:
    present = find_membership(user.id, office.id)
    was_removed = (
        present is not None and present.state == "ended"
    )  # who was sent away asks, even where all may come
    if office.join_rule == "open" and not was_removed:
        join_office(user.id, office.id, ["trainee"])
        return "active"
    ask_to_join(user.id, office.id)
    _tell_heads(user, office)
    return "waiting"


def _tell_heads(user: User, office: OfficeView) -> None:
    heads = session().scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .join(MembershipRole)
        .where(
            Membership.office_id == office.id, Membership.state == "active", MembershipRole.role == "head",
            User.state == "active",
        )
    )  # fmt: skip
    for head in heads:
        context = {
            "name": user.name,
            "office_name": office.name,
            "action_url": f"{site_prefix(office)}/people/waiting",
            "action_label": _l("Look at the request"),
        }
        send_mail(
            head.email, "wants_to_join", context, locale=head.locale or office.languages[0], office=office,
            key=f"join-{office.id}-{user.id}-{head.id}",
        )  # fmt: skip
