"""What senders are told to send at most: as much as their way carries, and as anybody looks at."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine import Wish, WishedVideo
from plugins.webinar.engine_embedded import rtcp
from plugins.webinar.engine_embedded.allowance import (
    FEWEST_BITS,
    MOST_BITS,
    PATIENCE,
    UNSEEN_BITS,
    Allowance,
    wanted_bits,
)
from plugins.webinar.tests.media.memory import MemoryEngine, MemoryPeer
from plugins.webinar.tests.media.pages import MediaPage

Enter = Callable[[str], MediaPage]


def layers(*peaks: float) -> Any:
    return [SimpleNamespace(peak=peak) for peak in peaks]


CAMERA = layers(150_000, 500_000, 1_700_000)


@pytest.mark.parametrize(
    ("place", "budget", "least", "most"),
    [
        (2, None, MOST_BITS, MOST_BITS),
        (1, None, 650_000, 1_000_000),
        (0, None, 150_000, 300_000),
        (2, 400_000, 650_000, 1_000_000),  # the middle may come through soon
        (2, 200_000, 150_000, 300_000),
        (2, 120_000, 120_000, 120_000),  # not even the smallest comes through
    ],
)
def test_a_sender_needs_no_more_than_the_sizes_up_to_the_one_that_is_seen(
    place: int, budget: float | None, least: float, most: float
) -> None:
    assert least <= wanted_bits(CAMERA, place, budget) <= most


def test_a_picture_in_one_size_is_made_as_small_as_the_best_receiver_needs() -> None:
    assert wanted_bits(layers(1_700_000), 0, 600_000) == 600_000
    assert wanted_bits(layers(1_700_000), 0, 3_000_000) == MOST_BITS


def test_less_is_told_only_after_a_while_and_more_at_once() -> None:
    allowance = Allowance()
    assert not allowance.want(500_000, 10.0)
    assert allowance.bits == MOST_BITS
    assert not allowance.want(500_000, 10.0 + PATIENCE + 0.1)
    assert allowance.bits == 500_000
    assert allowance.want(2_000_000, 20.0)
    assert allowance.bits == 2_000_000


def test_a_layout_that_changes_to_and_fro_leaves_the_sender_in_peace() -> None:
    allowance = Allowance()
    for second in range(60):
        allowance.want(MOST_BITS if second % 4 == 0 else 300_000, float(second))
        assert allowance.bits == MOST_BITS


def test_a_way_that_loses_or_holds_packets_is_told_less_until_it_is_well_again() -> None:
    for lost, queue in ((80, 0.0), (0, 0.4)):
        allowance = Allowance()
        allowance.hear(lost, 1_000_000, queue)
        less = allowance.bits
        assert FEWEST_BITS < less < 1_000_000
        allowance.hear(10, 900_000, 0.0)  # between two and ten per cent nothing changes
        assert allowance.bits == less
        allowance.hear(0, 900_000, 0.0)
        assert less < allowance.bits < less * 1.2


@given(
    st.lists(
        st.tuples(
            st.integers(0, 255), st.floats(0, 1e8), st.floats(0, 10), st.floats(0, 1e8), st.floats(0, 1e4)
        )
    )
)
def test_whatever_is_heard_a_sender_may_always_send_something(heard: list[Any]) -> None:
    allowance = Allowance()
    for lost, received, queue, wanted, now in heard:
        allowance.hear(lost, received, queue)
        allowance.want(wanted, now)
        assert FEWEST_BITS <= allowance.bits <= MOST_BITS


# --- in a room ------------------------------------------------------------------------------------


def test_whom_nobody_sees_is_told_to_send_little_and_whom_somebody_sees_at_once_more(
    home: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugins.webinar.engine_embedded.allowance.PATIENCE", 0.5)
    ada, ben = MemoryPeer(home, "ada", "send", 1), MemoryPeer(home, "ben", "receive", 2)
    home.engine.set_wish(ben.answer.peer, Wish())

    def told(until: Callable[[int], bool]) -> int:
        for number in range(200):
            ada.picture(told.count + number)
            home.pass_time(0.02)
            for part in ada.told():
                bits = rtcp.remb_of(part)
                if bits is not None and until(bits):
                    told.count += number + 1
                    return bits
        raise AssertionError("it was never told")

    told.count = 1
    assert told(lambda bits: bits > 5_000_000)
    assert told(lambda bits: bits < UNSEEN_BITS * 3)
    home.engine.set_wish(ben.answer.peer, Wish((WishedVideo("ada", 360),)))
    assert told(lambda bits: bits > 5_000_000)
