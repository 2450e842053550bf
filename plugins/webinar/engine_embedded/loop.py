"""One thread that waits for sockets and moments; without either it sleeps for good."""

from __future__ import annotations

import heapq
import itertools
import selectors
import time
from collections.abc import Callable
from typing import Any

now = time.monotonic


class Timer:
    """A call at a moment; ``cancel`` makes it nothing."""

    __slots__ = ("at", "call")

    def __init__(self, at: float, call: Callable[[], None]) -> None:
        self.at = at
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        """Forget it."""
        self.call = None


class Loop:
    """Calls back when sockets are ready and when moments have come. Not for several threads."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Timer]] = []
        self._count = itertools.count()
        self._is_running = False
        self.now = now()

    def watch(self, channel: Any, callback: Callable[[int], None], *, wants_write: bool = False) -> None:
        """Call back with the events (``selectors.EVENT_*``) of a socket or descriptor; again replaces."""
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if wants_write else 0)
        if channel in self._selector.get_map():
            self._selector.modify(channel, events, callback)
        else:
            self._selector.register(channel, events, callback)

    def forget(self, channel: Any) -> None:
        """Watch a socket no more; one that is not watched is no error."""
        if channel in self._selector.get_map():
            self._selector.unregister(channel)

    def call_later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call once, ``seconds`` from now."""
        timer = Timer(now() + seconds, call)
        heapq.heappush(self._timers, (timer.at, next(self._count), timer))
        return timer

    def run(self) -> None:
        """Work until ``stop`` is called."""
        self._is_running = True
        while self._is_running:
            self.turn(self._pause())

    def close(self) -> None:
        """Nothing is watched any more."""
        self._selector.close()

    def turn(self, pause: float | None) -> None:
        """Wait at most ``pause`` seconds, then do what is due."""
        ready = self._selector.select(pause)
        self.now = now()
        for key, events in ready:
            key.data(events)
        while self._timers and self._timers[0][0] <= self.now:
            timer = heapq.heappop(self._timers)[2]
            if timer.call is not None:
                timer.call()

    def stop(self) -> None:
        """Come back from ``run`` after what is being done now."""
        self._is_running = False

    def _pause(self) -> float | None:
        while self._timers and self._timers[0][2].call is None:
            heapq.heappop(self._timers)
        return max(0.0, self._timers[0][0] - now()) if self._timers else None
