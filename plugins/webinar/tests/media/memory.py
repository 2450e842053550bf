"""An engine and its peers in one thread, without sockets between them: for hostile datagrams by the million."""

from __future__ import annotations

import contextlib
import secrets
import struct
from collections import defaultdict
from pathlib import Path
from typing import Any

from OpenSSL import SSL

from plugins.webinar.engine import Answer, Event, Kind, Rights, Wish, WishedVideo
from plugins.webinar.engine_embedded import stun
from plugins.webinar.engine_embedded.dtls import EXPORTER_LABEL, PROFILES, Identity, Keys, pack_records
from plugins.webinar.engine_embedded.embedded import EmbeddedEngine
from plugins.webinar.engine_embedded.loop import Loop, now
from plugins.webinar.engine_embedded.ports import Ports
from plugins.webinar.engine_embedded.relaying import Relays
from plugins.webinar.engine_embedded.rtcp import Part, split
from plugins.webinar.engine_embedded.srtp import Opener, Sealer
from plugins.webinar.engine_embedded.transport import TRANSPORT_WIDE_NUMBER
from plugins.webinar.engine_embedded.wire import relay_name

EVERYTHING = Rights(frozenset(Kind))
OUR_PASSWORD = "0123456789012345678901"


class MemoryEngine:
    """The engine; what it sends is kept by route. With a ``folder`` it lends its rooms to others that have the same."""

    def __init__(self, number: int = 0, folder: Path | None = None) -> None:
        self.loop = Loop()
        self.ports = Ports(self.loop, "127.0.0.1", 0)
        self.ports.fan.has_batches = self.ports.fan.has_segments = False
        self.ports.send = self._keep  # type: ignore[method-assign]  # instead of the network
        self.engine = EmbeddedEngine(self.loop, self.ports, ["127.0.0.1"], number, folder or Path())
        self.relays = Relays(self.loop, folder / relay_name(number), self.engine) if folder else None
        self.sent: defaultdict[Any, list[bytes]] = defaultdict(list)
        self.events: list[Event] = []
        self.engine.listen(self.events.append)
        self.identity = Identity()

    def _keep(self, route: Any, data: bytes | memoryview) -> None:
        self.sent[route].append(bytes(data))

    def give(self, data: bytes, route: Any) -> None:
        """A datagram arrives."""
        self.loop.now = now()
        later = self.ports.take(data, route)
        if later is not None:
            later()

    def turn(self) -> None:
        """Let time-bound work happen."""
        self.loop.turn(0)

    def pass_time(self, seconds: float) -> None:
        """Let time go by; what is due by then happens in its order."""
        end = now() + seconds
        while (left := end - now()) > 0:
            self.loop.turn(min(left, 0.02))

    def close(self) -> None:
        """End it."""
        if self.relays is not None:
            self.relays.close()
        self.engine.close()
        self.ports.close()
        self.loop.close()


