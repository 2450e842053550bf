"""RTP packets and their numbers (RFC 3550, RFC 8285)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine_embedded import rtp

numbers = st.integers(0, 0xFFFFFFFF)
short = st.dictionaries(st.integers(1, 14), st.binary(min_size=1, max_size=16), max_size=5)
long = st.dictionaries(st.integers(1, 255), st.binary(max_size=40), max_size=5)


@given(
    payload_type=st.integers(0, 127),
    marker=st.booleans(),
    sequence=st.integers(0, 0xFFFF),
    timestamp=numbers,
    ssrc=numbers,
    payload=st.binary(max_size=200),
    extensions=st.one_of(short, long),
)
def test_what_is_written_is_read_again(
    payload_type: int,
    marker: bool,
    sequence: int,
    timestamp: int,
    ssrc: int,
    payload: bytes,
    extensions: dict[int, bytes],
) -> None:
    packet = rtp.Packet(payload_type, marker, sequence, timestamp, ssrc, payload, extensions)
    assert rtp.parse(rtp.build(packet)) == packet


@given(st.binary(max_size=80))
def test_a_malformed_packet_is_none_and_never_an_error(data: bytes) -> None:
    for candidate in (data, b"\x80" + data[1:], b"\x9f" + data[1:], b"\xb0" + data[1:]):
        packet = rtp.parse(candidate)
        if packet is not None:
            assert len(rtp.without_padding(packet)) <= len(candidate)


def test_contributing_sources_are_skipped() -> None:
    """RFC 3550, section 5.1: CC counts 32 bit words after the header."""
    data = bytes.fromhex("8260000100000002 00000003 aaaaaaaa bbbbbbbb".replace(" ", "")) + b"sound"
    packet = rtp.parse(data)
    assert packet is not None
    assert packet.payload == b"sound"


def test_padding_is_counted_by_its_last_byte() -> None:
    data = bytes.fromhex("a060000100000002 00000003".replace(" ", "")) + b"sound\x00\x00\x03"
    packet = rtp.parse(data)
    assert packet is not None
    assert rtp.without_padding(packet) == b"sound"


def test_more_padding_than_payload_is_malformed() -> None:
    assert rtp.parse(bytes.fromhex("a060000100000002 00000003".replace(" ", "")) + b"so\x09") is None


def test_reserved_extension_15_ends_the_short_form() -> None:
    """RFC 8285, section 4.2."""
    block = bytes.fromhex("bede0002 10aa f0 20 bb 000000".replace(" ", ""))
    data = bytes.fromhex("9060000100000002 00000003".replace(" ", "")) + block
    packet = rtp.parse(data)
    assert packet is not None
    assert packet.extensions == {1: b"\xaa"}


@given(st.integers(0, 0xFFFF), st.lists(st.integers(-3000, 3000), max_size=60))
def test_numbers_are_counted_on_over_wraps_in_any_order(first: int, steps: list[int]) -> None:
    unwrapper = rtp.Unwrapper()
    at = highest = unwrapper.index(first)
    for step in steps:
        at = max(highest - 3000, at + step)
        highest = max(highest, at)
        assert unwrapper.index(at & 0xFFFF) == at
