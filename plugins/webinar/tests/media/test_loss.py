"""Lost packets: who asks again, for what and how often (RFC 4585); and which layer comes through."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine_embedded.choice import SMALLEST_BUDGET, Budget, fitting
from plugins.webinar.engine_embedded.loss import KEPT, LARGEST_GAP, MOST_QUESTIONS, Gaps, Ring


@given(st.lists(st.integers(0, 60), unique=True, min_size=1, max_size=61))
def test_exactly_what_is_missing_is_asked_for(arrivals: list[int]) -> None:
    gaps = Gaps()
    for index in arrivals:
        assert not gaps.note(index, 0.0)
    expected = {index for index in range(arrivals[0], max(arrivals)) if index not in arrivals}
    assert set(gaps.due(1.0)) == expected
    assert gaps.is_whole == (not expected)


def test_a_question_is_asked_again_and_then_given_up() -> None:
    gaps = Gaps()
    gaps.note(1, 0.0)
    gaps.note(3, 0.0)
    assert gaps.due(0.0) == []  # it may only be late
    asked = [gaps.due(number / 10) for number in range(1, 15)]
    assert asked.count([2]) == MOST_QUESTIONS
    assert gaps.is_whole


def test_what_came_after_all_is_not_asked_for() -> None:
    gaps = Gaps()
    for index in (1, 4, 2):
        gaps.note(index, 0.0)
    assert (gaps.due(1.0), gaps.recovered) == ([3], 1)


def test_after_a_long_hole_only_a_key_frame_helps() -> None:
    gaps = Gaps()
    gaps.note(1, 0.0)
    assert gaps.note(LARGEST_GAP + 10, 0.0)
    assert gaps.is_whole


def test_the_latest_packets_are_kept() -> None:
    ring = Ring()
    for index in range(KEPT + 5):
        ring.keep(cast("Any", SimpleNamespace(index=index)))
    assert ring.find(4) is None
    assert ring.find(5) is not None


def layers(*sizes: tuple[int, float]) -> Any:
    return [SimpleNamespace(height=height, bits=bits) for height, bits in sizes]


CAMERA = layers((90, 100_000), (180, 400_000), (360, 1_500_000))


@pytest.mark.parametrize(
    ("height", "place"), [(0, 0), (90, 0), (100, 0), (180, 1), (200, 1), (220, 2), (2000, 2)]
)
def test_a_picture_is_as_tall_as_it_is_shown(height: int, place: int) -> None:
    assert fitting(CAMERA, height) == place


def test_layers_of_unknown_size_are_taken_for_halves() -> None:
    assert fitting(layers((0, 1), (0, 1), (0, 1)), 360) == 1


def test_without_loss_everybody_gets_what_they_wish() -> None:
    budget = Budget()
    budget.hear(0, 0, 2_000_000, 10.0)
    assert budget.share([(CAMERA, 2), (CAMERA, 1)]) == [2, 1]


def test_a_low_estimate_alone_takes_nothing() -> None:
    budget = Budget()
    budget.hear(0, 50_000, 300_000, 10.0)
    assert budget.bits is None
    budget.hear(10, 150_000, 300_000, 11.0)
    assert budget.bits == 150_000


def test_loss_takes_from_the_last_first_and_comes_back_slowly() -> None:
    budget = Budget()
    budget.hear(80, 0, 2_000_000, 10.0)
    assert (
        budget.share([(CAMERA, 2), (CAMERA, 2)]) == [1, 1] or budget.share([(CAMERA, 2), (CAMERA, 2)])[0] == 1
    )
    before = budget.bits
    budget.hear(0, 0, 1_000_000, 12.0)
    assert budget.bits == before
    for second in range(13, 60):
        budget.hear(0, 0, 1_000_000, float(second))
    assert budget.bits is None or budget.bits > (before or 0)


def test_what_was_tried_and_lost_is_tried_again_later() -> None:
    def seconds_until_more(budget: Budget, now: float) -> float:
        before, begun = budget.bits or 0, now
        while budget.bits is not None and budget.bits <= before:
            now += 1
            budget.hear(0, 0, 500_000, now)
        return now - begun

    budget = Budget()
    budget.hear(80, 0, 1_000_000, 0.0)
    first = seconds_until_more(budget, 0.0)
    budget.hear(80, 0, 1_000_000, first + 1)
    assert seconds_until_more(budget, first + 1) > first


@given(
    st.lists(
        st.tuples(st.integers(0, 255), st.integers(0, 3_000_000), st.integers(0, 3_000_000)), max_size=60
    )
)
def test_whatever_is_reported_somebody_is_always_seen(reports: list[tuple[int, int, int]]) -> None:
    budget = Budget()
    for second, (lost, allowed, sent) in enumerate(reports):
        budget.hear(lost, allowed, sent, float(second))
        assert budget.bits is None or budget.bits >= SMALLEST_BUDGET
        places = budget.share([(CAMERA, 2), (CAMERA, 1), (CAMERA, 0)])
        assert places[0] is not None
        assert all(place is None or place <= wish for place, wish in zip(places, (2, 1, 0), strict=True))
