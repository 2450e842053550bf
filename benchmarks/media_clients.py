"""Clients of the media engine at the level of packets: many in one process, on loopback only.

``python -m benchmarks.media_clients FOLDER SUBSCRIBERS SECONDS`` joins, measures and prints JSON.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import select
import socket
import statistics
import struct
import sys
import time
from pathlib import Path

from OpenSSL import SSL

from plugins.webinar.engine import Answer, Kind, Rights, Wish, WishedVideo
from plugins.webinar.engine_embedded import stun
from plugins.webinar.engine_embedded.dtls import EXPORTER_LABEL, PROFILES, Identity, Keys, pack_records
from plugins.webinar.engine_embedded.srtp import Opener, Sealer
from plugins.webinar.remote import RemoteEngine

FRAMES, SOUNDS = 30, 50
FRAME_PACKETS, PACKET_BYTES, SOUND_BYTES = 4, 1040, 80
"""A picture of 1 Mbit/s and sound: 170 packets a second for each subscriber."""
SAMPLE = 16
UDP_GRO = 104


class Client:
    """One connection with the engine."""

    def __init__(self, engine: RemoteEngine, identity: Identity, person: str, direction: str) -> None:
        self.person = person
        self.received = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        rights = Rights(frozenset(Kind) if direction == "send" else frozenset())
        begun = time.monotonic()
        offer = offer_of(identity, direction)
        self.answer = engine.join(
            "bench", person, "send" if direction == "send" else "receive", offer, rights
        )
        self._connect(identity, self.answer)
        self.join_seconds = time.monotonic() - begun

    def _connect(self, identity: Identity, answer: Answer) -> None:
        lines = dict(
            line[2:].partition(":")[::2] for line in answer.sdp.split("\r\n") if line.startswith("a=")
        )
        candidates = [line.split() for line in answer.sdp.split("\r\n") if line.startswith("a=candidate")]
        port = next(int(words[5]) for words in candidates if words[2] == "udp")
        self.socket.connect(("127.0.0.1", port))
        self.socket.settimeout(5)
        self._credentials = (lines["ice-ufrag"], lines["ice-pwd"])
        self.check()
        self.socket.recv(2048)
        connection = SSL.Connection(client_context(identity))
        connection.set_connect_state()
        connection.set_ciphertext_mtu(1200)
        while True:
            try:
                connection.do_handshake()
                break
            except SSL.WantReadError:
                for datagram in _outgoing(connection):
                    self.socket.send(datagram)
                connection.bio_write(self.socket.recv(4096))
        for datagram in _outgoing(connection):
            self.socket.send(datagram)
        profile = PROFILES[connection.get_selected_srtp_profile()]
        secret = connection.export_keying_material(EXPORTER_LABEL, 2 * (profile.key + profile.salt))
        ends = (profile.key, 2 * profile.key, 2 * profile.key + profile.salt)
        client = secret[: ends[0]] + secret[ends[1] : ends[2]]
        server = secret[ends[0] : ends[1]] + secret[ends[2] :]
        ours = Keys(profile, server, client)  # seen from this end
        self.sealer, self.opener = Sealer(ours), Opener(ours)
        self.socket.setblocking(False)

    def check(self) -> None:
        """Ask for consent, and nominate."""
        ufrag, password = self._credentials
        attributes = [
            (stun.USERNAME, f"{ufrag}:benc".encode()),
            (stun.ICE_CONTROLLING, bytes(8)),
            (stun.USE_CANDIDATE, b""),
        ]
        request = stun.build(stun.BINDING_REQUEST, secrets.token_bytes(12), attributes, password.encode())
        self.socket.send(request)


def client_context(identity: Identity) -> SSL.Context:
    """The active side of DTLS."""
    context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
    context.use_certificate(identity.certificate)
    context.use_privatekey(identity.key)
    context.set_tlsext_use_srtp(b":".join(PROFILES))
    return context


def offer_of(identity: Identity, direction: str) -> str:
    """A short offer with one sound and one picture."""
    way = "sendonly" if direction == "send" else "recvonly"
    transport = [
        "a=ice-ufrag:benc",
        "a=ice-pwd:0123456789012345678901",
        f"a=fingerprint:sha-256 {identity.fingerprint}",
        "a=setup:active",
        "a=rtcp-mux",
    ]
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1"]
    for mid, media, number, codec, ssrc in (
        ("0", "audio", 111, "opus/48000/2", 1001),
        ("1", "video", 96, "VP8/90000", 1002),
    ):
        lines += [
            f"m={media} 9 UDP/TLS/RTP/SAVPF {number}",
            "c=IN IP4 0.0.0.0",
            f"a=mid:{mid}",
            f"a={way}",
            *transport,
            f"a=rtpmap:{number} {codec}",
        ]
        if direction == "send":
            lines.append(f"a=ssrc:{ssrc} cname:bench")
    return "\r\n".join(lines) + "\r\n"


def _outgoing(connection: SSL.Connection) -> list[bytes]:
    try:
        return pack_records(connection.bio_read(65_536))
    except SSL.WantReadError:
        return []


class Publisher:
    """Sends a picture and sound in time; each packet says when it was sent."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._numbers = [0, 0]
        self.sent = 0
        self.begin()

    def begin(self) -> None:
        """Its clock begins now."""
        self._client.check()
        self._begun = time.monotonic()
        self._frames = self._sounds = 0

    def send_due(self, now: float) -> None:
        """Send what is due."""
        age = now - self._begun
        while self._sounds < age * SOUNDS:
            self._send(0, 111, 1001, self._sounds * 960, b"", SOUND_BYTES, marker=False)
            self._sounds += 1
        while self._frames < age * FRAMES:
            is_key = self._frames % FRAMES == 0
            for part in range(FRAME_PACKETS):
                head = (b"\x10" + bytes([not is_key])) if part == 0 else b"\x00\x00"
                is_last = part == FRAME_PACKETS - 1
                self._send(1, 96, 1002, self._frames * 3000, head, PACKET_BYTES, marker=is_last)
            self._frames += 1

    def _send(
        self, stream: int, number: int, ssrc: int, timestamp: int, head: bytes, size: int, *, marker: bool
    ) -> None:
        self._numbers[stream] += 1
        second = number | (0x80 if marker else 0)
        packet = struct.pack(
            "!BBHII", 0x80, second, self._numbers[stream] & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc
        )
        packet += head + struct.pack("!d", time.monotonic()) + bytes(size - len(head) - 8)
        with contextlib.suppress(BlockingIOError):
            self._client.socket.send(self._client.sealer.rtp(packet))
        self.sent += 1


