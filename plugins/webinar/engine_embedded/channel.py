"""Other processes of this machine: they come in at a door, and frames go to and fro over a stream socket."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

from plugins.webinar.engine_embedded import wire
from plugins.webinar.engine_embedded.loop import Loop
from plugins.webinar.engine_embedded.stream import Stream

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
        except OSError:  # gone again, or no descriptor is left
            return
        self._welcome(stream)


class Channel(Stream):
    """Calls ``take`` with the body of each frame, and ``on_closed`` once when either side hangs up.

    If ``take`` raises ``wire.BrokenFrame``, the other side speaks another language: that is the end, too.
    """

    def __init__(
        self,
        loop: Loop,
        channel: socket.socket,
        take: Callable[[bytes], None],
        on_closed: Callable[[], None],
    ) -> None:
        self._take = take
        self._on_closed = on_closed
        self._reader = wire.Reader()
        super().__init__(loop, channel)

    def send(self, frame: bytes) -> None:
        """Send a frame; who never reads is hung up on, a moment later."""
        self.write(frame)
        if self.waiting > MOST_WAITING:
            self.close_soon()

    def _receive(self, data: bytes) -> None:
        try:
            for body in self._reader.feed(data):
                if self.is_open:
                    self._take(body)
        except wire.BrokenFrame:
            self.close()

    def _end(self) -> None:
        self._on_closed()
