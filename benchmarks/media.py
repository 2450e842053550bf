"""Media servers side by side, each on one core: what a packet, a subscriber and a join cost, and how many subscribers it holds.

One sender of 1 Mbit/s picture and sound; the same clients for all, on another core; loopback only, bounded in time. What is
compared with Janus most closely, packets at 400, is measured by turns (``media_turns``). A size that fails is tried once more.
"""

from __future__ import annotations

import os
import statistics
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import media_janus, media_recording
from benchmarks.media_clients import memory_of
from benchmarks.media_servers import JANUS, JANUS_ONE, OURS, RELAY, Clients, Kind, kinds, serving
from benchmarks.media_turns import ROUNDS, take_turns
from benchmarks.tables import machine, print_columns

COMPARED_AT = 400
SIZES = {
    OURS: tuple(range(100, 2500, 100)),
    JANUS_ONE: tuple(range(100, 1300, 100)),
    JANUS: (50, 100, 150, 200, 250, 300, 400),
    RELAY: (2, 4, 6, 8, 10, 12, 16),
}
SECONDS, SETTLE = 4.0, 1.5
MOST_LOST, MOST_DELAY = 0.01, 0.15
OVERLOAD = 1.25
AT_ONCE, PAUSE = 100, 0.2
CLIENTS_ARE_FULL = 0.9
"""Share of their core from which the clients, not the server, may be what is measured."""


@dataclass
class Found:
    """What one server came to."""

    sizes: dict[int, dict[str, Any]] = field(default_factory=dict)
    held: int = 0
    join_cpu: float = 0.0
    join_p95: float = 0.0
    memory_each: float = 0.0
    overload: dict[str, Any] = field(default_factory=dict)
    turns: list[dict[str, Any]] = field(default_factory=list)

    @property
    def compared(self) -> dict[str, Any]:
        """The measurement at 400, or the largest there is."""
        return self.sizes.get(COMPARED_AT) or self.sizes[max(self.sizes)]

    @property
    def rate(self) -> float:
        """Packets a CPU second there, in the middle of the turns; for a server that holds fewer, the best it comes to."""
        if self.turns:
            return statistics.median(map(_rate, self.turns))
        if COMPARED_AT in self.sizes:
            return _rate(self.compared)
        return max((_rate(figures) for size, figures in self.sizes.items() if size <= self.held), default=0.0)


def run(folder: Path, is_smoke: bool) -> None:
    """Print the tables."""
    seconds, settle = (0.3, 0.2) if is_smoke else (SECONDS, SETTLE)
    found, on = {}, machine()
    there = kinds(is_smoke=is_smoke)
    for number, kind in enumerate(there):
        sizes = (2,) if is_smoke else SIZES[kind]
        found[kind] = measure(folder / str(number), kind, sizes, seconds, settle)
    rivals = [kind for kind in (OURS, JANUS_ONE) if kind in there]
    turns = take_turns(
        folder / "turns",
        rivals,
        2 if is_smoke else COMPARED_AT,
        seconds / 2,
        settle / 2,
        1 if is_smoke else ROUNDS,
    )
    for kind in rivals:
        found[kind].turns = turns[kind]
    _print(found, on)
    media_recording.run(folder / "recording", is_smoke)


def measure(folder: Path, kind: Kind, sizes: tuple[int, ...], seconds: float, settle: float) -> Found:
    """Let the room grow until the server does not hold it; then again from the start with a quarter more than it held."""
    found = Found()
    with ExitStack() as stack:
        pid = stack.enter_context(serving(kind, folder / "grows"))
        clients = Clients(kind, folder / "grows", pid, stack)
        before, joined, join_cpu = memory_of(pid), 0, 0.0
        for size in sizes:
            said = clients.join(size - joined)
            joined, join_cpu = size, join_cpu + said["cpu"]
            found.join_p95 = max(found.join_p95, said["join_p95"])
            is_enough, figures = try_size(kind, clients, seconds, settle)
            found.sizes[size] = figures
            found.memory_each = (figures["memory"] - before) / size
            found.join_cpu = join_cpu / size
            if is_enough:
                found.held = size
            elif size >= COMPARED_AT or kind is RELAY:
                break
        if len(sizes) == 1:
            found.overload = figures | {"count": size}
            return found
    with ExitStack() as stack:
        pid = stack.enter_context(serving(kind, folder / "too-many"))
        clients = Clients(kind, folder / "too-many", pid, stack)
        count = round((found.held or sizes[0]) * OVERLOAD)
        for first in range(0, count, AT_ONCE):
            clients.join(min(AT_ONCE, count - first))
            clients.measure(PAUSE, 0.0)  # who is in goes on answering the server
        found.overload = clients.measure(seconds * 2, settle) | {"count": count}
    return found


