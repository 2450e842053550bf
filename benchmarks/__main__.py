"""``python -m benchmarks [NAME ...] [--smoke]``: measure and print tables."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    append,
    course,
    dashboard,
    fanout,
    media,
    media_chromium,
    media_workers,
    memory,
    pages,
    portfolio,
    quiz,
    start,
    tutoring,
    webinar_room,
)

BENCHMARKS: dict[str, Callable[[Path, bool], None]] = {
    "dashboard": dashboard.run,
    "pages": pages.run,
    "course": course.run,
    "fanout": fanout.run,
    "append": append.run,
    "media": media.run,
    "media_chromium": media_chromium.run,
    "media_workers": media_workers.run,
    "memory": memory.run,
    "quiz": quiz.run,
    "portfolio": portfolio.run,
    "start": start.run,
    "tutoring": tutoring.run,
    "webinar_room": webinar_room.run,
}


def main() -> None:
    """Run what is named, or everything; ``--smoke`` only shows that it works."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--smoke", action="store_true", help="tiny sizes; the figures mean nothing")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(BENCHMARKS):
        parser.error(f"unknown: {' '.join(sorted(unknown))}")
    for name in chosen.names or BENCHMARKS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=f"contrada-{name}-") as folder:
            BENCHMARKS[name](Path(folder), chosen.smoke)
        print(f"({name}: {time.monotonic() - began:.0f} s)\n", flush=True)


if __name__ == "__main__":
    main()
