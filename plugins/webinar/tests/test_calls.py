"""A talk of two people goes on by voice and video: who comes in, what is told, what is never kept."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.plugin import (
    Activity,
    Actor,
    Forbidden,
    NotFound,
    Ref,
    Talk,
    World,
    hooks,
    new_id,
    read_latest,
    session,
    system_actor,
    unit_of_work,
    utcnow,
)
from lms.testing import SignIn, notifications_of
from plugins.webinar import calls, media, recording, rooms
from plugins.webinar.call_models import Call, CallPerson
from plugins.webinar.calls import At
from plugins.webinar.entering import get_self
from plugins.webinar.senders import get_sender

TUTOR, TRAINEE = At("page-of-the-tutor", "sid-1"), At("page-of-the-trainee", "sid-2")


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Rooms and people whose media the engine was told to end."""
    told: list[str] = []
    monkeypatch.setattr(media, "close_media", told.append)
    monkeypatch.setattr(media, "remove_from_media", lambda _room, person: told.append(person))
    return told


@pytest.fixture
def spoken(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Ref, datetime]]:
    """What the part that holds the talk was told: when the two spoke."""
    found: list[tuple[Ref, datetime]] = []
    with app.app_context():
        monkeypatch.setattr(hooks(), "on_talk_spoken", lambda _office, ref, at: found.append((ref, at)))
    return found


def talk_of(world: World, ref: Ref, *keys: str) -> Talk:
    """A talk of these people that is open for an hour."""
    people = [world.people[key].id for key in keys]
    return Talk(ref, (people[0], people[1]), "/o/siena/talk", utcnow() + timedelta(hours=1))


def come(world: World, ref: Ref, key: str, *keys: str) -> CallPerson:
    """The page of a talk shows its pass; ``key`` of ``keys`` opens it."""
    who = world.actor(key)
    return calls.open_call(who, calls.write_pass(who, talk_of(world, ref, *(keys or ("trainee5", "tutor")))))


def fresh() -> Ref:
    """A talk of some other part."""
    return Ref.of("tutoring", "booking", new_id())


def both(world: World) -> tuple[Actor, Actor, uuid.UUID, Ref]:
    """Tutor and trainee with the page of their talk open; and what they talk about."""
    ref = fresh()
    come(world, ref, "trainee5")
    return world.actor("tutor"), world.actor("trainee5"), come(world, ref, "tutor").call_id, ref


def state_of(call_id: uuid.UUID) -> str:
    """What a call is now."""
    return calls.standing(session().get_one(Call, call_id))


def told(call_id: uuid.UUID) -> list[str]:
    """What made a call what it is, in order."""
    row = session().get_one(Call, call_id)
    events = read_latest(system_actor(row.office_id), calls.channel_of(row), 50)
    return [str(event.payload["what"]) for event in events]


def test_one_calls_the_other_accepts_and_hanging_up_ends_it_for_both(world: World, ended: list[str]) -> None:
    with world.inside("siena"):
        tutor, trainee, call_id, _ref = both(world)
        calls.ring(tutor, call_id, "video", TUTOR)
        assert state_of(call_id) == "ringing"
        calls.accept(trainee, call_id, TRAINEE)
        assert state_of(call_id) == "running"
        assert get_sender(trainee, call_id, "sid-2").is_in_call
        calls.leave(trainee, call_id, TRAINEE.page)
        assert state_of(call_id) == "idle"
        assert told(call_id) == ["rang", "entered", "left"]
        with pytest.raises(Forbidden):
            get_sender(tutor, call_id)
    assert ended == [str(call_id)]


def test_who_holds_the_talk_hears_when_the_two_began_and_stopped_speaking(
    world: World, ended: list[str], spoken: list[tuple[Ref, datetime]]
) -> None:
    with world.inside("siena"):
        tutor, trainee, call_id, ref = both(world)
        calls.ring(tutor, call_id, "voice", TUTOR)
        calls.decline(trainee, call_id)
        assert spoken == []
        calls.ring(tutor, call_id, "voice", TUTOR)
        calls.accept(trainee, call_id, TRAINEE)
        assert len(spoken) == 1
        calls.leave(trainee, call_id, TRAINEE.page)
        calls.leave(tutor, call_id, TUTOR.page)
    assert [each for each, _at in spoken] == [ref, ref]
    assert spoken[0][1] <= spoken[1][1]


@pytest.mark.parametrize("is_called_again", [True, False])
def test_a_call_that_was_lost_without_a_word_counts_until_the_last_was_heard_of(
    world: World, ended: list[str], spoken: list[tuple[Ref, datetime]], is_called_again: bool
) -> None:
    with world.inside("siena"):
        tutor, trainee, call_id, ref = both(world)
        calls.ring(tutor, call_id, "voice", TUTOR)
        calls.accept(trainee, call_id, TRAINEE)
        row = session().get_one(Call, call_id)
        for each in row.people:
            each.seen_at = utcnow() - timedelta(minutes=9)
        last = max(each.seen_at for each in row.people if each.seen_at)
        if is_called_again:
            calls.ring(tutor, call_id, "voice", TUTOR)
        else:
            calls.close(ref)
        assert spoken[1:] == [(ref, last)]


