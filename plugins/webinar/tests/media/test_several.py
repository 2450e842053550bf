"""Several engines on one machine: which has which room, and what happens when one of them dies."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from plugins.webinar.engine import EngineError
from plugins.webinar.engine_embedded import wire
from plugins.webinar.engines import IDLE_SECONDS, Engines, Places
from plugins.webinar.remote import RemoteEngine
from plugins.webinar.tests.media.engines import PATIENCE, EngineProcess

ROOMS = [f"room-{number}" for number in range(6)]


@pytest.fixture
def both(tmp_path: Path) -> Iterator[EngineProcess]:
    """Two running engines."""
    running = EngineProcess(tmp_path, workers=2)
    running.start()
    yield running
    if running.process is not None:
        running.kill(signal.SIGTERM)


@pytest.fixture
def each(both: EngineProcess) -> Iterator[list[RemoteEngine]]:
    """Each of them by itself."""
    found = [RemoteEngine(both.folder, number) for number in range(2)]
    wait_until(lambda: all(engine.is_connected for engine in found))
    yield found
    for engine in found:
        engine.close()


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it never came to be so"
        time.sleep(0.02)


def engine_of(each: list[RemoteEngine], room: str) -> int:
    [found] = [number for number, engine in enumerate(each) if engine.has_room(room)]
    return found


def children_of(process: EngineProcess) -> list[int]:
    assert process.process is not None
    pid = process.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def test_rooms_are_shared_out_and_two_web_processes_agree_which_engine_has_which(
    both: EngineProcess, each: list[RemoteEngine]
) -> None:
    with ExitStack() as stack:
        one, other = (stack.enter_context(both.remote()) for _ in range(2))
        for room in ROOMS:
            one.open_room(room)
            other.open_room(room)
        found = [engine_of(each, room) for room in ROOMS]
        assert sorted(found) == [0, 0, 0, 1, 1, 1]
        assert one.load().rooms == other.load().rooms == len(ROOMS)
        other.close_room(ROOMS[0])
        assert not each[found[0]].has_room(ROOMS[0])


def test_when_one_engine_dies_one_is_told_when_it_is_there_again_and_the_other_goes_on(
    both: EngineProcess, each: list[RemoteEngine]
) -> None:
    with both.remote() as engine:
        for room in ROOMS[:2]:
            engine.open_room(room)
        lost = engine_of(each, ROOMS[0])
        both.kill_one(lost)
        assert both.wait_for("restarted").data == {"engine": lost}
        assert each[1 - lost].has_room(ROOMS[1])
        engine.open_room(ROOMS[0])
        assert engine_of(each, ROOMS[0]) == lost, "who comes back meets the others where they come back to"


def test_engines_end_with_the_program_that_started_them(
    both: EngineProcess, each: list[RemoteEngine]
) -> None:
    children = children_of(both)
    both.kill(signal.SIGKILL)
    wait_until(lambda: not any(Path(f"/proc/{child}/exe").exists() for child in children))
    assert not any((both.folder / wire.socket_name(number)).exists() for number in range(2))


def test_without_engines_one_is_told_so(tmp_path: Path) -> None:
    engine = Engines(tmp_path, 2)
    asked = (engine.load, lambda: engine.open_room("room"), lambda: engine.has("room/ada/send/0.x"))
    for ask in asked:
        with pytest.raises(EngineError) as refusal:
            ask()
        assert refusal.value.code == "unreachable"
    for nobody in ("room/ada/send/2.x", "room/ada/send/x", ""):
        assert not engine.has(nobody)
    engine.close()


def test_a_room_keeps_its_engine_until_nobody_asks_and_it_is_empty(tmp_path: Path) -> None:
    places = Places(tmp_path, 2)
    assert places.take("room", lambda: 1) == 1
    assert places.take("room", lambda: 0) == 1
    places.forget(lambda number, room: False)
    assert places.find("room") == 1, "somebody has just asked for it"
    [path] = tmp_path.glob("*.room")
    long_ago = time.time() - IDLE_SECONDS - 1
    os.utime(path, (long_ago, long_ago))
    places.forget(lambda number, room: (number, room) == (1, "room"))
    assert places.find("room") == 1, "it is in use"
    places.forget(lambda number, room: False)
    assert places.find("room") is None


def test_a_room_of_an_engine_that_is_not_there_any_more_gets_another(tmp_path: Path) -> None:
    Places(tmp_path, 3).take("room", lambda: 2)
    assert Places(tmp_path, 2).take("room", lambda: 0) == 0


def test_each_engine_tells_what_it_does_and_one_that_is_away_nothing(
    both: EngineProcess, each: list[RemoteEngine]
) -> None:
    with both.remote() as engine:
        for room in ROOMS[:3]:
            engine.open_room(room)
        found = {stats.engine: stats.rooms for stats in engine.stats()}
        assert sorted(found) == [0, 1]
        assert sum(found.values()) == 3
    both.kill(signal.SIGKILL)
    gone = Engines(both.folder, 2)
    assert gone.stats() == []
    gone.close()
