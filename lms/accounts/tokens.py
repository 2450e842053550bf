"""Secrets sent by mail: made, found again, used once."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta
from typing import Literal

from sqlalchemy import Select, delete, select

from lms.accounts.models import MailToken
from lms.accounts.secrets_kept import is_same_secret, keyed_hash
from lms.clock import utcnow
from lms.errors import NotFound
from lms.store.base import new_id, session
from lms.text import gettext as _

Purpose = Literal["code", "password", "email", "register"]
LIFETIMES: dict[Purpose, timedelta] = {
    "code": timedelta(minutes=10),
    "password": timedelta(hours=1),
    "email": timedelta(hours=24),
    "register": timedelta(hours=24),
}
CODE_DIGITS = 6
MAX_TRIES = 5


def issue_link(
    purpose: Purpose,
    *,
    user_id: uuid.UUID | None = None,
    email: str = "",
    name: str = "",
    office_id: uuid.UUID | None = None,
) -> str:
    """A new secret for a link; earlier ones of the same purpose for the same person or address end."""
    _end_earlier(purpose, user_id, email)
    secret = secrets.token_urlsafe(32)
    row = MailToken(
        purpose=purpose, user_id=user_id, office_id=office_id, email=email, name=name,
        secret_hash=keyed_hash(purpose, secret), expires_at=utcnow() + LIFETIMES[purpose],
    )  # fmt: skip
    session().add(row)
    return secret


def issue_code(user_id: uuid.UUID | None, email: str) -> tuple[uuid.UUID, str]:
    """A new sign-in code and the id of its row; for nobody (None) it is made all the same."""
    if user_id is not None:
        _end_earlier("code", user_id, email)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    token_id = new_id()
    row = MailToken(
        id=token_id, purpose="code", user_id=user_id, email=email,
        secret_hash=keyed_hash("code", f"{token_id}{code}"), expires_at=utcnow() + LIFETIMES["code"],
    )  # fmt: skip
    session().add(row)
    return token_id, code


def try_code(token_id: uuid.UUID, code: str) -> uuid.UUID | None:
    """Whose code it is, used up now; None if it is wrong, late, used, or was tried five times."""
    row = session().get(MailToken, token_id, with_for_update=True)
    if row is None or row.purpose != "code" or not _is_alive(row) or row.tries >= MAX_TRIES:
        return None
    row.tries += 1
    if not is_same_secret(row.secret_hash, "code", f"{token_id}{code}") or row.user_id is None:
        return None
    row.used_at = utcnow()
    return row.user_id


def find_link(purpose: Purpose, secret: str) -> MailToken:
    """The living row of a link. Raises NotFound with what to do."""
    return _living(session().scalar(_by_secret(purpose, secret)))


def use_link(purpose: Purpose, secret: str) -> MailToken:
    """Find and use up, once even for two requests at the same moment. Raises NotFound."""
    query = _by_secret(purpose, secret).with_for_update().execution_options(populate_existing=True)
    row = _living(session().scalar(query))
    row.used_at = utcnow()
    return row


def prune_tokens() -> None:
    """Remove what ended."""
    session().execute(delete(MailToken).where(MailToken.expires_at < utcnow() - timedelta(days=1)))


def _by_secret(purpose: Purpose, secret: str) -> Select[MailToken]:
    return select(MailToken).filter_by(purpose=purpose, secret_hash=keyed_hash(purpose, secret))


def _living(row: MailToken | None) -> MailToken:
    if row is None or not _is_alive(row):
        raise NotFound(
            _("This link was used already or is too old. Please ask for a new one."), code="link_ended"
        )
    return row


def _is_alive(row: MailToken) -> bool:
    return row.used_at is None and row.expires_at > utcnow()


def _end_earlier(purpose: Purpose, user_id: uuid.UUID | None, email: str) -> None:
    query = delete(MailToken).where(MailToken.purpose == purpose)
    if user_id is not None:
        session().execute(query.where(MailToken.user_id == user_id))
    elif email:
        session().execute(query.where(MailToken.email == email, MailToken.user_id.is_(None)))
