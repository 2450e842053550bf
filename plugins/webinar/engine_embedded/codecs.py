"""The codecs that are passed on, and the little that must be known of their payloads."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Codec:
    """A codec as a session description maps it to a payload type.

    Names mean the same in any case (RFC 8866, section 6.6), yet some browsers only know their own
    ``spelling``.
    """

    payload_type: int
    spelling: str
    clock: int
    channels: int = 1
    parameters: dict[str, str] = field(default_factory=dict)
    feedback: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The name in small letters."""
        return self.spelling.lower()

    @property
    def key(self) -> str:
        """The same for two codecs if what one side sends the other can decode."""
        if self.name == "h264":
            # RFC 6184, section 8.1: profile and packetization must agree, the level need not.
            profile = self.parameters.get("profile-level-id", "42e01f").lower()[:4]
            profile = "42" if profile.startswith("42") else profile
            return f"h264/{profile}/{self.parameters.get('packetization-mode', '0')}"
        if self.name == "vp9":
            return f"vp9/{self.parameters.get('profile-id', '0')}"
        if self.name == "av1":
            return f"av1/{self.parameters.get('profile', '0')}"
        return self.name


PREFERENCE = ("red", "opus", "vp8", "vp9/0", "h264/42/1", "av1/0")
"""In which order senders are asked to use what they offer; what is not named comes after."""


def is_passed_on(codec: Codec) -> bool:
    """Whether the engine forwards this codec."""
    if codec.name in {"opus", "red"}:
        return codec.clock == 48_000
    return codec.name in {"vp8", "vp9", "h264", "av1"} and codec.clock == 90_000


def rank(codec: Codec) -> int:
    """The place of a codec in the order of preference."""
    return PREFERENCE.index(codec.key) if codec.key in PREFERENCE else len(PREFERENCE)


def starts_key_frame(codec: str, payload: bytes) -> bool:
    """Whether decoding can start with this packet. Sound can start anywhere."""
    if not payload:
        return False
    if codec == "vp8":
        return _vp8_key(payload)
    if codec == "h264":
        return _h264_key(payload)
    if codec == "vp9":
        # draft-ietf-payload-vp9 (RFC 9628), section 4.2: no P, B set, lowest spatial layer.
        return not payload[0] & 0x40 and bool(payload[0] & 0x08) and _vp9_spatial_layer(payload) == 0
    if codec == "av1":
        return bool(payload[0] & 0x08)  # AV1 RTP, section 4.4: N, first packet of a coded video sequence
    return True


def _vp8_key(payload: bytes) -> bool:
    """RFC 7741, section 4.2 and 4.3: start of partition 0, and the inverse key frame flag."""
    if payload[0] & 0x10 == 0 or payload[0] & 0x07:
        return False
    start = vp8_descriptor_size(payload)
    return len(payload) > start and not payload[start] & 1


def picture_height(codec: str, payload: bytes) -> int:
    """How tall a picture is, as the first packet of a VP8 key frame says (RFC 6386, section 9.1); 0 elsewhere."""
    if codec != "vp8":
        return 0
    start = vp8_descriptor_size(payload)
    if payload[start + 3 : start + 6] != b"\x9d\x01\x2a":
        return 0
    return int.from_bytes(payload[start + 8 : start + 10], "little") & 0x3FFF


def vp8_descriptor_size(payload: bytes) -> int:
    """Bytes before the VP8 payload itself (RFC 7741, section 4.2)."""
    if not payload[0] & 0x80 or len(payload) < 2:
        return 1
    extension, size = payload[1], 2
    if extension & 0x80:
        size += 2 if len(payload) > 2 and payload[2] & 0x80 else 1
    return size + bool(extension & 0x40) + bool(extension & 0x30)


COUNTERS_AT = 2
"""Where a VP8 payload begins to count, if it does."""


def vp8_counters(payload: bytes) -> tuple[int, int, int] | None:
    """How VP8 counts its pictures (RFC 7741, section 4.2): bits of the number, the number, and that of the base layer (-1: none)."""
    if len(payload) < 5 or not payload[0] & 0x80 or not payload[1] & 0x80:
        return None
    is_long = payload[2] & 0x80
    number = int.from_bytes(payload[2:4]) & 0x7FFF if is_long else payload[2]
    base = payload[4 if is_long else 3] if payload[1] & 0x40 else -1
    return 15 if is_long else 7, number, base


def vp8_counted(counters: tuple[int, int, int], pictures: int, bases: int) -> bytes:
    """The same numbers, so much further on, as they are written at ``COUNTERS_AT``."""
    bits, number, base = counters
    if bits == 15 and base >= 0:
        return ((number + pictures & 0x7FFF | 0x8000) << 8 | base + bases & 0xFF).to_bytes(3)
    number = number + pictures & (1 << bits) - 1
    written = (number | 0x8000).to_bytes(2) if bits == 15 else bytes([number])
    return written + bytes([base + bases & 0xFF]) if base >= 0 else written


def with_counters(payload: bytes, counters: bytes) -> bytes:
    """The payload with other numbers in the place of its own."""
    return payload[:COUNTERS_AT] + counters + payload[COUNTERS_AT + len(counters) :]


def _h264_key(payload: bytes) -> bool:
    """RFC 6184, section 5.4: a sequence parameter set or IDR slice, alone, aggregated or the start of fragments."""
    kind = payload[0] & 0x1F
    if kind == 24:  # STAP-A
        position = 1
        while position + 2 < len(payload):
            if payload[position + 2] & 0x1F in {5, 7}:
                return True
            position += 2 + int.from_bytes(payload[position : position + 2])
        return False
    if kind == 28 and len(payload) > 1:  # FU-A
        return bool(payload[1] & 0x80) and payload[1] & 0x1F == 5
    return kind in {5, 7}


def _vp9_spatial_layer(payload: bytes) -> int:
    if not payload[0] & 0x20:
        return 0
    position = 1
    if payload[0] & 0x80:
        position += 2 if len(payload) > 1 and payload[1] & 0x80 else 1
    return (payload[position] >> 1 & 0x07) if len(payload) > position else 0


def red_primary(payload: bytes) -> bytes:
    """The newest block of redundant sound (RFC 2198, section 3); empty if it is malformed."""
    position = skipped = 0
    while position < len(payload) and payload[position] & 0x80:
        if position + 4 > len(payload):
            return b""
        skipped += int.from_bytes(payload[position + 2 : position + 4]) & 0x3FF
        position += 4
    return payload[position + 1 + skipped :]


def red_renumbered(payload: bytes, payload_type: int) -> bytes:
    """The same redundant sound with all its blocks of another payload type."""
    changed = bytearray(payload)
    position = 0
    while position < len(changed):
        more = changed[position] & 0x80
        changed[position] = more | payload_type
        if not more:
            break
        position += 4
    return bytes(changed)


def red_inner(codec: Codec) -> int:
    """The payload type of the blocks in redundant sound, as its format parameters name it; -1 if they do not."""
    first = next(iter(codec.parameters), "") if codec.name == "red" else ""
    number = first.partition("/")[0]
    return int(number) if number.isdecimal() else -1
