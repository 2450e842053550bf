"""One connection of one person: ICE credentials, DTLS, SRTP, and where the peer is."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Protocol

from plugins.webinar.engine import Direction
from plugins.webinar.engine_embedded import sdp
from plugins.webinar.engine_embedded.dtls import Handshake, Identity
from plugins.webinar.engine_embedded.loop import Loop, Timer
from plugins.webinar.engine_embedded.ports import Ports, Route
from plugins.webinar.engine_embedded.srtp import Opener, Sealer

CONSENT_SECONDS = 30.0
"""RFC 7675, section 5.1: without a check for this long, nothing may be sent any more."""
PATIENCE_SECONDS = 15.0
"""For a peer that never connects."""
MOST_ROUTES = 16


class Traffic(Protocol):
    """What a connection is for: its sending or receiving half."""

    def on_connected(self) -> None:
        """Keys are there; media can flow."""

    def on_moved(self) -> None:
        """The peer is reached at another address now."""

    def on_media(self, packet: bytes) -> None:
        """A plain RTP packet came."""

    def on_control(self, compound: bytes) -> None:
        """A plain RTCP compound came."""

    def on_stale(self, ssrc: int) -> None:
        """A packet of a picture was dropped, for the engine has more to do than it can."""

    def close(self) -> None:
        """The connection ended."""


class Connection:
    """A peer of the ports. ``on_gone`` is called once, when it is lost for good."""

    __slots__ = (
        "_handshake",
        "_identity",
        "_timer",
        "_watch",
        "answers",
        "direction",
        "is_closed",
        "loop",
        "name",
        "on_gone",
        "on_ready",
        "opener",
        "password",
        "ports",
        "remote_ufrag",
        "route",
        "routes",
        "sealer",
        "seen_at",
        "sounds",
        "traffic",
        "ufrag",
    )

    def __init__(self, name: str, direction: Direction, ports: Ports, loop: Loop, identity: Identity) -> None:
        self.name = name
        self.direction = direction
        self.ports = ports
        self.loop = loop
        self.route: Route | None = None
        self.routes: dict[Route, None] = {}
        self.ufrag = ""
        self.password = b""
        self.remote_ufrag = ""
        self.traffic: Traffic | None = None
        self.on_gone: Callable[[], None] = lambda: None
        self.on_ready: Callable[[], None] = lambda: None
        self.opener: Opener | None = None
        self.sealer: Sealer | None = None
        self.is_closed = False
        self.answers = 0
        self.seen_at = loop.now
        self.sounds: set[int] = set()
        self._identity = identity
        self._handshake: Handshake | None = None
        self._timer: Timer | None = None
        self._watch = loop.call_later(PATIENCE_SECONDS, self._look)

    # --- answering offers -------------------------------------------------------------

    def describe(self, offer: sdp.Offer, candidates: list[sdp.Candidate]) -> sdp.Transport:
        """Take the offer's credentials and make new ones of our own.

        DTLS goes on across ICE restarts (RFC 8842, section 5.4) as long as the fingerprints stay.
        """
        if self._handshake is None:
            self._handshake = Handshake(self._identity, offer.fingerprints)
        # The old name leads to nobody: its password is no longer kept.
        self.ports.by_ufrag.pop(self.ufrag, None)
        self.ufrag, password = secrets.token_hex(6), secrets.token_hex(16)
        self.remote_ufrag = offer.ufrag
        self.password = password.encode()
        self.ports.by_ufrag[self.ufrag] = self
        self.answers += 1
        self.seen_at = self.loop.now
        return sdp.Transport(self.ufrag, password, self._identity.fingerprint, candidates)

    # --- what comes -------------------------------------------------------------------

    def on_check(self, route: Route, *, is_chosen: bool) -> None:
        """Consent is fresh; media goes where the last nominated check came from."""
        self.seen_at = self.loop.now
        is_new = is_chosen or self.route is None or self.route not in self.routes
        if is_new and route != self.route:
            self.route = route
            if self.traffic is not None:
                self.traffic.on_moved()
        if len(self.routes) > MOST_ROUTES:
            oldest = next(each for each in self.routes if each is not self.route)
            del self.routes[oldest]
            self.ports.drop(oldest)

    def on_handshake(self, datagram: bytes, route: Route) -> None:
        """Go on with DTLS; answers go where the question came from."""
        handshake = self._handshake
        if handshake is None:
            return
        for answer in handshake.take(datagram):
            self.ports.send(route, answer)
        if handshake.is_over:
            self.lose()
        elif handshake.keys is None:
            self._plan_retransmission()
        elif self.sealer is None:
            self.opener, self.sealer = Opener(handshake.keys), Sealer(handshake.keys)
            self.on_ready()
            if self.traffic is not None:
                self.traffic.on_connected()

    def on_media(self, datagram: bytes) -> None:
        """Open and hand on."""
        if self.opener is not None and self.traffic is not None:
            packet = self.opener.rtp(datagram)
            if packet is not None:
                self.traffic.on_media(packet)

    def is_sound(self, datagram: bytes) -> bool:
        """Whether its payload type, which is not encrypted, is one of sound."""
        return datagram[1] & 0x7F in self.sounds

    def on_stale(self, datagram: bytes) -> None:
        """Say whose picture has a hole now."""
        if self.traffic is not None:
            self.traffic.on_stale(int.from_bytes(datagram[8:12]))

    def on_control(self, datagram: bytes) -> None:
        """Open and hand on."""
        if self.opener is not None and self.traffic is not None:
            compound = self.opener.rtcp(datagram)
            if compound is not None:
                self.traffic.on_control(compound)

    # --- what goes --------------------------------------------------------------------

    @property
    def is_ready(self) -> bool:
        """Whether media can be sent now."""
        return self.sealer is not None and self.route is not None and not self.is_closed

    def send_control(self, compound: bytes) -> None:
        """Protect and send RTCP."""
        if self.sealer is not None and self.route is not None and not self.is_closed:
            sealed = self.sealer.rtcp(compound)
            if sealed:
                self.ports.send(self.route, sealed)

    # --- the end ----------------------------------------------------------------------

    def lose(self) -> None:
        """The peer is gone by itself."""
        if not self.is_closed:
            self.close()
            self.on_gone()

    def close(self) -> None:
        """End it and say so; again is nothing new."""
        if self.is_closed:
            return
        self.is_closed = True
        for timer in (self._timer, self._watch):
            if timer is not None:
                timer.cancel()
        if self._handshake is not None and self.route is not None:
            for goodbye in self._handshake.close():
                self.ports.send(self.route, goodbye)
        if self.traffic is not None:
            self.traffic.close()
        self.ports.forget(self)

    def _look(self) -> None:
        """Lose a peer that never came, or whose consent has ended."""
        silence = self.loop.now - self.seen_at
        limit = CONSENT_SECONDS if self.sealer is not None else PATIENCE_SECONDS
        if silence >= limit - 0.01:
            self.lose()
        else:
            self._watch = self.loop.call_later(limit - silence, self._look)

    def _plan_retransmission(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        seconds = self._handshake.timeout() if self._handshake else None
        if seconds is not None:
            self._timer = self.loop.call_later(max(seconds, 0.01), self._retransmit)

    def _retransmit(self) -> None:
        self._timer = None
        if self.is_closed or self._handshake is None or self.route is None:
            return
        for datagram in self._handshake.tick():
            self.ports.send(self.route, datagram)
        self._plan_retransmission()
