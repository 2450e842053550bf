"""Figures as tables: what was measured, what was promised, and the ratio of the two."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Table:
    """Rows of name, value and goal; ``print`` writes Markdown."""

    title: str
    on: str = ""
    """What ``machine`` said before the measurement; else what it says when the table is printed."""
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> None:
        """One figure. The ratio is 1 or better when the goal is met."""
        goal, ratio = "", ""
        if at_most is not None:
            goal = f"<= {at_most:g} {unit}"
            ratio = f"{at_most / value:.2f}" if value else "met"
        if at_least is not None:
            goal = f">= {at_least:g} {unit}"
            ratio = f"{value / at_least:.2f}"
        self.rows.append(
            (name, f"{value:,.4g} {unit}" if value < 1e4 else f"{value:,.0f} {unit}", goal, ratio)
        )

    def print(self) -> None:
        """Write the table to standard output."""
        print_columns(self.title, ("", "measured", "goal", "ratio"), self.rows, self.on)


def print_columns(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], on: str = "") -> None:
    """Write a table with columns of one's own: several programs side by side. ``on``: what ``machine`` said before."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    print(f"\n## {title} ({on or machine()})\n")
    for row in [head, ["-" * width for width in widths], *rows]:
        print("| " + " | ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) + " |")
    print(flush=True)


def machine() -> str:
    """What it ran on, in a few words; the load says whether the figures can be trusted."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f} before"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the values do not exceed; 0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
