"""Other processes of this machine: they come in at a door, and frames go to and fro over a stream socket."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable
from pathlib import Path

from plugins.webinar.engine_embedded import wire
from plugins.webinar.engine_embedded.loop import Loop

MOST_WAITING = 4 << 20
"""Bytes that may wait for the other side before it counts as stuck."""


class Door:
    """Listens at ``path``; calls ``welcome`` with the socket of everybody who connects."""

    def __init__(self, loop: Loop, path: Path, welcome: Callable[[socket.socket], None]) -> None:
        self._loop = loop
        self._path = path
        self._welcome = welcome
        self._socket = wire.listen(path)
        loop.watch(self._socket, self._accept)

    def close(self) -> None:
        """Let nobody in any more."""
        self._loop.forget(self._socket)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _accept(self, _events: int) -> None:
        try:
            stream, _address = self._socket.accept()
        except BlockingIOError:
            return
        self._welcome(stream)


class Channel:
    """Calls ``take`` with the body of each frame, and ``on_closed`` once when either side hangs up.

    If ``take`` raises ``wire.BrokenFrame``, the other side speaks another language: that is the end, too.
    """

    def __init__(
        self,
        loop: Loop,
        stream: socket.socket,
        take: Callable[[bytes], None],
        on_closed: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._stream = stream
        self._take = take
        self._on_closed = on_closed
        self._reader = wire.Reader()
        self._outbox = bytearray()
        self._wants_write = self._is_broken = False
        stream.setblocking(False)
        loop.watch(stream, self._on_ready)

    @property
    def is_open(self) -> bool:
        """Whether anything can still be said."""
        return self._stream.fileno() >= 0

    def send(self, frame: bytes) -> None:
        """Send, or keep it until the other side reads on; one that never does is hung up on, a moment later."""
        if not self.is_open or self._is_broken:
            return
        self._outbox += frame
        if len(self._outbox) > MOST_WAITING:
            self._break()
        elif not self._wants_write:
            self._flush()

    def close(self) -> None:
        """Hang up; again is nothing new."""
        if self.is_open:
            self._loop.forget(self._stream)
            self._stream.close()
            self._on_closed()

    def _on_ready(self, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._flush()
        if events & selectors.EVENT_READ and self.is_open:
            self._read()

    def _read(self) -> None:
        try:
            data = self._stream.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        try:
            for body in self._reader.feed(data):
                if self.is_open:
                    self._take(body)
        except wire.BrokenFrame:
            self.close()

    def _flush(self) -> None:
        try:
            while self._outbox:
                del self._outbox[: self._stream.send(self._outbox)]
        except BlockingIOError:
            pass
        except OSError:
            self._break()
            return
        if self._wants_write is not bool(self._outbox):
            self._wants_write = bool(self._outbox)
            self._loop.watch(self._stream, self._on_ready, wants_write=self._wants_write)

    def _break(self) -> None:
        """End it when whoever is sending has done what they were doing."""
        self._is_broken = True
        self._loop.call_later(0.0, self.close)
