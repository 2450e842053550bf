"""The agenda of a meeting: who prepares and follows it, what of it is a chapter, and what goes along."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.plugin import (
    Conflict,
    ErasurePolicy,
    Forbidden,
    Invalid,
    NotFound,
    World,
    copy_activity,
    new_id,
    session,
    unit_of_work,
    utcnow,
)
from lms.testing import SignIn
from plugins.webinar import agenda, letters, log, privacy, registering, repeating, replay, taking_along
from plugins.webinar.agenda import WriteItem
from plugins.webinar.models import Recording, Registration
from plugins.webinar.registering import InviteGuest
from plugins.webinar.repeating import Repeat
from plugins.webinar.rooms import Meeting
from plugins.webinar.state import fold, new_state
from plugins.webinar.tests.making import LIST, go_in, open_room

ITEMS = (("Benvenuto", 10, "Tommaso"), ("Esempi", 30, None), ("Domande", 15, "Tutti"))


def plan(world: World, meeting: Meeting) -> list[uuid.UUID]:
    """The trainer prepares three items."""
    return [
        agenda.add_item(
            world.actor("trainer"), meeting.activity.id, WriteItem(title=title, minutes=minutes, who=who)
        ).id
        for title, minutes, who in ITEMS
    ]


def titles(room_id: uuid.UUID) -> list[str]:
    """The agenda in its order."""
    return [each.title for each in agenda.find_items(room_id)]


def begin(world: World, meeting: Meeting, item: uuid.UUID | None, key: str = "trainer") -> None:
    """Somebody goes to an item."""
    agenda.begin(world.actor(key), meeting.activity.id, item, new_id().hex)


def test_who_leads_prepares_by_forms_and_everybody_reads_it(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
    page, trainer = f"{LIST}{room_id}/agenda/", sign_in("trainer")
    for title, minutes, who in ITEMS:
        sent = {"title": title, "minutes": str(minutes), "who": who or ""}
        assert trainer.post(page, data=sent).status_code == 303
    assert trainer.post(page, data={"title": "X", "minutes": "10"}).status_code == 422
    assert trainer.post(page, data={"title": "Pausa", "minutes": "0"}).status_code == 422
    with world.inside("siena"):
        ids = [each.id for each in agenda.find_items(room_id)]
    for item, do in ((ids[2], "up"), (ids[0], "up"), (ids[1], "down")):
        assert trainer.post(f"{page}change", data={"item": str(item), "do": do}).status_code == 303
    assert trainer.post(f"{page}change", data={"item": str(ids[1]), "do": "away"}).status_code == 422
    edited = {"title": "Casi veri", "minutes": "45", "who": ""}
    assert trainer.post(f"{page}{ids[1]}", data=edited).status_code == 303
    with world.inside("siena"):
        assert titles(room_id) == ["Benvenuto", "Domande", "Casi veri"]
    seen = sign_in("trainee").get(f"{LIST}{room_id}").text
    assert seen.index("Benvenuto") < seen.index("Domande") < seen.index("Casi veri")
    assert "70 di 60 minuti" in seen
    assert "10 minuti in più" in seen
    assert trainer.post(f"{page}change", data={"item": str(ids[2]), "do": "remove"}).status_code == 303
    seen = sign_in("trainee").get(f"{LIST}{room_id}").text
    assert "Domande" not in seen
    assert "5 minuti sono liberi" in seen


def test_others_change_nothing_and_a_room_has_its_own_items_only(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        meeting, other = open_room(world), open_room(world)
        first = plan(world, meeting)[0]
        room_id = meeting.activity.id
        with pytest.raises(NotFound):
            agenda.remove_item(world.actor("trainer"), other.activity.id, first)
    page, trainee = f"{LIST}{room_id}/agenda/", sign_in("trainee")
    assert trainee.get(page).status_code == 403
    assert trainee.post(f"{page}{first}", data={"title": "Mio", "minutes": "5"}).status_code == 403
    assert trainee.post(f"{page}change", data={"item": str(first), "do": "remove"}).status_code == 403
    assert sign_in("head_vienna").get(page.replace("siena", "vienna")).status_code == 404
    with world.inside("siena"):
        assert titles(room_id) == [each[0] for each in ITEMS]


def test_an_agenda_has_a_bounded_number_of_items(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agenda, "MOST_ITEMS", 3)
    with world.inside("siena"):
        meeting = open_room(world)
        plan(world, meeting)
        with pytest.raises(Conflict):
            agenda.add_item(
                world.actor("trainer"), meeting.activity.id, WriteItem(title="Una di troppo", minutes=5)
            )


def test_who_leads_goes_from_item_to_item_and_a_trainee_does_not(world: World) -> None:
    with world.inside("siena"):
        meeting, other = open_room(world), open_room(world)
        first, second, _third = plan(world, meeting)
        strange = plan(world, other)[0]
        go_in(world, meeting, "trainer", "trainee")
        assert log.read_state(meeting.room)[1]["agenda_changes"] == 3
        assert [
            each["title"] for each in agenda.read_agenda(world.actor("trainee"), meeting.activity.id)
        ] == [each[0] for each in ITEMS]
        with pytest.raises(Forbidden):
            agenda.read_agenda(world.actor("trainee2"), meeting.activity.id)
        with pytest.raises(Forbidden):
            begin(world, meeting, first, "trainee")
        with pytest.raises(NotFound):
            begin(world, meeting, strange)
        begin(world, meeting, first)
        seq, state = log.read_state(meeting.room)
        assert (state["agenda"]["title"], state["agenda"]["minutes"]) == ("Benvenuto", 10)
        begin(world, meeting, first)
        assert log.read_state(meeting.room)[0] == seq
        begin(world, meeting, second)
        now = log.read_state(meeting.room)[1]["agenda"]
        assert now["item"] == str(second)
        assert now["began_at"] == state["agenda"]["at"] <= now["at"]
        begin(world, meeting, first)
        begin(world, meeting, None)
        assert log.read_state(meeting.room)[1]["agenda"] is None


def test_a_room_that_was_kept_before_there_were_agendas_is_read_on() -> None:
    old = {name: value for name, value in new_state().items() if not name.startswith("agenda")}
    begun = {"item": "i", "title": "Benvenuto", "minutes": 5}
    events = [("agenda.changed", {}), ("agenda.begun", begun), ("timer.stopped", {})]
    for number, (kind, payload) in enumerate(events, start=1):
        old = fold(old, {"kind": kind, "payload": payload, "seq": number, "at": "2026-11-26T10:00:00+00:00"})
    assert old["agenda_changes"] == 1
    assert old["agenda"] == begun | {
        "at": "2026-11-26T10:00:00+00:00",
        "began_at": "2026-11-26T10:00:00+00:00",
    }
    ended = fold(old, {"kind": "room.ended", "payload": {}, "seq": 4, "at": ""})
    assert ended["agenda"] is None


def recorded(world: World, meeting: Meeting) -> Recording:
    """From now on everything is recorded."""
    row = Recording(room_id=meeting.activity.id, started_at=utcnow(), owner_id=world.people["trainer"].id)
    session().add(row)
    session().flush()
    row.first_seq = log.write(meeting.room, "recording.started", log.RecordingRef(recording=row.id))
    return row


def test_items_are_chapters_called_as_they_were_when_they_began(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        trainer, room_id = world.actor("trainer"), meeting.activity.id
        first, second, third = plan(world, meeting)
        go_in(world, meeting, "trainer")
        begin(world, meeting, first)
        begin(world, meeting, second)
        row = recorded(world, meeting)
        row.started_at -= timedelta(seconds=40)
        begin(world, meeting, third)
        agenda.change_item(trainer, room_id, third, WriteItem(title="Altro", minutes=5))
        agenda.remove_item(trainer, room_id, second)
        row.ended_at = utcnow()
        begin(world, meeting, first)
        chapters = replay.read_replay(trainer, room_id, row.id)["agenda"]
        assert [each["text"] for each in chapters] == ["Esempi", "Domande"]
        assert chapters[0]["at"] == 0.0
        assert 40 <= chapters[1]["at"] <= 45


def test_an_agenda_that_was_done_before_the_recording_is_no_chapter(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        first = plan(world, meeting)[0]
        go_in(world, meeting, "trainer")
        begin(world, meeting, first)
        begin(world, meeting, None)
        row = recorded(world, meeting)
        row.ended_at = utcnow()
        assert replay.read_replay(world.actor("trainer"), meeting.activity.id, row.id)["agenda"] == []


def test_a_repetition_has_the_whole_agenda_and_a_copy_no_speakers(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        who, room_id = world.actor("trainer"), meeting.activity.id
        plan(world, meeting)
        again = repeating.repeat(who, room_id, Repeat(weeks="1", times=1)).made[0]
        found = [
            (each.title, each.minutes, each.who or None) for each in agenda.find_items(again.activity.id)
        ]
        assert found == list(ITEMS)
        copied = copy_activity(who, room_id, title="Copia")[room_id]
        assert [(each.title, each.minutes, each.who) for each in agenda.find_items(copied)] == [
            (title, minutes, "") for title, minutes, _who in ITEMS
        ]
        told = taking_along.export_room(who, room_id, str)
        assert "Tommaso" not in repr(told)
        with pytest.raises(Invalid):
            taking_along.import_room(who, copied, told | {"agenda": [{"title": "", "minutes": 5}]}, uuid.UUID)


def test_a_name_in_an_agenda_is_exported_to_its_owner_and_goes_with_the_person(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        trainer = world.people["trainer"]
        for title, who in (
            (f"Parla {trainer.name}", ""),
            ("Esempi", f"{trainer.name} e altri"),
            ("Fine", "100%"),
        ):
            agenda.add_item(
                world.actor("trainer"), meeting.activity.id, WriteItem(title=title, minutes=5, who=who)
            )
        go_in(world, meeting, "trainer")
        rows = privacy._planned(privacy._rooms_of(trainer.id))
        here = [each for each in rows if each["meeting"] == meeting.activity.title]
        assert [each["item"] for each in here] == [f"Parla {trainer.name}", "Esempi"]
        privacy.erase_person(trainer.id, ErasurePolicy(trainer.id, "asked", names=(trainer.name, "%")))
        session().flush()
        found = [(each.title, each.who) for each in agenda.find_items(meeting.activity.id)]
        assert found == [("Parla …", ""), ("Esempi", "… e altri"), ("Fine", "100…")]


def test_guests_see_when_each_item_begins_before_they_register_and_by_their_link(
    client: FlaskClient, world: World
) -> None:
    with world.inside("siena"), unit_of_work():
        meeting, closed = open_room(world, guests="registration"), open_room(world)
        room_id, closed_id = meeting.activity.id, closed.activity.id
        for each in (meeting, closed):
            plan(world, each)
        begins = [each.begins_at for each in agenda.plan_items(room_id, meeting.activity.starts_at)]
        assert [each - begins[0] for each in begins if each and begins[0]] == [
            timedelta(minutes=minutes) for minutes in (0, 10, 40)
        ]
        registering.invite(
            world.actor("trainer"), room_id, InviteGuest(name="Rosa", email="rosa@example.org"), "en"
        )
        row = session().scalars(select(Registration).filter_by(room_id=room_id)).one()
        link = f"/o/siena{letters.link_of(row).partition('/o/siena')[2]}"
        shown = [each.isoformat() for each in begins if each]
    for address in (f"{LIST}{room_id}/register", link):
        page = client.get(address).text
        assert [page.find(title) > 0 for title, _minutes, _who in ITEMS] == [True, True, True]
        assert re.findall(r'datetime="([^"]+)"', page) == shown
        assert "Tommaso" in page
    assert client.get(f"{LIST}{closed_id}/register").status_code == 404


def test_the_demo_recording_has_the_items_of_its_agenda_as_chapters(world: World) -> None:
    with world.inside("siena"):
        recorded = session().scalars(select(Recording)).first()
        assert recorded is not None
        shown = replay.read_replay(world.actor("trainer"), recorded.room_id, recorded.id)
        assert [each["text"] for each in shown["agenda"]] == titles(recorded.room_id)
        assert [each["at"] for each in shown["agenda"]] == [0.0, 2.0, 4.0]