def try_size(kind: Kind, clients: Clients, seconds: float, settle: float) -> tuple[bool, dict[str, Any]]:
    """Whether the server holds those who are in, with the figures; what fails is tried once more."""
    figures = clients.measure(seconds, settle)
    if not is_held(kind, figures):
        figures = clients.measure(seconds, settle)
    return is_held(kind, figures), figures


def is_held(kind: Kind, figures: dict[str, Any]) -> bool:
    """Less than 1 % lost, and late by less than 150 ms; where pictures are encoded anew, all that can be told is frames."""
    if kind is RELAY:
        return bool(1 - figures["frames"] < MOST_LOST and 1 - figures["audio"] < MOST_LOST)
    return bool(_lost(figures) < MOST_LOST and figures["delay_p95"] < MOST_DELAY)


def _print(found: dict[Kind, Found], on: str) -> None:
    janus = found.get(JANUS_ONE, Found())
    columns = list(found.values())
    ours = found[OURS]
    rows = [
        ["packets a CPU second at 400", *(f"{each.rate:,.0f}" for each in columns), ">= 2x Janus", _times(ours.rate, janus.rate)],
        ["the same in us a packet", *(f"{1e6 / max(1, each.rate):.1f}" for each in columns), "", ""],
        ["subscribers held (< 1 % lost, p95 < 150 ms)", *(f"{each.held}" for each in columns), ">= 900, >= 1.8x Janus", _times(ours.held, janus.held)],
        ["p95 of the added delay at 400, ms", *(_delay(kind, each) for kind, each in found.items()), "<= 20", ""],
        ["lost at 400, %", *(_loss(kind, each) for kind, each in found.items()), "< 1", ""],
        ["memory a subscriber, MB", *(f"{each.memory_each / 1e6:.2f}" for each in columns), "<= 0.15", _times(janus.memory_each, ours.memory_each)],
        ["CPU of a join, ms", *(f"{each.join_cpu * 1000:.1f}" for each in columns), "<= 4", _times(janus.join_cpu, ours.join_cpu)],
        ["join to keys p95, ms", *(f"{each.join_p95 * 1000:.0f}" for each in columns), "<= 150", ""],
        ["125 % load: subscribers", *(f"{each.overload['count']}" for each in columns), "", ""],
        ["125 % load: sound lost, %", *(f"{_share_lost(each.overload['audio']):.1f}" for each in columns), "< 2", ""],
        ["125 % load: picture lost, %", *(_picture_loss(kind, each) for kind, each in found.items()), "", ""],
        ["125 % load: disconnected", *(f"{each.overload['silent']}" for each in columns), "0", ""],
        ["most CPU of the clients, % of their core", *(f"{_client_share(each) * 100:.0f}" for each in columns), "", ""],
    ]  # fmt: skip
    heads = ["", *(each.title for each in found), "goal", "ratio to Janus, event_loops=1"]
    title = "Media servers, one core each, one sender of 170 packets a second"
    print_columns(title + (f"; Janus {media_janus.version()}" if JANUS_ONE in found else ""), heads, rows, on)
    for kind, each in found.items():
        limited = [size for size, figures in each.sizes.items() if figures["client_share"] > CLIENTS_ARE_FULL]
        if limited:
            print(f"({kind.title}: with {min(limited)} and more the clients were the limit, not the server)")
    print(f"(load {os.getloadavg()[0]:.1f} after)\n")


def _rate(figures: dict[str, Any]) -> float:
    return float(figures["received"]) / max(float(figures["cpu"]), 0.001)


def _lost(figures: dict[str, Any]) -> float:
    return max(0.0, 1 - float(figures["received"]) / max(1.0, float(figures["expected"])))


def _share_lost(share: float) -> float:
    return max(0.0, 1 - share) * 100


def _client_share(found: Found) -> float:
    return float(max(each["client_share"] for each in [*found.sizes.values(), found.overload]))


def _delay(kind: Kind, found: Found) -> str:
    return "not told" if kind is RELAY else f"{found.compared['delay_p95'] * 1000:.1f}"


def _loss(kind: Kind, found: Found) -> str:
    if kind is RELAY:
        return f"{_share_lost(found.compared['frames']):.1f} of frames at {max(found.sizes)}"
    return f"{_lost(found.compared) * 100:.1f}"


def _picture_loss(kind: Kind, found: Found) -> str:
    return f"{_share_lost(found.overload['frames' if kind is RELAY else 'video']):.1f}"


def _times(one: float | None, other: float | None) -> str:
    return f"{one / other:.2f}" if one and other else ""
