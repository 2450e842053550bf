"""Processes that have just begun and are asked by several people at once: ``python -m tests.faults.cold_lives INSTANCE COOKIE PATH``.

The application is loaded once; each life is a fork of it, as a worker of gunicorn with ``preload`` is. Prints
how many answers of all lives were not 200.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from flask import Flask

from lms.accounts.sessions import COOKIE
from lms.app import create_app
from lms.config import load_settings
from lms.store.base import db

LIVES = 15
PEOPLE = 5
ADDRESS = "http://127.0.0.1"


def live(app: Flask, cookie: str, path: str) -> int:
    """All ask at the same moment, and once more; returns how many were refused."""
    sys.setswitchinterval(1e-6)  # threads take turns as often as on a machine with much to do
    together = threading.Barrier(PEOPLE)
    refused: list[int] = []

    def ask() -> None:
        browser = app.test_client()
        browser.set_cookie(COOKIE, cookie, domain="127.0.0.1")
        together.wait()
        codes = [browser.get(path, base_url=ADDRESS).status_code for _time in range(2)]
        refused.extend(code for code in codes if code != 200)

    people = [threading.Thread(target=ask) for _number in range(PEOPLE)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    return len(refused)


def main(folder: Path, cookie: str, path: str) -> None:
    """Live again and again."""
    app = create_app(load_settings(folder, dict(os.environ)))
    with app.app_context():
        db.engine.dispose()
    refused = 0
    for _life in range(LIVES):
        child = os.fork()
        if child == 0:
            os._exit(live(app, cookie, path))
        refused += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(refused)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
