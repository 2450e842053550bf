"""How much a sender is told to send (REMB): no more than the way carries, and than anybody looks at.

A sender that hears when each packet came (``transport``) knows by itself what the way carries; for others
it is judged here, by loss as in draft-ietf-rmcat-gcc-02, section 6, and by a queue that stands in the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugins.webinar.engine_embedded.layers import Layer

MOST_BITS = 6_000_000
"""What a sender may use while nothing speaks against it."""
FEWEST_BITS = 100_000
SOUND_BITS = 150_000
"""What is left beside pictures: senders count their sound in, too."""
UNSEEN_BITS = 200_000
"""For a picture in one size that nobody looks at: small, but there at once when somebody does."""
ROOM_ABOVE = 1.3
"""Above what a picture has used lately."""
MUCH_LOSS, LITTLE_LOSS = 26, 5
"""Shares of 256: 10 % and 2 %."""
LONG_QUEUE = 0.1
"""Seconds that even the quickest packet of a while waited longer than the quickest before."""
PATIENCE = 6.0
"""Seconds until a sender is told that less is looked at now: layouts change to and fro."""


def wanted_bits(layers: Sequence[Layer], place: int, budget: float | None) -> float:
    """What a sender needs for one receiver who shows the layer at ``place`` and can be sent ``budget``.

    A sender gives smaller sizes first, so they are counted in. The largest needs no limit.
    """
    if budget is not None:
        while place and layers[place].peak > budget * 1.6:
            place -= 1
        if place == 0 and layers[0].peak > budget:
            return budget
    if place == len(layers) - 1:
        return MOST_BITS
    return max(sum(layer.peak for layer in layers[: place + 1]) * ROOM_ABOVE, UNSEEN_BITS)


class Allowance:
    """What one sending connection may use, in bits per second."""

    def __init__(self) -> None:
        self._carried = float(MOST_BITS)
        self._wanted = float(MOST_BITS)
        self._wanted_at = float("inf")

    @property
    def bits(self) -> int:
        """What to tell it."""
        return int(max(FEWEST_BITS, min(self._carried, self._wanted)))

    def want(self, bits: float, now: float) -> bool:
        """Take what all who look need now. Returns whether the sender should hear of it at once, for it is more."""
        bits = min(bits, MOST_BITS)
        self._wanted_at = min(self._wanted_at, now)
        if bits >= self._wanted:
            is_more = bits > self._wanted * 1.1
            self._wanted, self._wanted_at = bits, now
            return is_more
        if now - self._wanted_at > PATIENCE:
            self._wanted = bits
        return False

    def hear(self, lost: int, received: float, queue: float) -> None:
        """Take how it came in the last second: the share lost (of 256), bits per second, and the standing queue in seconds."""
        if lost > MUCH_LOSS:
            self._carried = max(FEWEST_BITS, min(self._carried, received) * (1 - 0.5 * lost / 256))
        elif queue > LONG_QUEUE:
            self._carried = max(FEWEST_BITS, min(self._carried, received * 0.85))
        elif lost <= LITTLE_LOSS:
            self._carried = min(MOST_BITS, self._carried * 1.08)
