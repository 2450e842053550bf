"""Passwords: argon2id with the parameters of RFC 9106 for memory-constrained machines."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms.store.runtime import settings

_STRONG = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)
_FOR_TESTS = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
MIN_LENGTH = 10


def hash_password(password: str) -> str:
    """What is kept of a password. Takes about 60 ms: never call it inside a unit of work."""
    return _hasher().hash(password)


def is_right_password(stored: str, password: str) -> bool:
    """True if the password matches. Takes as long for an empty ``stored``, so that nobody learns which accounts exist."""
    try:
        return _hasher().verify(stored or _dummy(), password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """True if it was hashed with weaker parameters than today's."""
    return _hasher().check_needs_rehash(stored)


def _hasher() -> PasswordHasher:
    return _FOR_TESTS if settings().environment == "test" else _STRONG


def _dummy() -> str:
    return _hasher().hash("nobody has this password")
