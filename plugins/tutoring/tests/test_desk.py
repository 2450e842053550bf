"""The tutor's desk: open chats, outcome, replies, passing on, taking over."""

from __future__ import annotations

import uuid

import pytest

from lms.plugin import Conflict, Forbidden, NotFound, World, who_is_here
from lms.testing import SignIn, count_queries, notifications_of
from plugins.tutoring import booking, chat
from plugins.tutoring.chat import Say
from plugins.tutoring.desk import colleagues, conversations, passing, queue, replies, telling
from plugins.tutoring.desk.forms import AddReply, PassOn
from plugins.tutoring.tests.desk import DESK, wait

SESSIONS = "/o/siena/tutoring/sessions"


def begin(world: World, *keys: str, tutor: str = "tutor") -> list[uuid.UUID]:
    """A tutor takes these people; returns the conversations."""
    wait(world, *keys)
    with world.inside("siena"):
        return [queue.take(world.actor(tutor)).id for _key in keys]


def test_the_desk_shows_the_open_chats_and_one_in_front(sign_in: SignIn, world: World) -> None:
    first, second = begin(world, "trainee5", "trainee6")
    page = sign_in("tutor").get(f"{DESK}?chat={second}").text
    assert str(first) in page
    assert (
        f'data-session="{second}" aria-current="page"' in page.replace("\n", " ")
        or "Domanda di trainee6" in page
    )


def test_the_desk_takes_a_fixed_number_of_queries(sign_in: SignIn, world: World) -> None:
    browser, taken = sign_in("tutor"), []
    for keys in (("trainee5",), ("trainee6", "trainee7", "trainee8")):
        front = begin(world, *keys)[0]
        browser.get(f"{DESK}?chat={front}")  # the first time leaves a trace
        with count_queries() as count:
            assert browser.get(f"{DESK}?chat={front}").status_code == 200
        taken.append(len(count))
    assert taken[0] == taken[1]


def test_writing_down_the_outcome_ends_the_conversation(sign_in: SignIn, world: World) -> None:
    (talk,) = begin(world, "trainee5")
    data = {"form_id": "noteoutcome", "result": "Abbiamo scritto la lettera", "next_step": "Spedirla"}
    assert sign_in("tutor").post(f"{DESK}?chat={talk}", data=data).status_code == 303
    with world.inside("siena"):
        row = booking.get_booking(world.actor("trainee5"), talk)
        assert (row.state, row.next_step, row.ended_at is not None) == ("done", "Spedirla", True)
        assert talk not in {each.id for each in conversations.find_open(world.actor("tutor"))}


def test_a_conversation_of_somebody_else_is_not_shown_at_the_desk(sign_in: SignIn, world: World) -> None:
    (talk,) = begin(world, "trainee5")
    with world.inside("siena"):
        chat.say(world.actor("trainee5"), talk, Say(text="Solo per te"))
    page = sign_in("counsellor").get(f"{DESK}?chat={talk}")
    assert page.status_code == 200
    assert "Solo per te" not in page.text
    with world.inside("siena"):
        row = booking.get_booking(world.actor("tutor"), talk)
        with pytest.raises(NotFound):
            conversations.thread_with(world.actor("counsellor"), row)


def ask(sign_in: SignIn, world: World, talk: uuid.UUID) -> None:
    """The tutor asks whether the counsellor may go on."""
    data = {"tutor_id": str(world.people["counsellor"].id), "note": "Conosce meglio i contratti"}
    assert sign_in("trainee5").post(f"{DESK}/{talk}/pass-on", data=data).status_code == 403
    assert sign_in("trainer").post(f"{DESK}/{talk}/pass-on", data=data).status_code == 404
    assert sign_in("tutor").post(f"{DESK}/{talk}/pass-on", data=data).status_code == 303


def test_another_tutor_goes_on_when_the_trainee_agrees(sign_in: SignIn, world: World) -> None:
    (talk,) = begin(world, "trainee5")
    ask(sign_in, world, talk)
    assert sign_in("counsellor").get(f"{SESSIONS}/{talk}").status_code == 404
    assert sign_in("tutor").post(f"{SESSIONS}/{talk}/pass/agree").status_code == 403
    assert sign_in("trainee6").post(f"{SESSIONS}/{talk}/pass/agree").status_code == 404
    assert f"{talk}/pass/agree" in sign_in("trainee5").get(f"{SESSIONS}/{talk}").text
    assert sign_in("trainee5").post(f"{SESSIONS}/{talk}/pass/agree").status_code == 303
    with world.inside("siena"):
        with pytest.raises(NotFound):
            booking.get_booking(world.actor("tutor"), talk)
        row = booking.get_booking(world.actor("counsellor"), talk)
        said = chat.read_messages(world.actor("trainee5"), row)
        assert said[-1].payload["name"] == world.people["counsellor"].name
        assert any("Conosce" in each.body for each in notifications_of(world.people["counsellor"].id))


def test_the_conversation_stays_with_its_tutor_when_the_trainee_does_not_agree(
    sign_in: SignIn, world: World
) -> None:
    (talk,) = begin(world, "trainee5")
    ask(sign_in, world, talk)
    assert sign_in("trainee5").post(f"{SESSIONS}/{talk}/pass/decline").status_code == 303
    assert sign_in("trainee5").post(f"{SESSIONS}/{talk}/pass/agree").status_code == 409
    with world.inside("siena"):
        assert booking.get_booking(world.actor("tutor"), talk).proposed_tutor_id is None


