"""Two media engines, each on a core of its own, against one: what both carry together.

The clients need the same two cores, so on a machine of two the engines never have a whole one; what they do for a
second of their own CPU tells how they would do with more.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.media import SECONDS, SETTLE, is_held
from benchmarks.media_servers import ENGINE, OURS, Clients, cores, is_ready
from benchmarks.tables import Table, machine

SIZES = (300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200)
COMPARED_AT = 300


def run(folder: Path, is_smoke: bool) -> None:
    """Print the table."""
    seconds, settle = (0.3, 0.2) if is_smoke else (SECONDS, SETTLE)
    sizes, on = ((2,) if is_smoke else SIZES), machine()
    one, two = (measure(folder / str(count), count, sizes, seconds, settle) for count in (1, 2))
    at = sizes[0] if is_smoke else COMPARED_AT
    table = Table(f"Two media engines against one, {at} subscribers each", on)
    rates = [_rate(found[at]) for found in (one, two)]
    table.add("one: packets a second of its CPU", rates[0], "")
    table.add("two: packets a second in which both use theirs", rates[1], "")
    table.add("two against one", rates[1] / rates[0], "times", at_least=1.8)
    shared = measure_shared(folder / "shared", at, seconds, settle)
    table.add("two with one room: packets a second in which both use theirs", _rate(shared), "")
    table.add("two with one room against one", _rate(shared) / rates[0], "times", at_least=1.8)
    delays = [1000 * each["delay_p95"] for each in shared]
    table.add("p95 of the added delay where the room is", delays[0], "ms", at_most=20)
    table.add("p95 of the added delay at the other one", delays[1], "ms", at_most=20)
    held = [max((size * len(figures) for size, figures in found.items() if all(is_held(OURS, each) for each in figures)), default=0) for found in (one, two)]  # fmt: skip
    table.add("one: subscribers held, its clients on the other core", held[0], "")
    table.add("two: subscribers held together, their clients on the same two cores", held[1], "")
    table.print()


def measure(
    folder: Path, count: int, sizes: Sequence[int], seconds: float, settle: float
) -> dict[int, list[dict[str, Any]]]:
    """Let the room of each engine grow until one of them does not hold its own any more: what each came to at each size."""
    folder.mkdir(parents=True)
    found: dict[int, list[dict[str, Any]]] = {}
    with ExitStack() as stack:
        crowds = [
            Clients(OURS, folder, pid, stack, number=number, core=cores()[1 - number % 2])
            for number, pid in enumerate(_start(folder, count, stack))
        ]
        joined = 0
        for size in sizes:
            for crowd in crowds:
                crowd.join(size - joined)
            joined = size
            found[size] = _at_once(crowds, lambda crowd: crowd.measure(seconds, settle))
            if size > COMPARED_AT and not all(is_held(OURS, each) for each in found[size]):
                break
    return found


def measure_shared(folder: Path, size: int, seconds: float, settle: float) -> list[dict[str, Any]]:
    """One room, with so many at each of two engines: what came at the one that has it, and at the other."""
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        pids = _start(folder, 2, stack)
        crowds = [
            Clients(
                OURS, folder, pid, stack, number=number, core=cores()[1 - number], home=0 if number else None
            )
            for number, pid in enumerate(pids)
        ]
        for crowd in crowds:
            crowd.join(size)
        return _at_once(crowds, lambda crowd: crowd.measure(seconds, settle))


def _start(folder: Path, count: int, stack: ExitStack) -> list[int]:
    """The process ids of so many engines, each on its core."""
    argv = [sys.executable, str(ENGINE), "--folder", str(folder), "--host", "127.0.0.1", "--port", "0"]
    argv += ["--workers", str(count)]
    process = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
    stack.callback(process.wait, 15)
    stack.callback(process.terminate)
    if not is_ready(process, folder, count):
        raise RuntimeError("the media engines did not start")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii").split()
    pids = [int(child) for child in children]
    for number, pid in enumerate(pids):
        os.sched_setaffinity(pid, {cores()[number % 2]})
    return pids


def _at_once(crowds: Sequence[Clients], do: Callable[[Clients], dict[str, Any]]) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(len(crowds)) as pool:
        return list(pool.map(do, crowds))


def _rate(figures: Sequence[dict[str, Any]]) -> float:
    return float(sum(each["received"] for each in figures) / max(each["cpu"] for each in figures))
