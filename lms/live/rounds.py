"""What a process does for its connections without being asked: heartbeat, presence, second looks.

One background task for each process, alive only while there are connections.
"""

from __future__ import annotations

import threading
import uuid
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from lms.clock import monotonic
from lms.errors import AppError
from lms.live import presence
from lms.live.hub import Connection, Hub
from lms.live.models import LiveChannel
from lms.store.base import session
from lms.store.scope import all_offices, office_scope

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
HEADS_SECONDS = 10.0
LOOKS_PER_TICK = 40
STALE_SECONDS = 2.0


class Rounds:
    """The background task; ``ensure`` starts it if it does not run."""

    def __init__(self, live: Hub, server: Any) -> None:
        self._hub = live
        self._server = server
        self._lock = threading.Lock()
        self._is_running = False
        self._heads_due = threading.Event()

    def ensure(self) -> None:
        """Run as long as there are connections; called at each new one."""
        with self._lock:
            if self._is_running:
                return
            self._is_running = True
        self._server.start_background_task(self._run)

    def send_heads_soon(self) -> None:
        """Something may have been missed: let clients compare at the next tick."""
        self._heads_due.set()

    def _run(self) -> None:
        heads_at = renewed_at = monotonic()
        while True:
            self._server.sleep(TICK_SECONDS)
            with self._lock:
                if not self._hub.connections:
                    self._is_running = False
                    return
            now = monotonic()
            heads_due = now - heads_at >= HEADS_SECONDS or self._heads_due.is_set()
            renew_due = now - renewed_at >= presence.RENEW_SECONDS
            try:
                self._tick(heads_due=heads_due, renew_due=renew_due)
            except (SQLAlchemyError, AppError) as error:
                log.warning("live.round_failed", error=str(error))
                continue
            if heads_due:
                heads_at = now
                self._heads_due.clear()
            renewed_at = now if renew_due else renewed_at

    def _tick(self, *, heads_due: bool, renew_due: bool) -> None:
        self._hub.end_lost()
        with self._hub.app.app_context():
            self._look_again()
            self._tell_departures()
            if heads_due:
                self._send_heads()
            if renew_due:
                presence.renew([connection.sid for connection in self._hub.all_connections()])

    def _look_again(self) -> None:
        """Drop who may not be here any more; the longest unseen first, so that everybody's turn comes."""
        limit = monotonic() - STALE_SECONDS
        waiting = [each for each in self._hub.all_connections() if each.checked_at < limit]
        turn = sorted(waiting, key=lambda each: each.checked_at)[:LOOKS_PER_TICK]
        for office_id, people in groupby(sorted(turn, key=_office_of), key=_office_of):
            with office_scope(office_id):
                for connection in people:
                    self._look_at(connection)
            session().rollback()

    def _look_at(self, connection: Connection) -> None:
        try:
            actor = self._hub.refresh(connection, max_age=0)
        except AppError as error:
            self._hub.drop(connection, error.code)
            return
        for channel in list(connection.channels):
            if not self._hub.kind_of(channel).kind.may_read(actor, channel):
                self._hub.leave(connection, channel)

    def _tell_departures(self) -> None:
        for gone in presence.take_departures():
            self._hub.emit(gone.office_id, gone.channel, "presence", {"left": str(gone.user_id)})

    def _send_heads(self) -> None:
        heard: set[tuple[uuid.UUID, str]] = {
            (connection.office_id, channel)
            for connection in self._hub.all_connections()
            for channel in list(connection.channels)
        }
        names = {channel for _office, channel in heard}
        with all_offices("heartbeat of all channels heard in this process"):
            rows = session().execute(
                select(LiveChannel.office_id, LiveChannel.name, LiveChannel.head_seq).where(
                    LiveChannel.name.in_(names)
                )
            )
            heads = {(office_id, name): head for office_id, name, head in rows}
            session().rollback()
        for office_id, channel in heard:
            head = heads.get((office_id, channel), 0)
            self._hub.emit_here(office_id, channel, "heads", {"head": head})


def _office_of(connection: Connection) -> uuid.UUID:
    return connection.office_id
