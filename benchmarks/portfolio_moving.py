"""A whole portfolio out and in: 500 items with 1 GB of files, and how much memory that takes."""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from uuid import UUID

import psutil  # type: ignore[import-untyped]  # it comes without types

from benchmarks.tables import Table
from lms.plugin import office_scope, session, store_file
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.moving import jobs, service
from plugins.portfolio.moving.models import Transfer
from tests.serving import build_installation

OWNER, TAKER = "trainee4", "trainee5"
ITEMS, ITEM_BYTES = 500, 2_097_152
MOST_MEGABYTES = 64
"""How much the memory may grow: not with the size of the portfolio."""


class Run:
    """What a job's function is handed, without a worker."""

    is_last_attempt = True

    def __init__(self, transfer_id: UUID) -> None:
        self.payload = {"transfer_id": str(transfer_id)}

    def progress(self, done: int, total: int) -> None:
        """Nobody looks."""

    def stop_if_cancelled(self) -> None:
        """Nobody cancels it."""


def measure_moving(folder: Path, table: Table, *, is_smoke: bool) -> None:
    """Pack, look through and take over; seconds, and the peak of memory above what was there before."""
    count, size = (10, 200_000) if is_smoke else (ITEMS, ITEM_BYTES)
    site = build_installation(folder / "moving")
    world = site.world
    with site.app.app_context():
        office_id = world.office("siena").id
        with world.inside("siena"):
            actor = world.actor(OWNER)
            for number in range(count):
                file = store_file(actor, BytesIO(_sound(size)), f"Recording {number}.wav", "portfolio.file")
                evidence.add_file(actor, file.id)
            packed = service.ask_archive(actor).id
        _measure(table, "packing", lambda: jobs.pack(Run(packed)), office_id)  # type: ignore[arg-type]  # what it needs of its run
        with world.inside("siena"):
            archive = service.archive_path(world.actor(OWNER), packed)
            table.add("archive", archive.stat().st_size / 1e6, "MB")
            path = service.new_brought_path()
            archive.replace(path)
            brought = service.bring_archive(world.actor(TAKER), path, "portfolio.zip").id
        _measure(table, "looking through", lambda: jobs.examine_brought(Run(brought)), office_id)  # type: ignore[arg-type]  # as above
        with world.inside("siena"):
            service.start_import(world.actor(TAKER), brought, {"person": True})
        _measure(table, "taking over", lambda: jobs.unpack(Run(brought)), office_id)  # type: ignore[arg-type]  # as above
        with world.inside("siena"):
            row = session().get_one(Transfer, brought)
            if (row.state, len(evidence.find_items(world.actor(TAKER), "file")) >= count) != ("done", True):
                raise RuntimeError(f"not taken over: {row.state} {row.problem}")
    site.close()


def _sound(size: int) -> bytes:
    """A WAV file of noise: nothing in it can be packed, and none is like another."""
    data = os.urandom(size)
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", size + 36, b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8, b"data", size
    )
    return head + data


def _measure(table: Table, name: str, work: Callable[[], None], office_id: UUID) -> None:
    began = time.perf_counter()
    with _peak() as peak, office_scope(office_id):
        work()
    table.add(f"portfolio, {name}", time.perf_counter() - began, "s")
    table.add(f"portfolio, {name}: PSS grows by", peak["pss"] / 1e6, "MB", at_most=MOST_MEGABYTES)
    table.add(f"portfolio, {name}: RSS at most", peak["rss"] / 1e6, "MB")


@contextmanager
def _peak() -> Iterator[dict[str, float]]:
    """The highest growth of PSS, and the highest RSS, looked at every 20 ms."""
    process, over = psutil.Process(), threading.Event()
    before = process.memory_full_info().pss
    found = {"pss": 0.0, "rss": 0.0}

    def look() -> None:
        while not over.wait(0.02):
            now = process.memory_full_info()
            found["pss"] = max(found["pss"], now.pss - before)
            found["rss"] = max(found["rss"], now.rss)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()
