"""RTCP as RFC 3550, RFC 4585 and the REMB draft write it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine_embedded import rtcp

ssrcs = st.integers(0, 0xFFFFFFFF)


def only(compound: bytes) -> rtcp.Part:
    (part,) = rtcp.split(compound)
    return part


@given(ssrcs, st.sets(st.integers(0, 0xFFFF), min_size=1, max_size=60))
def test_a_nack_names_what_is_lost_and_nothing_else(ssrc: int, lost: set[int]) -> None:
    media, numbers = rtcp.lost_packets_of(only(rtcp.nack(1, ssrc, sorted(lost))))
    assert media == ssrc
    assert set(numbers) == lost


def test_a_nack_counts_over_the_wrap() -> None:
    compound = rtcp.nack(1, 2, [65535, 0, 3])
    assert len(compound) == 16  # one entry: RFC 4585, section 6.2.1
    assert rtcp.lost_packets_of(only(compound)) == (2, [65535, 0, 3])


@given(st.integers(1, 1 << 40), st.lists(ssrcs, max_size=5))
def test_a_remb_allows_nearly_what_was_meant(bits: int, media: list[int]) -> None:
    allowed = rtcp.remb_of(only(rtcp.remb(1, media, bits)))
    assert allowed is not None
    assert bits * (1 - 2**-17) <= allowed <= bits


@given(ssrcs, st.integers(0, (1 << 64) - 1), ssrcs)
def test_a_sender_report_gives_the_clock(ssrc: int, ntp: int, timestamp: int) -> None:
    parts = list(rtcp.split(rtcp.sender_report(ssrc, ntp, timestamp, 1, 2) + rtcp.description(ssrc, "room")))
    assert [part.kind for part in parts] == [rtcp.SENDER_REPORT, rtcp.SOURCE_DESCRIPTION]
    assert rtcp.sender_report_of(parts[0]) == rtcp.SenderReport(ssrc, ntp, timestamp)


def test_reports_are_read_as_written() -> None:
    blocks = [rtcp.Report(number, 12, 34, 56, 78, 90, 11) for number in range(3)]
    assert list(rtcp.reports_of(only(rtcp.receiver_report(9, blocks)))) == blocks


def test_key_frames_are_wanted_by_pli_and_fir() -> None:
    assert rtcp.key_frame_wanted_by(only(rtcp.pli(1, 77))) == [77]
    fir = bytes.fromhex("84ce0006 00000001 00000000 0000004d 01000000 0000004e 02000000".replace(" ", ""))
    assert rtcp.key_frame_wanted_by(only(fir)) == [77, 78]  # RFC 5104, section 4.3.1.1


@given(st.binary(max_size=120))
def test_what_is_malformed_ends_the_compound_and_is_never_an_error(data: bytes) -> None:
    for kind in (200, 201, 205, 206):
        for first in (0x81, 0x8F, 0x9F, 0xA1):
            compound = bytes([first, kind]) + max(0, len(data) // 4 - 1).to_bytes(2) + data
            for part in rtcp.split(compound):
                rtcp.sender_report_of(part)
                list(rtcp.reports_of(part))
                rtcp.key_frame_wanted_by(part)
                rtcp.lost_packets_of(part)
                rtcp.remb_of(part)