def receive(clients: dict[int, Client], poller: select.epoll, pause: float, delays: list[float]) -> None:
    """Count what came; of a part of the clients, measure how long it was under way."""
    for descriptor, _events in poller.poll(pause):
        client = clients[descriptor]
        is_sampled = descriptor % SAMPLE == 0
        for _ in range(20):
            try:
                data, control, _flags, _address = client.socket.recvmsg(65_535, 64)
            except BlockingIOError:
                break
            size = next(
                (struct.unpack("i", value[:4])[0] for _level, kind, value in control if kind == UDP_GRO),
                len(data),
            )
            for at in range(0, len(data), size or 1):
                if 128 <= data[at] <= 191 and not 192 <= data[at + 1] <= 223:
                    client.received += 1
                    if is_sampled:
                        note_delay(client, data[at : at + size], delays)


def note_delay(client: Client, packet: bytes, delays: list[float]) -> None:
    """Open a packet and note how old it is."""
    plain = client.opener.rtp(packet)
    if plain is not None:
        start = 12 + (2 if plain[1] & 0x7F == 96 else 0)
        delays.append(time.monotonic() - struct.unpack("!d", plain[start : start + 8])[0])


def main() -> None:
    """Join, wait for the word ``go`` between phases, and tell what came."""
    folder, count, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    engine, identity = RemoteEngine(folder), Identity()
    publisher = Publisher(Client(engine, identity, "publisher", "send"))
    say({"phase": "ready"})
    sys.stdin.readline()
    subscribers = [Client(engine, identity, f"s{number}", "receive") for number in range(count)]
    joins = sorted(client.join_seconds for client in subscribers)
    publisher.begin()
    for client in subscribers:
        engine.set_wish(client.answer.peer, Wish((WishedVideo("publisher", 720),)))
    say({"phase": "joined", "join_p95": joins[int(len(joins) * 0.95)] if joins else 0.0})
    sys.stdin.readline()
    clients, poller = {client.socket.fileno(): client for client in subscribers}, select.epoll()
    for descriptor in clients:
        poller.register(descriptor, select.EPOLLIN)
    delays: list[float] = []
    run(publisher, clients, poller, 2.0, delays)  # everybody has a key frame by now
    before, sent_before = sum(client.received for client in subscribers), publisher.sent
    delays.clear()
    say({"phase": "measuring"})
    run(publisher, clients, poller, seconds, delays)
    sent = publisher.sent - sent_before
    received = sum(client.received for client in subscribers) - before
    say({
        "phase": "done", "received": received, "expected": sent * count,
        "delay_p50": statistics.median(delays) if delays else 0.0,
        "delay_p95": sorted(delays)[int(len(delays) * 0.95)] if delays else 0.0,
    })  # fmt: skip
    sys.stdin.readline()


def run(
    publisher: Publisher,
    clients: dict[int, Client],
    poller: select.epoll,
    seconds: float,
    delays: list[float],
) -> None:
    """Send and receive for a while."""
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        publisher.send_due(now)
        receive(clients, poller, 0.002, delays)


def say(message: dict[str, object]) -> None:
    """One line of JSON."""
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main()
