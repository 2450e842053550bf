"""Files on their way to somebody: they stop when the share ends."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import current_app

from lms.plugin import office_scope, session, utcnow
from plugins.portfolio.sharing import shares

ASK_AGAIN = timedelta(seconds=0.5)


class WhileAlive:
    """The pieces of a file for as long as its share holds; closing it closes the file, begun or not."""

    def __init__(self, pieces: Any, share_id: uuid.UUID, office_id: uuid.UUID) -> None:
        self._pieces, self._next = pieces, iter(pieces)
        self._share_id, self._office_id = share_id, office_id
        self._app = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug's documented proxy access
        self._asked_at = utcnow()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if utcnow() - self._asked_at > ASK_AGAIN:
            with self._app.app_context(), office_scope(self._office_id):
                is_alive = shares.is_alive(self._share_id)
                session().rollback()
            if not is_alive:
                raise ConnectionAbortedError("the share was taken back")
            self._asked_at = utcnow()
        return bytes(next(self._next))

    def close(self) -> None:
        """Called by the server when the answer is over."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
