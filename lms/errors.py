"""What can go wrong in a way a person should hear about.

Services raise these with a message written for the person at the screen and a
stable ``code`` for programs. ``lms.web.errors`` turns them into a page, JSON or a
socket answer; nothing else maps errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class AppError(Exception):
    """Base of all expected failures.

    ``message`` is plain language for a person, ``code`` a stable identifier,
    ``fields`` ties messages to the form fields that caused them. ``back`` is the
    path of the page from which a person can go on; empty for the page they came from.
    """

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "error"

    def __init__(
        self,
        message: Any,
        *,
        code: str | None = None,
        fields: Mapping[str, Any] | None = None,
        back: str = "",
    ) -> None:
        super().__init__(str(message))
        self.message = str(message)
        self.code = code or self.default_code
        self.back = back
        self.fields = {name: str(text) for name, text in (fields or {}).items()}


class NotFound(AppError):
    """The thing does not exist, or the actor may not know that it does."""

    status = 404
    default_code = "not_found"


class Forbidden(AppError):
    """The actor may know of the thing but not do this; the message says why."""

    status = 403
    default_code = "forbidden"


class SignInNeeded(Forbidden):
    """Nobody is signed in, and the page needs somebody."""

    status = 401
    default_code = "sign_in_needed"


class Invalid(AppError):
    """The input cannot be accepted; the message says what would be."""

    status = 422
    default_code = "invalid"


class Conflict(AppError):
    """Somebody or something was faster, or the state does not allow it now."""

    status = 409
    default_code = "conflict"


class TooMany(AppError):
    """A rate limit was reached; ``retry_after`` is in seconds."""

    status = 429
    default_code = "too_many"

    def __init__(self, message: Any, *, retry_after: int = 60, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class Unavailable(AppError):
    """A part of the system is not working now; trying later may help."""

    status = 503
    default_code = "unavailable"


class ConfigError(Exception):
    """The configuration cannot be used. The message names file, key and remedy."""
