"""Lets people in one after the other, so that a hundred who come at once do not disturb those who are in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from plugins.webinar.engine_embedded.loop import Loop, Timer, now

PAUSE = 1 / 40
"""Seconds between two; the costly part, the handshake, follows each."""
AT_ONCE = 4
LONGEST_WAIT = 3.0
"""Seconds, less than those after which who asked gives up (``engine.TIMEOUT_SECONDS``)."""


class Admission:
    """Those who wait to be let in. Who leads goes before the others."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._leading: deque[Callable[[], None]] = deque()
        self._others: deque[Callable[[], None]] = deque()
        self._next_at = 0.0
        self._timer: Timer | None = None

    def enter(self, call: Callable[[], None], *, leads: bool) -> bool:
        """Call when it is their turn, perhaps at once. False, and no call, if that would take too long."""
        queue = self._leading if leads else self._others
        if not leads and len(self._leading) + len(queue) >= LONGEST_WAIT / PAUSE:
            return False
        queue.append(call)
        self._go_on()
        return True

    def close(self) -> None:
        """Nobody waits any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._leading.clear()
        self._others.clear()

    def _go_on(self) -> None:
        while (self._leading or self._others) and (moment := now()) >= self._next_at - AT_ONCE * PAUSE:
            self._next_at = max(self._next_at, moment) + PAUSE
            (self._leading or self._others).popleft()()
        if (self._leading or self._others) and self._timer is None:
            wait = self._next_at - AT_ONCE * PAUSE - now()
            self._timer = self._loop.call_later(max(wait, 0.0), self._turn)

    def _turn(self) -> None:
        self._timer = None
        self._go_on()
