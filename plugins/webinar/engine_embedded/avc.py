"""H.264: from what RTP carries (RFC 6184) to what files hold (ISO/IEC 14496-15), without decoding a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plugins.webinar.engine_embedded.bits import Bits

START = b"\0\0\0\1"
USUAL_SIZE = (1280, 720)
_SLICE_OF_KEY, _SEQUENCE, _PICTURE, _DELIMITER, _FILLER = 5, 7, 8, 9, 12
_STAP_A, _FU_A = 24, 28
_WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""Profiles whose parameter sets tell of colours (ITU-T H.264, section 7.3.2.1.1)."""


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """What must be known before the first picture can be decoded."""

    sequence: tuple[bytes, ...] = ()
    picture: tuple[bytes, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sequence and self.picture)


def content(payload: bytes) -> bytes:
    """The NAL units in a payload, each after a start code; of one that is fragmented, this part of it (RFC 6184, section 5)."""
    kind = payload[0] & 0x1F
    if kind == _STAP_A:
        return b"".join(START + unit for unit in _aggregated(payload))
    if kind == _FU_A:
        if len(payload) < 2:
            return b""
        head = bytes([payload[0] & 0xE0 | payload[1] & 0x1F])
        return (START + head if payload[1] & 0x80 else b"") + payload[2:]
    return START + payload if 1 <= kind <= 23 else b""


def sample(parts: bytes, known: ParameterSets) -> tuple[bytes, ParameterSets]:
    """A picture as a file holds it, each unit after its length; and the parameter sets that are in force from it on."""
    sequence, picture, kept = [], [], []
    for unit in filter(None, parts.split(START)[1:]):
        kind = unit[0] & 0x1F
        if kind == _SEQUENCE:
            sequence.append(unit)
        elif kind == _PICTURE:
            picture.append(unit)
        elif kind not in {_DELIMITER, _FILLER}:
            kept.append(len(unit).to_bytes(4) + unit)
    sets = ParameterSets(tuple(sequence) or known.sequence, tuple(picture) or known.picture)
    return b"".join(kept), sets


def has_key_slice(parts: bytes) -> bool:
    """Whether a picture can be decoded without others."""
    return any(unit[:1] and unit[0] & 0x1F == _SLICE_OF_KEY for unit in parts.split(START)[1:])


def configuration(sets: ParameterSets) -> bytes:
    """The decoder configuration record (ISO/IEC 14496-15, section 5.3.3.1)."""
    first = sets.sequence[0].ljust(4, b"\0")
    record = bytes([1, *first[1:4], 0xFF, 0xE0 | min(len(sets.sequence), 31)])
    record += b"".join(len(each).to_bytes(2) + each for each in sets.sequence[:31])
    record += bytes([min(len(sets.picture), 255)])
    record += b"".join(len(each).to_bytes(2) + each for each in sets.picture[:255])
    if first[1] in _WITH_CHROMA:
        told = _read(sets.sequence[0])
        record += bytes([0xFC | told.chroma & 3, 0xF8 | told.luma_depth & 7, 0xF8 | told.chroma_depth & 7, 0])
    return record


def picture_size(sets: ParameterSets) -> tuple[int, int]:
    """Width and height; a usual size where the parameter set is malformed."""
    told = _read(sets.sequence[0])
    fits = 16 <= told.width <= 16_384 and 16 <= told.height <= 16_384
    return (told.width, told.height) if fits else USUAL_SIZE


def _aggregated(payload: bytes) -> Iterator[bytes]:
    position = 1
    while position + 2 < len(payload):
        size = int.from_bytes(payload[position : position + 2])
        yield payload[position + 2 : position + 2 + size]
        position += 2 + size


@dataclass(slots=True)
class _Sequence:
    width: int = 0
    height: int = 0
    chroma: int = 1
    luma_depth: int = 0
    chroma_depth: int = 0


def _read(unit: bytes) -> _Sequence:
    """A sequence parameter set, as far as the size of its pictures (ITU-T H.264, section 7.3.2.1.1)."""
    # Emulation prevention is taken out (sections 7.3.1 and 9.1).
    bits, told = Bits(unit[:400].replace(b"\0\0\3", b"\0\0")), _Sequence()
    bits.take(8)
    profile = bits.take(8)
    bits.take(16)
    bits.number()
    if profile in _WITH_CHROMA:
        _read_colours(bits, told)
    bits.number()
    _skip_order(bits)
    bits.number()
    bits.take()
    columns, rows = bits.number() + 1, bits.number() + 1
    is_progressive = bits.take()
    if not is_progressive:
        bits.take()
    bits.take()
    left, right, top, bottom = (bits.number() for _ in range(4)) if bits.take() else (0, 0, 0, 0)
    across = 2 if told.chroma in {1, 2} else 1
    down = (2 if told.chroma == 1 else 1) * (2 - is_progressive)
    told.width = 16 * columns - across * (left + right)
    told.height = 16 * rows * (2 - is_progressive) - down * (top + bottom)
    return told


def _read_colours(bits: Bits, told: _Sequence) -> None:
    told.chroma = bits.number()
    if told.chroma == 3:
        bits.take()
    told.luma_depth, told.chroma_depth = bits.number(), bits.number()
    bits.take()
    if bits.take():
        for place in range(12 if told.chroma == 3 else 8):
            if bits.take():
                _skip_scaling(bits, 16 if place < 6 else 64)


def _skip_scaling(bits: Bits, count: int) -> None:
    last = following = 8
    for _ in range(count):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _skip_order(bits: Bits) -> None:
    kind = bits.number()
    if kind == 0:
        bits.number()
    elif kind == 1:
        bits.take()
        bits.signed()
        bits.signed()
        for _ in range(min(bits.number(), 255)):
            bits.signed()
