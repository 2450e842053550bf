"""Private messages reach two people and nobody else; signs on single messages are counted for all."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.plugin import (
    Actor,
    Conflict,
    ErasurePolicy,
    ExportArchive,
    Forbidden,
    Invalid,
    NotFound,
    World,
    copy_activity,
    read_since,
    session,
    system_actor,
    unit_of_work,
    utcnow,
)
from lms.testing import SignIn
from plugins.webinar import (
    banning,
    chat_signs,
    log,
    merging,
    moderating,
    privacy,
    replay,
    rewriting,
    talking,
    whispering,
)
from plugins.webinar.chat_events import ChatRuled
from plugins.webinar.models import Participant, Recording, Room
from plugins.webinar.rooms import Meeting
from plugins.webinar.tests.making import LIST, go_in, open_room

KEY, OTHER, THIRD = "key-of-a-test-0001", "key-of-a-test-0002", "key-of-a-test-0003"
SECRET = "Solo per te"
Rows = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def _count_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def now(_self: merging.Merger, _key: str, _office_id: uuid.UUID, work: Callable[[], None]) -> None:
        work()

    monkeypatch.setattr(merging.Merger, "soon", now)


def allowed(world: World) -> tuple[Meeting, list[Participant]]:
    """A room in which people may write to one another alone, with three trainees and who leads it."""
    meeting = open_room(world, "meeting")
    return meeting, go_in(world, meeting, "trainer", "trainee", "trainee2", "trainee3")


def heard_by(row: Participant) -> list[str]:
    """The private messages on somebody's own channel."""
    office = system_actor(row.office_id)
    events = read_since(office, log.person_channel(row.id), 0)
    return [each.payload["text"] for each in events if each.kind == "chat.whispered"]


