"""One announcement to many: how late it arrives while pages are served.

Embedded: 200 people on SQLite. Scale: 1,000 people on PostgreSQL and Redis. Five messages a second.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.load import begin, collect
from benchmarks.tables import Table, percentile
from lms.accounts.sessions import COOKIE
from lms.live.channels import append
from lms.lounge.service import CHANNEL, POSTED
from tests.services import postgres_server, redis_server
from tests.serving import Installation, Serving, build_installation

PAUSE = 0.2
PEOPLE = 40


def run(folder: Path, is_smoke: bool) -> None:
    """Print one table for each mode."""
    plain = {"environment": "production", "base_url": "http://127.0.0.1"}
    site = build_installation(folder / "embedded", **plain)
    _measure(site, "embedded", 20 if is_smoke else 200, is_smoke)
    if is_smoke:
        return
    with postgres_server() as postgres, redis_server() as redis:
        scaled = build_installation(
            folder / "scaled", database_url=postgres.url, redis_url=redis.url, web__workers="2", **plain
        )
        _measure(scaled, "scale mode, two web processes", 1000, is_smoke)
        scaled.close()


def _measure(site: Installation, mode: str, count: int, is_smoke: bool) -> None:
    seconds = 3.0 if is_smoke else 20.0
    trainees = [person.key for person in site.world.trainees("siena")][:PEOPLE]
    cookies = [f"{COOKIE}={site.cookie_for(key)}" for key in trainees]
    with Serving(site) as serving, ExitStack() as stack:
        listeners = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.listeners", str(serving.port), str(seconds + 3)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        stack.callback(listeners.kill)
        if listeners.stdin is None or listeners.stdout is None:
            raise RuntimeError("the listeners cannot be spoken to")
        listeners.stdin.write("\n".join(cookies[number % len(cookies)] for number in range(count)))
        listeners.stdin.close()
        if not listeners.stdout.readline().startswith("joined"):
            raise RuntimeError("not everybody could join the lounge")
        pages = begin(serving.port, "/o/siena/activities/", cookies[0], 2, seconds, 0.2)
        sent = _announce(site, seconds)
        answers = collect(pages)
        found = json.loads(listeners.stdout.read())
    delays = [delay * 1000 for delay in found["delays"]]
    table = Table(
        f"Fan-out, {mode}: {count} sockets, {sent} messages at {1 / PAUSE:g}/s, pages served meanwhile"
    )
    table.add("arrived", 100 * len(delays) / (sent * count), "%", at_least=100)
    for share in (0.5, 0.95, 0.99):
        table.add(f"delay p{share * 100:g}", percentile(delays, share), "ms")
    table.add("lost connections", found["lost_connections"], "")
    table.add("page p95 meanwhile", percentile(answers.seconds, 0.95) * 1000, "ms")
    table.print()


def _announce(site: Installation, seconds: float) -> int:
    """Write from a process of its own, as background work does; returns how many."""
    pace, sent = threading.Event(), 0
    deadline = time.monotonic() + seconds
    with site.app.app_context():
        while time.monotonic() < deadline:
            with site.world.inside("siena"):
                trainer = site.world.actor("trainer")
                text = f"sent at {time.monotonic():.6f}"
                append(trainer, CHANNEL, POSTED, {"text": text}, f"benchmark-{sent:08}")
            sent += 1
            pace.wait(PAUSE)
    return sent
