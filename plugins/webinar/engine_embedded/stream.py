"""A stream socket of the loop: bytes to and from one other side."""

from __future__ import annotations

import selectors
import socket

from plugins.webinar.engine_embedded.loop import Loop

READ_BYTES = 1 << 16


class Stream:
    """What the other side does not take yet waits. Who derives from it says what becomes of what comes, and of the end."""

    def __init__(self, loop: Loop, channel: socket.socket) -> None:
        self._loop = loop
        self._channel = channel
        self._outbox = bytearray()
        self._wants_write = self._is_broken = False
        channel.setblocking(False)
        loop.watch(channel, self._on_ready)

    @property
    def is_open(self) -> bool:
        """Whether it can still be used."""
        return self._channel.fileno() >= 0

    @property
    def waiting(self) -> int:
        """Bytes that the other side has not taken yet."""
        return len(self._outbox)

    def write(self, *parts: bytes | memoryview) -> None:
        """Send one after the other what belongs together, or keep it until the other side reads on."""
        if not self.is_open or self._is_broken:
            return
        for part in parts:
            self._outbox += part
        if not self._wants_write:
            self._flush()

    def close(self) -> None:
        """Hang up; again is nothing new."""
        if self.is_open:
            self._loop.forget(self._channel)
            self._channel.close()
            self._end()

    def close_soon(self) -> None:
        """Hang up when whoever is sending now has done what they were doing."""
        self._is_broken = True
        self._loop.call_later(0.0, self.close)

    def _receive(self, data: bytes) -> None:
        """Something came."""
        raise NotImplementedError

    def _end(self) -> None:
        """Either side has hung up."""
        raise NotImplementedError

    def _on_ready(self, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._flush()
        if events & selectors.EVENT_READ and self.is_open:
            self._read()

    def _read(self) -> None:
        try:
            data = self._channel.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._receive(data)
        else:
            self.close()

    def _flush(self) -> None:
        try:
            while self._outbox:
                del self._outbox[: self._channel.send(self._outbox)]
        except BlockingIOError:
            pass
        except OSError:
            self.close_soon()
            return
        if self._wants_write is not bool(self._outbox):
            self._wants_write = bool(self._outbox)
            self._loop.watch(self._channel, self._on_ready, wants_write=self._wants_write)
