"""A worker in a process of its own: ``python -m tests.lms.work.worker_process FOLDER [REDIS_URL]``."""

from __future__ import annotations

import sys
from pathlib import Path

from lms.work.worker import run_worker
from tests.lms.live.site import make_app, make_settings
from tests.lms.work import probe


def main() -> None:
    redis_url = sys.argv[2] if len(sys.argv) > 2 else ""
    app = make_app(make_settings(Path(sys.argv[1]), redis_url=redis_url), {"probe": probe})
    run_worker(app)


if __name__ == "__main__":
    main()
