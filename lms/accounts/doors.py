"""The doors of the site, and how often one may knock.

Every way in (password, code, second step, passkey, invitation, registration, reset) is
counted by one shared limiter: for each account from each address, for each account from all
addresses together (guessing from many machines), and for each address. The last limit is wide
because a whole job centre may share one address. Counters live
in Redis in scale mode; else, and while Redis is gone, in a file that all processes of the machine share.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import structlog
from flask import Flask
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from lms.accounts.counters import FileStorage
from lms.clock import monotonic, utcnow
from lms.errors import TooMany
from lms.store.runtime import part, settings
from lms.text import ngettext

log = structlog.get_logger(__name__)

EXTENSION = "lms_doors"
TRY_REDIS_AGAIN_SECONDS = 15.0
Door = Literal[
    "password",
    "code_request",
    "code",
    "second_step",
    "passkey",
    "invitation",
    "registration",
    "reset",
    "enrolment_key",
    "secret_link",
    "contact",
    "outgoing",
]


_EVERYWHERE = RateLimitItemPerHour(100)


@dataclass(frozen=True, slots=True)
class Rule:
    """How often a door may be tried for one account from one address, from one address at all, and for one account at all."""

    account: RateLimitItem
    address: RateLimitItem
    everywhere: RateLimitItem = _EVERYWHERE


_RULES: dict[Door, Rule] = {
    "password": Rule(RateLimitItemPerMinute(10, 15), RateLimitItemPerMinute(200, 15)),
    "code_request": Rule(RateLimitItemPerMinute(5, 15), RateLimitItemPerMinute(100, 15)),
    "code": Rule(RateLimitItemPerMinute(15, 15), RateLimitItemPerMinute(200, 15)),
    "second_step": Rule(RateLimitItemPerMinute(10, 15), RateLimitItemPerMinute(100, 15)),
    "passkey": Rule(RateLimitItemPerMinute(20, 15), RateLimitItemPerMinute(200, 15)),
    "invitation": Rule(RateLimitItemPerMinute(20, 15), RateLimitItemPerMinute(100, 15)),
    "registration": Rule(RateLimitItemPerHour(5), RateLimitItemPerHour(60)),
    "reset": Rule(RateLimitItemPerHour(5), RateLimitItemPerHour(60)),
    "enrolment_key": Rule(RateLimitItemPerMinute(10, 15), RateLimitItemPerMinute(200, 15)),
    "secret_link": Rule(RateLimitItemPerMinute(10, 15), RateLimitItemPerMinute(60, 15)),
    "contact": Rule(RateLimitItemPerHour(5), RateLimitItemPerHour(20)),
    "outgoing": Rule(RateLimitItemPerHour(60), RateLimitItemPerHour(600)),
}


class DoorKeeper:
    """Counts knocks. ``is_shared`` is False while Redis was asked for and does not answer."""

    def __init__(self, redis_url: str, file: Path) -> None:
        self._own = FixedWindowRateLimiter(FileStorage(file))
        self._shared = FixedWindowRateLimiter(_connect(redis_url)) if redis_url else None
        self._gone_since: float | None = None

    @property
    def is_shared(self) -> bool:
        """True if every web process of the site counts together."""
        return self._gone_since is None

    def knock(self, door: Door, account: str, address: str) -> None:
        """Count one try. Raises TooMany with the seconds to wait; nothing is counted after that."""
        rule, person = _RULES[door], _hidden(account)
        limits = (
            (rule.account, f"{person}@{address}"), (rule.everywhere, f"{person}@"), (rule.address, address)
        )  # fmt: skip
        for item, key in limits:
            if not self._ask(partial(_hit, item, door, key)):
                wait = self._ask(partial(_seconds_left, item, door, key))
                log.warning("door.closed", door=door, address=address, account=_hidden(account), seconds=wait)
                raise TooMany(_too_often(wait), retry_after=wait)

    def forgive(self, door: Door, account: str, address: str) -> None:
        """Forget the tries of an account from an address, because the last one was right."""
        rule = _RULES[door]
        self._ask(partial(_clear, rule.account, door, f"{_hidden(account)}@{address}"))

    def reset(self) -> None:
        """Forget everything; for tests and for operators after an incident."""
        self._ask(_reset)

    def _ask(self, question: Callable[[FixedWindowRateLimiter], int]) -> int:
        if self._shared is not None and self._is_time_for_shared():
            try:
                answer = question(self._shared)
            except RedisError as error:
                log.warning("doors.redis_gone", error=str(error))
                self._gone_since = monotonic()
            else:
                self._gone_since = None
                return answer
        return question(self._own)

    def _is_time_for_shared(self) -> bool:
        return self._gone_since is None or monotonic() - self._gone_since > TRY_REDIS_AGAIN_SECONDS


def install_doors(app: Flask) -> None:
    """Give the application its limiter."""
    with app.app_context():
        config = settings()
        app.extensions[EXTENSION] = DoorKeeper(config.redis_url, config.instance_dir / "run" / "doors.db")


def doors() -> DoorKeeper:
    """The limiter of the running application."""
    found: DoorKeeper = part(EXTENSION)
    return found


def knock(door: Door, account: str, address: str) -> None:
    """Count one try at a door of a plugin (a secret link, a message from a stranger). Raises TooMany."""
    doors().knock(door, account, address)


def _connect(redis_url: str) -> Storage:
    url = f"redis+{redis_url}" if redis_url.startswith("unix:") else redis_url
    storage = storage_from_string(url, socket_timeout=1, socket_connect_timeout=1)
    if not isinstance(storage, Storage):
        raise TypeError("the limiter needs a synchronous storage")
    return storage


def _hit(item: RateLimitItem, door: str, key: str, limiter: FixedWindowRateLimiter) -> int:
    return int(limiter.hit(item, door, key))


def _seconds_left(item: RateLimitItem, door: str, key: str, limiter: FixedWindowRateLimiter) -> int:
    return max(1, round(limiter.get_window_stats(item, door, key).reset_time - utcnow().timestamp()))


def _clear(item: RateLimitItem, door: str, key: str, limiter: FixedWindowRateLimiter) -> int:
    limiter.clear(item, door, key)
    return 0


def _reset(limiter: FixedWindowRateLimiter) -> int:
    return limiter.storage.reset() or 0


def _hidden(account: str) -> str:
    return hashlib.sha256(account.casefold().encode()).hexdigest()[:16]


def _too_often(seconds: int) -> str:
    minutes = max(1, round(seconds / 60))
    return ngettext(
        "That was tried too often. Please wait %(num)d minute and try again.",
        "That was tried too often. Please wait %(num)d minutes and try again.",
        minutes,
    )