def test_not_now_is_heard_by_who_called(world: World, ended: list[str]) -> None:
    with world.inside("siena"):
        tutor, trainee, call_id, _ref = both(world)
        calls.ring(trainee, call_id, "voice", TRAINEE)
        calls.decline(trainee, call_id)
        assert state_of(call_id) == "ringing"
        calls.decline(tutor, call_id)
        calls.decline(tutor, call_id)
        assert (state_of(call_id), told(call_id)) == ("idle", ["rang", "declined"])


def test_both_who_call_at_once_are_connected(world: World) -> None:
    with world.inside("siena"):
        tutor, trainee, call_id, _ref = both(world)
        calls.ring(tutor, call_id, "voice", TUTOR)
        calls.ring(trainee, call_id, "voice", TRAINEE)
        assert state_of(call_id) == "running"


def test_who_looks_elsewhere_is_told_and_a_call_rings_no_longer_than_it_should(world: World) -> None:
    with world.inside("siena"):
        tutor, _trainee, call_id, _ref = both(world)
        calls.ring(tutor, call_id, "voice", TUTOR)
        assert any(each.kind == calls.NAME for each in notifications_of(world.people["trainee5"].id))
        row = session().get_one(Call, call_id)
        row.rang_at = utcnow() - calls.RINGS_FOR - timedelta(seconds=1)
        assert calls.standing(row) == "idle"


@pytest.mark.parametrize("key", ["counsellor", "trainee6", "head"])
def test_nobody_else_comes_in_whatever_they_show(world: World, key: str) -> None:
    with world.inside("siena"):
        tutor, _trainee, call_id, ref = both(world)
        sealed = calls.write_pass(tutor, talk_of(world, ref, "trainee5", "tutor"))
        for shown in (sealed, "x" * 40, sealed[:-4]):
            with pytest.raises(Forbidden):
                calls.open_call(world.actor(key), shown)
        for refused in (
            lambda who: calls.ring(who, call_id, "voice", TUTOR),
            lambda who: calls.accept(who, call_id, TUTOR),
            lambda who: calls.leave(who, call_id, TUTOR.page),
            lambda who: calls.hear_from(who, call_id, TUTOR),
        ):
            with pytest.raises(NotFound):
                refused(world.actor(key))
        with pytest.raises(Forbidden):
            get_sender(world.actor(key), call_id)
        channel = f"{calls.NAME}:{call_id}"
        assert not calls.CALL_CHANNEL.may_read(world.actor(key), channel).is_allowed


def test_a_pass_of_another_office_opens_nothing(world: World) -> None:
    with world.inside("siena"):
        sealed = calls.write_pass(world.actor("tutor"), talk_of(world, fresh(), "trainee5", "tutor"))
    stranger = Actor(world.people["tutor"].id, "Tutor", office_id=uuid.uuid4())
    with world.inside("siena"), pytest.raises(Forbidden):
        calls.open_call(stranger, sealed)


def test_only_the_page_that_is_in_the_call_sends_and_another_takes_it_over(
    world: World, ended: list[str]
) -> None:
    with world.inside("siena"):
        tutor, _trainee, call_id, _ref = both(world)
        calls.ring(tutor, call_id, "voice", TUTOR)
        with pytest.raises(Forbidden):
            get_sender(tutor, call_id, "sid-9")
        calls.accept(tutor, call_id, At("another-page-1", "sid-9"))
        calls.leave(tutor, call_id, TUTOR.page)
        assert state_of(call_id) == "ringing"
        assert get_sender(tutor, call_id, "sid-9").is_in_call
        person = session().scalar(select(CallPerson.id).filter_by(call_id=call_id, user_id=tutor.user_id))
    assert ended == [str(person)]


def test_a_page_that_is_closed_hangs_up_and_a_lost_network_is_waited_for(
    world: World, ended: list[str]
) -> None:
    with world.inside("siena"):
        tutor, trainee, call_id, _ref = both(world)
        calls.ring(tutor, call_id, "voice", TUTOR)
        calls.accept(trainee, call_id, TRAINEE)
        calls.hear_from(trainee, call_id, At(TRAINEE.page, "sid-3"))
        calls.lost(trainee, f"{calls.NAME}:{call_id}", "sid-2")  # the old socket of a page that is back
        assert state_of(call_id) == "running"
        for each in session().get_one(Call, call_id).people:
            each.seen_at = utcnow() - calls.HEARD_WITHIN - timedelta(seconds=1)
        assert state_of(call_id) == "idle"
        calls.hear_from(trainee, call_id, At(TRAINEE.page, "sid-3"))
        assert state_of(call_id) == "running"
        calls.lost(trainee, f"{calls.NAME}:{call_id}", "sid-3")
        calls.hear_from(trainee, call_id, At(TRAINEE.page, "sid-4"))  # it was only the connection
        calls.end_left(call_id, trainee.user_id, "sid-3")
        assert state_of(call_id) == "running"
        calls.lost(trainee, f"{calls.NAME}:{call_id}", "sid-4")
        calls.end_left(call_id, trainee.user_id, "sid-4")
        calls.end_left(call_id, trainee.user_id, "sid-4")
        assert state_of(call_id) == "idle"


