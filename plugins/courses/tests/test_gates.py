"""Conditions and circles, for whatever steps there may be."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from plugins.courses.gates import Gate, Standing, find_circle, missing

IDS = [uuid.UUID(int=number) for number in range(1, 9)]
NOW = datetime(2026, 5, 1, tzinfo=UTC)
GRAPHS = st.dictionaries(st.sampled_from(IDS), st.lists(st.sampled_from(IDS), max_size=4), max_size=8)


def as_gates(graph: dict[uuid.UUID, list[uuid.UUID]]) -> dict[uuid.UUID, list[Gate]]:
    """Each step waits for others."""
    return {step: [Gate("step", other) for other in others] for step, others in graph.items()}


def can_all_be_done(graph: dict[uuid.UUID, list[uuid.UUID]]) -> bool:
    """Doing whatever is open, again and again, reaches every step."""
    done: set[uuid.UUID] = set()
    while True:
        standing = Standing(NOW, frozenset(IDS), frozenset(done))
        opened = {step for step in IDS if not missing(as_gates(graph).get(step, []), "all", standing)}
        if opened <= done:
            return done == set(IDS)
        done |= opened


@given(GRAPHS)
def test_a_circle_is_found_exactly_when_somebody_would_be_stuck(
    graph: dict[uuid.UUID, list[uuid.UUID]],
) -> None:
    assert bool(find_circle(as_gates(graph))) is not can_all_be_done(graph)


@given(GRAPHS)
def test_the_circle_that_is_shown_is_one(graph: dict[uuid.UUID, list[uuid.UUID]]) -> None:
    circle = find_circle(as_gates(graph))
    if circle:
        assert circle[0] == circle[-1]
        assert len(circle) > 1
        assert all(after in graph[before] for before, after in pairwise(circle))


@given(st.lists(st.sampled_from(IDS), max_size=5), st.sets(st.sampled_from(IDS)))
def test_any_needs_one_and_all_needs_every_one(others: list[uuid.UUID], done: set[uuid.UUID]) -> None:
    gates = [Gate("step", other) for other in others]
    standing = Standing(NOW, frozenset(IDS), frozenset(done))
    assert bool(missing(gates, "all", standing)) is any(other not in done for other in others)
    assert bool(missing(gates, "any", standing)) is (
        bool(others) and all(other not in done for other in others)
    )


@given(st.integers(1, 100), st.integers(0, 100))
def test_a_score_opens_from_its_limit_on(limit: int, score: int) -> None:
    gate = Gate("score", IDS[0], score=limit)
    standing = Standing(NOW, frozenset(IDS), scores={IDS[0]: score})
    assert bool(missing([gate], "all", standing)) is (score < limit)
