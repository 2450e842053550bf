"""Inviting people by mail, and what happens when they follow the link."""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import EmailStr, TypeAdapter, ValidationError
from sqlalchemy import delete, select

from lms.access.actor import Actor
from lms.access.policy import require
from lms.accounts.membership import check_roles, find_membership, join_office
from lms.accounts.models import Invitation, InvitationRole, User
from lms.accounts.people import INVITE
from lms.accounts.people_forms import InvitePeople
from lms.accounts.registration import create_user
from lms.accounts.secrets_kept import keyed_hash
from lms.accounts.signin import Proof, find_by_email, fold_email, site_prefix
from lms.clock import utcnow
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.hooks.contributions import Role
from lms.offices.directory import directory
from lms.refs import Ref
from lms.store.audit import write_audit
from lms.store.base import session
from lms.text import gettext as _
from lms.text import lazy_gettext as _l
from lms.work.mail import send_mail

LIFETIME = timedelta(days=14)
MOST_AT_ONCE = 100
KEEP_ENDED = timedelta(days=90)
_EMAIL: TypeAdapter[str] = TypeAdapter(EmailStr)


@dataclass
class Invited:
    """What came of inviting a list: how many were sent, and who is a member already."""

    sent: int = 0
    members: list[str] = field(default_factory=list)


def invite_people(actor: Actor, command: InvitePeople) -> Invited:
    """Send invitations; a second one to the same address replaces the first. Raises Forbidden, Invalid."""
    require(actor, INVITE)
    roles = check_roles(actor, command.roles)
    outcome = Invited()
    for email in read_addresses(command.emails):
        user = find_by_email(email)
        present = find_membership(user.id, _office_id(actor)) if user else None
        if present is not None and present.state == "active":
            outcome.members.append(email)
            continue
        _send(actor, _row_for(email), roles, command.message or "")
        outcome.sent += 1
    if not outcome.sent:
        text = _("Everybody on this list is a member already.")
        raise Invalid(text, fields={"emails": text})
    detail = f"{outcome.sent}: {', '.join(roles)}"
    write_audit(actor, "people.invited", Ref.of("core", "office", _office_id(actor)), detail)
    return outcome


def find_invitations(actor: Actor) -> list[Invitation]:
    """Invitations that were not accepted or revoked, the newest first. Raises Forbidden."""
    require(actor, INVITE)
    query = select(Invitation).filter_by(state="open").order_by(Invitation.sent_at.desc(), Invitation.id)
    return list(session().scalars(query))


def resend_invitation(actor: Actor, invitation_id: uuid.UUID) -> Invitation:
    """Send it again with a new link, good for another 14 days. Raises NotFound, Forbidden."""
    row = get_invitation(actor, invitation_id)
    _send(actor, row, check_roles(actor, [each.role for each in row.roles]), row.message)
    return row


def revoke_invitation(actor: Actor, invitation_id: uuid.UUID) -> Invitation:
    """Let the link end. Raises NotFound, Forbidden."""
    row = get_invitation(actor, invitation_id)
    row.state = "revoked"
    return row


def get_invitation(actor: Actor, invitation_id: uuid.UUID) -> Invitation:
    """An open invitation of the office. Raises NotFound, Forbidden."""
    require(actor, INVITE)
    row = session().scalar(select(Invitation).filter_by(id=invitation_id, state="open"))
    if row is None:
        raise NotFound(_("This invitation was accepted or taken back already."))
    return row


def read_link(secret: str) -> Invitation:
    """The open invitation behind a link, in the office in scope. Raises NotFound with what to do."""
    row = session().scalar(
        select(Invitation).filter_by(secret_hash=keyed_hash("invitation", secret), state="open")
    )
    if row is None or row.expires_at <= utcnow():
        raise NotFound(
            _("This invitation was used already, taken back, or is older than 14 days. Ask the office for a new one."),
            code="link_ended",
        )  # fmt: skip
    return row


def has_account(row: Invitation) -> bool:
    """True if the invited address belongs to an account, which then only needs to sign in."""
    return find_by_email(row.email) is not None


def accept_as_new(secret: str, name: str, password_hash: str) -> Proof:
    """Create the account and the membership; the link proves the address. Raises NotFound, Conflict."""
    row = read_link(secret)
    if has_account(row):
        raise Conflict(_("There is an account with this address already. Please sign in to accept."))
    user = create_user(name, row.email, password_hash=password_hash)
    _accept(row, user)
    return Proof(user.id, "invitation")


def accept_as(actor: Actor, secret: str) -> None:
    """A signed-in person accepts their own invitation. Raises NotFound, Forbidden."""
    row = read_link(secret)
    if fold_email(actor.email) != row.email:
        raise Forbidden(
            _(
                "This invitation is for %(email)s, but you are signed in with another address.",
                email=row.email,
            )
        )
    _accept(row, session().get_one(User, actor.user_id))


def read_addresses(text: str) -> list[str]:
    """Addresses of a pasted list, folded, each once; names around them are left out. Raises Invalid naming wrong ones."""
    parts = [part.strip() for part in re.split(r"[\n,;]+", text) if part.strip()]
    found: dict[str, None] = {}
    wrong = []
    for part in parts:
        match = re.search(r"<([^<>\s]+)>", part)
        address = match.group(1) if match else part
        try:
            found[fold_email(_EMAIL.validate_python(address))] = None
        except ValidationError:
            wrong.append(part)
    if wrong:
        message = _("These are not e-mail addresses: %(list)s", list=", ".join(wrong[:5]))
        raise Invalid(message, fields={"emails": message})
    if not found or len(found) > MOST_AT_ONCE:
        message = _("Please write between 1 and %(count)s addresses.", count=MOST_AT_ONCE)
        raise Invalid(message, fields={"emails": message})
    return list(found)


def prune_invitations() -> None:
    """Remove invitations that ended 90 days ago."""
    session().execute(delete(Invitation).where(Invitation.expires_at < utcnow() - KEEP_ENDED))


def _row_for(email: str) -> Invitation:
    row = session().scalar(select(Invitation).filter_by(email=email, state="open"))
    if row is None:
        row = Invitation(email=email)
        session().add(row)
    return row


def _send(actor: Actor, row: Invitation, roles: list[Role], message: str) -> None:
    office = directory().get(_office_id(actor))
    secret = secrets.token_urlsafe(32)
    row.secret_hash = keyed_hash("invitation", secret)
    row.sent_at = utcnow()
    row.expires_at = row.sent_at + LIFETIME
    row.invited_by_id = None if actor.is_system else actor.user_id
    row.message = message
    kept = {each.role: each for each in row.roles}
    row.roles = [kept.get(role) or InvitationRole(role=role) for role in roles]
    session().flush()
    context = {
        "inviter": actor.name, "office_name": office.name, "message": message, "days": LIFETIME.days,
        "action_url": f"{site_prefix(office)}/invitation/{secret}", "action_label": _l("Accept the invitation"),
    }  # fmt: skip
    user = find_by_email(row.email)
    language = user.locale if user and user.locale else office.languages[0]
    send_mail(row.email, "invitation", context, locale=language, office=office)


def _accept(row: Invitation, user: User) -> None:
    roles: list[Role] = [each.role for each in row.roles]  # type: ignore[misc]  # written from Role only
    row.state, row.accepted_at, row.accepted_by_id = "accepted", utcnow(), user.id
    join_office(user.id, row.office_id, roles)


def _office_id(actor: Actor) -> uuid.UUID:
    if actor.office_id is None:
        raise NotFound(_("There is no office at this address."))
    return actor.office_id
