"""What is read of payloads: where decoding can start, and redundant sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine_embedded import codecs
from plugins.webinar.engine_embedded.codecs import Codec


@pytest.mark.parametrize(
    ("codec", "payload", "is_key"),
    [
        ("vp8", "10 00", True),  # RFC 7741: S, partition 0, inverse key frame flag 0
        ("vp8", "10 01", False),
        ("vp8", "00 00", False),  # not the start of a frame
        ("vp8", "90 80 81 23 00", True),  # with a picture id of 15 bits
        ("vp8", "90 e0 81 23 05 40 01", False),
        ("h264", "65 88", True),  # RFC 6184: an IDR slice
        ("h264", "67 42", True),
        ("h264", "61 88", False),
        ("h264", "78 0002 6742 0002 6588", True),  # STAP-A
        ("h264", "78 0002 6188", False),
        ("h264", "7c 85", True),  # FU-A, start of an IDR slice
        ("h264", "7c 45", False),
        ("vp9", "88 05", True),  # RFC 9628: B, no P
        ("vp9", "c8 05", False),
        ("vp9", "80 05", False),
        ("av1", "08", True),
        ("av1", "10", False),
        ("opus", "fc", True),
        ("vp8", "", False),
    ],
)
def test_decoding_can_start_with_a_key_frame_only(codec: str, payload: str, is_key: bool) -> None:
    assert codecs.starts_key_frame(codec, bytes.fromhex(payload.replace(" ", ""))) is is_key


@given(st.sampled_from(["vp8", "vp9", "h264", "av1"]), st.binary(max_size=20))
def test_a_hostile_payload_is_never_an_error(codec: str, payload: bytes) -> None:
    codecs.starts_key_frame(codec, payload)
    codecs.red_primary(payload)
    codecs.red_renumbered(payload, 111)


def red(blocks: list[bytes], number: int) -> bytes:
    """RFC 2198, section 3: headers of four bytes for older blocks, of one for the newest."""
    heads = b"".join(bytes([0x80 | number]) + (960 << 10 | len(block)).to_bytes(3) for block in blocks[:-1])
    return heads + bytes([number]) + b"".join(blocks)


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=4))
def test_the_newest_block_of_redundant_sound_is_found_and_its_type_changed(blocks: list[bytes]) -> None:
    payload = red(blocks, 111)
    assert codecs.red_primary(payload) == blocks[-1]
    assert codecs.red_renumbered(payload, 96) == red(blocks, 96)


def test_codecs_are_the_same_where_one_can_decode_the_other() -> None:
    def h264(profile: str, mode: str = "1") -> str:
        return Codec(1, "H264", 90_000, 1, {"profile-level-id": profile, "packetization-mode": mode}).key

    assert h264("42e01f") == h264("42001f") == h264("42E034")
    assert h264("42e01f") != h264("640c1f")
    assert h264("42e01f") != h264("42e01f", "0")
    assert Codec(1, "VP9", 90_000).key == "vp9/0" != Codec(1, "VP9", 90_000, 1, {"profile-id": "2"}).key
