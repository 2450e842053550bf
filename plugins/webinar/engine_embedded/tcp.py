"""ICE over TCP, the passive side (RFC 6544), for networks that block UDP. Each packet has its length in front (RFC 4571)."""

from __future__ import annotations

import selectors
import socket
from collections import OrderedDict
from collections.abc import Callable

from plugins.webinar.engine_embedded.loop import Loop

MOST_WAITING = 256 << 10
"""Bytes that may wait for a slow receiver; what comes then is dropped, as a network would."""
MOST_STRANGERS = 200
STRANGER_SECONDS = 8.0
READ_BYTES = 1 << 16
LARGEST_PACKET = 2048

Take = Callable[[bytes, "Link"], Callable[[], None] | None]


class Link:
    """One connection of a client. It is a route (``ports.Route``), as the address of a datagram is."""

    def __init__(self, listener: Listener, channel: socket.socket, address: tuple[str, int]) -> None:
        self.address = address
        self._listener = listener
        self._channel = channel
        self._inbox = bytearray()
        self._outbox = bytearray()
        self._wants_write = False
        listener.loop.watch(channel, self._on_ready)

    @property
    def is_open(self) -> bool:
        """Whether it can still be used."""
        return self._channel.fileno() >= 0

    @property
    def waiting(self) -> int:
        """Bytes that the receiver has not taken yet."""
        return len(self._outbox)

    def send(self, data: bytes | memoryview) -> None:
        """Send one packet, or drop it as a whole."""
        if not self.is_open or len(self._outbox) > MOST_WAITING:
            return
        self._outbox += len(data).to_bytes(2)
        self._outbox += data
        if not self._wants_write:
            self._flush()

    def close(self) -> None:
        """Hang up; again is nothing new."""
        if self.is_open:
            self._listener.loop.forget(self._channel)
            self._channel.close()
            self._listener.forget(self)

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
        if not data:
            self.close()
            return
        self._inbox += data
        media = [
            later for packet in self._packets() if (later := self._listener.take(packet, self)) is not None
        ]
        for call in media:
            call()

    def _packets(self) -> list[bytes]:
        found = []
        while len(self._inbox) >= 2:
            size = int.from_bytes(self._inbox[:2])
            if size > LARGEST_PACKET:  # nothing that belongs here
                self.close()
                return []
            if len(self._inbox) < 2 + size:
                break
            found.append(bytes(self._inbox[2 : 2 + size]))
            del self._inbox[: 2 + size]
        return found

    def _flush(self) -> None:
        try:
            while self._outbox:
                del self._outbox[: self._channel.send(self._outbox)]
        except BlockingIOError:
            pass
        except OSError:
            self.close()
            return
        if bool(self._outbox) != self._wants_write:
            self._wants_write = bool(self._outbox)
            self._listener.loop.watch(self._channel, self._on_ready, wants_write=self._wants_write)


class Listener:
    """Accepts links. One that does not prove soon whose it is, or one of too many such, is hung up on."""

    def __init__(self, loop: Loop, family: int, host: str, port: int, take: Take) -> None:
        self.loop = loop
        self.take = take
        self.on_lost: Callable[[Link], None] = lambda link: None
        self._strangers: OrderedDict[Link, None] = OrderedDict()
        self._links: set[Link] = set()
        self._socket = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((host, port))
            self._socket.listen(128)
        except OSError:
            self._socket.close()
            raise
        loop.watch(self._socket, self._accept)

    def close(self) -> None:
        """Hang up on everybody."""
        for link in list(self._links):
            link.close()
        self.loop.forget(self._socket)
        self._socket.close()

    def know(self, link: Link) -> None:
        """It has proved whose it is."""
        self._strangers.pop(link, None)

    def forget(self, link: Link) -> None:
        """It is closed."""
        self._links.discard(link)
        self._strangers.pop(link, None)
        self.on_lost(link)

    def _accept(self, _events: int) -> None:
        try:
            channel, address = self._socket.accept()
        except OSError:  # gone again, or no descriptor is left
            return
        channel.setblocking(False)
        channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link = Link(self, channel, address[:2])
        self._links.add(link)
        self._strangers[link] = None
        if len(self._strangers) > MOST_STRANGERS:
            next(iter(self._strangers)).close()
        self.loop.call_later(STRANGER_SECONDS, lambda: self._end_stranger(link))

    def _end_stranger(self, link: Link) -> None:
        if link in self._strangers:
            link.close()
