"""Hostile datagrams: noise, bent copies of true ones, and nonsense of participants who have keys."""

from __future__ import annotations

import random
import struct

from plugins.webinar.engine_embedded import rtcp, stun
from plugins.webinar.tests.media.memory import MemoryEngine, MemoryPeer


class Hostility:
    """Two honest peers, one that only says nonsense, and strangers; all from one seed."""

    def __init__(self, seed: int) -> None:
        self.home = MemoryEngine()
        self.ada = MemoryPeer(self.home, "ada", "send", 1)
        self.ben = MemoryPeer(self.home, "ben", "receive", 2)
        self.mallory = MemoryPeer(self.home, "mallory", "send", 3)
        self.mallet = MemoryPeer(self.home, "mallet", "receive", 4)
        self.random = random.Random(seed)
        self.pictures = self.seen = 0
        self._ways = (
            self.noise, self.bent_check, self.bent_handshake, self.noise_from_a_peer,
            self.sealed_packet, self.sealed_control, self.sealed_picture,
        )  # fmt: skip

    def strike(self, count: int) -> None:
        """Give so many datagrams; every now and then the honest ones go on."""
        for number in range(count):
            self.random.choice(self._ways)()
            if number % 50 == 0:
                self.go_on()

    def go_on(self) -> None:
        """Ada shows a picture; Ben must get it."""
        self.home.turn()
        for each in (self.ada, self.ben, self.mallory, self.mallet):
            each.check()
        self.home.sent.clear()
        self.pictures += 1
        self.ada.picture(self.pictures)
        self.seen += sum(packet.endswith(b"\x10\x00key") for packet in self.ben.got())
        self.home.sent.clear()

    def noise(self) -> None:
        """Anything, from anywhere."""
        route = (f"198.51.100.{self.random.randrange(256)}", self.random.randrange(1, 65536))
        self.home.give(self._bytes(1400), route)

    def bent_check(self) -> None:
        """A check of somebody who guesses the password, bent, from anywhere."""
        attributes = [(stun.USERNAME, f"{self.ada.ufrag}:them".encode()), (stun.USE_CANDIDATE, b"")]
        guess = self.random.randbytes(24)
        true = stun.build(stun.BINDING_REQUEST, self.random.randbytes(12), attributes, guess)
        self.home.give(self._bent(true), (f"203.0.113.{self.random.randrange(256)}", 9))

    def bent_handshake(self) -> None:
        """Records of DTLS that nobody wrote, from a peer's address."""
        body = self._bytes(300)
        kind = self.random.choice((20, 21, 22, 23, 63))
        record = (
            bytes([kind, 0xFE, self.random.choice((0xFD, 0xFF))])
            + self.random.randbytes(8)
            + len(body).to_bytes(2)
            + body
        )
        self.home.give(self._bent(record), self._peer().route)

    def noise_from_a_peer(self) -> None:
        """Anything, from a peer's address."""
        self.home.give(self._bytes(1400), self._peer().route)

    def sealed_packet(self) -> None:
        """Nonsense in RTP, from somebody who has keys."""
        first = self.random.choice((0x80, 0x90, 0xA0, 0xB0, 0x8F, 0x9F))
        number = self.random.choice((96, 97, 111, 63, 0, 127))
        head = struct.pack(
            "!BBHII",
            first,
            number,
            self.random.randrange(65536),
            self.random.getrandbits(32),
            self.random.randrange(40),
        )
        counted = b"\xbe\xde\x00\x01\x51" + self.random.randbytes(3)
        block = self.random.choice((b"", b"\xbe\xde\x00\x01", b"\x10\x00\x00\x02", counted))
        self.mallory.rtp(head + block + self._bytes(60))

    def sealed_control(self) -> None:
        """Nonsense in RTCP, from somebody who has keys."""
        sender = self.random.choice((self.mallory, self.mallet))
        kind = self.random.choice((200, 201, 202, 203, 204, 205, 206))
        body = self.random.randrange(200).to_bytes(4) + self.random.randbytes(4 * self.random.randrange(11))
        compound = bytes([0x80 | self.random.randrange(32), kind]) + (len(body) // 4).to_bytes(2) + body
        sender.rtcp(self.random.choice((compound, self._bent(compound), rtcp.pli(1, 4) * 30)))

    def sealed_picture(self) -> None:
        """Pictures that cannot be decoded, numbered at random."""
        self.mallory.picture(self.random.randrange(65536), self._bytes(30))

    def _peer(self) -> MemoryPeer:
        return self.random.choice((self.ada, self.ben, self.mallory, self.mallet))

    def _bytes(self, most: int) -> bytes:
        return self.random.randbytes(self.random.randrange(1, most))

    def _bent(self, data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(self.random.randrange(1, 4)):
            changed[self.random.randrange(len(changed))] = self.random.randrange(256)
        return bytes(
            changed[: self.random.randrange(1, len(changed) + 1)] if self.random.random() < 0.2 else changed
        )
