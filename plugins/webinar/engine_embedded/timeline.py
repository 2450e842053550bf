"""Where on a recording's clock the frames of one sender lie.

How far frames are apart says the sender's own clock, for the network and a busy machine deliver them late and
in bunches. When the first of them was sent, only those that come with the least delay tell.
"""

from __future__ import annotations

SETTLING_SECONDS = 10.0
"""As long from the first frame on, later ones may still show that it came late."""
LARGEST_LEAD, LARGEST_LAG = 0.1, 0.25
"""Seconds by which the sender's clock may go ahead of ours, or lag behind it for good."""
LATE_SECONDS = 5.0
"""After so long without a frame that came in time, the clock lags behind for good; of sound, one knows sooner (``recording``)."""
LARGEST_DELAY = 10.0
"""A frame that seems later than this was not late: the sender's clock is another one now."""


class Timeline:
    """The clock of one sender, from its first frame on. Times are seconds."""

    def __init__(self, timestamp: int, arrived_at: float) -> None:
        self.started_at = arrived_at
        """When the first frame was sent, by our clock, as far as is known yet."""
        self._timestamp, self._seconds = timestamp, 0.0
        self._in_time_at = arrived_at
        self._has_leapt = False

    def leap(self) -> None:
        """The next frame's timestamp has nothing to do with the last one's: it was sent when it arrives."""
        self._has_leapt = True

    def place(self, timestamp: int, arrived_at: float, clock: int) -> float | None:
        """Seconds from the first frame to this one; None if it begins a timeline of its own. ``clock``: ticks a second."""
        seconds = self._seconds_of(timestamp, arrived_at, clock)
        self._has_leapt = False
        delay = arrived_at - self.started_at - seconds
        if delay < 0 and seconds < SETTLING_SECONDS and delay >= -LARGEST_DELAY:
            self.started_at += delay
        elif delay < -LARGEST_LEAD or delay > LARGEST_DELAY:
            return None
        if delay <= LARGEST_LAG:
            self._in_time_at = arrived_at
        elif arrived_at - self._in_time_at > LATE_SECONDS:
            return None
        self._timestamp, self._seconds = timestamp, seconds
        return seconds

    def delay_of(self, timestamp: int, arrived_at: float, clock: int) -> float:
        """By how many seconds a frame seems late, as far as is known yet; below 0 if it shows that the first one was."""
        return arrived_at - self.started_at - self._seconds_of(timestamp, arrived_at, clock)

    def _seconds_of(self, timestamp: int, arrived_at: float, clock: int) -> float:
        if self._has_leapt:
            return max(self._seconds, arrived_at - self.started_at)
        distance = (timestamp - self._timestamp) & 0xFFFFFFFF
        distance -= 0x100000000 if distance >= 0x80000000 else 0
        return self._seconds + distance / clock
