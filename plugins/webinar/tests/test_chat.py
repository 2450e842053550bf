"""What may be written in the chat of a room, changed and called upon, and by which rules."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from lms.plugin import Conflict, Forbidden, Invalid, NotFound, World, session, unit_of_work, utcnow
from lms.testing import SignIn
from plugins.webinar import log, moderating, talking
from plugins.webinar.chat_events import ChatRuled
from plugins.webinar.rooms import Meeting
from plugins.webinar.tests.making import LIST, go_in, open_room

KEY = "key-of-a-test-0001"
OTHER, THIRD = "key-of-a-test-0002", "key-of-a-test-0003"


def chat(meeting: Meeting) -> list[str]:
    """The texts that stand in the chat."""
    return [each["text"] for each in log.read_state(meeting.room)[1]["chat"]]


def test_an_author_writes_a_message_anew_and_nobody_else_does(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        go_in(world, meeting, "trainer", "trainee", "trainee2")
        seq = talking.say(world.actor("trainee"), room_id, "Buongorno", KEY)
        talking.edit(world.actor("trainee"), room_id, seq, "Buongiorno", OTHER)
        assert chat(meeting) == ["Buongiorno"]
        for key in ("trainee2", "trainer"):
            with pytest.raises(NotFound):
                talking.edit(world.actor(key), room_id, seq, "Altro", OTHER)
        with pytest.raises(NotFound):
            talking.edit(world.actor("trainee"), room_id, seq + 100, "Altro", THIRD)
        talking.take_back(world.actor("trainer"), room_id, seq)
        with pytest.raises(NotFound):
            talking.edit(world.actor("trainee"), room_id, seq, "Di nuovo", THIRD)


def test_who_may_not_write_may_not_change_either(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        go_in(world, meeting, "trainer", "trainee")
        seq = talking.say(world.actor("trainee"), room_id, "Prima", KEY)
        moderating.lock(world.actor("trainer"), room_id, "chat", is_locked=True)
        with pytest.raises(Forbidden):
            talking.edit(world.actor("trainee"), room_id, seq, "Dopo", OTHER)


def test_people_of_the_room_are_mentioned_and_strangers_are_not(world: World) -> None:
    with world.inside("siena"):
        meeting, elsewhere = open_room(world), open_room(world)
        room_id = meeting.activity.id
        _host, trainee = go_in(world, meeting, "trainer", "trainee")
        stranger = go_in(world, elsewhere, "trainee2")[0]
        talking.say(world.actor("trainer"), room_id, f"<@{trainee.id}> mi senti? <@{trainee.id}>", KEY)
        said = log.read_state(meeting.room)[1]["chat"][-1]
        assert said["mentions"] == [str(trainee.id)]
        assert trainee.name not in said["text"]
        for nobody in (stranger.id, uuid.UUID(int=7)):
            with pytest.raises(Invalid):
                talking.say(world.actor("trainer"), room_id, f"<@{nobody}>", OTHER)


def test_slow_mode_makes_participants_wait_but_not_those_who_lead(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, host, trainee = meeting.activity.id, world.actor("trainer"), world.actor("trainee")
        go_in(world, meeting, "trainer", "trainee")
        talking.set_rules(host, room_id, ChatRuled(slow_seconds=30, links="all"), KEY)
        first = talking.say(trainee, room_id, "Uno", KEY)
        assert talking.say(trainee, room_id, "Uno", KEY) == first
        with pytest.raises(Conflict, match="seconds"):
            talking.say(trainee, room_id, "Due", OTHER)
        talking.edit(trainee, room_id, first, "Uno!", THIRD)
        for number in range(3):
            talking.say(host, room_id, f"Io {number}", f"{OTHER}{number}")
        later = utcnow() + timedelta(seconds=31)
        monkeypatch.setattr(talking, "utcnow", lambda: later)
        talking.say(trainee, room_id, "Due", OTHER)
        assert chat(meeting)[-1] == "Due"


def test_links_are_refused_from_participants_where_the_room_says_so(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, host, trainee = meeting.activity.id, world.actor("trainer"), world.actor("trainee")
        go_in(world, meeting, "trainer", "trainee")
        seq = talking.say(trainee, room_id, "Guardate https://example.org", KEY)
        talking.set_rules(host, room_id, ChatRuled(slow_seconds=0, links="leaders"), KEY)
        for text in ("HTTPS://example.org", "vedi www.example.org"):
            with pytest.raises(Invalid):
                talking.say(trainee, room_id, text, OTHER)
            with pytest.raises(Invalid):
                talking.edit(trainee, room_id, seq, text, OTHER)
        talking.say(host, room_id, "https://example.org", OTHER)


def test_only_who_leads_sets_the_rules_and_they_stay_for_the_next_time(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        go_in(world, meeting, "trainer", "trainee")
        rules = ChatRuled(slow_seconds=10, links="leaders")
        with pytest.raises(Forbidden):
            talking.set_rules(world.actor("trainee"), room_id, rules, KEY)
        talking.set_rules(world.actor("trainer"), room_id, rules, KEY)
        session().refresh(meeting.room)
        assert (meeting.room.slow_seconds, meeting.room.links) == (10, "leaders")
        rules_now = log.read_state(meeting.room)[1]["chat_rules"]
        assert rules_now == {"slow_seconds": 10, "links": "leaders", "private": False}


def test_the_rules_are_chosen_in_the_form_and_heard_in_an_open_room(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"), unit_of_work():
        room_id = open_room(world).activity.id
    page = sign_in("trainer")
    form = {"title": "Prova di colloquio", "duration": "60", "rights": ["chat"], "layout": "gallery"}
    chosen = form | {"guests": "none", "present_percent": "75", "slow_seconds": "30", "links": "leaders"}
    assert page.post(f"{LIST}{room_id}/edit", data=chosen).status_code == 303
    assert b'data-slow="30" data-links="leaders"' in page.get(f"{LIST}{room_id}/room").data
    with world.inside("siena"):
        room = log.room_of(log.channel_of(room_id))
        assert room is not None
        assert log.read_state(room)[1]["chat_rules"]["slow_seconds"] == 30
