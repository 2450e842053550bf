"""The media engine on one core: what a packet, a subscriber and a join cost, and how late packets are.

One sender of 1 Mbit/s picture and sound; engine and clients each have a core. Loopback only, bounded in time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.tables import Table

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "plugins" / "webinar" / "engine_embedded"
TICKS = os.sysconf("SC_CLK_TCK")
SIZES, SECONDS = (100, 400, 900), 8.0


@dataclass(frozen=True)
class Figures:
    """What one size came to."""

    packets_per_cpu_second: float
    memory_each: float
    cpu_each_join: float
    lost: float
    delay_p95: float
    cpu: float
    join_p95: float


def run(folder: Path, is_smoke: bool) -> None:
    """Print the table."""
    table = Table("Media engine, one core")
    for count in (3,) if is_smoke else SIZES:
        figures = measure(folder / str(count), count, 1.0 if is_smoke else SECONDS)
        name = f"{count} subscribers: "
        table.add(name + "packets a CPU second", figures.packets_per_cpu_second, "")
        table.add(name + "microseconds a packet", 1e6 / max(figures.packets_per_cpu_second, 1), "us")
        table.add(name + "CPU", figures.cpu * 100, "%")
        table.add(name + "lost", figures.lost * 100, "%", at_most=1)
        table.add(
            name + "added delay p95", figures.delay_p95 * 1000, "ms", at_most=20 if count <= 400 else 150
        )
        table.add(name + "memory each", figures.memory_each / 1e6, "MB", at_most=0.15)
        table.add(name + "CPU of a join", figures.cpu_each_join * 1000, "ms", at_most=4)
        table.add(name + "join to keys p95", figures.join_p95 * 1000, "ms", at_most=150)
    table.print()


def measure(folder: Path, count: int, seconds: float) -> Figures:
    """Run an engine and its clients once."""
    folder.mkdir()
    argv = [sys.executable, str(ENGINE), "--folder", str(folder), "--host", "127.0.0.1", "--port", "0"]
    engine = subprocess.Popen(argv, stderr=subprocess.PIPE)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(engine.pid, {cores[0]})
    clients = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.media_clients", str(folder), str(count), str(seconds)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    os.sched_setaffinity(clients.pid, {cores[-1]})
    try:
        return _watch(engine.pid, clients, count, seconds)
    finally:
        clients.kill()
        engine.terminate()
        clients.wait()
        engine.wait()


def _watch(pid: int, clients: subprocess.Popen[bytes], count: int, seconds: float) -> Figures:
    _hear(clients)
    memory, cpu = _memory(pid), _cpu(pid)
    _go(clients)
    joined = _hear(clients)
    join_cpu, memory_each = (_cpu(pid) - cpu) / count, (_memory(pid) - memory) / count
    _go(clients)
    _hear(clients)
    cpu = _cpu(pid)
    done = _hear(clients)
    used = _cpu(pid) - cpu
    _go(clients)
    return Figures(
        done["received"] / max(used, 0.01),
        memory_each,
        join_cpu,
        max(0.0, 1 - done["received"] / done["expected"]),
        done["delay_p95"],
        used / seconds,
        joined["join_p95"],
    )


def _hear(clients: subprocess.Popen[bytes]) -> dict[str, Any]:
    if clients.stdout is None:
        raise RuntimeError("the clients cannot be heard")
    said: dict[str, Any] = json.loads(clients.stdout.readline())
    return said


def _go(clients: subprocess.Popen[bytes]) -> None:
    if clients.stdin is not None:
        clients.stdin.write(b"go\n")
        clients.stdin.flush()


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICKS


def _memory(pid: int) -> float:
    """Bytes in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
