"""Ten thousand messages by eight writers into one channel, each acknowledged after its commit."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.tables import Table, percentile
from lms.live.channels import append
from lms.live.models import LiveEvent
from lms.lounge.service import CHANNEL, POSTED
from lms.store.base import session
from tests.services import postgres_server
from tests.serving import Installation, build_installation

WRITERS = 8


def run(folder: Path, is_smoke: bool) -> None:
    """Print one table for each database."""
    count = 160 if is_smoke else 10_000
    site = build_installation(folder / "sqlite")
    _measure(site, "SQLite", count)
    site.close()
    with postgres_server(is_durable=True) as postgres:
        site = build_installation(folder / "postgresql", database_url=postgres.url)
        _measure(site, "PostgreSQL", count)
        site.close()


def _measure(site: Installation, name: str, count: int) -> None:
    seconds: list[float] = []
    writers = [
        threading.Thread(target=_write, args=(site, number, count // WRITERS, seconds))
        for number in range(WRITERS)
    ]
    before = _count(site)
    began = time.monotonic()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    duration = time.monotonic() - began
    table = Table(f"Append, {name}: {count} messages by {WRITERS} writers")
    table.add("messages", count / duration, "/s")
    table.add("p50", percentile(seconds, 0.5) * 1000, "ms")
    table.add("p95", percentile(seconds, 0.95) * 1000, "ms")
    table.add("p99", percentile(seconds, 0.99) * 1000, "ms")
    table.add("lost or repeated", abs(_count(site) - before - count), "", at_most=0)
    table.print()


def _write(site: Installation, writer: int, count: int, seconds: list[float]) -> None:
    with site.app.app_context():
        trainer = site.world.actor("trainer")
        session().rollback()
        for number in range(count):
            began = time.perf_counter()
            with site.world.inside("siena"):
                append(trainer, CHANNEL, POSTED, {"text": f"Message {number}"}, f"bench-{writer}-{number:06}")
            seconds.append(time.perf_counter() - began)
        session().close()


def _count(site: Installation) -> int:
    with site.app.app_context(), site.world.inside("siena"):
        return session().scalar(select(func.count()).select_from(LiveEvent)) or 0
