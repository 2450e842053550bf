"""Transport-wide feedback as draft-holmer-rmcat-transport-wide-cc-extensions-01 writes it, and what senders are told with it."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine_embedded import rtcp, transport
from plugins.webinar.engine_embedded.transport import TICKS, Arrivals, Feedback
from plugins.webinar.tests.media.memory import MemoryEngine, MemoryPeer


def read(compound: bytes) -> Feedback:
    (part,) = rtcp.split(compound)
    feedback = transport.feedback_of(part)
    assert feedback is not None
    return feedback


def part_of(body: str) -> rtcp.Part:
    data = bytes.fromhex(body)
    return rtcp.Part(rtcp.TRANSPORT_FEEDBACK, rtcp.TRANSPORT_WIDE, data + bytes(-len(data) % 4))


def times(messages: list[bytes]) -> dict[int, int | None]:
    """What is told of each number, the latest word counts."""
    told: dict[int, int | None] = {}
    for message in messages:
        feedback = read(message)
        for place, tick in enumerate(feedback.ticks):
            told[feedback.base + place & 0xFFFF] = tick
    return told


def test_a_run_a_vector_and_a_large_difference_are_read_as_the_draft_draws_them() -> None:
    # Number 10 on, 9 packets, reference 2 (128 ms), message 5; run of two small, then two-bit vector.
    body = "00000001 00000002 000a 0009 000002 05" + "2002" + "e000" + "0408" + "ff00"
    feedback = transport.feedback_of(part_of(body))
    assert feedback is not None
    assert (feedback.base, feedback.count) == (10, 5)
    start = 2 * 256  # 250 microseconds each
    assert list(feedback.ticks) == [start + 4, start + 12, start - 244] + [None] * 6


def test_a_vector_of_single_bits_is_read_from_the_left() -> None:
    body = "00000001 00000002 ffff 0004 ffffff 00" + "a800" + "0102"  # the reference may be negative
    feedback = transport.feedback_of(part_of(body))
    assert feedback is not None
    assert list(feedback.ticks) == [-256 + 1, None, -256 + 3, None]


@given(
    st.lists(st.tuples(st.integers(0, 40), st.floats(0, 0.4)), min_size=1, max_size=700),
    st.integers(0, 0xFFFF),
    st.floats(0, 1e6),
)
def test_what_came_and_what_did_not_is_told_as_it_was(
    steps: list[tuple[int, float]], start: int, now: float
) -> None:
    arrivals, expected, number = Arrivals(), dict[int, int](), start
    arrivals.note(number, now)
    expected[number & 0xFFFF] = int(now * TICKS)
    for step, pause in steps:
        number, now = number + step + 1, now + pause
        arrivals.note(number & 0xFFFF, now)
        expected[number & 0xFFFF] = int(now * TICKS)
    messages = list(arrivals.messages(1, 2))
    told = times(messages)
    late = max(expected.values()) - min(expected.values())
    assert late < 1 << 31
    wrap = 1 << 32  # 24 bits of 256 ticks
    if number - start < 0x8000:
        assert {key: tick % wrap for key, tick in told.items() if tick is not None} == {
            key: tick % wrap for key, tick in expected.items()
        }
        assert len(told) == number - start + 1
    assert all(len(message) <= 1200 for message in messages)
    assert [read(each).count for each in messages] == [place & 0xFF for place in range(len(messages))]
    assert list(arrivals.messages(1, 2)) == []


@given(st.permutations(range(65530, 65530 + 12)))
def test_order_and_wrap_do_not_matter(order: list[int]) -> None:
    arrivals = Arrivals()
    for place, number in enumerate(order):
        arrivals.note(number & 0xFFFF, 100 + place / 100)
    told = times(list(arrivals.messages(1, 2)))
    assert told == {number & 0xFFFF: int((100 + place / 100) * TICKS) for place, number in enumerate(order)}


def test_what_is_late_is_told_after_all() -> None:
    arrivals = Arrivals()
    for number in (1, 2, 4):
        arrivals.note(number, 1.0)
    assert times(list(arrivals.messages(1, 2)))[3] is None
    arrivals.note(3, 1.1)
    assert times(list(arrivals.messages(1, 2))) == {3: 4400, 4: 4000}


def test_after_a_long_silence_another_message_begins() -> None:
    arrivals = Arrivals()
    arrivals.note(1, 1.0)
    arrivals.note(2, 20.0)  # more than 8,191 ms: no difference can say that
    messages = list(arrivals.messages(1, 2))
    assert len(messages) == 2
    assert times(messages) == {1: 4000, 2: 80_000}


def test_a_sender_that_counts_anew_does_not_make_thousands_of_messages() -> None:
    arrivals = Arrivals()
    for number in (1, 30_000, 1, 30_000, 62_000):
        arrivals.note(number, 1.0)
    assert len(list(arrivals.messages(1, 2))) == 1


@given(st.binary(max_size=80))
def test_what_is_malformed_is_no_feedback_and_never_an_error(data: bytes) -> None:
    feedback = transport.feedback_of(rtcp.Part(rtcp.TRANSPORT_FEEDBACK, rtcp.TRANSPORT_WIDE, data))
    assert feedback is None or len(feedback.ticks) == struct.unpack_from("!H", data, 10)[0]


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.floats(0, 30)), max_size=60))
def test_whatever_numbers_come_every_message_can_be_read(notes: list[tuple[int, float]]) -> None:
    arrivals, now = Arrivals(), 0.0
    for number, pause in notes:
        now += pause
        arrivals.note(number, now)
        for message in arrivals.messages(1, 2):
            assert len(message) <= 1200
            assert read(message).ticks


def test_a_sender_that_counts_its_packets_hears_when_each_came(home: MemoryEngine) -> None:
    ada = MemoryPeer(home, "ada", "send", 1)
    assert f"a=extmap:5 {transport.TRANSPORT_WIDE_NUMBER}" in ada.answer.sdp
    assert "a=rtcp-fb:96 transport-cc" in ada.answer.sdp
    for number in (65534, 65535, 1):
        ada.picture(number, wide=number)
    home.pass_time(0.2)
    feedback = [each for part in ada.told() if (each := transport.feedback_of(part)) is not None]
    assert [each.base for each in feedback] == [65534]
    assert [tick is not None for tick in feedback[0].ticks] == [True, True, False, True]


def test_a_sender_that_does_not_count_hears_nothing_of_it(home: MemoryEngine) -> None:
    ada = MemoryPeer(home, "ada", "send", 1)
    ada.picture(1)
    home.pass_time(0.2)
    assert all(
        part.count != rtcp.TRANSPORT_WIDE for part in ada.told() if part.kind == rtcp.TRANSPORT_FEEDBACK
    )
