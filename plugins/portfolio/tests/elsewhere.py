"""A site elsewhere on the web: a real server on loopback that answers what it was told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Elsewhere:
    """Answers (whole, as they go over the line) by path; ``asked`` are the paths that were asked for."""

    port: int = 0
    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"


def answer(
    body: bytes = b"", kind: str = "text/html; charset=utf-8", status: str = "200 OK", **headers: str
) -> bytes:
    """An HTTP answer."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def site_elsewhere() -> Iterator[Elsewhere]:
    """The site, as long as the block lasts."""
    found = Elsewhere()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            self.wfile.write(found.answers.get(self.path, answer(status="404 Not Found")))

        def log_message(self, *_words: object) -> None:
            """Tests say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        found.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
