"""One GET to a starting server, without ever blocking the process that asks."""

from __future__ import annotations

import selectors
import socket
import time
from urllib.parse import urlsplit

ANSWER_SECONDS = 5.0
STATUS_LINE_LIMIT = 1024


class ReadinessProbe:
    """Asks ``url`` once, for the site of that name (``host``, by default the one of the URL).

    ``is_done`` turns true; then ``status`` is the HTTP status, or None.

    Its socket lives in the caller's ``selector``, whose loop calls the registered function.
    """

    def __init__(self, selector: selectors.BaseSelector, url: str, host: str = "") -> None:
        parts = urlsplit(url)
        self.is_done = False
        self.status: int | None = None
        self.deadline = time.monotonic() + ANSWER_SECONDS
        self._selector = selector
        named = f"Host: {host or parts.netloc}\r\nConnection: close\r\n\r\n"
        self._request = f"GET {parts.path or '/'} HTTP/1.0\r\n{named}".encode()
        self._answer = b""
        address = parts.hostname or "127.0.0.1"
        self._socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        self._socket.setblocking(False)
        self._socket.connect_ex((address, parts.port or 80))
        selector.register(self._socket, selectors.EVENT_WRITE, self._send)

    def check_deadline(self) -> None:
        """Give up on a server that took the connection and stays silent."""
        if not self.is_done and time.monotonic() >= self.deadline:
            self.close()

    def close(self) -> None:
        """Stop asking. May be called more than once."""
        if not self.is_done:
            self.is_done = True
            self._selector.unregister(self._socket)
            self._socket.close()

    def _send(self) -> None:
        try:
            # A request of this size always fits the empty send buffer of a new connection.
            self._socket.send(self._request)
        except OSError:
            self.close()  # nobody listens yet: the caller asks again
        else:
            self._selector.modify(self._socket, selectors.EVENT_READ, self._receive)

    def _receive(self) -> None:
        try:
            piece = self._socket.recv(STATUS_LINE_LIMIT)
        except OSError:
            piece = b""
        self._answer += piece
        line, complete, _rest = self._answer.partition(b"\r\n")
        if complete or not piece or len(self._answer) >= STATUS_LINE_LIMIT:
            words = line.split()
            if complete and len(words) > 1 and words[0].startswith(b"HTTP/") and words[1].isdigit():
                self.status = int(words[1])
            self.close()
