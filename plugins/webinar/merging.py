"""Counts that change quickly are told together: at most four times a second, whatever the crowd."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import structlog
from sqlalchemy.exc import DBAPIError

from lms.plugin import Conflict, Unavailable, after_commit, hub, office_scope, unit_of_work

log = structlog.get_logger(__name__)

SECONDS = 0.25
EXTENSION = "webinar_merging"


class Merger:
    """What is to be told soon, in this process; each thing once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: set[str] = set()

    def soon(self, key: str, office_id: uuid.UUID, work: Callable[[], None]) -> None:
        """After the commit, and a quarter of a second, do the work in a unit of work; meanwhile the same key is nothing new."""
        app = hub().app

        def run() -> None:
            with self._lock:
                self._pending.discard(key)
            try:
                with app.app_context(), office_scope(office_id), unit_of_work():
                    work()
            except (Conflict, Unavailable, DBAPIError) as problem:
                # The next vote tells it; the last one of all is told when the poll is closed.
                log.warning("webinar.not_merged", key=key, problem=str(problem))

        def start() -> None:
            with self._lock:
                if key in self._pending:
                    return
                self._pending.add(key)
            timer = threading.Timer(SECONDS, run)
            timer.daemon = True
            timer.start()

        after_commit(start)


def merger() -> Merger:
    """The one of the running application."""
    extensions = hub().app.extensions
    found: Merger = extensions.setdefault(EXTENSION, Merger())
    return found
