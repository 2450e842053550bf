"""Clients of a media server at the level of packets: many in one process, on loopback only.

``python -m benchmarks.media_clients KIND FOLDER`` (KIND: ``ours``, ``janus``, ``aiortc``) takes orders as lines of JSON
and answers each with one: ``{"do": "join", "count": N, "pid": P}`` and ``{"do": "measure", "seconds": S, "pid": P}``,
where P is the server, whose CPU and memory are looked at.

ICE, DTLS and SRTP are real. Few clients are followed packet by packet, opened and timed; of the others the kernel's
queues are emptied ten times a second and counted, so that the clients cost little beside what they measure.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

from OpenSSL import SSL

from benchmarks.media_desks import AUDIO_SSRC, VIDEO_SSRC, Desk, Invitation, Joined, open_desk
from benchmarks.media_drain import Drain
from benchmarks.tables import percentile
from plugins.webinar.engine_embedded import stun
from plugins.webinar.engine_embedded.dtls import EXPORTER_LABEL, PROFILES, Identity, Keys, pack_records
from plugins.webinar.engine_embedded.srtp import Opener, Sealer

FRAMES, SOUNDS = 30, 50
FRAME_PACKETS, PACKET_BYTES, SOUND_BYTES = 4, 1040, 80
"""A picture of 1 Mbit/s and sound: 170 packets a second for each subscriber."""
FOLLOWED = 16
"""One client in so many is followed packet by packet."""
DRAIN_SECONDS, CONSENT_SECONDS, SETTLE_SECONDS = 0.1, 5.0, 2.0
PATIENCE, RETRY_SECONDS, ARRIVAL_SECONDS = 8.0, 0.05, 0.15
UDP_GRO = 104


class Client:
    """One connection with a media server."""

    def __init__(self, desk: Desk, identity: Identity, person: str, direction: str) -> None:
        self.audio = self.video = self.frames = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
        self.socket.bind((desk.host, 0))
        self._password = secrets.token_hex(12)
        begun = time.monotonic()
        host, port = self.socket.getsockname()
        invitation = Invitation(person, direction, host, port, "benc", self._password, identity.fingerprint)
        self.joined = desk.join(invitation)
        self._connect(identity, self.joined)
        self.join_seconds = time.monotonic() - begun

    def check(self) -> None:
        """Ask for consent, and nominate."""
        with contextlib.suppress(OSError):
            self.socket.send(self._check())

    def _check(self) -> bytes:
        attributes = [
            (stun.USERNAME, f"{self.joined.ufrag}:benc".encode()),
            (stun.PRIORITY, struct.pack("!I", 1 << 30)),
            (stun.ICE_CONTROLLING, bytes(8)),
            (stun.USE_CANDIDATE, b""),
        ]
        key = self.joined.password.encode()
        return stun.build(stun.BINDING_REQUEST, secrets.token_bytes(12), attributes, key)

    def answer(self, datagram: bytes) -> None:
        """Answer a check of the other side, if it is one."""
        if datagram[:2] == b"\x00\x01":
            message = stun.parse(datagram)
            self.socket.send(stun.success(message, self.socket.getpeername(), self._password.encode()))

    def _connect(self, identity: Identity, joined: Joined) -> None:
        self.socket.connect(joined.address)
        self.socket.settimeout(RETRY_SECONDS)
        self._flight = [self._check()]
        end = time.monotonic() + PATIENCE
        self.check()
        while self._hear(end)[:2] != b"\x01\x01":
            continue
        connection = SSL.Connection(client_context(identity))
        connection.set_connect_state()
        connection.set_ciphertext_mtu(1200)
        while True:
            try:
                connection.do_handshake()
                break
            except SSL.WantReadError:
                self._send_all(connection)
                datagram = self._hear(end)
                if datagram[0] > 3:
                    connection.bio_write(datagram)
        self._send_all(connection)
        profile = PROFILES[connection.get_selected_srtp_profile()]
        secret = connection.export_keying_material(EXPORTER_LABEL, 2 * (profile.key + profile.salt))
        ends = (profile.key, 2 * profile.key, 2 * profile.key + profile.salt)
        client = secret[: ends[0]] + secret[ends[1] : ends[2]]
        server = secret[ends[0] : ends[1]] + secret[ends[2] :]
        ours = Keys(profile, server, client)  # seen from this end
        self.sealer, self.opener = Sealer(ours), Opener(ours)
        self.socket.setblocking(False)

    def _hear(self, end: float) -> bytes:
        """The next datagram; what was said last is said again until there is one. Raises TimeoutError."""
        while True:
            try:
                datagram = self.socket.recv(65_535)
            except (TimeoutError, ConnectionRefusedError):
                if time.monotonic() > end:
                    raise TimeoutError("the server does not answer") from None
                for each in self._flight:
                    self.socket.send(each)
                continue
            self.answer(datagram)
            return datagram

    def _send_all(self, connection: SSL.Connection) -> None:
        try:
            self._flight = pack_records(connection.bio_read(65_536))
        except SSL.WantReadError:
            return
        for datagram in self._flight:
            self.socket.send(datagram)


def client_context(identity: Identity) -> SSL.Context:
    """The active side of DTLS."""
    context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
    context.use_certificate(identity.certificate)
    context.use_privatekey(identity.key)
    context.set_tlsext_use_srtp(b":".join(PROFILES))
    return context


class Publisher:
    """Sends a picture and sound in time; each packet says when it was sent."""

    def __init__(self, client: Client, pictures: list[list[bytes]], sounds: list[bytes]) -> None:
        self.client = client
        self._pictures, self._sounds_of = pictures, sounds
        self._numbers = [0, 0]
        self.audio = self.video = self._frames_before = self._sounds_before = 0
        self.begin()

    def begin(self) -> None:
        """Its clock begins now; it starts with a key frame."""
        self.client.check()
        self._begun = time.monotonic()
        self._frames = self._sounds = 0

    def send_due(self, now: float) -> None:
        """Send what is due."""
        age = now - self._begun
        while self._sounds < age * SOUNDS:
            self._send(0, 111, AUDIO_SSRC, self._sounds_before * 960, self._sound(), is_last=False)
            self._sounds, self._sounds_before, self.audio = (
                self._sounds + 1,
                self._sounds_before + 1,
                self.audio + 1,
            )
        while self._frames < age * FRAMES:
            parts = self._picture()
            for place, part in enumerate(parts):
                is_last = place == len(parts) - 1
                self._send(1, 96, VIDEO_SSRC, self._frames_before * 3000, part, is_last=is_last)
            self._frames, self._frames_before = self._frames + 1, self._frames_before + 1
            self.video += len(parts)

    @property
    def all_frames(self) -> int:
        """How many it has ever sent."""
        return self._frames_before

    @property
    def frames(self) -> int:
        """How many since its clock began."""
        return self._frames

    def _sound(self) -> bytes:
        if self._sounds_of:
            return self._sounds_of[self._sounds % len(self._sounds_of)]
        return struct.pack("!d", time.monotonic()) + bytes(SOUND_BYTES - 8)

    def _picture(self) -> list[bytes]:
        if self._pictures:
            return self._pictures[self._frames % len(self._pictures)]
        is_key = self._frames % FRAMES == 0
        heads = [b"\x10" + bytes([not is_key]), *[b"\x00\x00"] * (FRAME_PACKETS - 1)]
        return [head + struct.pack("!d", time.monotonic()) + bytes(PACKET_BYTES - 10) for head in heads]

    def _send(
        self, stream: int, number: int, ssrc: int, timestamp: int, body: bytes, *, is_last: bool
    ) -> None:
        self._numbers[stream] += 1
        second = number | (0x80 if is_last else 0)
        head = struct.pack(
            "!BBHII", 0x80, second, self._numbers[stream] & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc
        )
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            self.client.socket.send(self.client.sealer.rtp(head + body))


class Crowd:
    """A publisher and its subscribers."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._identity = desk, Identity()
        self.publisher = Publisher(
            Client(desk, self._identity, "publisher", "send"), desk.pictures, desk.sounds
        )
        self._followed: dict[int, Client] = {}
        self._others: list[Client] = []
        self.subscribers: list[Client] = []
        self._poller = select.epoll()
        self._drain = Drain()
        self._delays: list[float] = []
        self._next_drain = self._consented_at = 0.0
        self._consented = 0

    def join(self, count: int, pid: int) -> dict[str, Any]:
        """Let so many more in."""
        used = cpu_of(pid)
        joins: list[float] = []
        for _ in range(count):
            number = len(self.subscribers)
            client = Client(self._desk, self._identity, f"s{number}", "receive")
            self.subscribers.append(client)
            joins.append(client.join_seconds)
            if number % FOLLOWED == 0 or self._desk.speaks_ice:
                self._followed[client.socket.fileno()] = client
                self._poller.register(client.socket.fileno(), select.EPOLLIN)
            else:
                self._others.append(client)
            self._keep_consent(time.monotonic())
        self.publisher.begin()
        for client in self.subscribers[-count:] if count else []:
            self._desk.show(client.joined)
        return {
            "joined": len(self.subscribers),
            "join_p95": percentile(joins, 0.95),
            "cpu": cpu_of(pid) - used,
        }

    def measure(self, seconds: float, settle: float, pid: int) -> dict[str, Any]:
        """Send for a while, everybody having a key frame, and tell what came of it."""
        self.publisher.begin()
        self._run(settle)
        self._run(ARRIVAL_SECONDS, is_sending=False)
        everybody, publisher = self.subscribers, self.publisher
        before = [(each.audio, each.video) for each in everybody]
        frames = sum(each.frames for each in self._followed.values())
        sent, used, begun = (publisher.audio, publisher.video), time.process_time(), time.monotonic()
        self._delays.clear()
        served = cpu_of(pid)
        self.publisher.begin()
        self._run(seconds)
        share = (time.process_time() - used) / (time.monotonic() - begun)
        self._run(ARRIVAL_SECONDS, is_sending=False)
        served = cpu_of(pid) - served
        came = [(each.audio - a, each.video - v) for each, (a, v) in zip(everybody, before, strict=True)]
        audio, video = publisher.audio - sent[0], publisher.video - sent[1]
        frames = sum(each.frames for each in self._followed.values()) - frames
        return {
            "received": sum(a + v for a, v in came), "expected": (audio + video) * len(everybody),
            "audio": sum(a for a, _v in came) / max(1, audio * len(everybody)),
            "video": sum(v for _a, v in came) / max(1, video * len(everybody)),
            "frames": frames / max(1, publisher.frames * len(self._followed)),
            "silent": sum(not a + v for a, v in came), "client_share": share, "cpu": served,
            "memory": memory_of(pid),
            "delay_p50": percentile(self._delays, 0.5), "delay_p95": percentile(self._delays, 0.95),
        }  # fmt: skip

    def _run(self, seconds: float, *, is_sending: bool = True) -> None:
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            if is_sending:
                self.publisher.send_due(now)
            self._follow(0.002)
            if now >= self._next_drain:
                self._next_drain = now + DRAIN_SECONDS
                self._empty()
            self._keep_consent(now)
        self._empty()

    def _empty(self) -> None:
        for each in self._others:
            audio, video = self._drain.empty(each.socket.fileno())
            each.audio, each.video = each.audio + audio, each.video + video

    def _keep_consent(self, now: float) -> None:
        """Everybody goes on agreeing to receive (RFC 7675), one after the other."""
        count = len(self.subscribers)
        due = min(count, int((now - self._consented_at) * count / CONSENT_SECONDS))
        if due:
            self._consented_at = now
            self.publisher.client.check()
            for place in range(self._consented, self._consented + due):
                self.subscribers[place % count].check()
            self._consented += due

    def _follow(self, pause: float) -> None:
        for descriptor, _events in self._poller.poll(pause):
            client = self._followed[descriptor]
            for _ in range(20):
                try:
                    data, control, _flags, _address = client.socket.recvmsg(65_535, 64)
                except (BlockingIOError, ConnectionRefusedError):
                    break
                sizes = (
                    struct.unpack("i", value[:4])[0] for _level, kind, value in control if kind == UDP_GRO
                )
                size = next(sizes, len(data)) or 1
                for at in range(0, len(data), size):
                    self._take(client, data[at : at + size])

    def _take(self, client: Client, packet: bytes) -> None:
        if not 128 <= packet[0] <= 191 or 192 <= packet[1] <= 223:
            client.answer(packet)
            return
        is_video = packet[1] & 0x7F in self._desk.video_numbers
        client.video, client.audio = client.video + is_video, client.audio + (not is_video)
        client.frames += is_video and packet[1] > 127
        plain = client.opener.rtp(packet) if not self._desk.pictures else None
        if plain is not None and len(plain) - 12 in {SOUND_BYTES, PACKET_BYTES}:  # else it is somebody else's
            start = 12 + (2 if is_video else 0)
            self._delays.append(time.monotonic() - struct.unpack("!d", plain[start : start + 8])[0])


def main() -> None:
    """Obey orders until there are no more."""
    kind, folder, number = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    home = int(sys.argv[4]) if len(sys.argv) > 4 else None
    crowd = Crowd(open_desk(kind, folder, number, home))
    say({"ready": True})
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "join":
            say(crowd.join(order["count"], order["pid"]))
        else:
            say(crowd.measure(order["seconds"], order.get("settle", SETTLE_SECONDS), order["pid"]))


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used, all its threads together."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[0]) for each in threads) / 1e9


def memory_of(pid: int) -> int:
    """Bytes in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def say(message: dict[str, object]) -> None:
    """One line of JSON."""
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main()
