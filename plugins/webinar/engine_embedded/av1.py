"""AV1: from what RTP carries (RTP Payload Format for AV1, version 1.0) to what files hold (AV1 Codec ISO Media File Format Binding, and Matroska's), without decoding a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from plugins.webinar.engine_embedded.bits import Bits

SEQUENCE_HEADER, DELIMITER, TILE_LIST, PADDING = 1, 2, 8, 15
_CONTINUES, _GOES_ON, _HAS_EXTENSION, _HAS_SIZE = 0x80, 0x40, 0x04, 0x02
_IDENTITY_OF_RGB = (1, 13, 0)
_CHOSEN_BY_ENCODER = 2


@dataclass(slots=True)
class Sequence:
    """What a sequence header tells (AV1 specification, section 5.5)."""

    profile: int = 0
    level: int = 0
    tier: int = 0
    width: int = 0
    height: int = 0
    is_deep: int = 0
    is_twelve: int = 0
    is_grey: int = 0
    halves: tuple[int, int] = (1, 1)
    position: int = 0


def sample(payloads: Iterable[bytes]) -> tuple[bytes, bytes]:
    """A picture as a file holds it, each unit with its size; and the sequence header in it, empty if there is none."""
    written, header = bytearray(), b""
    for unit in _units(payloads):
        kind = unit[0] >> 3 & 0x0F
        if kind in {DELIMITER, TILE_LIST, PADDING}:
            continue
        sized = _with_size(unit)
        if kind == SEQUENCE_HEADER:
            header = sized
        written += sized
    return bytes(written), header


def configuration(header: bytes) -> bytes:
    """The decoder configuration record (AV1 in ISO Media, section 2.3.3) for a sequence header with its size."""
    told = read(header)
    colours = told.is_deep << 6 | told.is_twelve << 5 | told.is_grey << 4
    colours |= told.halves[0] << 3 | told.halves[1] << 2 | told.position
    return bytes([0x81, told.profile << 5 | told.level, told.tier << 7 | colours, 0]) + header


def read(header: bytes) -> Sequence:
    """A sequence header, as far as its colours."""
    bits, told = Bits(_content(header)[:200]), Sequence()
    told.profile = bits.take(3)
    bits.take()
    is_reduced = bits.take()
    if is_reduced:
        told.level = bits.take(5)
    else:
        _read_operating_points(bits, told)
    across, down = bits.take(4) + 1, bits.take(4) + 1
    told.width, told.height = bits.take(across) + 1, bits.take(down) + 1
    if not is_reduced and bits.take():
        bits.take(7)
    bits.take(3)
    if not is_reduced:
        _skip_tools(bits)
    bits.take(3)
    _read_colours(bits, told)
    return told


def _units(payloads: Iterable[bytes]) -> Iterator[bytes]:
    """The units of a picture, put together from their fragments (section 4.3)."""
    open_unit = b""
    for payload in payloads:
        elements = list(_elements(payload))
        for place, element in enumerate(elements):
            is_continued = place == 0 and payload[0] & _CONTINUES
            unit = open_unit + element if is_continued else element
            open_unit = b""
            if place == len(elements) - 1 and payload[0] & _GOES_ON:
                open_unit = unit
            elif unit:
                yield unit


def _elements(payload: bytes) -> Iterator[bytes]:
    """Each has its length in front, but for the last where their number is told (section 4.4: W)."""
    count, position, number = payload[0] >> 4 & 3, 1, 0
    while position < len(payload):
        number += 1
        size = len(payload) - position
        if number != count:
            size, position = _leb128(payload, position)
        yield payload[position : position + size]
        position += size


def _leb128(data: bytes, position: int) -> tuple[int, int]:
    """A number in groups of seven bits, the least significant first; and where it ends."""
    value = 0
    for place in range(8):
        byte = data[position] if position < len(data) else 0
        position += 1
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            break
    return value, position


def _content(unit: bytes) -> bytes:
    """A unit without its head."""
    start = 2 if unit[:1] and unit[0] & _HAS_EXTENSION else 1
    if unit[:1] and unit[0] & _HAS_SIZE:
        size, start = _leb128(unit, start)
        return unit[start : start + size]
    return unit[start:]


def _with_size(unit: bytes) -> bytes:
    """The same unit with its size in it, as files want it (AV1 specification, section 5.3)."""
    body, size = _content(unit), bytearray()
    left = len(body)
    while left > 0x7F:
        size.append(left & 0x7F | 0x80)
        left >>= 7
    size.append(left)
    extension = unit[1:2] if unit[0] & _HAS_EXTENSION else b""
    return bytes([unit[0] & 0x7F | _HAS_SIZE]) + extension + size + body


def _read_operating_points(bits: Bits, told: Sequence) -> None:
    delay_bits = 0
    if bits.take():  # timing
        bits.take(64)
        if bits.take():
            bits.number()
        if bits.take():  # decoder model
            delay_bits = bits.take(5) + 1
            bits.take(42)
    has_display_delay = bits.take()
    for number in range(bits.take(5) + 1):
        bits.take(12)
        level = bits.take(5)
        tier = bits.take() if level > 7 else 0
        if number == 0:
            told.level, told.tier = level, tier
        if delay_bits and bits.take():
            bits.take(2 * delay_bits + 1)
        if has_display_delay and bits.take():
            bits.take(4)


def _skip_tools(bits: Bits) -> None:
    bits.take(4)
    has_order = bits.take()
    if has_order:
        bits.take(2)
    for_screens = _CHOSEN_BY_ENCODER if bits.take() else bits.take()
    if for_screens and not bits.take():
        bits.take()
    if has_order:
        bits.take(3)


def _read_colours(bits: Bits, told: Sequence) -> None:
    told.is_deep = bits.take()
    if told.profile == 2 and told.is_deep:
        told.is_twelve = bits.take()
    told.is_grey = 0 if told.profile == 1 else bits.take()
    meaning = (bits.take(8), bits.take(8), bits.take(8)) if bits.take() else (2, 2, 2)
    if told.is_grey:
        return
    if meaning == _IDENTITY_OF_RGB:
        told.halves = (0, 0)
        return
    bits.take()
    if told.profile == 1:
        told.halves = (0, 0)
    elif told.profile == 2:
        across = bits.take() if told.is_twelve else 1
        told.halves = (across, bits.take() if across and told.is_twelve else 0)
    if told.halves == (1, 1):
        told.position = bits.take(2)
