"""Who can join the drop-in queue, what they see, who takes whom."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.plugin import (
    Actor,
    Conflict,
    Forbidden,
    NotFound,
    Unavailable,
    World,
    append,
    office_scope,
    read_latest,
    session,
    unit_of_work,
)
from lms.testing import SignIn, TestSite, count_queries, notifications_of
from plugins.tutoring import booking, chat
from plugins.tutoring.chat import Say
from plugins.tutoring.desk import queue, telling
from plugins.tutoring.desk.forms import JoinQueue
from plugins.tutoring.models import Booking, QueuePlace
from plugins.tutoring.tests.desk import DESK, DROP_IN, close, go_away, open_all_week, wait


def test_a_trainee_joins_sees_the_place_and_leaves(sign_in: SignIn, world: World) -> None:
    wait(world, "trainee5")
    browser = sign_in("trainee6")
    assert browser.post(DROP_IN, data={"form_id": "joinqueue", "topic": "Il mio CV"}).status_code == 303
    assert "Il mio CV" in browser.get(DROP_IN).text
    standing = browser.post(f"{DROP_IN}/here", headers={"Accept": "application/json"}).json
    assert standing["position"] == 2
    assert browser.post(f"{DROP_IN}/leave").status_code == 303
    with world.inside("siena"):
        assert queue.own_place(world.actor("trainee6")) is None


def test_joining_twice_keeps_the_place(world: World) -> None:
    first, _second = wait(world, "trainee5", "trainee6")
    with world.inside("siena"):
        again = queue.join(world.actor("trainee5"), JoinQueue(topic="Un'altra domanda"))
        assert (again.id, queue.standing_of(again).position) == (first, 1)


def test_who_answers_does_not_wait(world: World) -> None:
    with world.inside("siena"):
        open_all_week()
        with pytest.raises(Forbidden):
            queue.join(world.actor("tutor"), JoinQueue(topic="Io"))


def test_only_tutors_see_who_waits_and_take_people(sign_in: SignIn, world: World) -> None:
    (place_id,) = wait(world, "trainee5")
    for key in ("trainee6", "practitioner"):
        browser = sign_in(key)
        assert browser.get(DESK).status_code == 403
        assert browser.post(f"{DESK}/take", data={"place_id": str(place_id)}).status_code == 403
        with world.inside("siena"), pytest.raises(Forbidden):
            read_latest(world.actor(key), telling.DESK, 5)
    assert "Domanda di trainee5" in sign_in("tutor").get(DESK).text


def test_a_place_is_heard_of_by_its_owner_alone(world: World) -> None:
    (place_id,) = wait(world, "trainee5")
    with world.inside("siena"):
        for name in (
            f"{telling.PLACE}:{place_id}",
            f"{telling.PLACE}:x",
            f"{telling.PLACE}:{uuid.UUID(int=3)}",
        ):
            with pytest.raises(Forbidden):
                read_latest(world.actor("trainee6"), name, 5)
        with pytest.raises(Forbidden):
            append(
                world.actor("trainee5"),
                f"{telling.PLACE}:{place_id}",
                telling.MOVED,
                {"state": "x"},
                "k" * 12,
            )


def test_the_next_is_who_waits_longest_and_is_there(world: World) -> None:
    wait(world, "trainee5", "trainee6")
    go_away(world, "trainee5", 3)
    with world.inside("siena"):
        tutor = world.actor("tutor")
        assert [queue.take(tutor).trainee_id for _each in range(2)] == [
            world.people["trainee6"].id,
            world.people["trainee5"].id,
        ]
        with pytest.raises(NotFound):
            queue.take(tutor)


def test_a_chosen_person_is_taken_once_and_both_can_talk(sign_in: SignIn, world: World) -> None:
    _first, chosen = wait(world, "trainee5", "trainee6")
    answer = sign_in("tutor").post(f"{DESK}/take", data={"place_id": str(chosen)})
    assert answer.status_code == 303
    assert sign_in("counsellor").post(f"{DESK}/take", data={"place_id": str(chosen)}).status_code == 409
    browser = sign_in("trainee6")
    target = browser.post(f"{DROP_IN}/here", headers={"Accept": "application/json"}).json["go_to"]
    assert target.rpartition("/")[2] in answer.location
    assert "Domanda di trainee6" in browser.get(target).text
    assert sign_in("counsellor").get(target).status_code == 404
    assert sum("taken" in (each.key or "") for each in notifications_of(world.people["trainee6"].id)) == 1


def test_a_place_of_another_office_cannot_be_taken(sign_in: SignIn, world: World) -> None:
    with world.inside("vienna"):
        open_all_week()
        place_id = queue.join(world.actor("trainee_vienna5"), JoinQueue(topic="A question")).id
    assert sign_in("tutor").post(f"{DESK}/take", data={"place_id": str(place_id)}).status_code == 404


def test_either_ends_a_conversation_and_then_nobody_writes(sign_in: SignIn, world: World) -> None:
    wait(world, "trainee5")
    with world.inside("siena"):
        taken = queue.take(world.actor("tutor")).id
        chat.say(world.actor("trainee5"), taken, Say(text="Buongiorno"))
    assert sign_in("trainee6").post(f"/o/siena/tutoring/sessions/{taken}/end").status_code == 404
    assert sign_in("trainee5").post(f"/o/siena/tutoring/sessions/{taken}/end").status_code == 303
    with world.inside("siena"):
        row = booking.get_booking(world.actor("trainee5"), taken)
        with pytest.raises(Forbidden):
            chat.say(world.actor("tutor"), taken, Say(text="Ancora"))
        assert [event.payload["text"] for event in chat.read_messages(world.actor("tutor"), row)] == [
            "Buongiorno"
        ]
        assert queue.join(world.actor("trainee5"), JoinQueue(topic="Ancora una cosa")).state == "waiting"


def test_a_place_is_kept_for_some_minutes_and_then_given_back_with_words(world: World) -> None:
    wait(world, "trainee5", "trainee6")
    go_away(world, "trainee5", 9)
    go_away(world, "trainee6", 11)
    with world.inside("siena"):
        assert queue.tidy() == 1
        kept, gone = (world.actor(key) for key in ("trainee5", "trainee6"))
        assert queue.own_place(kept) is not None
        assert queue.own_place(gone) is None
        last = queue.last_place(gone)
        assert last is not None
        assert last.state == "gone"
        assert any("dropped" in (each.key or "") for each in notifications_of(gone.user_id))


def test_when_the_desk_closes_who_waits_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    wait(world, "trainee5")
    with world.inside("siena"):
        assert queue.tidy() == 0
        close()
        assert queue.tidy() == 1
        last = queue.last_place(world.actor("trainee5"))
        assert last is not None
        assert last.state == "closed"


def test_a_conversation_that_nobody_ended_ends_by_itself(world: World) -> None:
    wait(world, "trainee5")
    with world.inside("siena"):
        row = queue.take(world.actor("tutor"))
        row.slot.starts_at -= timedelta(hours=2)
        row.slot.ends_at -= timedelta(hours=2)
        session().flush()
        assert queue.tidy() == 1
        assert row.ended_at is not None
        assert queue.own_conversation(world.actor("trainee5")) is None


def test_the_wait_comes_of_the_tutors_who_are_there_and_the_latest_conversations(world: World) -> None:
    place_ids = wait(world, "trainee5", "trainee6")
    with world.inside("siena"):
        place = session().get_one(QueuePlace, place_ids[1])
        assert queue.standing_of(place).minutes is None
        assert queue.usual_minutes() == 15


def test_the_pages_take_a_fixed_number_of_queries(sign_in: SignIn, world: World) -> None:
    browser, taken = sign_in("tutor"), []
    for keys in (("trainee5",), ("trainee6", "trainee7", "trainee8", "trainee9")):
        wait(world, *keys)
        with count_queries() as count:
            assert browser.get(DESK).status_code == 200
        taken.append(len(count))
    assert taken[0] == taken[1]


def take_all(app: Flask, who: Actor) -> list[uuid.UUID]:
    """One tutor takes people until nobody waits."""
    got: list[uuid.UUID] = []
    assert who.office_id
    with app.app_context():
        while True:
            try:
                with office_scope(who.office_id), unit_of_work():
                    got.append(queue.take(who).trainee_id)
            except NotFound:
                return got
            except (Conflict, Unavailable):
                session().rollback()


def test_tutors_at_once_get_one_person_each_and_nobody_is_forgotten(app: Flask, site: TestSite) -> None:
    world: World = site.world
    keys = [person.key for person in world.trainees("siena")[4:16]]
    with app.app_context():
        wait(world, *keys)
        tutors = [world.actor(key) for key in ("tutor", "counsellor", "trainer")] * 2
    with ThreadPoolExecutor(6) as pool:
        got = [each for batch in pool.map(lambda who: take_all(app, who), tutors) for each in batch]
    with app.app_context(), world.inside("siena"):
        left = queue.waiting_count()
        sessions = (
            session()
            .scalars(
                select(Booking.trainee_id).where(Booking.place_id.is_not(None), Booking.state == "booked")
            )
            .all()
        )
        for row in session().scalars(
            select(Booking).where(Booking.place_id.is_not(None), Booking.state == "booked")
        ):
            queue.end_conversation(row)
    assert left == 0
    assert Counter(got) == Counter(world.people[key].id for key in keys)
    assert Counter(sessions) == Counter(got)