def exported(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> dict[str, Rows]:
    """What somebody's archive holds."""
    found: dict[str, Rows] = {}
    monkeypatch.setattr(
        ExportArchive, "add_rows", lambda _self, name, _title, rows: found.update({name: list(rows)})
    )
    privacy.export_person(actor.user_id, ExportArchive(actor.name, utcnow()))
    return found


def test_a_private_message_reaches_the_two_and_nobody_else_not_even_who_leads(world: World) -> None:
    with world.inside("siena"):
        meeting, (host, anna, marco, third) = allowed(world)
        whispering.whisper(world.actor("trainee"), meeting.activity.id, marco.id, SECRET, KEY)
        whispering.whisper(world.actor("trainee"), meeting.activity.id, marco.id, SECRET, KEY)
        assert [heard_by(row) for row in (anna, marco)] == [[SECRET], [SECRET]]
        assert [heard_by(row) for row in (host, third)] == [[], []]
        office = system_actor(meeting.room.office_id)
        for channel in (log.channel_of(meeting.activity.id), log.staff_channel(meeting.activity.id)):
            assert SECRET not in str([each.payload for each in read_since(office, channel, 0)])
        channel = log.person_channel(marco.id)
        for key, may_read in (("trainee2", True), ("trainee", False), ("trainer", False)):
            assert log.PERSON_CHANNEL.may_read(world.actor(key), channel).is_allowed == may_read


def test_it_is_in_no_replay_and_in_the_archives_of_both_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        meeting, (host, _anna, marco, _third) = allowed(world)
        recording = Recording(
            room_id=meeting.activity.id,
            owner_id=host.user_id,
            started_at=utcnow(),
            ended_at=utcnow() + timedelta(minutes=1),
        )
        session().add(recording)
        session().flush()
        whispering.whisper(world.actor("trainee"), meeting.activity.id, marco.id, SECRET, KEY)
        shown = replay.read_replay(world.actor("trainer"), meeting.activity.id, recording.id)
        assert SECRET not in str(shown)
        for key in ("trainee", "trainee2"):
            texts = [row["text"] for row in exported(world.actor(key), monkeypatch)["webinar_private"]]
            assert texts.count(SECRET) == 1
        for key in ("trainer", "trainee3"):
            assert SECRET not in str(exported(world.actor(key), monkeypatch))


def test_where_the_room_does_not_allow_it_nobody_writes_privately(world: World) -> None:
    with world.inside("siena"):
        meeting, (_host, anna, marco, _third) = allowed(world)
        rules = ChatRuled(slow_seconds=0, links="all", private=False)
        talking.set_rules(world.actor("trainer"), meeting.activity.id, rules, KEY)
        for key, person in (("trainee", marco), ("trainer", anna)):
            with pytest.raises(Forbidden):
                whispering.whisper(world.actor(key), meeting.activity.id, person.id, SECRET, OTHER)
        assert heard_by(marco) == []


def test_who_was_put_out_or_may_not_write_neither_sends_nor_gets(world: World) -> None:
    with world.inside("siena"):
        meeting, (_host, anna, marco, third) = allowed(world)
        room_id, host = meeting.activity.id, world.actor("trainer")
        banning.remove(host, room_id, marco.id)
        moderating.give_right(host, room_id, third.id, "chat", is_given=False)
        for person in (marco, third):
            with pytest.raises(Conflict):
                whispering.whisper(world.actor("trainee"), room_id, person.id, SECRET, KEY)
        for key in ("trainee2", "trainee3"):
            with pytest.raises(Forbidden):
                whispering.whisper(world.actor(key), room_id, anna.id, SECRET, KEY)
        assert [heard_by(row) for row in (anna, marco, third)] == [[], [], []]


def test_nobody_writes_to_themselves_to_strangers_or_round_the_other_rules(world: World) -> None:
    with world.inside("siena"):
        meeting, (_host, anna, marco, _third) = allowed(world)
        room_id, trainee = meeting.activity.id, world.actor("trainee")
        stranger = go_in(world, open_room(world), "trainee4")[0]
        with pytest.raises(Invalid):
            whispering.whisper(trainee, room_id, anna.id, SECRET, KEY)
        for nobody in (stranger.id, uuid.UUID(int=7)):
            with pytest.raises(NotFound):
                whispering.whisper(trainee, room_id, nobody, SECRET, KEY)
        rules = ChatRuled(slow_seconds=60, links="leaders", private=True)
        talking.set_rules(world.actor("trainer"), room_id, rules, KEY)
        with pytest.raises(Invalid):
            whispering.whisper(trainee, room_id, marco.id, "https://example.org", OTHER)
        whispering.whisper(trainee, room_id, marco.id, SECRET, OTHER)
        with pytest.raises(Conflict, match="seconds"):
            talking.say(trainee, room_id, "Uno", THIRD)


def test_an_erased_person_keeps_no_private_messages(world: World) -> None:
    with world.inside("siena"):
        meeting, (_host, anna, marco, _third) = allowed(world)
        whispering.whisper(world.actor("trainee"), meeting.activity.id, marco.id, SECRET, KEY)
        user = world.people["trainee"]
        privacy.erase_person(user.id, ErasurePolicy(user.id, "asked", names=(user.name,)))
        assert heard_by(anna) == []
        assert heard_by(marco) == [SECRET]


def test_the_rule_is_chosen_with_the_kind_of_meeting_and_in_the_form(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"), unit_of_work():
        assert open_room(world, "meeting").room.private_chat
        quiet = open_room(world, "webinar")
        assert not quiet.room.private_chat
        room_id = quiet.activity.id
    page = sign_in("trainer")
    form = {"title": "Prova di colloquio", "duration": "60", "rights": ["chat"], "layout": "gallery"}
    chosen = form | {"guests": "none", "present_percent": "75", "private_chat": "y"}
    assert page.post(f"{LIST}{room_id}/edit", data=chosen).status_code == 303
    assert b'data-private="true"' in page.get(f"{LIST}{room_id}/room").data


def test_a_copy_of_a_meeting_keeps_the_rule(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world, "webinar", private_chat=True)
        room_id = meeting.activity.id
        copied = copy_activity(world.actor("trainer"), room_id, title="Copia")[room_id]
        assert session().get_one(Room, copied).private_chat


def test_signs_are_given_once_counted_named_and_taken_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        go_in(world, meeting, "trainer", "trainee", "trainee2")
        seq = talking.say(world.actor("trainer"), room_id, "Benvenuti", KEY)
        for key in ("trainee", "trainee", "trainee2"):
            chat_signs.set_sign(world.actor(key), room_id, seq, "thumb", is_given=True)
        chat_signs.set_sign(world.actor("trainee"), room_id, seq, "heart", is_given=True)
        assert log.read_state(meeting.room)[1]["chat"][-1]["signs"] == {"thumb": 2, "heart": 1}
        names = sorted(world.people[key].name for key in ("trainee", "trainee2"))
        found = chat_signs.find_signs(world.actor("trainee2"), room_id, seq)
        assert found == {"thumb": names, "heart": [world.people["trainee"].name]}
        own = chat_signs.own_signs(world.actor("trainee"), room_id)
        assert {name: sorted(signs) for name, signs in own.items()} == {str(seq): ["heart", "thumb"]}
        chat_signs.set_sign(world.actor("trainee"), room_id, seq, "thumb", is_given=False)
        assert log.read_state(meeting.room)[1]["chat"][-1]["signs"] == {"thumb": 1, "heart": 1}
        given = exported(world.actor("trainee"), monkeypatch)["webinar_signs"]
        assert [row["sign"] for row in given if row["message"] == seq] == ["❤️"]


def test_signs_go_with_their_message_and_those_who_may_not_write_give_none(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        go_in(world, meeting, "trainer", "trainee")
        seq = talking.say(world.actor("trainer"), room_id, "Benvenuti", KEY)
        chat_signs.set_sign(world.actor("trainee"), room_id, seq, "thumb", is_given=True)
        with pytest.raises(Forbidden):
            chat_signs.find_signs(world.actor("trainee2"), room_id, seq)
        moderating.lock(world.actor("trainer"), room_id, "chat", is_locked=True)
        with pytest.raises(Forbidden):
            chat_signs.set_sign(world.actor("trainee"), room_id, seq, "heart", is_given=True)
        talking.take_back(world.actor("trainer"), room_id, seq)
        assert chat_signs.find_signs(world.actor("trainer"), room_id, seq) == {}
        with pytest.raises(NotFound):
            chat_signs.set_sign(world.actor("trainer"), room_id, seq, "heart", is_given=True)


def test_the_replay_shows_how_many_gave_which_sign(app: Flask, world: World) -> None:
    with app.app_context(), world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        host = go_in(world, meeting, "trainer", "trainee")[0]
        recording = Recording(
            room_id=room_id,
            owner_id=host.user_id,
            started_at=utcnow(),
            ended_at=utcnow() + timedelta(minutes=1),
        )
        session().add(recording)
        session().flush()
        seq = talking.say(world.actor("trainer"), room_id, "Benvenuti", KEY)
        chat_signs.set_sign(world.actor("trainee"), room_id, seq, "clap", is_given=True)
        shown = replay.read_replay(world.actor("trainer"), room_id, recording.id)
        assert [each["signs"] for each in shown["chat"]] == ["👏 1"]


def as_it_stands(row: Participant, channel: str) -> list[str]:
    """What a page shows of messages of a channel that are not for everybody."""
    shown: dict[str, str] = {}
    for each in read_since(system_actor(row.office_id), channel, 0):
        if each.kind in {"chat.whispered", "staff.told"}:
            shown[each.key] = each.payload["text"]
        elif each.kind == "alone.edited":
            shown[each.payload["target"]] = each.payload["text"]
        elif each.kind == "alone.gone":
            del shown[each.payload["target"]]
    return list(shown.values())


def own(row: Participant) -> list[str]:
    """The same of somebody's own channel."""
    return as_it_stands(row, log.person_channel(row.id))


def key_of(row: Participant, key: str = KEY) -> str:
    """By what a message of this person is known."""
    return talking.own_key(row, key)


def test_a_private_message_is_changed_and_taken_back_by_its_author_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        meeting, (_host, anna, marco, _third) = allowed(world)
        room_id, trainee = meeting.activity.id, world.actor("trainee")
        whispering.whisper(trainee, room_id, marco.id, SECRET, KEY)
        for other in ("trainer", "trainee2", "trainee3"):
            with pytest.raises(NotFound):
                rewriting.edit(world.actor(other), room_id, key_of(anna), "Altro", OTHER)
            with pytest.raises(NotFound):
                rewriting.take_back(world.actor(other), room_id, key_of(anna))
        rewriting.edit(trainee, room_id, key_of(anna), "Ancora per te", OTHER)
        rewriting.edit(trainee, room_id, key_of(anna), "Ancora per te", OTHER)
        assert [own(row) for row in (anna, marco)] == [["Ancora per te"], ["Ancora per te"]]
        texts = {key: [row["text"] for row in exported(world.actor(key), monkeypatch)["webinar_private"]] for key in ("trainee", "trainee2")}  # fmt: skip
        assert [SECRET in texts[key] for key in ("trainee", "trainee2")] == [True, False]
        assert all("Ancora per te" in texts[key] for key in texts)
        for _twice in range(2):
            rewriting.take_back(trainee, room_id, key_of(anna))
        assert [own(row) for row in (anna, marco)] == [[], []]
        assert "Ancora per te" not in str(exported(world.actor("trainee2"), monkeypatch)["webinar_private"])
        with pytest.raises(NotFound):
            rewriting.edit(trainee, room_id, key_of(anna), "Torna", THIRD)


def test_a_message_to_those_who_lead_is_changed_by_its_author_and_deleted_by_them(world: World) -> None:
    with world.inside("siena"):
        meeting, (host, anna, marco, _third) = allowed(world)
        room_id, trainee = meeting.activity.id, world.actor("trainee")
        staff = log.staff_channel(room_id)
        moderating.lock(world.actor("trainer"), room_id, "chat", is_locked=True)
        talking.tell_staff(trainee, room_id, "Non sento", KEY)
        rewriting.edit(trainee, room_id, key_of(anna), "Ora sento", OTHER)
        assert [own(anna), as_it_stands(host, staff)] == [["Ora sento"], ["Ora sento"]]
        for refused in (rewriting.take_back, lambda *who: rewriting.edit(*who, "Altro", THIRD)):
            with pytest.raises(NotFound):
                refused(world.actor("trainee2"), room_id, key_of(anna))
        with pytest.raises(NotFound):
            rewriting.edit(world.actor("trainer"), room_id, key_of(anna), "Altro", THIRD)
        rewriting.take_back(world.actor("trainer"), room_id, key_of(anna))
        talking.tell_staff(world.actor("trainer"), room_id, "Prego", KEY, marco.id)
        rewriting.edit(world.actor("trainer"), room_id, key_of(host), "Prego!", OTHER)
        assert [own(anna), own(marco), as_it_stands(host, staff)] == [[], ["Prego!"], ["Prego!"]]
        rewriting.take_back(world.actor("trainer"), room_id, key_of(host))
        assert [own(marco), as_it_stands(host, staff)] == [[], []]


def test_changing_a_private_message_is_no_way_round_the_rules(world: World) -> None:
    with world.inside("siena"):
        meeting, (_host, anna, marco, _third) = allowed(world)
        room_id, trainee = meeting.activity.id, world.actor("trainee")
        whispering.whisper(trainee, room_id, marco.id, SECRET, KEY)
        rules = ChatRuled(slow_seconds=0, links="leaders", private=True)
        talking.set_rules(world.actor("trainer"), room_id, rules, KEY)
        with pytest.raises(Invalid):
            rewriting.edit(trainee, room_id, key_of(anna), "https://example.org", OTHER)
        talking.set_rules(world.actor("trainer"), room_id, rules.model_copy(update={"private": False}), OTHER)
        with pytest.raises(Forbidden):
            rewriting.edit(trainee, room_id, key_of(anna), "Ancora", OTHER)
        moderating.give_right(world.actor("trainer"), room_id, anna.id, "chat", is_given=False)
        with pytest.raises(Forbidden):
            rewriting.edit(trainee, room_id, key_of(anna), "Ancora", OTHER)
        assert own(marco) == [SECRET]
        rewriting.take_back(trainee, room_id, key_of(anna))
        assert own(marco) == []


def test_what_was_forgotten_is_not_written_again_by_a_change(world: World) -> None:
    with world.inside("siena"):
        meeting, (_host, anna, marco, _third) = allowed(world)
        room_id = meeting.activity.id
        whispering.whisper(world.actor("trainee"), room_id, marco.id, SECRET, KEY)
        whispering.forget_whispers(marco)
        rewriting.edit(world.actor("trainee"), room_id, key_of(anna), "Ancora", OTHER)
        assert own(anna) == ["Ancora"]
        assert read_since(system_actor(marco.office_id), log.person_channel(marco.id), 0) == []
