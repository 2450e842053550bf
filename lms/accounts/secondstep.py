"""The second step: codes of an authenticator app (TOTP, RFC 6238) and recovery codes on paper."""

from __future__ import annotations

import secrets
import uuid

import pyotp
import segno
from sqlalchemy import delete, func, select

from lms.access.actor import Actor
from lms.accounts.models import RecoveryCode, User
from lms.accounts.secrets_kept import keyed_hash, seal, unseal
from lms.accounts.sessions import end_sessions
from lms.clock import utcnow
from lms.errors import Conflict, Invalid
from lms.refs import Ref
from lms.store.audit import write_audit
from lms.store.base import session
from lms.store.runtime import settings
from lms.text import gettext as _

STEP_SECONDS = 30
WINDOW = 1
"""Steps before and after the present one whose codes count, for clocks that are a little off."""
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """A secret for an authenticator app, to be confirmed by a first code."""
    return pyotp.random_base32()


def secret_address(email: str, secret: str) -> str:
    """The ``otpauth:`` address that apps read from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=settings().site_name)


def secret_picture(email: str, secret: str) -> str:
    """The same as a QR code in a data address."""
    return segno.make(secret_address(email, secret), error="m").svg_data_uri(
        scale=5, border=3, dark="#000", light="#fff"
    )


def switch_on(actor: Actor, secret: str, code: str) -> list[str]:
    """Ask for the second step from now on; returns the recovery codes, shown this once. Raises Invalid, Conflict."""
    user = session().get_one(User, actor.user_id)
    if user.totp_secret:
        raise Conflict(_("The second step is switched on already."))
    step = _matching_step(secret, code, after=0)
    if step is None:
        raise _wrong_code()
    user.totp_secret, user.totp_last_step = seal(secret), step
    end_sessions(user.id, keep=actor.session_id)
    write_audit(actor, "account.second_step_on", Ref.of("core", "user", user.id))
    return renew_recovery_codes(actor)


def switch_off(actor: Actor) -> None:
    """Ask no second step any more; the recovery codes end with it."""
    user = session().get_one(User, actor.user_id)
    user.totp_secret, user.totp_last_step = "", 0
    session().execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    write_audit(actor, "account.second_step_off", Ref.of("core", "user", user.id))


def renew_recovery_codes(actor: Actor) -> list[str]:
    """New recovery codes; the old ones end. They cannot be shown again."""
    session().execute(delete(RecoveryCode).where(RecoveryCode.user_id == actor.user_id))
    codes = ["-".join(_letters(5) for _half in range(2)) for _number in range(RECOVERY_CODES)]
    session().add_all(
        RecoveryCode(user_id=actor.user_id, code_hash=keyed_hash("recovery", code)) for code in codes
    )
    return codes


def recovery_codes_left(user_id: uuid.UUID) -> int:
    """How many recovery codes were not used yet."""
    query = select(func.count()).select_from(RecoveryCode).filter_by(user_id=user_id, used_at=None)
    return int(session().scalar(query) or 0)


def check_second_step(user_id: uuid.UUID, code: str) -> None:
    """Accept a code of the app, each only once, or a recovery code. Raises Invalid."""
    user = session().get_one(User, user_id, with_for_update=True)
    secret = unseal(user.totp_secret) if user.totp_secret else None
    step = _matching_step(secret, code, after=user.totp_last_step) if secret else None
    if step is not None:
        user.totp_last_step = step
    elif not _use_recovery_code(user_id, code):
        raise _wrong_code()


def _matching_step(secret: str, code: str, *, after: int) -> int | None:
    """The step that the code belongs to; RFC 6238, 5.2 forbids accepting one a second time."""
    digits = "".join(code.split())
    generator = pyotp.TOTP(secret)
    now = int(utcnow().timestamp()) // STEP_SECONDS
    for step in range(now - WINDOW, now + WINDOW + 1):
        if step > after and secrets.compare_digest(
            generator.at(step * STEP_SECONDS).encode(), digits.encode()
        ):
            return step
    return None


def _use_recovery_code(user_id: uuid.UUID, code: str) -> bool:
    wanted = keyed_hash("recovery", "".join(code.lower().split()))
    row = session().scalar(
        select(RecoveryCode).filter_by(user_id=user_id, code_hash=wanted, used_at=None).with_for_update()
    )
    if row is None:
        return False
    row.used_at = utcnow()
    return True


def _letters(count: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _place in range(count))


def _wrong_code() -> Invalid:
    text = _("This code is not right. Codes change every 30 seconds; please type the newest one.")
    return Invalid(text, fields={"code": text}, code="wrong_code")
