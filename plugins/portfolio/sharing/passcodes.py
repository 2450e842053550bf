"""What is kept of secrets: never the token of a link nor its passcode, only what proves them."""

from __future__ import annotations

import hashlib
import secrets

from plugins.portfolio.sharing.models import Share


def hash_of(token: str) -> str:
    """What is kept of a token (it is random, so one fast hash is enough)."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_passcode(passcode: str, salt: str = "") -> str:
    """What is kept of a passcode, which people choose: slow to try."""
    salt = salt or secrets.token_hex(16)
    made = hashlib.scrypt(passcode.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32)
    return f"{salt}${made.hex()}"


def fits_passcode(share: Share, passcode: str) -> bool:
    """Whether a passcode is the one of a link."""
    salt = share.passcode_hash.partition("$")[0]
    return secrets.compare_digest(share.passcode_hash, hash_passcode(passcode, salt))


def mark_of(share: Share) -> str:
    """What a browser keeps to show that it gave the passcode that a link has now."""
    return hash_of(share.passcode_hash)[:32]
