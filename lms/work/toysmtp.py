"""A mail server that keeps what it gets: for development and tests, never for the open net.

It speaks the minimum of RFC 5321 (section 4.5.1) on the loopback address and can be told to
refuse recipients or to fail for a while.
"""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

LARGEST_MESSAGE = 10_000_000


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """A message with its envelope."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        parsed = message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)  # noqa: S101 - what this policy makes
        return parsed


@dataclass
class ToySmtp:
    """A running server: ``url`` for ``mail.url``, ``received`` for what came.

    ``refused`` recipients get a permanent refusal; while ``is_failing``, every message gets a
    temporary one.
    """

    host: str = "127.0.0.1"
    port: int = 0
    refused: set[str] = field(default_factory=set)
    is_failing: bool = False
    received: list[ReceivedMail] = field(default_factory=list)
    arrival: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        """Its address."""
        return f"smtp://{self.host}:{self.port}"

    def wait_for(self, count: int, timeout: float = 10.0) -> list[ReceivedMail]:
        """All messages, once there are ``count``. Raises TimeoutError."""
        with self.arrival:
            if not self.arrival.wait_for(lambda: len(self.received) >= count, timeout):
                raise TimeoutError(f"{len(self.received)} of {count} messages came within {timeout:g} s")
            return list(self.received)


@contextmanager
def toy_smtp(port: int = 0) -> Iterator[ToySmtp]:
    """Serve on ``port`` (a free one if 0) until the block ends."""
    toy = ToySmtp()
    with _Server(("127.0.0.1", port), toy) as server:
        toy.port = int(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield toy
        finally:
            server.shutdown()
            thread.join()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], toy: ToySmtp) -> None:
        self.toy = toy
        super().__init__(address, _Conversation)


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server
    timeout = 60

    def setup(self) -> None:
        super().setup()
        self._sender = ""
        self._recipients: list[str] = []

    def handle(self) -> None:
        self._say("220 toy ESMTP")
        while line := self.rfile.readline(4096):
            verb, _space, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if verb.upper() == "QUIT":
                self._say("221 bye")
                return
            answer = getattr(self, f"_on_{verb.lower()}", None)
            self._say(answer(rest) if answer else "502 not known here")

    def _on_helo(self, _rest: str) -> str:
        return "250 toy"

    def _on_ehlo(self, _rest: str) -> str:
        return f"250-toy\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE {LARGEST_MESSAGE}"

    def _on_noop(self, _rest: str) -> str:
        return "250 ok"

    def _on_rset(self, _rest: str) -> str:
        self._sender, self._recipients = "", []
        return "250 ok"

    def _on_mail(self, rest: str) -> str:
        self._on_rset("")
        self._sender = _path(rest)
        return "250 ok"

    def _on_rcpt(self, rest: str) -> str:
        address = _path(rest)
        if address in self.server.toy.refused:
            return "550 no such mailbox"
        self._recipients.append(address)
        return "250 ok"

    def _on_data(self, _rest: str) -> str:
        if not self._recipients:
            return "503 no recipients"
        self._say("354 end with a dot")
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in {b".\r\n", b".\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        toy = self.server.toy
        if toy.is_failing:
            return "451 try later"
        with toy.arrival:
            toy.received.append(ReceivedMail(self._sender, tuple(self._recipients), b"".join(lines)))
            toy.arrival.notify_all()
        return "250 kept"

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode("utf-8") + b"\r\n")


def _path(text: str) -> str:
    """The address in ``FROM:<a@b>`` or ``TO:<a@b> PARAMETERS``."""
    return text.partition("<")[2].partition(">")[0]