def test_the_page_says_goodbye_over_http_and_nobody_else_can_say_it(
    world: World, ended: list[str], sign_in: SignIn
) -> None:
    with world.inside("siena"), unit_of_work():
        tutor, trainee, call_id, _ref = both(world)
        calls.ring(tutor, call_id, "voice", TUTOR)
        calls.accept(trainee, call_id, TRAINEE)
    data = {"call": str(call_id), "page": TRAINEE.page}
    address = "/o/siena/webinar/calls/leave"
    assert sign_in("trainee6").post(address, data=data).status_code == 404
    assert sign_in("tutor").post(address, data=data).status_code == 204  # not the page of this tutor
    with world.inside("siena"):
        assert state_of(call_id) == "running"
        session().rollback()
    for _turn in range(2):
        assert sign_in("trainee5").post(address, data=data).status_code == 204
    with world.inside("siena"):
        assert state_of(call_id) == "idle"


def test_handing_the_talk_over_puts_both_out_and_lets_the_next_tutor_in(
    world: World, ended: list[str]
) -> None:
    with world.inside("siena"):
        tutor, trainee, call_id, ref = both(world)
        before = calls.write_pass(tutor, talk_of(world, ref, "trainee5", "tutor"))
        calls.ring(tutor, call_id, "voice", TUTOR)
        calls.accept(trainee, call_id, TRAINEE)
        calls.close(ref)
        assert state_of(call_id) == "idle"
        with pytest.raises(NotFound):
            calls.ring(tutor, call_id, "voice", TUTOR)
        with pytest.raises(Forbidden):
            calls.open_call(tutor, before)
        assert come(world, ref, "counsellor", "trainee5", "counsellor").call_id == call_id
        assert come(world, ref, "trainee5", "trainee5", "counsellor").may_come
        with pytest.raises(NotFound):
            calls.get_own(tutor, call_id)
    assert ended == [str(call_id)]


def test_a_pass_from_before_the_end_opens_nothing_even_where_nobody_ever_called(world: World) -> None:
    with world.inside("siena"):
        ref, who = fresh(), world.actor("tutor")
        sealed = calls.write_pass(who, talk_of(world, ref, "trainee5", "tutor"))
        calls.close(ref)
        calls.close(ref)
        with pytest.raises(Forbidden):
            calls.open_call(who, sealed)


def test_nothing_stays_when_the_talk_is_forgotten(world: World, ended: list[str]) -> None:
    with world.inside("siena"):
        tutor, _trainee, call_id, ref = both(world)
        calls.ring(tutor, call_id, "voice", TUTOR)
        channel = calls.channel_of(session().get_one(Call, call_id))
        calls.forget(ref)
        calls.forget(ref)
        assert session().get(Call, call_id) is None
        assert session().scalar(select(func.count()).select_from(CallPerson).filter_by(call_id=call_id)) == 0
        assert read_latest(system_actor(tutor.office_id), channel, 5) == []
    assert ended == [str(call_id)]


def test_a_call_cannot_be_recorded_and_is_no_meeting_in_any_list(world: World) -> None:
    with world.inside("siena"):
        before = session().scalar(select(func.count()).select_from(Activity))
        tutor, trainee, call_id, _ref = both(world)
        calls.ring(tutor, call_id, "video", TUTOR)
        calls.accept(trainee, call_id, TRAINEE)
        for who in (tutor, trainee, world.actor("head")):
            with pytest.raises(Forbidden):
                recording.start(who, call_id)
            with pytest.raises(Forbidden):
                get_self(who, call_id)
            with pytest.raises(NotFound):
                rooms.get_room(who, call_id)
            assert call_id not in {each.activity.id for each in rooms.find_rooms(who, limit=500)}
        assert session().scalar(select(func.count()).select_from(Activity)) == before


def test_the_export_tells_of_ones_calls_and_an_erasure_removes_them(world: World) -> None:
    with world.inside("siena"):
        tutor, _trainee, call_id, _ref = both(world)
        calls.ring(tutor, call_id, "voice", TUTOR)
        calls.forget_all_of(tutor.user_id)
        assert session().get(Call, call_id) is None
