"""Passkeys: signing in with a device's own lock (WebAuthn Level 3).

Keys are discoverable and always verify the person (finger, face, PIN), so a passkey counts
as both steps. The relying party is the host of the address bar.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from lms.access.actor import Actor
from lms.accounts.models import Passkey
from lms.accounts.signin import Proof
from lms.clock import utcnow
from lms.errors import Conflict, Invalid, NotFound
from lms.store.base import session
from lms.text import gettext as _

LONGEST_NAME = 80
MOST_KEYS = 20


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who asks for the key: host name and origin of the page, and a name for people."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What goes to the browser, and the challenge to keep until it answers."""

    options: dict[str, Any]
    challenge: bytes


def ask_for_new(actor: Actor, site: RelyingParty) -> Asked:
    """Begin adding a passkey."""
    made = generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=actor.user_id.bytes,
        user_name=actor.email,
        user_display_name=actor.name,
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=key.credential_id) for key in find_passkeys(actor.user_id)
        ],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return Asked(json.loads(options_to_json(made)), made.challenge)


def add_passkey(
    actor: Actor, site: RelyingParty, challenge: bytes, credential: dict[str, Any], name: str
) -> Passkey:
    """Keep a new passkey. Raises Invalid when the device's answer is not right, Conflict when it is known."""
    try:
        checked = verify_registration_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=site.host,
            expected_origin=site.origin, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError) as error:
        raise _not_accepted() from error
    if len(find_passkeys(actor.user_id)) >= MOST_KEYS:
        raise Conflict(_("You have many passkeys already. Please remove one first."))
    if session().scalar(select(Passkey.id).filter_by(credential_id=checked.credential_id)):
        raise Conflict(_("This passkey is known already."))
    key = Passkey(
        user_id=actor.user_id, credential_id=checked.credential_id, public_key=checked.credential_public_key,
        sign_count=checked.sign_count, name=name.strip()[:LONGEST_NAME] or _("Passkey"),
    )  # fmt: skip
    session().add(key)
    session().flush()
    return key


def ask_for_any(site: RelyingParty) -> Asked:
    """Begin a sign-in with whatever passkey the browser offers; says nothing about who has one."""
    made = generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    return Asked(json.loads(options_to_json(made)), made.challenge)


def prove_by_passkey(site: RelyingParty, challenge: bytes, credential: dict[str, Any]) -> Proof:
    """Check a signed challenge. Raises Invalid, the same for an unknown key and a wrong signature."""
    key = _find_key(credential)
    if key is None:
        raise _not_accepted()
    try:
        checked = verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=site.host,
            expected_origin=site.origin, credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError) as error:
        raise _not_accepted() from error
    key.sign_count, key.used_at = checked.new_sign_count, utcnow()
    return Proof(key.user_id, "passkey")


def find_passkeys(user_id: uuid.UUID) -> list[Passkey]:
    """A person's passkeys, oldest first."""
    return list(session().scalars(select(Passkey).filter_by(user_id=user_id).order_by(Passkey.created_at)))


def remove_passkey(actor: Actor, passkey_id: uuid.UUID) -> None:
    """Let a passkey open the account no longer. Raises NotFound."""
    key = session().get(Passkey, passkey_id)
    if key is None or key.user_id != actor.user_id:
        raise NotFound(_("There is no such passkey."))
    session().delete(key)


def _find_key(credential: dict[str, Any]) -> Passkey | None:
    raw = credential.get("rawId")
    if not isinstance(raw, str):
        return None
    try:
        wanted = base64url_to_bytes(raw)
    except ValueError:
        return None
    return session().scalar(select(Passkey).filter_by(credential_id=wanted).with_for_update())


def _not_accepted() -> Invalid:
    return Invalid(
        _("This passkey was not accepted. Please try again, or sign in another way."), code="bad_passkey"
    )
