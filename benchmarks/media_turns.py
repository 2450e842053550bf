"""Two media servers on one core by turns: where a machine's speed wavers from minute to minute, only what was measured side by side compares.

While one is measured the other is idle; so is its sender.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.media_servers import Clients, Kind, serving

ROUNDS = 9
AT_ONCE, PAUSE = 50, 0.2


def take_turns(
    folder: Path, kinds: Sequence[Kind], size: int, seconds: float, settle: float, rounds: int = ROUNDS
) -> dict[Kind, list[dict[str, Any]]]:
    """The figures of each round, with so many subscribers each."""
    figures: dict[Kind, list[dict[str, Any]]] = {kind: [] for kind in kinds}
    with ExitStack() as stack:
        crowds: dict[Kind, Clients] = {}
        for number, kind in enumerate(kinds):
            pid = stack.enter_context(serving(kind, folder / str(number)))
            crowds[kind] = Clients(kind, folder / str(number), pid, stack)
        for first in range(0, size, AT_ONCE):
            for crowd in crowds.values():
                crowd.join(min(AT_ONCE, size - first))
                crowd.measure(PAUSE, 0.0)  # who is in goes on answering the server
        for _ in range(rounds):
            for kind, crowd in crowds.items():
                figures[kind].append(crowd.measure(seconds, settle))
    return figures
