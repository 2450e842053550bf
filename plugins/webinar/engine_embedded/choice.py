"""Which layer of a picture a receiver gets: as tall as it is shown, and no more than comes through.

A receiver's own estimate never rises far above what it already gets, so it cannot say that
more would fit. More is tried instead when all has been well for a while; if that brings loss, the
next try comes later and later.
"""

from __future__ import annotations

from collections.abc import Sequence

from plugins.webinar.engine_embedded.layers import Layer

FULL_HEIGHT = 720
"""What the highest layer is taken for while nothing says how tall it is."""
ENOUGH = 1.15
"""A layer may be shown this much larger than it is."""
FIRST_TRY, LONGEST_WAIT = 4.0, 60.0
MUCH_LOSS, LITTLE_LOSS = 26, 5
"""Shares of 256: 10 % and 2 %."""
SMALLEST_BUDGET = 100_000


def fitting(layers: Sequence[Layer], height: int) -> int:
    """The place of the lowest layer that is tall enough; the highest if none is."""
    for place, layer in enumerate(layers):
        known = layer.height or FULL_HEIGHT >> len(layers) - 1 - place
        if known * ENOUGH >= height:
            return place
    return len(layers) - 1


class Budget:
    """How many bits per second a receiver can be sent; no limit until loss or its own estimate says otherwise."""

    def __init__(self) -> None:
        self.bits: float | None = None
        self._good_since = 0.0
        self._wait = FIRST_TRY
        self._tried_at = float("-inf")

    def hear(self, lost: int, allowed: int, sent: float, now: float) -> None:
        """Take a report: the share lost (of 256), the estimate of the receiver (0: none), what was sent.

        The estimate counts only beside loss: of a stream that sends little it is little, too.
        """
        is_narrow = lost > LITTLE_LOSS and 0 < allowed < sent * 0.8
        if lost >= MUCH_LOSS or is_narrow:
            self.narrow(allowed if is_narrow else sent * 0.75, now)
        elif lost > LITTLE_LOSS:
            self._good_since = now
        elif self.bits is not None and now - max(self._good_since, self._tried_at) >= self._wait:
            self._tried_at = now
            self.bits *= 1.6
            if self.bits > 20_000_000:
                self.bits, self._wait = None, FIRST_TRY

    def narrow(self, limit: float, now: float) -> None:
        """No more than this comes through."""
        self._good_since = now
        if now - self._tried_at < 5.0:
            self._wait = min(self._wait * 2, LONGEST_WAIT)  # what was tried was too much
            self._tried_at = float("-inf")
        self.bits = max(min(limit, self.bits or limit), SMALLEST_BUDGET)

    def share(self, wished: Sequence[tuple[Sequence[Layer], int]]) -> list[int | None]:
        """The place of the layer for each picture, in order of importance; None for what does not fit at all.

        First everybody's lowest layer, then more for the first ones.
        """
        places: list[int | None] = []
        left = self.bits if self.bits is not None else float("inf")
        for layers, _wish in wished:
            need = layers[0].bits
            places.append(0 if need <= left or not places else None)
            left -= need if places[-1] is not None else 0
        for number, (layers, wish) in enumerate(wished):
            if places[number] is None:
                continue
            for place in range(1, wish + 1):
                more = layers[place].bits - layers[places[number] or 0].bits
                if more > left:
                    break
                left -= max(more, 0)
                places[number] = place
        return places