class MemoryPeer:
    """A connected peer at an invented address, in a room of another engine if ``of`` says so."""

    def __init__(
        self, home: MemoryEngine, person: str, direction: Any, number: int, of: int | None = None
    ) -> None:
        self.home = home
        self.route = ("192.0.2.1", 10_000 + number)
        self.number = number
        offer = offer_of(home.identity, direction, number)
        self.answer: Answer = home.engine.join("room", person, direction, offer, EVERYTHING, of)
        lines = dict(
            line[2:].partition(":")[::2] for line in self.answer.sdp.split("\r\n") if line[:2] == "a="
        )
        self.ufrag, self.password = lines["ice-ufrag"], lines["ice-pwd"]
        self.check()
        self._shake()
        if direction == "receive":
            home.engine.set_wish(self.answer.peer, Wish((WishedVideo("ada", 360),)))

    def check(self) -> None:
        """Consent."""
        attributes = [
            (stun.USERNAME, f"{self.ufrag}:them".encode()),
            (stun.ICE_CONTROLLING, bytes(8)),
            (stun.USE_CANDIDATE, b""),
        ]
        request = stun.build(
            stun.BINDING_REQUEST, secrets.token_bytes(12), attributes, self.password.encode()
        )
        self.home.give(request, self.route)

    def _shake(self) -> None:
        context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
        context.use_certificate(self.home.identity.certificate)
        context.use_privatekey(self.home.identity.key)
        context.set_tlsext_use_srtp(b":".join(PROFILES))
        connection = SSL.Connection(context)
        connection.set_connect_state()
        connection.set_ciphertext_mtu(1200)
        is_done = False
        while not is_done:
            self.home.sent.pop(self.route, None)
            try:
                connection.do_handshake()
                is_done = True
            except SSL.WantReadError:
                pass
            with contextlib.suppress(SSL.WantReadError):
                for datagram in pack_records(connection.bio_read(65_536)):
                    self.home.give(datagram, self.route)
            for answer in self.home.sent.pop(self.route, []):
                connection.bio_write(answer)
        profile = PROFILES[connection.get_selected_srtp_profile()]
        key, salt = profile.key, profile.salt
        secret = connection.export_keying_material(EXPORTER_LABEL, 2 * (key + salt))
        client = secret[:key] + secret[2 * key : 2 * key + salt]
        server = secret[key : 2 * key] + secret[2 * key + salt :]
        ours = Keys(profile, server, client)
        self.sealer, self.opener = Sealer(ours), Opener(ours)

    def rtp(self, plain: bytes) -> None:
        """Send a packet."""
        sealed = self.sealer.rtp(plain)
        if sealed:
            self.home.give(sealed, self.route)

    def rtcp(self, plain: bytes) -> None:
        """Send a compound."""
        sealed = self.sealer.rtcp(plain)
        if sealed:
            self.home.give(sealed, self.route)

    def picture(self, sequence: int, payload: bytes = b"\x10\x00key", *, wide: int | None = None) -> None:
        """Send a picture of one packet; ``wide`` is its number among all packets of the connection."""
        head = struct.pack(
            "!BBHII",
            0x80 if wide is None else 0x90,
            0x80 | 96,
            sequence & 0xFFFF,
            3000 * sequence & 0xFFFFFFFF,
            2 * self.number + 2,
        )
        block = struct.pack("!HHBHx", 0xBEDE, 1, 5 << 4 | 1, wide) if wide is not None else b""
        self.rtp(head + block + payload)

    def sound(self, sequence: int, payload: bytes = b"sound") -> None:
        """Send 20 ms of sound."""
        self.rtp(
            struct.pack("!BBHII", 0x80, 111, sequence & 0xFFFF, 960 * sequence, 2 * self.number + 1) + payload
        )

    def told(self) -> list[Part]:
        """The RTCP that came since the last time, opened; everything else that came is forgotten."""
        found: list[Part] = []
        for data in self.home.sent.pop(self.route, []):
            if 128 <= data[0] <= 191 and 192 <= data[1] <= 223:
                plain = self.opener.rtcp(data)
                found += split(plain) if plain is not None else ()
        return found

    def got(self) -> list[bytes]:
        """The media that came since the last time, opened."""
        found = []
        for data in self.home.sent.pop(self.route, []):
            if 128 <= data[0] <= 191 and not 192 <= data[1] <= 223:
                plain = self.opener.rtp(data)
                if plain is not None:
                    found.append(plain)
        return found


def offer_of(identity: Identity, direction: str, number: int) -> str:
    """A short offer with one sound and one picture."""
    way = "sendonly" if direction == "send" else "recvonly"
    transport = [
        "a=ice-ufrag:them",
        f"a=ice-pwd:{OUR_PASSWORD}",
        f"a=fingerprint:sha-256 {identity.fingerprint}",
        "a=setup:active",
        "a=rtcp-mux",
    ]
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1"]
    for mid, media, payload, codec in (("0", "audio", 111, "opus/48000/2"), ("1", "video", 96, "VP8/90000")):
        lines += [
            f"m={media} 9 UDP/TLS/RTP/SAVPF {payload}" + (" 97" if payload == 96 else ""),
            f"a=mid:{mid}",
            f"a={way}",
            *transport,
        ]
        lines += [
            f"a=rtpmap:{payload} {codec}",
            "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
            "a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
            f"a=extmap:5 {TRANSPORT_WIDE_NUMBER}",
        ]
        if payload == 96:
            lines += [
                "a=rtpmap:97 rtx/90000",
                "a=fmtp:97 apt=96",
                "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
                "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
            ]
        if direction == "send":
            lines.append(f"a=ssrc:{2 * number + (1 if payload == 111 else 2)} cname:x")
    return "\r\n".join(lines) + "\r\n"
