"""A site elsewhere on the web, as tests need it: a real server on loopback that answers what it was told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = bytes | Callable[[socket.socket], None]


def answer(
    body: bytes = b"", kind: str = "text/html; charset=utf-8", status: str = "200 OK", **headers: str
) -> bytes:
    """An HTTP answer; names of headers with ``_`` for ``-``."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


@dataclass
class Elsewhere:
    """Answers by path; ``asked`` are the heads of the requests that came."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of a path."""
        return f"http://{host}:{self.port}{path}"


@contextmanager
def site_elsewhere() -> Iterator[Elsewhere]:
    """The site, as long as the block lasts."""
    found = Elsewhere()
    with socket.create_server(("127.0.0.1", 0)) as door:
        found.port = door.getsockname()[1]
        thread = threading.Thread(target=_serve, args=(door, found), daemon=True)
        thread.start()
        try:
            yield found
        finally:
            with socket.socket() as last:  # without looking a name up: a test may have changed that
                last.connect(("127.0.0.1", found.port))
                last.sendall(b"END")
            thread.join()


def _serve(door: socket.socket, found: Elsewhere) -> None:
    while True:
        line, _address = door.accept()
        with line:
            head = b""
            while b"\r\n\r\n" not in head and (piece := line.recv(4096)):
                head += piece
                if head == b"END" or head.startswith(b"\x16"):  # a greeting of TLS, which is not spoken here
                    break
            if head == b"END":
                return
            if b"\r\n\r\n" not in head:
                continue
            found.asked.append(head.decode("latin-1"))
            path = head.split(b" ")[1].decode()
            told = found.answers.get(path, answer(status="404 Not Found"))
            try:
                if callable(told):
                    told(line)
                else:
                    line.sendall(told)
            except OSError:
                continue  # the client had enough
