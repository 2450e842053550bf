"""What of a replay counts as watched, what it counts for, and what it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.plugin import (
    Forbidden,
    Invalid,
    NotFound,
    World,
    completions_of,
    enrol_people,
    session,
    unit_of_work,
    utcnow,
)
from lms.testing import SignIn
from plugins.webinar import attendance, recording, watching
from plugins.webinar.models import Interval, Participant, Recording, Watched
from plugins.webinar.rooms import Meeting
from plugins.webinar.tests.making import LIST, open_room
from plugins.webinar.watching import Played


def held(world: World, *, replay_percent: int = 0) -> tuple[Meeting, Recording]:
    """An hour that began two hours ago, all of it recorded."""
    meeting = open_room(world)
    begins = utcnow() - timedelta(hours=2)
    meeting.activity.starts_at = meeting.room.opened_at = begins
    meeting.activity.ends_at = meeting.room.ended_at = begins + timedelta(hours=1)
    meeting.room.replay_percent = replay_percent
    row = Recording(
        room_id=meeting.activity.id, started_at=begins, ended_at=begins + timedelta(hours=1),
        owner_id=world.people["trainer"].id,
    )  # fmt: skip
    session().add(row)
    people = [world.people[key].id for key in ("trainee", "trainee2")]
    enrol_people(world.actor("trainer"), meeting.activity.id, people)
    session().flush()
    return meeting, row


class Watcher:
    """Somebody who watches at the usual speed, by a clock that a test turns."""

    def __init__(
        self, world: World, row: Recording, monkeypatch: pytest.MonkeyPatch, key: str = "trainee"
    ) -> None:
        self.actor, self.row, self.now = world.actor(key), row, utcnow()
        monkeypatch.setattr(watching, "utcnow", lambda: self.now)

    def plays(self, begins: float, ends: float, speed: float = 1) -> float:
        """Plays this piece in pieces of a minute at most; returns the seconds watched of the recording."""
        seconds = 0.0
        while begins < ends:
            until = min(begins + 60 * speed, ends)
            self.now += timedelta(seconds=(until - begins) / speed)
            seconds = watching.note_played(
                self.actor, self.row.room_id, self.row.id, Played(begins=begins, ends=until)
            )
            begins = until
        return seconds


def test_what_is_seen_twice_counts_once_and_what_is_jumped_over_does_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        _meeting, row = held(world)
        somebody = Watcher(world, row, monkeypatch)
        assert somebody.plays(0, 300) == 300
        assert somebody.plays(100, 200) == 300
        assert somebody.plays(3000, 3060, speed=2) == 360
        assert somebody.plays(280, 400) == 460
        assert session().query(Watched).count() >= 2


@given(st.lists(st.tuples(st.integers(0, 3600), st.integers(1, 60)), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
def test_watched_time_is_the_union_of_the_pieces(
    world: World, monkeypatch: pytest.MonkeyPatch, pieces: list[tuple[int, int]]
) -> None:
    with world.inside("siena"):
        _meeting, row = held(world)
        somebody = Watcher(world, row, monkeypatch)
        seen: set[int] = set()
        for begins, length in pieces:
            if begins < 3600:
                assert somebody.plays(begins, begins + length) == len(
                    seen := seen | set(range(begins, min(3600, begins + length)))
                )


def test_nobody_watches_an_hour_in_a_minute(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.inside("siena"):
        _meeting, row = held(world)
        somebody = Watcher(world, row, monkeypatch)
        with pytest.raises(Invalid):
            watching.note_played(somebody.actor, row.room_id, row.id, Played(begins=0, ends=3600))
        somebody.plays(0, 60)
        somebody.now += timedelta(hours=5)
        with pytest.raises(Invalid):
            watching.note_played(somebody.actor, row.room_id, row.id, Played(begins=60, ends=660))
        for begins, ends in ((30, 30), (4000, 4010)):
            with pytest.raises(Invalid):
                watching.note_played(somebody.actor, row.room_id, row.id, Played(begins=begins, ends=ends))


def test_watching_does_not_make_present_and_counts_only_where_the_room_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        meeting, row = held(world)
        Watcher(world, row, monkeypatch).plays(0, 3600)
        line = next(each for each in attendance.read_sheet(world.actor("trainer"), meeting.activity.id)[1])
        assert (line.minutes, line.is_present, line.watched, line.watched_minutes) == (
            0,
            False,
            timedelta(hours=1),
            0,
        )
        assert not is_done(world, meeting)


def test_what_somebody_missed_counts_up_to_the_cap_and_ticks_the_step(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        meeting, row = held(world, replay_percent=50)
        there = Participant(room_id=row.room_id, user_id=world.people["trainee"].id, name="Aïcha")
        session().add(there)
        session().flush()
        ends = row.started_at + timedelta(minutes=20)
        session().add(Interval(participant_id=there.id, entered_at=row.started_at, seen_at=ends))
        session().flush()
        somebody = Watcher(world, row, monkeypatch)
        somebody.plays(0, 20 * 60)
        assert (gained(world, meeting), is_done(world, meeting)) == (0, False)
        somebody.plays(20 * 60, 44 * 60)
        assert (gained(world, meeting), is_done(world, meeting)) == (24, False)
        somebody.plays(44 * 60, 46 * 60)
        assert (gained(world, meeting), is_done(world, meeting)) == (26, True)
        somebody.plays(46 * 60, 60 * 60)
        assert gained(world, meeting) == 30


def gained(world: World, meeting: Meeting) -> int:
    """The minutes of the replay that count for the one person of the sheet."""
    (line,) = attendance.read_sheet(world.actor("trainer"), meeting.activity.id)[1]
    return line.watched_minutes


def is_done(world: World, meeting: Meeting) -> bool:
    """Whether the trainee has the tick."""
    return meeting.activity.id in {each.id for _row, each in completions_of(world.people["trainee"].id)}


def test_what_was_watched_stays_on_the_sheet_when_the_recording_is_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        meeting, row = held(world, replay_percent=50)
        Watcher(world, row, monkeypatch).plays(0, 600)
        recording.discard(row)
        assert gained(world, meeting) == 10


def test_who_may_not_see_the_recording_watches_nothing(world: World) -> None:
    with world.inside("siena"):
        _meeting, row = held(world)
        ids = row.room_id, row.id
    with world.inside("vienna"), pytest.raises((NotFound, Forbidden)):
        watching.note_played(world.actor("trainee_vienna"), *ids, Played(begins=0, ends=10))


def test_the_page_tells_what_it_played_and_the_table_shows_it(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"), unit_of_work():
        _meeting, row = held(world, replay_percent=50)
        room_id, address = row.room_id, f"{LIST}{row.room_id}/replay/{row.id}"
    trainee = sign_in("trainee")
    assert trainee.post(f"{address}/watched", data={"begins": "0", "ends": "12.5"}).json == {"seconds": 12.5}
    assert trainee.post(f"{address}/watched", data={"begins": "0", "ends": "3000"}).status_code == 422
    assert b"fino a 30 minuti" in trainee.get(address).data
    trainer = sign_in("trainer")
    assert b"0:00:12" in trainer.get(f"{LIST}{room_id}/attendance").data
    table = trainer.get(f"{LIST}{room_id}/attendance.csv").data.decode("utf-8-sig").splitlines()
    assert "Registrazione vista" in table[0]
    assert "0:00:12" in table[1]
    assert trainer.post(f"{LIST}{room_id}/attendance.pdf").data.startswith(b"%PDF")
