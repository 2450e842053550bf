"""What gunicorn calls around the fork of its workers, when the code was loaded before it (embedded mode)."""

from __future__ import annotations

import gc
from typing import Any

from flask import Flask

from lms.ops.fair_worker import FairWorker
from lms.store.base import db


def pre_fork(_server: Any, _worker: Any) -> None:
    """Objects that all workers share stay where they are: a collection would copy their memory into each."""
    gc.collect()
    gc.freeze()


def post_fork(_server: Any, worker: Any) -> None:
    """A worker opens connections of its own."""
    application = worker.app.callable
    if isinstance(application, Flask):
        with application.app_context():
            db.engine.dispose(close=False)


def child_exit(_server: Any, worker: Any) -> None:
    """Nobody waits for a worker that is gone."""
    if isinstance(worker, FairWorker):
        worker.give_up_place()
