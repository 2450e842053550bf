"""Who comes in, who waits, who may do what inside, and who is put out."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from lms.plugin import Conflict, Forbidden, NotFound, World, append, read_latest, session, utcnow
from plugins.webinar import attendance, calling_off, entering, log, moderating, talking
from plugins.webinar.entering import Enter
from plugins.webinar.models import Interval
from plugins.webinar.tests.making import go_in, open_room

KEY = "key-of-a-test-0001"


def test_people_come_in_and_the_host_leads(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        host, trainee = go_in(world, meeting, "trainer", "trainee")
        assert (host.state, host.role, trainee.state, trainee.role) == (
            "inside",
            "host",
            "inside",
            "participant",
        )
        assert "speak" not in trainee.rights
        _seq, state = log.read_state(meeting.room)
        assert state["is_open"]
        assert set(state["people"]) == {str(host.id), str(trainee.id)}


def test_too_early_too_late_and_too_many_are_told_so_but_who_leads_comes_in(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        meeting.activity.starts_at = utcnow() + timedelta(hours=3)
        meeting.activity.ends_at = utcnow() + timedelta(hours=4)
        with pytest.raises(Conflict, match="15 minutes"):
            go_in(world, meeting, "trainee")
        go_in(world, meeting, "trainer")
        meeting.activity.starts_at = utcnow() - timedelta(minutes=5)
        meeting.activity.capacity = 2
        session().flush()
        go_in(world, meeting, "trainee")
        with pytest.raises(Conflict, match="places"):
            go_in(world, meeting, "trainee2")
        go_in(world, meeting, "head", "trainee")


def test_the_lobby_holds_people_until_they_are_let_in(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world, "interview")
        _host, first, second = go_in(world, meeting, "trainer", "trainee", "trainee2")
        assert (first.state, second.state) == ("waiting", "waiting")
        assert not log.ROOM_CHANNEL.may_read(world.actor("trainee"), log.channel_of(meeting.activity.id))
        with pytest.raises(Forbidden):
            entering.admit(world.actor("trainee"), meeting.activity.id, first.id)
        entering.admit(world.actor("trainer"), meeting.activity.id, first.id)
        entering.refuse(world.actor("trainer"), meeting.activity.id, second.id)
        assert (first.state, second.state) == ("inside", "refused")
        assert log.ROOM_CHANNEL.may_read(world.actor("trainee"), log.channel_of(meeting.activity.id))
        with pytest.raises(Forbidden):
            go_in(world, meeting, "trainee2")


def test_only_those_inside_read_the_room_and_nobody_writes_into_it_directly(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        go_in(world, meeting, "trainer", "trainee")
        channel = log.channel_of(meeting.activity.id)
        for stranger in ("trainee2", "head"):
            with pytest.raises((Forbidden, NotFound)):
                read_latest(world.actor(stranger), channel, 5)
        with pytest.raises(Forbidden):
            append(world.actor("trainee"), channel, "room.ended", {}, KEY)
        for forged in (
            f"{log.ROOM}:",
            f"{log.ROOM}:x",
            f"{log.PERSON}:{uuid.UUID(int=3)}",
            f"{log.STAFF}:{meeting.activity.id}",
        ):
            with pytest.raises((Forbidden, NotFound)):
                read_latest(world.actor("trainee"), forged, 5)


def test_a_message_is_once_and_is_taken_back_by_its_author_or_by_who_leads(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        go_in(world, meeting, "trainer", "trainee", "trainee2")
        seq = talking.say(world.actor("trainee"), room_id, "Buongiorno", KEY)
        assert talking.say(world.actor("trainee"), room_id, "Buongiorno", KEY) == seq
        assert talking.say(world.actor("trainee2"), room_id, "Anch'io", KEY) != seq
        with pytest.raises(NotFound):
            talking.take_back(world.actor("trainee2"), room_id, seq)
        talking.take_back(world.actor("trainer"), room_id, seq)
        talking.take_back(world.actor("trainer"), room_id, seq)
        assert [each["text"] for each in log.read_state(meeting.room)[1]["chat"]] == ["Anch'io"]


def test_lock_all_and_unlock_one(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, host = meeting.activity.id, world.actor("trainer")
        _host, one, other = go_in(world, meeting, "trainer", "trainee", "trainee2")
        moderating.lock(host, room_id, "chat", is_locked=True)
        for key in ("trainee", "trainee2"):
            with pytest.raises(Forbidden):
                talking.say(world.actor(key), room_id, "?", KEY)
        moderating.give_right(host, room_id, one.id, "chat", is_given=True)
        talking.say(world.actor("trainee"), room_id, "Posso!", KEY)
        assert "chat" not in other.rights
        talking.tell_staff(world.actor("trainee2"), room_id, "Non posso scrivere", KEY)
        with pytest.raises(Forbidden):
            moderating.lock(world.actor("trainee"), room_id, "chat", is_locked=False)


def test_a_raised_hand_gets_the_floor_and_gives_it_back(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, host = meeting.activity.id, world.actor("trainer")
        _host, one = go_in(world, meeting, "trainer", "trainee")
        talking.raise_hand(world.actor("trainee"), room_id, KEY)
        assert [each["person"] for each in log.read_state(meeting.room)[1]["hands"]] == [str(one.id)]
        moderating.give_floor(host, room_id, one.id)
        state = log.read_state(meeting.room)[1]
        assert (state["hands"], state["floor"]) == ([], str(one.id))
        assert {"speak", "camera"} <= one.rights
        moderating.take_floor(host, room_id, one.id)
        assert "speak" not in one.rights
        assert log.read_state(meeting.room)[1]["floor"] is None


def test_people_of_another_room_are_not_there(world: World) -> None:
    with world.inside("siena"):
        here, there = open_room(world), open_room(world)
        go_in(world, here, "trainer")
        stranger = go_in(world, there, "trainee")[0]
        with pytest.raises(NotFound):
            moderating.give_floor(world.actor("trainer"), here.activity.id, stranger.id)


def test_the_end_is_for_all_and_who_leads_opens_it_again(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        go_in(world, meeting, "trainer", "trainee")
        with pytest.raises(Forbidden):
            moderating.end_room(world.actor("trainee"), room_id)
        moderating.end_room(world.actor("trainer"), room_id)
        assert log.read_state(meeting.room)[1]["is_ended"]
        with pytest.raises(Conflict, match="over"):
            go_in(world, meeting, "trainee2")
        go_in(world, meeting, "trainer")
        assert not log.read_state(meeting.room)[1]["is_ended"]


def test_times_of_reconnects_are_joined_and_absences_are_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        row = go_in(world, meeting, "trainee")[0]
        begun = utcnow()
        for seconds, intervals in ((10, 1), (65, 1), (200, 2)):
            monkeypatch.setattr(
                attendance, "utcnow", lambda seconds=seconds: begun + timedelta(seconds=seconds)
            )
            entering.here(world.actor("trainee"), meeting.activity.id)
            rows = session().query(Interval).filter_by(participant_id=row.id).all()
            assert len(rows) == intervals


def test_a_room_of_a_locked_or_foreign_course_is_not_entered(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        calling_off.call_off(world.actor("trainer"), room_id)
        with pytest.raises(Conflict):
            entering.enter(world.actor("trainee"), room_id, Enter(name="Aïcha"))
    with world.inside("vienna"), pytest.raises(NotFound):
        entering.enter(world.actor("trainee_vienna"), room_id, Enter(name="Anna"))
