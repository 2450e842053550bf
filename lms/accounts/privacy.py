"""What accounts hold about a person, handed out and removed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from lms.accounts.models import (
    Invitation,
    MailToken,
    Membership,
    MembershipRole,
    Passkey,
    RecoveryCode,
    SignInSession,
    User,
    Visitor,
)
from lms.hooks.contributions import PersonalData
from lms.offices.directory import directory
from lms.store.base import new_id, session
from lms.text import lazy_gettext as _l

if TYPE_CHECKING:
    from lms.privacy.archive import ExportArchive

_ACCOUNT = _l("As long as the account exists")
DECLARED = (
    PersonalData(
        "user", "id",
        ("name", "name_folded", "email", "password_hash", "totp_secret", "locale", "zone", "theme", "headline", "phone",
         "blocked_reason", "email_confirmed_at", "last_seen_at"),
        _l("The account of a person"), "public_task", _ACCOUNT, stays_nameless=True,
    ),
    PersonalData("membership", "user_id", ("function", "state", "joined_at"), _l("Who belongs to which office"), "public_task", _ACCOUNT),
    PersonalData("sign_in_session", "user_id", ("data", "method", "browser", "address", "seen_at"), _l("Staying signed in, and seeing where"), "legitimate_interest", _l("14 days after the last visit")),
    PersonalData("passkey", "user_id", ("credential_id", "public_key", "name", "used_at"), _l("Signing in with a passkey"), "contract", _ACCOUNT),
    PersonalData("recovery_code", "user_id", ("code_hash", "used_at"), _l("Getting in without the phone"), "contract", _ACCOUNT),
    PersonalData("mail_token", "user_id", ("email", "name"), _l("Codes and links sent by mail"), "contract", _l("One day after they end")),
    PersonalData("invitation", "accepted_by_id", ("email", "name", "message"), _l("Invitations to an office"), "public_task", _l("90 days after they end")),
    PersonalData("visitor", "id", ("name", "email", "locale"), _l("People without an account who were let in to something"), "consent", _l("90 days after their time is over")),
    PersonalData("invitation", "invited_by_id", ("sent_at",), _l("Who invited somebody"), "public_task", _l("90 days after they end")),
)  # fmt: skip


def export_account(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Write the account and all that hangs on it. Secrets and their hashes are named, not handed out."""
    user = session().get_one(User, user_id)
    account = {
        "name": user.name, "email": user.email, "headline": user.headline, "phone": user.phone, "language": user.locale,
        "zone": user.zone, "theme": user.theme, "has_password": bool(user.password_hash),
        "has_second_step": bool(user.totp_secret), "created_at": user.created_at, "last_seen_at": user.last_seen_at,
        "email_confirmed_at": user.email_confirmed_at, "state": user.state, "blocked_reason": user.blocked_reason,
    }  # fmt: skip
    archive.add_rows("account", _l("Account"), [account])
    memberships = session().scalars(select(Membership).filter_by(user_id=user_id))
    archive.add_rows("memberships", _l("Offices"), [_membership(each) for each in memberships])
    sessions = session().scalars(select(SignInSession).filter_by(user_id=user_id))
    archive.add_rows(
        "sessions", _l("Browsers that are signed in"),
        [{"since": row.created_at, "seen_at": row.seen_at, "browser": row.browser, "address": row.address, "method": row.method} for row in sessions],
    )  # fmt: skip
    keys = session().scalars(select(Passkey).filter_by(user_id=user_id))
    archive.add_rows(
        "passkeys", _l("Passkeys"), [{"name": row.name, "created_at": row.created_at, "used_at": row.used_at} for row in keys]
    )  # fmt: skip
    invitations = session().scalars(
        select(Invitation).where((Invitation.accepted_by_id == user_id) | (Invitation.email == user.email))
    )
    archive.add_rows(
        "invitations", _l("Invitations"),
        [{"email": row.email, "name": row.name, "message": row.message, "sent_at": row.sent_at, "state": row.state} for row in invitations],
    )  # fmt: skip
    archive.add_rows(
        "visits", _l("Visits without the account"),
        [{"name": row.name, "email": row.email, "to": row.thing, "at": row.created_at} for row in _visits(user.email)],
    )  # fmt: skip


def _visits(email: str) -> list[Visitor]:
    return list(session().scalars(select(Visitor).filter_by(email=email)))


def erase_account(user_id: uuid.UUID) -> None:
    """Remove what names the person, their roles and their membership; a nameless account stays."""
    user = session().get_one(User, user_id)
    session().execute(
        delete(Invitation).where((Invitation.email == user.email) | (Invitation.accepted_by_id == user_id))
    )
    session().execute(
        update(Invitation).where(Invitation.invited_by_id == user_id).values(invited_by_id=None, message="")
    )
    session().execute(
        delete(MailToken).where((MailToken.user_id == user_id) | (MailToken.email == user.email))
    )
    session().execute(delete(Visitor).where(Visitor.email == user.email))
    for table in (SignInSession, Passkey, RecoveryCode):
        session().execute(delete(table).where(table.user_id == user_id))
    own = select(Membership.id).where(Membership.user_id == user_id)
    session().execute(delete(MembershipRole).where(MembershipRole.membership_id.in_(own)))
    session().execute(delete(Membership).where(Membership.user_id == user_id))
    user.name, user.email = "Erased person", f"{new_id()}@erased.invalid"
    user.password_hash = user.totp_secret = user.headline = user.phone = user.blocked_reason = ""
    user.locale = user.zone = ""
    user.theme, user.state, user.is_operator, user.totp_last_step = "auto", "erased", False, 0
    user.email_confirmed_at = user.last_seen_at = None
    session().flush()
    session().expire_all()


def _membership(row: Membership) -> dict[str, object]:
    office = directory().by_id(row.office_id)
    return {
        "office": office.name if office else "", "state": row.state, "function": row.function, "joined_at": row.joined_at,
        "roles": ", ".join(each.role for each in row.roles),
    }  # fmt: skip
