"""Where recorded frames lie: as far apart as they were sent, however late they come; another clock begins another file."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine_embedded.timeline import LARGEST_DELAY, LARGEST_LAG, LATE_SECONDS, Timeline

CLOCK, STEP = 48_000, 0.02
BEGUN = 100.0


def place(line: Timeline, number: int, delay: float, first: int = 0) -> float | None:
    """The frame that was sent ``number`` steps after the first one, with what it needed on its way."""
    sent = number * STEP
    return line.place((first + round(sent * CLOCK)) & 0xFFFFFFFF, BEGUN + sent + delay, CLOCK)


@given(st.integers(0, 0xFFFFFFFF), st.lists(st.floats(0, 4), min_size=1, max_size=200))
def test_late_frames_stay_in_one_file_as_far_apart_as_they_were_sent(first: int, delays: list[float]) -> None:
    line = Timeline(first, BEGUN + 3.0)
    delays[-1] = 0.0

    for number, delay in enumerate(delays, 1):
        placed = place(line, number, delay, first)
        assert placed is not None
        assert abs(placed - number * STEP) < 0.0001

    assert abs(line.started_at - BEGUN) < 0.001


def test_a_first_frame_that_came_in_time_is_where_it_came() -> None:
    line = Timeline(0, BEGUN)
    for number in range(1, 300):
        place(line, number, random.Random(number).uniform(0, 0.2))
    assert line.started_at == BEGUN


def test_frames_in_another_order_lie_where_they_were_sent() -> None:
    line = Timeline(0, BEGUN)
    for number in (2, 1, 4, 3):
        placed = place(line, number, 0.1)
        assert placed is not None
        assert abs(placed - number * STEP) < 0.0001


def test_a_clock_that_jumps_begins_another_file() -> None:
    for jump in (0.2, 5.0, 4000.0, -1.5 * LARGEST_DELAY):
        line = Timeline(0, BEGUN)
        for number in range(600):
            assert place(line, number, 0.01) is not None
        assert line.place(round((12.0 + jump) * CLOCK) & 0xFFFFFFFF, BEGUN + 12.01, CLOCK) is None


def test_a_clock_that_lags_behind_for_good_begins_another_file_after_a_while() -> None:
    line = Timeline(0, BEGUN)
    placed = [place(line, number, 0.0 if number < 50 else 2 * LARGEST_LAG) for number in range(600)]
    assert placed.index(None) == 50 + round(LATE_SECONDS / STEP) - round(2 * LARGEST_LAG / STEP)


def test_after_a_leap_a_frame_lies_where_it_comes() -> None:
    line = Timeline(0, BEGUN)
    assert place(line, 100, 0.0) is not None
    line.leap()
    placed = line.place(123_456_789, BEGUN + 3.5, CLOCK)
    assert placed == 3.5
    assert line.place(123_456_789 + CLOCK, BEGUN + 4.5, CLOCK) == 4.5
