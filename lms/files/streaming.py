"""Answers that stop on their way when the right to them ends.

A right is asked when an answer begins, but a film goes on for minutes. A reader who does not read holds
its server in the middle of a write, where nothing can be asked: so one thread of each process asks for
all answers on their way, and cuts the connections of those that may not go on.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from flask import Flask, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from lms.errors import AppError
from lms.store.base import session

log = structlog.get_logger(__name__)
ASK_AGAIN_SECONDS = 0.4
_SOCKETS = ("gunicorn.socket", "werkzeug.socket")
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, no seconds: closing throws away what the kernel still holds (RFC 9293, 3.10.4 and 3.10.5)."""


def serve_while(response: Response, holds: Callable[[], bool]) -> Response:
    """The same answer, for as long as ``holds()`` is true; it ends within half a second afterwards.

    ``holds`` is called from another thread, inside an application context and a session of its own,
    without a request; a refusal (``NotFound``, ``Forbidden``) counts as false.
    """
    if response.status_code in {200, 206}:
        found = (request.environ.get(name) for name in _SOCKETS)
        connection = next((each for each in found if each is not None), None)
        application: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug's documented proxy access
        response.response = OnItsWay(response.response, holds, application, connection)
        response.headers["X-Accel-Buffering"] = "no"  # a proxy that reads ahead would hand out the rest
    return response


class OnItsWay:
    """The pieces of an answer; closing it closes what they come from, begun or not."""

    def __init__(
        self, pieces: Any, holds: Callable[[], bool], application: Flask, connection: socket.socket | None
    ) -> None:
        self._pieces, self._next = pieces, iter(pieces)
        self._holds, self._application, self._connection = holds, application, connection
        self._lock = threading.Lock()
        self._is_watched = self._is_over = self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if not self._is_watched:
            self._is_watched = True
            _watch.add(self)
        if self._is_over:
            raise ConnectionResetError(errno.ECONNRESET, "the right to this answer has ended")
        return bytes(next(self._next))

    def close(self) -> None:
        """Called by the server when the answer is over."""
        with self._lock:  # the connection may serve the next answer after this
            self._is_closed = True
        _watch.remove(self)
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()

    def ask(self) -> None:
        """Cut the connection if the right has ended. A database that is busy is asked again the next time."""
        with self._application.app_context():
            try:
                is_over = not self._holds()
            except AppError:
                is_over = True
            except SQLAlchemyError:
                log.warning("right not asked", exc_info=True)
                is_over = False
            finally:
                session().rollback()
        if is_over:
            self.cut()

    def cut(self) -> None:
        """End it now: a writer who waits for its reader wakes up, and what was not sent is thrown away."""
        with self._lock:
            self._is_over = True
            if self._is_closed or self._connection is None:
                return
            with contextlib.suppress(OSError):  # the reader was faster
                self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                self._connection.shutdown(socket.SHUT_RDWR)


class _Watch:
    """All answers on their way in this process; its thread lives while there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: set[OnItsWay] = set()
        self._thread: threading.Thread | None = None

    def add(self, answer: OnItsWay) -> None:
        with self._lock:
            self._answers.add(answer)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="answers on their way", daemon=True)
                self._thread.start()

    def remove(self, answer: OnItsWay) -> None:
        with self._lock:
            self._answers.discard(answer)

    def _run(self) -> None:
        pause, answers = threading.Event(), list[OnItsWay]()
        try:
            while True:
                pause.wait(ASK_AGAIN_SECONDS)
                with self._lock:
                    answers = list(self._answers)
                    if not answers:
                        self._thread = None
                        return
                for each in answers:
                    each.ask()
        finally:
            for each in answers:  # a fault in asking must not leave an answer unwatched
                each.cut()


_watch = _Watch()
