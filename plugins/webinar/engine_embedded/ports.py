"""The engine's door to the network: one UDP and one TCP port for all peers.

What comes in belongs to a peer by the address it comes from; which address is whose, only
a connectivity check signed with the peer's password says (RFC 8445, section 7.3).
"""

from __future__ import annotations

import errno
import socket
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from plugins.webinar.engine_embedded import stun
from plugins.webinar.engine_embedded.fanout import FanOut
from plugins.webinar.engine_embedded.loop import Loop, now
from plugins.webinar.engine_embedded.tcp import Link, Listener

MOST_AT_ONCE = 256
LONGEST_TURN = 0.02
"""Seconds of pictures until timers have their turn again."""
LOOK_AGAIN = 0.004
"""Seconds of pictures until the socket is read empty again."""
LATE, STALE, STALE_SOUND = 0.05, 0.2, 1.0
"""Seconds that something waited: from when on nothing is repeated for anybody; and pictures, or sound, are of no use."""
MOST_WAITING = 4096
"""Packets of each; beyond, the oldest are forgotten."""
ATTEMPTS_AT_ANY_PORT = 20
SEND_BUFFER_BYTES = 4 << 20
RECEIVE_BUFFER_BYTES = 1 << 20
"""What waits longer than a second in an overloaded engine is of no use; the kernel drops it."""

Route = Any
"""Where a peer is: the address of a UDP socket as Python gives it, or a ``tcp.Link``."""


class Taker(Protocol):
    """Who takes sound and pictures when it is their turn."""

    def on_media(self, datagram: bytes) -> None:
        """An SRTP packet came."""

    def is_sound(self, datagram: bytes) -> bool:
        """Whether it carries sound: that goes before pictures."""

    def on_stale(self, datagram: bytes) -> None:
        """It waited too long and is dropped."""


class Peer(Taker, Protocol):
    """What the ports know of a peer."""

    ufrag: str
    password: bytes
    remote_ufrag: str
    route: Route | None
    routes: dict[Route, None]

    def on_check(self, route: Route, *, is_chosen: bool) -> None:
        """A connectivity check came; ``is_chosen`` if it nominates its pair."""

    def on_handshake(self, datagram: bytes, route: Route) -> None:
        """A DTLS datagram came."""

    def on_control(self, datagram: bytes) -> None:
        """An SRTCP packet came."""


