"""Browsers send old packets again only to find out what their way carries; receivers must not notice."""

from __future__ import annotations

import struct

from plugins.webinar.engine_embedded.loss import Gaps
from plugins.webinar.tests.media.memory import MemoryEngine, MemoryPeer

REPAIR_TYPE, REPAIR_SSRC = 97, 77


def counted(number: int, *, is_key: bool) -> bytes:
    """A VP8 picture with its number in 15 bits (RFC 7741, section 4.2)."""
    return b"\x90\x80" + (0x8000 | number).to_bytes(2) + bytes([not is_key]) + b"rest"


def send_again(peer: MemoryPeer, place: int, sequence: int, payload: bytes) -> None:
    """Repeat a picture (RFC 4588)."""
    head = struct.pack("!BBHII", 0x80, 0x80 | REPAIR_TYPE, place, 3000 * sequence, REPAIR_SSRC)
    peer.rtp(head + sequence.to_bytes(2) + payload)


def test_what_came_before_is_not_passed_on_again_and_the_next_source_goes_on_with_the_count(
    home: MemoryEngine,
) -> None:
    ada, ben = MemoryPeer(home, "ada", "send", 1), MemoryPeer(home, "ben", "receive", 2)
    ada.picture(1, counted(500, is_key=True))
    home.turn()
    for number in range(2, 12):
        ada.picture(number, counted(499 + number, is_key=number == 2))
    shown = ben.got()
    assert len(shown) == 10
    for place in range(3):
        send_again(ada, place + 1, 2, counted(501, is_key=True))
    assert ben.got() == []
    anew = MemoryPeer(home, "ada", "send", 5)
    anew.picture(100, counted(9000, is_key=True))
    home.turn()
    anew.picture(101, counted(9001, is_key=True))
    (first,) = ben.got()
    before, after = (int.from_bytes(each[14:16]) & 0x7FFF for each in (shown[-1], first))
    assert after == before + 1


def test_a_packet_that_is_waited_for_is_no_repetition() -> None:
    gaps = Gaps()
    for index in (10, 11, 14):
        gaps.note(index, 0.0)
    assert [index for index in range(9, 16) if gaps.is_late(index)] == [9, 10, 11, 14]
