"""Counts that change quickly are told together: at most four times a second, and more seldom to a large crowd.

Each quarter of a second is a turn, in which one of all processes tells a count.
What is told goes to everybody, so the work grows with the crowd while the time between two counts does not; then votes
would wait for the charts of earlier ones.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from lms.plugin import Conflict, Unavailable, after_commit, hub, office_scope, unit_of_work, utcnow

log = structlog.get_logger(__name__)

SECONDS, LONGEST_SECONDS = 0.25, 1.0
SECONDS_EACH = 0.0015
"""How much longer for each page that this process serves: from 170 on, there are fewer than four counts a second."""
MOST_TRIES = 20
EXTENSION = "webinar_merging"


class Merger:
    """What is to be told soon, in this process; each thing once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: set[str] = set()

    def soon(self, key: str, office_id: uuid.UUID, work: Callable[[str], bool]) -> None:
        """After the commit, and a moment, do the work in a unit of work; meanwhile the same key is nothing new.

        The work is given the name of the turn, for ``log.tell``, and returns False where another process
        has had it; then it is done in the next. Where the database cannot do it now it is tried again:
        nobody may come after the last vote who would tell it.
        """
        app, live = hub().app, hub()

        def run(tries: int) -> None:
            with self._lock:
                self._pending.discard(key)
            try:
                with app.app_context(), office_scope(office_id), unit_of_work():
                    is_told = work(turn_of(key))
            except (Conflict, Unavailable, SQLAlchemyError) as problem:
                log.warning("webinar.not_merged", key=key, problem=str(problem), tries_left=tries)
                if tries:
                    start(tries - 1, pause_for(len(live.connections)))
            else:
                if not is_told:
                    start(tries, SECONDS)

        def start(tries: int, seconds: float) -> None:
            with self._lock:
                if key in self._pending:
                    return
                self._pending.add(key)
            timer = threading.Timer(seconds, run, (tries,))
            timer.daemon = True
            timer.start()

        after_commit(lambda: start(MOST_TRIES, pause_for(len(live.connections))))


def pause_for(pages: int) -> float:
    """Seconds between two counts in a process that serves so many pages."""
    return min(max(SECONDS, pages * SECONDS_EACH), LONGEST_SECONDS)


def turn_of(key: str) -> str:
    """The name of the turn of this moment, the same in all processes."""
    return f"{key} {int(utcnow().timestamp() / SECONDS)}"


def merger() -> Merger:
    """The one of the running application."""
    extensions = hub().app.extensions
    found: Merger = extensions.setdefault(EXTENSION, Merger())
    return found
