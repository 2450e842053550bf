"""Passwords: argon2id with the parameters of RFC 9106 for memory-constrained machines."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms.errors import Invalid
from lms.store.runtime import settings
from lms.text import gettext as _

_STRONG = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)
_FOR_TESTS = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
MIN_LENGTH = 10
MAX_LENGTH = 200
_SHORTEST_WORD = 4
_FEWEST_SIGNS = 5


def hash_password(password: str) -> str:
    """What is kept of a password. Takes about 60 ms: never call it inside a unit of work."""
    return _hasher().hash(password)


def is_right_password(stored: str, password: str) -> bool:
    """True if the password matches. Takes as long for an empty ``stored``, so that nobody learns which accounts exist."""
    try:
        return _hasher().verify(stored or _dummy(_hasher()), password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """True if it was hashed with weaker parameters than today's."""
    return _hasher().check_needs_rehash(stored)


def check_new_password(password: str, *, name: str = "", email: str = "", field: str = "password") -> None:
    """Refuse a password that is easy to guess for somebody who knows the person. Raises Invalid on ``field``."""
    problem = ""
    plain = _fold(password)
    if len(password) < MIN_LENGTH:
        problem = _("Please use at least %(count)s characters. A short sentence is good.", count=MIN_LENGTH)
    elif len(password) > MAX_LENGTH:
        problem = _("Please use at most %(count)s characters.", count=MAX_LENGTH)
    elif len(set(plain)) < _FEWEST_SIGNS:
        problem = _("This password repeats the same few signs. Please choose another one.")
    elif _is_a_row(plain):
        problem = _("This password follows a row of the keyboard. Please choose another one.")
    elif any(word in plain for word in _own_words(name, email)):
        problem = _("Please leave your name and your e-mail address out of the password.")
    if problem:
        raise Invalid(problem, fields={field: problem}, code="weak_password")


def _own_words(name: str, email: str) -> list[str]:
    words = re.findall(r"\w+", _fold(name)) + re.split(r"[.\-_+]", _fold(email).partition("@")[0])
    return [word for word in words if len(word) >= _SHORTEST_WORD]


def _is_a_row(plain: str) -> bool:
    rows = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiop")
    return any(plain in row or plain in row[::-1] for row in rows)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _hasher() -> PasswordHasher:
    return _FOR_TESTS if settings().environment == "test" else _STRONG


@cache
def _dummy(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")
