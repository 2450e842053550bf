"""ICE over TCP, the passive side (RFC 6544), for networks that block UDP. Each packet has its length in front (RFC 4571)."""

from __future__ import annotations

import socket
from collections import OrderedDict
from collections.abc import Callable

from plugins.webinar.engine_embedded.loop import Loop
from plugins.webinar.engine_embedded.stream import Stream

MOST_WAITING = 256 << 10
"""Bytes that may wait for a slow receiver; what comes then is dropped, as a network would."""
MOST_STRANGERS = 200
STRANGER_SECONDS = 8.0
LARGEST_PACKET = 2048

Take = Callable[[bytes, "Link"], Callable[[], None] | None]


class Link(Stream):
    """One connection of a client. It is a route (``ports.Route``), as the address of a datagram is."""

    def __init__(self, listener: Listener, channel: socket.socket, address: tuple[str, int]) -> None:
        self.address = address
        self._listener = listener
        self._inbox = bytearray()
        super().__init__(listener.loop, channel)

    def send(self, data: bytes | memoryview) -> None:
        """Send one packet, or drop it as a whole."""
        if self.waiting <= MOST_WAITING:
            self.write(len(data).to_bytes(2), data)

    def _receive(self, data: bytes) -> None:
        self._inbox += data
        media = [
            later for packet in self._packets() if (later := self._listener.take(packet, self)) is not None
        ]
        for call in media:
            call()

    def _end(self) -> None:
        self._listener.forget(self)

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
