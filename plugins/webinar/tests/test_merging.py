"""Counts that change quickly are told together, and the larger the crowd, the more seldom."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy.exc import TimeoutError as NoConnection

from lms.plugin import Unavailable, World, after_commit, new_id
from plugins.webinar import log, merging
from plugins.webinar.asking_events import QuestionVoted
from plugins.webinar.merging import merger, pause_for
from plugins.webinar.tests.making import open_room

PATIENCE = 20.0


@pytest.mark.parametrize(("pages", "most"), [(0, 4), (30, 4), (160, 4), (500, 1.4), (1000, 1), (100_000, 1)])
def test_a_page_gets_no_more_counts_a_second_than_its_crowd_can_be_told(pages: int, most: float) -> None:
    assert 1 / pause_for(pages) <= most


@pytest.mark.parametrize("pages", [0, 30, 500, 100_000])
def test_nobody_waits_for_a_chart_longer_than_a_second(pages: int) -> None:
    assert pause_for(pages) <= 1


@pytest.mark.parametrize("pages", [0, 30, 160])
def test_a_class_sees_four_counts_a_second(pages: int) -> None:
    assert 1 / pause_for(pages) == 4


@pytest.mark.parametrize("problem", [Unavailable("busy"), NoConnection("no connection is free")])
def test_a_count_that_the_database_cannot_write_now_is_told_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    monkeypatch.setattr(merging, "SECONDS", 0.01)
    is_told, tries = threading.Event(), 0

    def work(_turn: str) -> bool:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise problem
        after_commit(is_told.set)
        return True

    with world.inside("siena") as office:
        merger().soon("poll", office.id, work)
    assert is_told.wait(PATIENCE)
    assert tries == 3


def test_a_count_that_another_process_has_told_meanwhile_has_another_turn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "SECONDS", 0.01)
    is_told, turns = threading.Event(), list[str]()

    def work(turn: str) -> bool:
        turns.append(turn)
        if len(turns) == 2:
            after_commit(is_told.set)
        return len(turns) == 2

    with world.inside("siena") as office:
        merger().soon("poll", office.id, work)
    assert is_told.wait(PATIENCE)
    assert len(set(turns)) == 2


def test_of_two_processes_one_tells_a_count_in_each_turn(world: World) -> None:
    with world.inside("siena"):
        room = open_room(world).room
        before = log.read_state(room)[0]
        told = [
            log.tell(room, "question.voted", QuestionVoted(question=new_id(), votes=votes), turn)
            for votes, turn in [(1, "turn 1"), (2, "turn 1"), (2, "turn 2")]
        ]
        assert told == [True, False, True]
        assert log.read_state(room)[0] == before + 2
