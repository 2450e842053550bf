"""STUN (RFC 8489): the few messages that a lite ICE agent reads and writes."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import struct
import zlib
from dataclasses import dataclass, field

Address = tuple[str, int]

MAGIC = b"\x21\x12\xa4\x42"  # section 5
BINDING_REQUEST = 0x0001
BINDING_INDICATION = 0x0011
BINDING_SUCCESS = 0x0101
BINDING_ERROR = 0x0111

USERNAME = 0x0006
MESSAGE_INTEGRITY = 0x0008
ERROR_CODE = 0x0009
XOR_MAPPED_ADDRESS = 0x0020
PRIORITY = 0x0024  # RFC 8445, section 16.1
USE_CANDIDATE = 0x0025
FINGERPRINT = 0x8028
ICE_CONTROLLED = 0x8029
ICE_CONTROLLING = 0x802A

FINGERPRINT_XOR = 0x5354554E  # section 14.7
HEADER = struct.Struct("!HH4s12s")
ATTRIBUTE = struct.Struct("!HH")
LARGEST_MESSAGE = 1280
INTEGRITY_BYTES = 24
FINGERPRINT_BYTES = 8


class NotStun(ValueError):
    """The datagram is no well-formed STUN message."""


@dataclass(slots=True)
class Message:
    """A STUN message. ``signed`` is how many of its bytes came before MESSAGE-INTEGRITY; 0 without one."""

    kind: int
    transaction: bytes
    attributes: dict[int, bytes] = field(default_factory=dict)
    signed: int = 0
    raw: bytes = b""

    @property
    def username(self) -> str:
        """The user name, empty if there is none or it is not UTF-8."""
        return self.attributes.get(USERNAME, b"").decode("utf-8", "replace")

    def is_signed_with(self, key: bytes) -> bool:
        """Whether MESSAGE-INTEGRITY fits (section 14.5): as if the message ended with it."""
        if not self.signed:
            return False
        length = struct.pack("!H", self.signed - 20 + INTEGRITY_BYTES)
        mac = hmac.new(key, self.raw[:2] + length + self.raw[4 : self.signed], hashlib.sha1)
        return hmac.compare_digest(mac.digest(), self.attributes[MESSAGE_INTEGRITY])


def parse(data: bytes) -> Message:
    """Read a message; attributes after MESSAGE-INTEGRITY other than FINGERPRINT are ignored (section 14.5).

    Raises NotStun, also when a FINGERPRINT is wrong.
    """
    if not 20 <= len(data) <= LARGEST_MESSAGE:
        raise NotStun("length")
    kind, length, magic, transaction = HEADER.unpack_from(data)
    if magic != MAGIC or kind & 0xC000 or length % 4 or length + 20 != len(data):
        raise NotStun("header")
    message = Message(kind, transaction, raw=data)
    position = 20
    while position < len(data):
        name, size = ATTRIBUTE.unpack_from(data, position)
        start, position = position, position + 4 + (size + 3 & ~3)
        if position > len(data):
            raise NotStun("attribute")
        _take(message, name, data, start, data[start + 4 : start + 4 + size])
    return message


def _take(message: Message, name: int, data: bytes, start: int, value: bytes) -> None:
    if name == FINGERPRINT:
        if start + FINGERPRINT_BYTES != len(data) or value != _fingerprint(data[:start]):
            raise NotStun("fingerprint")
    elif message.signed:
        return
    elif name == MESSAGE_INTEGRITY:
        if len(value) != 20:
            raise NotStun("integrity")
        message.signed = start
    message.attributes.setdefault(name, value)


def build(kind: int, transaction: bytes, attributes: list[tuple[int, bytes]], key: bytes | None) -> bytes:
    """Write a message, signed with ``key`` unless None, with FINGERPRINT."""
    body = b"".join(_attribute(name, value) for name, value in attributes)
    if key is not None:
        head = HEADER.pack(kind, len(body) + INTEGRITY_BYTES, MAGIC, transaction)
        body += _attribute(MESSAGE_INTEGRITY, hmac.new(key, head + body, hashlib.sha1).digest())
    head = HEADER.pack(kind, len(body) + FINGERPRINT_BYTES, MAGIC, transaction)
    return head + body + _attribute(FINGERPRINT, _fingerprint(head + body))


def success(request: Message, address: Address, key: bytes) -> bytes:
    """The answer to a binding request that came from ``address``."""
    mapped = xor_address(address, request.transaction)
    return build(BINDING_SUCCESS, request.transaction, [(XOR_MAPPED_ADDRESS, mapped)], key)


def refusal(request: Message, code: int, reason: str, key: bytes | None) -> bytes:
    """An error answer (section 14.8)."""
    value = struct.pack("!HBB", 0, code // 100, code % 100) + reason.encode()
    return build(BINDING_ERROR, request.transaction, [(ERROR_CODE, value)], key)


def xor_address(address: Address, transaction: bytes) -> bytes:
    """XOR-MAPPED-ADDRESS (section 14.2)."""
    ip = ipaddress.ip_address(address[0].partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    mask = MAGIC + transaction
    packed = bytes(byte ^ other for byte, other in zip(ip.packed, mask, strict=False))
    return struct.pack("!BBH", 0, 1 if ip.version == 4 else 2, address[1] ^ 0x2112) + packed


def _attribute(name: int, value: bytes) -> bytes:
    return ATTRIBUTE.pack(name, len(value)) + value + bytes(-len(value) % 4)


def _fingerprint(data: bytes) -> bytes:
    return struct.pack("!I", zlib.crc32(data) ^ FINGERPRINT_XOR)
