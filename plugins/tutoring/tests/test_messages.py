"""Messages left for a desk that is closed; who of the tutors gets whom."""

from __future__ import annotations

import uuid
import zipfile
from datetime import time, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from lms.plugin import Conflict, ExportArchive, Forbidden, NotFound, World, session, utcnow
from lms.testing import SignIn, notifications_of, run_jobs, sent_mail
from plugins.tutoring import booking, chat, offering, privacy
from plugins.tutoring.after.forgetting import forget_due
from plugins.tutoring.desk import conversations, messages, queue, routing, telling
from plugins.tutoring.desk.forms import JoinQueue, LeaveMessage
from plugins.tutoring.forms import AddPattern
from plugins.tutoring.models import Booking, QueuePlace
from plugins.tutoring.tests.desk import DESK, DROP_IN, close, open_all_week

TEXT = "Come scrivo una lettera senza esperienza?"


def leave(world: World, key: str = "trainee5", text: str = TEXT, **wish: str) -> uuid.UUID:
    """Somebody leaves a message for the closed desk of Siena; returns its place."""
    with world.inside("siena"):
        close()
        return messages.leave_message(world.actor(key), LeaveMessage(message=text, **wish)).id


def offer(world: World, key: str, weekday: str, **line: str) -> None:
    """A tutor has one more hour a week."""
    with world.inside("siena"):
        command = AddPattern(weekday=weekday, starts=time(6), ends=time(7), **line)
        offering.add_pattern(world.actor(key), command)


