"""AV1 as RTP carries it (RTP Payload Format for AV1, sections 4.3 and 4.4) and as files hold it."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine_embedded import av1

FRAME, DELIMITER = 6, 2
bodies = st.binary(max_size=300)


def unit(kind: int, body: bytes, *, has_extension: bool = False) -> bytes:
    """A unit without its size, as RTP carries it (section 4.5)."""
    return bytes([kind << 3 | (4 if has_extension else 0)]) + (b"\x08" if has_extension else b"") + body


def leb128(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def sized(kind: int, body: bytes, *, has_extension: bool = False) -> bytes:
    head = bytes([kind << 3 | 2 | (4 if has_extension else 0)]) + (b"\x08" if has_extension else b"")
    return head + leb128(len(body)) + body


def packed(units: list[bytes], cuts: list[int], *, tells_count: bool) -> list[bytes]:
    """Units cut into packets: a new packet begins after so many bytes of the whole, within a unit or between two."""
    payloads: list[bytes] = []
    parts: list[bytes] = []
    borders = sorted(set(cuts))
    at, goes_on = 0, False

    def close(is_cut: bool) -> None:
        nonlocal goes_on
        count = len(parts) if tells_count and len(parts) <= 3 else 0
        head = (0x80 if goes_on else 0) | (0x40 if is_cut else 0) | count << 4
        lengths = [leb128(len(part)) for part in parts]
        if count:
            lengths[-1] = b""
        payloads.append(
            bytes([head]) + b"".join(a + b for pair in zip(lengths, parts, strict=True) for a, b in [pair])
        )
        parts.clear()
        goes_on = is_cut

    for each in units:
        begun = 0
        for border in [border - at for border in borders if at < border < at + len(each)]:
            parts.append(each[begun:border])
            close(True)
            begun = border
        parts.append(each[begun:])
        at += len(each)
        if at in borders:
            close(False)
    if parts:
        close(False)
    return payloads


@given(
    st.lists(st.tuples(st.sampled_from([1, 3, 4, 5, 6]), bodies, st.booleans()), min_size=1, max_size=6),
    st.lists(st.integers(1, 900), max_size=8),
    st.booleans(),
)
def test_units_are_whole_however_they_were_cut(
    made: list[tuple[int, bytes, bool]], cuts: list[int], tells_count: bool
) -> None:
    units = [unit(kind, body, has_extension=extended) for kind, body, extended in made]
    data, header = av1.sample(packed(units, cuts, tells_count=tells_count))
    assert data == b"".join(sized(kind, body, has_extension=extended) for kind, body, extended in made)
    headers = [sized(kind, body, has_extension=extended) for kind, body, extended in made if kind == 1]
    assert header == (headers[-1] if headers else b"")


def test_delimiters_are_not_kept() -> None:
    data, _header = av1.sample(packed([unit(DELIMITER, b""), unit(FRAME, b"x")], [], tells_count=True))
    assert data == sized(FRAME, b"x")


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6), st.binary(max_size=60))
def test_hostile_payloads_are_never_an_error(payloads: list[bytes], header: bytes) -> None:
    av1.sample(payloads)
    assert len(av1.configuration(header)) == 4 + len(header)


@pytest.mark.parametrize(("width", "height"), [(320, 180), (426, 240), (1280, 720)])
def test_a_sequence_header_tells_what_others_read_in_it(tmp_path: Path, width: int, height: int) -> None:
    file = tmp_path / "a.mkv"
    with av.open(str(file), "w") as container:
        stream = container.add_stream("libsvtav1", rate=30, options={"preset": "12"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(width, height, "yuv420p")))
        container.mux(stream.encode())
    with av.open(str(file)) as container:
        packet = next(each for each in container.demux() if each.size)
        known = container.streams.video[0].codec_context.extradata
    units = b"".join(leb128(len(each)) + each for each in _units_of(bytes(packet)))
    _data, header = av1.sample([b"\x00" + units])
    told = av1.read(header)
    assert (told.width, told.height) == (width, height)
    assert known is not None
    assert av1.configuration(header)[:4] == known[:4]


def _units_of(data: bytes) -> list[bytes]:
    """The units of a file's picture, each with its size."""
    found, position = [], 0
    while position < len(data):
        start = position
        position += 2 if data[position] & 4 else 1
        size = shift = 0
        while True:
            byte = data[position]
            position += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        position += size
        found.append(data[start:position])
    return found