class Ports:
    """Receives, tells apart (RFC 7983) and hands over; sends.

    ``is_late`` says that what came waits; ``is_busy``, that the engine has so much to do that it had better send less often.
    """

    def __init__(self, loop: Loop, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._loop = loop
        self.udp, self._tcp = self._open_pair(family, host, port)
        self.port = int(self.udp.getsockname()[1])
        self._tcp.on_lost = self._lose
        self.fan = FanOut(self)
        self.by_ufrag: dict[str, Peer] = {}
        self.by_route: dict[Route, Peer] = {}
        self.received = 0
        self.dropped = 0
        self.stale = 0
        self.is_late = False
        self.is_busy = False
        self._sounds: deque[tuple[Taker, bytes, float]] = deque(maxlen=MOST_WAITING)
        self._pictures: deque[tuple[Taker, bytes, float]] = deque(maxlen=MOST_WAITING)
        self._is_working = False
        loop.watch(self.udp, self._read)

    def _open_pair(self, family: int, host: str, port: int) -> tuple[socket.socket, Listener]:
        """Open UDP and TCP under one number; of any number (0), another if TCP has it in use already."""
        attempts = 1 if port else ATTEMPTS_AT_ANY_PORT
        while True:
            attempts -= 1
            udp = _udp_socket(family, host, port)
            try:
                return udp, Listener(self._loop, family, host, udp.getsockname()[1], self.take)
            except OSError as error:
                udp.close()
                if error.errno != errno.EADDRINUSE or not attempts:
                    raise

    def close(self) -> None:
        """Let the port go."""
        self._tcp.close()
        self._loop.forget(self.udp)
        self.udp.close()

    def send(self, route: Route, data: bytes | memoryview) -> None:
        """Send one datagram; what the network cannot take now is lost, as datagrams are."""
        if type(route) is not tuple:
            route.send(data)
            return
        try:
            self.udp.sendto(data, route)
        except OSError:
            self.dropped += 1

    def forget(self, peer: Peer) -> None:
        """Nothing that comes is this peer's any more."""
        for route in list(peer.routes):
            if self.by_route.get(route) is peer:
                del self.by_route[route]
            if type(route) is not tuple:
                route.close()
        peer.routes.clear()
        self.by_ufrag.pop(peer.ufrag, None)

    def drop(self, route: Route) -> None:
        """Nobody is at this address any more."""
        self.by_route.pop(route, None)
        if isinstance(route, Link):
            route.close()

    def take(self, data: bytes, route: Route) -> Callable[[], None] | None:
        """Handle what came; media is only returned as a call, for it can wait until the rest is done."""
        peer = self._sort(data, route)
        if peer is None:
            return None
        self.received += 1
        return lambda: peer.on_media(data)

    def put(self, taker: Taker, data: bytes, came_at: float) -> None:
        """Let sound or a picture that came another way wait its turn beside those of the port."""
        (self._sounds if taker.is_sound(data) else self._pictures).append((taker, data, came_at))
        if not self._is_working:
            self._is_working = True
            self._loop.call_later(0.0, self._go_on)

    def _sort(self, data: bytes, route: Route) -> Peer | None:
        """Handle what came; of media, only say whose it is."""
        if not data:
            return None
        first = data[0]
        if first < 4:
            self._take_check(data, route)
            return None
        peer = self.by_route.get(route)
        if peer is None:
            return None  # a stranger; RFC 8445 gives it no way in but a check
        if 20 <= first <= 63:
            peer.on_handshake(data, route)
        elif 128 <= first <= 191 and len(data) >= 12:
            if 192 <= data[1] <= 223:  # RFC 5761, section 4
                peer.on_control(data)
            else:
                return peer
        return None

    def _read(self, _events: int) -> None:
        self._read_empty()
        if not self._is_working:
            self._work_off()

    def _go_on(self) -> None:
        self._read_empty()
        self._work_off()

    def _read_empty(self) -> None:
        """Take what waits in the socket: checks, handshakes and reports at once; sound and pictures may wait."""
        at = self._loop.now = now()
        receive = self.udp.recvfrom
        for _ in range(MOST_AT_ONCE):
            try:
                data, address = receive(2048)
            except BlockingIOError:
                break
            except OSError:  # an ICMP answer to something that was sent before
                continue
            peer = self._sort(data, address)
            if peer is not None:
                self.received += 1
                (self._sounds if peer.is_sound(data) else self._pictures).append((peer, data, at))

    def _work_off(self) -> None:
        """Pass on what waits, sound first, and look again and again for what goes before pictures.

        An engine with more to do than it can drops pictures that are stale, and sound only after a whole second.
        """
        self._is_working = False
        begun = looked_at = moment = now()
        while self._sounds or self._pictures:
            is_sound = bool(self._sounds)
            peer, data, came_at = (self._sounds or self._pictures).popleft()
            waited = moment - came_at
            self.is_late = waited > LATE
            if waited > (STALE_SOUND if is_sound else STALE):
                self.stale += 1
                peer.on_stale(data)
            else:
                peer.on_media(data)
            moment = now()
            if moment - begun > LONGEST_TURN:
                self._is_working = True
                self._loop.call_later(0.0, self._go_on)
                return
            if moment - looked_at > LOOK_AGAIN:
                looked_at = moment
                self._read_empty()
        self.is_late = False

    def _take_check(self, data: bytes, route: Route) -> None:
        """A lite agent only answers (RFC 8445, sections 2.5 and 7.3)."""
        try:
            request = stun.parse(data)
        except stun.NotStun:
            return
        if request.kind != stun.BINDING_REQUEST:
            return
        ours, _, theirs = request.username.partition(":")
        peer = self.by_ufrag.get(ours)
        if peer is None or theirs != peer.remote_ufrag or not request.is_signed_with(peer.password):
            return  # unanswered, so that nobody can use this port to send to others
        if stun.ICE_CONTROLLED in request.attributes:
            self.send(route, stun.refusal(request, 487, "Role Conflict", peer.password))
            return
        if isinstance(route, Link):
            self._tcp.know(route)
        address = route.address if isinstance(route, Link) else route
        self.send(route, stun.success(request, address[:2], peer.password))
        self.by_route[route] = peer
        peer.routes.pop(route, None)
        peer.routes[route] = None  # the latest comes last
        peer.on_check(route, is_chosen=stun.USE_CANDIDATE in request.attributes)

    def _lose(self, link: Link) -> None:
        peer = self.by_route.pop(link, None)
        if peer is not None:
            peer.routes.pop(link, None)
            if peer.route is link:
                peer.route = None  # the next check says where the peer is now


def _udp_socket(family: int, host: str, port: int) -> socket.socket:
    udp = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        udp.bind((host, port))
    except OSError:
        udp.close()
        raise
    return udp
