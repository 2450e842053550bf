"""What is kept of secrets: keyed hashes and sealed texts, so that a copy of the database opens nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

from lms.store.runtime import settings


def keyed_hash(purpose: str, secret: str) -> str:
    """A hash (hex) that nobody without this installation's key can compute or search; fit for short codes."""
    key = settings().secret_key.encode()
    return hmac.new(key, f"{purpose}\x00{secret}".encode(), hashlib.sha256).hexdigest()


def is_same_secret(kept: str, purpose: str, secret: str) -> bool:
    """True if ``secret`` is the one that ``kept`` was made of, in constant time."""
    return hmac.compare_digest(kept, keyed_hash(purpose, secret))


def seal(text: str) -> str:
    """Encrypt a text that must be read again, such as the secret of an authenticator app."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str | None:
    """The text again; None if it was sealed with another key."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _box() -> Fernet:
    key = hashlib.sha256(b"seal\x00" + settings().secret_key.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
