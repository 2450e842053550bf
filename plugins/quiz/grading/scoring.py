"""From fractions to points, percent and what tries cost."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plugins.quiz.grading.base import fraction_of


@dataclass(frozen=True, slots=True)
class Part:
    """A question of an attempt: its points, and the share reached (None: not judged yet)."""

    points: float
    fraction: float | None


@dataclass(frozen=True, slots=True)
class Total:
    """What an attempt is worth. ``percent`` is whole and rounded down, so that 59.9 never passes a mark of 60."""

    earned: float
    most: float
    is_complete: bool

    @property
    def percent(self) -> int:
        """0 to 100; 100 where nothing could be earned and all is judged."""
        if self.most <= 0:
            return 100 if self.is_complete else 0
        return int(100 * self.earned / self.most + 1e-6)


def add_up(parts: Iterable[Part]) -> Total:
    """The sum of all parts; what is not judged yet counts nothing."""
    found = list(parts)
    earned = sum(part.points * part.fraction for part in found if part.fraction is not None)
    return Total(
        round(earned, 6),
        round(sum(part.points for part in found), 6),
        all(part.fraction is not None for part in found),
    )


def after_tries(fraction: float, penalty: float, tries_before: int) -> float:
    """A share in practice: each earlier try costs ``penalty``, never more than all."""
    return fraction_of(fraction - penalty * max(0, tries_before))


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """How a question works. ``facility``: the mean share, 0 to 1. ``discrimination``: how far the
    question and the rest of the quiz agree, -1 to 1; None with too few or too even answers."""

    count: int
    facility: float
    discrimination: float | None


def item_figures(shares: Sequence[tuple[float, float]]) -> ItemFigures | None:
    """Figures of a question from (share of the question, share of the rest of the quiz) of each person."""
    if not shares:
        return None
    own = [share for share, _rest in shares]
    facility = statistics.fmean(own)
    try:
        agreement = statistics.correlation(own, [rest for _own, rest in shares]) if len(shares) >= 3 else None
    except statistics.StatisticsError:
        agreement = None
    rounded = None if agreement is None else max(-1.0, min(1.0, round(agreement, 4)))
    return ItemFigures(len(shares), round(facility, 4), rounded)
