"""STUN as RFC 8489 writes it, by the vectors of RFC 5769."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine_embedded import stun

# RFC 5769, section 2.1
REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
)
# RFC 5769, section 2.2 and 2.3
RESPONSE = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220"
    "002000080001a147e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96"
)
RESPONSE_IPV6 = bytes.fromhex(
    "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c"
)
KEY = b"VOkJxbRl1RmTxUk/WvJxBt"


def test_a_signed_request_is_read() -> None:
    message = stun.parse(REQUEST)
    assert message.kind == stun.BINDING_REQUEST
    assert message.username == "evtj:h6vY"
    assert message.is_signed_with(KEY)
    assert not message.is_signed_with(b"another password here!")


@pytest.mark.parametrize("data", [RESPONSE, RESPONSE_IPV6])
def test_responses_of_the_vectors_are_read(data: bytes) -> None:
    assert stun.parse(data).is_signed_with(KEY)


def test_addresses_are_written_as_in_the_vectors() -> None:
    transaction = REQUEST[8:20]
    assert stun.xor_address(("192.0.2.1", 32853), transaction) in RESPONSE
    address = ("2001:db8:1234:5678:11:2233:4455:6677", 32853)
    assert stun.xor_address(address, transaction) in RESPONSE_IPV6
    assert stun.xor_address(("::ffff:192.0.2.1", 32853), transaction) in RESPONSE


def test_an_answer_can_be_read_again() -> None:
    request = stun.parse(REQUEST)
    answer = stun.parse(stun.success(request, ("192.0.2.1", 32853), KEY))
    assert (answer.kind, answer.transaction) == (stun.BINDING_SUCCESS, request.transaction)
    assert answer.is_signed_with(KEY)
    refusal = stun.parse(stun.refusal(request, 487, "Role Conflict", KEY))
    assert refusal.attributes[stun.ERROR_CODE] == b"\x00\x00\x04\x57Role Conflict"


@given(position=st.integers(0, len(REQUEST) - 1), bit=st.integers(0, 7))
def test_a_message_with_any_bit_changed_is_refused(position: int, bit: int) -> None:
    data = bytearray(REQUEST)
    data[position] ^= 1 << bit
    try:
        message = stun.parse(bytes(data))
    except stun.NotStun:
        return
    # Only where the FINGERPRINT itself was renamed away; the signature still holds then.
    assert stun.FINGERPRINT not in message.attributes
    assert position >= len(REQUEST) - stun.FINGERPRINT_BYTES or not message.is_signed_with(KEY)


@given(st.binary(max_size=200))
def test_anything_else_is_no_message(data: bytes) -> None:
    with contextlib.suppress(stun.NotStun):
        assert stun.parse(data).raw == data


@given(st.binary(max_size=100), st.binary(min_size=12, max_size=12))
def test_attributes_of_strangers_are_read_or_refused(body: bytes, transaction: bytes) -> None:
    padded = body + bytes(-len(body) % 4)
    data = stun.HEADER.pack(stun.BINDING_REQUEST, len(padded), stun.MAGIC, transaction) + padded
    with contextlib.suppress(stun.NotStun):
        assert not stun.parse(data).is_signed_with(KEY)