def at_desk(world: World, monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
    """These tutors have the desk open."""
    here = [SimpleNamespace(user_id=world.people[key].id, name=key) for key in keys]
    monkeypatch.setattr(telling, "who_is_here", lambda _channel: here)


# --- messages -------------------------------------------------------------------------


def test_a_message_for_a_closed_desk_is_answered_later_and_the_answer_comes_by_mail(
    app: Flask, sign_in: SignIn, world: World
) -> None:
    with world.inside("siena"):
        close()
    trainee = sign_in("trainee5")
    assert "leavemessage" in trainee.get(DROP_IN).text
    answer = trainee.post(DROP_IN, data={"form_id": "leavemessage", "message": TEXT})
    assert answer.status_code == 303
    assert TEXT in trainee.get(DROP_IN).text
    tutor = sign_in("tutor")
    assert TEXT in tutor.get(DESK).text
    with world.inside("siena"):
        place = messages.own_message(world.actor("trainee5"))
        assert place
        place_id = place.id
    taken = tutor.post(f"{DESK}/messages/{place_id}/answer")
    assert taken.status_code == 303
    talk = uuid.UUID(taken.location.rpartition("chat=")[2])
    assert TEXT in tutor.get(f"{DESK}?chat={talk}").text
    assert (
        tutor.post(
            f"/o/siena/tutoring/sessions/{talk}/say", data={"text": "Parti da ciò che sai fare."}
        ).status_code
        == 303
    )
    run_jobs(app)
    path = f"/tutoring/sessions/{talk}"
    assert sum(path in each.text for each in sent_mail("trainee5@example.org")) == 1
    page = trainee.get(f"/o/siena/tutoring/sessions/{talk}").text
    assert TEXT in page
    assert "Parti da ciò che sai fare." in page
    assert f"/tutoring/sessions/{talk}" in trainee.get(DROP_IN).text


def test_a_message_is_answered_by_one_tutor_and_is_not_a_place_in_the_queue(world: World) -> None:
    place_id = leave(world)
    with world.inside("siena"):
        assert queue.find_queue(world.actor("tutor")) == []
        assert queue.tidy() == 0
        with pytest.raises(Conflict):
            queue.take(world.actor("tutor"), place_id)
        row = messages.answer(world.actor("tutor"), place_id)
        with pytest.raises(Conflict):
            messages.answer(world.actor("counsellor"), place_id)
        with pytest.raises(NotFound):
            messages.answer(world.actor("counsellor"), uuid.uuid4())
        assert [event.payload["text"] for event in chat.read_messages(world.actor("trainee5"), row)] == [TEXT]
        assert row.id in {each.id for each in conversations.find_open(world.actor("tutor"))}
        assert conversations.find_left_alone(world.actor("counsellor")) == []


def test_only_tutors_read_messages_and_only_those_who_look_for_help_leave_them(
    sign_in: SignIn, world: World
) -> None:
    place_id = leave(world)
    with world.inside("siena"):
        with pytest.raises(Forbidden):
            messages.leave_message(world.actor("tutor"), LeaveMessage(message=TEXT))
        with pytest.raises(Forbidden):
            messages.find_messages(world.actor("trainee6"))
    assert sign_in("trainee6").post(f"{DESK}/messages/{place_id}/answer").status_code == 403
    assert TEXT not in sign_in("trainee6").get(DROP_IN).text
    other = sign_in("head_vienna").post(f"/o/vienna/tutoring/desk/messages/{place_id}/answer")
    assert other.status_code == 404


def test_there_is_one_message_at_a_time_and_it_can_be_taken_back(sign_in: SignIn, world: World) -> None:
    place_id = leave(world)
    with world.inside("siena"), pytest.raises(Conflict):
        messages.leave_message(world.actor("trainee5"), LeaveMessage(message="Ancora"))
    assert sign_in("trainee5").post(f"{DROP_IN}/message/take-back").status_code == 303
    assert TEXT not in sign_in("tutor").get(DESK).text
    with world.inside("siena"):
        with pytest.raises(Conflict):
            messages.answer(world.actor("tutor"), place_id)
        assert TEXT not in session().get_one(QueuePlace, place_id).message
        messages.leave_message(world.actor("trainee5"), LeaveMessage(message="Un’altra domanda"))


def test_who_left_a_message_can_still_join_the_queue_and_talk(world: World) -> None:
    place_id = leave(world)
    with world.inside("siena"):
        open_all_week()
        messages.answer(world.actor("tutor"), place_id)
        trainee = world.actor("trainee5")
        assert queue.own_conversation(trainee) is None
        assert queue.join(trainee, JoinQueue(topic="Adesso")).state == "waiting"


def test_a_conversation_by_messages_goes_on_for_a_week(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    place_id = leave(world)
    with world.inside("siena"):
        talk = messages.answer(world.actor("tutor"), place_id)
        now = utcnow()
        for days, is_over in ((1, False), (6, False), (8, True)):
            monkeypatch.setattr(queue, "utcnow", lambda gap=days: now + timedelta(days=gap))
            queue.tidy()
            assert (session().get_one(Booking, talk.id).ended_at is not None) is is_over


def test_the_export_has_the_message_and_after_the_time_of_the_office_it_is_empty(
    world: World, tmp_path: Path
) -> None:
    place_id = leave(world)
    archive = ExportArchive("Somebody", utcnow())
    with world.inside("siena"):
        privacy.export_person(world.people["trainee5"].id, archive)
        archive.write(tmp_path / "own.zip")
        with zipfile.ZipFile(tmp_path / "own.zip") as written:
            told = "".join(written.read(name).decode() for name in written.namelist())
        assert TEXT in told
        place = session().get_one(QueuePlace, place_id)
        place.state, place.created_at = "left", utcnow() - timedelta(days=365 * 21)
        forget_due(world.actor("head"))
        assert TEXT not in place.message + place.topic


# --- who gets whom --------------------------------------------------------------------


def test_the_next_person_is_the_one_who_asks_for_what_the_tutor_offers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(world, "trainer", "6", topic="Lavoro all’estero", language="en")
    at_desk(world, monkeypatch, "tutor", "trainer")
    with world.inside("siena"):
        open_all_week()
        first = queue.join(world.actor("trainee6"), JoinQueue(topic="Il mio CV", language="it"))
        second = queue.join(
            world.actor("trainee5"), JoinQueue(topic="Germania", subject="Lavoro all’estero", language="en")
        )
        assert (first.subject, second.subject, second.language) == ("", "Lavoro all’estero", "en")
        assert queue.take(world.actor("trainer")).trainee_id == second.trainee_id
        with pytest.raises(NotFound, match=r"colleague|collega"):
            queue.take(world.actor("trainer"))
        assert queue.take(world.actor("trainer"), first.id).trainee_id == first.trainee_id


def test_whom_nobody_at_the_desk_fits_is_taken_by_whoever_is_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(world, "trainer", "6", topic="Lavoro all’estero", language="en")
    at_desk(world, monkeypatch, "trainer")
    with world.inside("siena"):
        open_all_week()
        row = queue.join(world.actor("trainee6"), JoinQueue(topic="Il mio CV", language="it"))
        assert queue.standing_of(row).minutes is None
        assert queue.take(world.actor("trainer")).trainee_id == row.trainee_id


def test_only_tutors_who_offer_it_are_called_and_all_where_nobody_does(world: World) -> None:
    offer(world, "trainer", "6", topic="Lavoro all’estero", language="en")
    with world.inside("siena"):
        open_all_week()
        everybody = routing.find_offers()
        right = {key for key, one in everybody.items() if one.fits("Lavoro all’estero", "en")}
        assert world.people["trainer"].id in right
        assert right < set(everybody)
        before = {key: len(notifications_of(key)) for key in everybody}
        queue.join(
            world.actor("trainee5"), JoinQueue(topic="Berlino", subject="Lavoro all’estero", language="en")
        )
        told = {key for key in everybody if len(notifications_of(key)) > before[key]}
        assert told == right


def test_a_wish_that_nobody_offers_is_no_wish(world: World) -> None:
    with world.inside("siena"):
        open_all_week()
        row = queue.join(
            world.actor("trainee5"), JoinQueue(topic="Ciao", subject="<b>Inventato", language="xx")
        )
        assert (row.subject, row.language) == ("", "")


IDS = st.integers(0, 4).map(lambda number: uuid.UUID(int=number))
WORDS = st.sampled_from(["", "cv", "abroad", "it", "en"])
OFFERS = st.dictionaries(
    IDS,
    st.tuples(st.frozensets(WORDS, min_size=1), st.frozensets(WORDS, min_size=1)).map(lambda each: routing.Offer(*each)),
)  # fmt: skip
PLACES = st.lists(
    st.tuples(WORDS, WORDS).map(lambda wish: QueuePlace(topic="x", subject=wish[0], language=wish[1])),
    max_size=8,
)


@given(offers=OFFERS, places=PLACES, here=st.frozensets(IDS, min_size=1))
def test_nobody_waits_for_ever_and_nobody_is_taken_from_a_colleague(
    offers: dict[uuid.UUID, routing.Offer], places: list[QueuePlace], here: frozenset[uuid.UUID]
) -> None:
    reached: list[QueuePlace] = []
    for tutor_id in here:
        order = routing.order_for(tutor_id, places, offers, here)
        reached += order
        for place in order:
            is_right = bool(routing.who_fits(offers, [tutor_id], place))
            assert is_right or not routing.who_fits(offers, here, place)
    assert all(any(place is each for each in reached) for place in places)


def test_hours_say_in_which_language_they_are(sign_in: SignIn, world: World) -> None:
    data = {"form_id": "addpattern", "weekday": "6", "starts": "06:00", "ends": "07:00", "language": "en"}
    assert sign_in("tutor").post("/o/siena/tutoring/hours", data=data).status_code == 303
    with world.inside("siena"):
        found = booking.find_free(world.actor("trainee5"), language="en", limit=500)
        assert {each.slot.language for each in found} == {"en"}
