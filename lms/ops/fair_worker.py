"""A threaded gunicorn worker that lets the less busy of its siblings take a new connection first.

All workers wait at the same socket and the kernel wakes them together. Whoever is quickest takes
the connection, and keeps it for as long as its browser does: of eight that come at once, often
seven land in one process, whose one interpreter lock they share while the other core has nothing
to do. Each worker writes down how many it holds where the others see it; one that holds more
waits some milliseconds for the others, and then takes whatever nobody took.
"""

from __future__ import annotations

import mmap
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

FREE = 0xFFFFFFFF
MOST_WORKERS = 256
WAIT_FOR_EACH_SECONDS = 0.001
WAIT_AT_MOST_SECONDS = 0.005

_held = memoryview(mmap.mmap(-1, 4 * MOST_WORKERS)).cast("I")
"""How many connections each worker holds: memory that is shared over the fork."""
_held[:] = memoryview(bytes([0xFF]) * 4 * MOST_WORKERS).cast("I")


class FairWorker(ThreadWorker):  # type: ignore[misc]  # its base comes without types
    """gunicorn's ``gthread``, fair to its siblings. Made before the fork, so that each has a place of its own."""

    def __init__(self, *args: Any, **named: Any) -> None:
        self._place = next(place for place, count in enumerate(_held) if count == FREE)
        super().__init__(*args, **named)

    @property
    def nr_conns(self) -> int:
        """How many connections this worker holds."""
        return _held[self._place]

    @nr_conns.setter
    def nr_conns(self, count: int) -> None:
        _held[self._place] = max(0, count)

    def accept(self, listener: Any) -> None:
        """Take a new connection, unless a sibling that holds fewer takes it before."""
        others = [count for place, count in enumerate(_held) if count != FREE and place != self._place]
        more = self.nr_conns - min(others, default=self.nr_conns)
        if more > 0:
            time.sleep(min(more * WAIT_FOR_EACH_SECONDS, WAIT_AT_MOST_SECONDS))
        super().accept(listener)

    def give_up_place(self) -> None:
        """Called by the parent when this worker is gone."""
        _held[self._place] = FREE