def test_a_tutor_takes_the_question_back(sign_in: SignIn, world: World) -> None:
    (talk,) = begin(world, "trainee5")
    ask(sign_in, world, talk)
    assert sign_in("tutor").post(f"{SESSIONS}/{talk}/pass/decline").status_code == 303
    assert sign_in("trainee5").post(f"{SESSIONS}/{talk}/pass/agree").status_code == 409


@pytest.mark.parametrize("key", ["trainee6", "head"])
def test_nobody_passes_a_conversation_on_to_who_does_not_offer_tutoring(world: World, key: str) -> None:
    (talk,) = begin(world, "trainee5")
    with world.inside("siena"), pytest.raises(NotFound):
        passing.propose(world.actor("tutor"), talk, PassOn(tutor_id=world.people[key].id))


def test_another_tutor_takes_over_when_the_tutor_is_gone(world: World) -> None:
    (talk,) = begin(world, "trainee5")
    with world.inside("siena"):
        assert who_is_here(telling.DESK) == []
        counsellor = world.actor("counsellor")
        assert talk in {each.id for each in conversations.find_left_alone(counsellor)}
        with pytest.raises(Forbidden):
            passing.take_over(world.actor("trainee6"), talk)
        assert passing.take_over(counsellor, talk).slot.tutor_id == counsellor.user_id
        with pytest.raises(Conflict):
            passing.take_over(counsellor, talk)


def test_a_conversation_of_another_office_or_a_booked_one_is_not_taken_over(world: World) -> None:
    (talk,) = begin(world, "trainee5")
    with world.inside("vienna"), pytest.raises(NotFound):
        passing.take_over(world.actor("counsellor_vienna"), talk)
    with world.inside("siena"):
        booked = next(each for each in booking.find_coming(world.actor("trainee")) if each.place_id is None)
        with pytest.raises(NotFound):
            passing.take_over(world.actor("trainer"), booked.id)


def test_a_reply_is_offered_to_people_who_read_its_language(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        tutor = world.actor("tutor")
        for language, text in (("it", "Ciao {name}"), ("en", "Hello {name}"), ("", "Ciao, hello")):
            replies.add_reply(tutor, AddReply(shortcut="saluta", text=text, language=language))
        with pytest.raises(Conflict):
            replies.add_reply(tutor, AddReply(shortcut="saluta", text="Salve", language="it"))
        found = [each.text for each in replies.find_replies(tutor, "it") if each.shortcut == "saluta"]
        assert found == ["Ciao {name}", "Ciao, hello"]
    data = {"form_id": "addreply", "shortcut": "x", "text": "Testo", "language": "<script>"}
    assert sign_in("tutor").post(f"{DESK}/replies", data=data).status_code == 422


def test_replies_are_one_s_own_or_the_office_s(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        tutor, counsellor = world.actor("tutor"), world.actor("counsellor")
        own = replies.add_reply(tutor, AddReply(shortcut="orari", text="Siamo aperti fino alle 18."))
        assert own.id not in {each.id for each in replies.find_replies(counsellor)}
        with pytest.raises(NotFound):
            replies.remove_reply(counsellor, own.id)
        with pytest.raises(Conflict):
            replies.add_reply(tutor, AddReply(shortcut="Orari", text="Ancora"))
        with pytest.raises(Forbidden):
            replies.add_reply(tutor, AddReply(shortcut="tutti", text="Per tutti", is_shared=True))
    assert sign_in("trainee5").get(f"{DESK}/replies").status_code == 403
    page = sign_in("tutor").get(f"{DESK}/replies").text
    assert "/orari" in page
    assert "/cv" in page
    shared = sign_in("tutor").post(
        f"{DESK}/replies", data={"form_id": "addreply", "shortcut": "due parole", "text": "Ciao"}
    )
    assert shared.status_code == 422


def test_tutors_talk_among_themselves_and_nobody_else_reads_it(sign_in: SignIn, world: World) -> None:
    assert (
        sign_in("tutor").post(f"{DESK}/colleagues", data={"text": "Chi conosce il bando?"}).status_code == 303
    )
    assert "Chi conosce il bando?" in sign_in("counsellor").get(DESK).text
    assert sign_in("trainee5").post(f"{DESK}/colleagues", data={"text": "Ciao"}).status_code == 403
    with world.inside("siena"), pytest.raises(Forbidden):
        colleagues.find_whispers(world.actor("trainee5"))
    with world.inside("vienna"):
        assert colleagues.find_whispers(world.actor("counsellor_vienna")) == []


def test_who_runs_the_desk_sees_who_talks_with_whom_but_not_what(sign_in: SignIn, world: World) -> None:
    (talk,) = begin(world, "trainee5")
    with world.inside("siena"):
        chat.say(world.actor("trainee5"), talk, Say(text="Solo per te"))
    page = sign_in("head").get(f"{DESK}/overview")
    assert page.status_code == 200
    assert world.people["trainee5"].name in page.text
    assert "Solo per te" not in page.text
    assert "Domanda di trainee5" not in page.text
    assert sign_in("tutor").get(f"{DESK}/overview").status_code == 403
