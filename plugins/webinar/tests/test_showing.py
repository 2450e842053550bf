"""Slides, polls, questions: who may show, vote and ask, and what is counted."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.plugin import Conflict, Forbidden, Invalid, NotFound, World, new_id, render_pdf, session
from lms.testing import SignIn, upload
from plugins.webinar import log, merging, moderating, polls, questions, slides
from plugins.webinar.demo import DECK
from plugins.webinar.models import Deck, Room
from plugins.webinar.orders import MakePoll
from plugins.webinar.poll_models import Poll, Vote
from plugins.webinar.rooms import Meeting
from plugins.webinar.state import new_state
from plugins.webinar.tests.making import LIST, go_in, open_room

KEY = "key-of-a-test-0001"


@pytest.fixture(autouse=True)
def _count_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def now(_self: merging.Merger, _key: str, _office_id: uuid.UUID, work: Callable[[], None]) -> None:
        work()

    monkeypatch.setattr(merging.Merger, "soon", now)


def pdf() -> bytes:
    """Two pages with words on them."""
    return render_pdf(DECK, {"pages": [["Prima", ["Uno", "Due"]], ["Seconda", ["Tre", "Quattro"]]]})


def test_a_pdf_becomes_slides_that_people_inside_see(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        host_id = go_in(world, meeting, "trainer", "trainee")[0].id
    trainer = sign_in("trainer")
    address = upload(trainer, "siena", "lezione.pdf", pdf())
    assert trainer.post(f"{LIST}{room_id}/slides", data={"files": address}).status_code == 303
    with world.inside("siena"):
        deck = session().query(Deck).filter_by(room_id=room_id).one()
        slides.draw_now(deck)
        deck_id = deck.id
        assert (deck.state, deck.pages) == ("ready", 2)
        assert "Prima" in slides.read_decks(world.actor("trainee"), room_id)[0]["texts"][0]
        with pytest.raises(Forbidden):
            slides.show(world.actor("trainee"), room_id, deck_id, 1)
        with pytest.raises(NotFound):
            slides.show(world.actor("trainer"), room_id, deck_id, 3)
        slides.show(world.actor("trainer"), room_id, deck_id, 2)
        assert log.read_state(session().get_one(Room, room_id))[1]["slide"] == {
            "deck": str(deck_id),
            "number": 2,
            "by": str(host_id),
            "zoom": None,
            "is_sharp": False,
        }
    picture = f"{LIST}{room_id}/slides/{deck_id}/1.webp"
    with sign_in("trainee").get(picture) as seen:
        assert seen.data[8:12] == b"WEBP"
    assert sign_in("trainee2").get(picture).status_code == 403
    assert sign_in("head_vienna").get(picture.replace("siena", "vienna")).status_code == 404


def test_other_programs_slides_and_broken_files_are_refused_in_words(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        room_id = open_room(world).activity.id
        with pytest.raises(slides.BadDeck, match="cannot be read"):
            slides._pdf_pages(b"%PDF-1.7 but not really")
    trainer = sign_in("trainer")
    address = upload(trainer, "siena", "note.txt", b"Appunti")
    assert trainer.post(f"{LIST}{room_id}/slides", data={"files": address}).status_code in {400, 422}
    assert sign_in("trainee").get(f"{LIST}{room_id}/slides").status_code == 403


def poll(world: World, meeting: Meeting, kind: str = "single", *, is_anonymous: bool = True) -> Poll:
    """The trainer opens a poll."""
    command = MakePoll.model_validate({
        "room": meeting.activity.id, "key": KEY, "poll": new_id(), "kind": kind, "question": "Hai un CV?", "options": ["Sì", "No"], "is_anonymous": is_anonymous,
    })  # fmt: skip
    return polls.make_poll(world.actor("trainer"), meeting.activity.id, command)


def test_everybody_votes_once_and_may_vote_otherwise(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        go_in(world, meeting, "trainer", "trainee")
        made = poll(world, meeting, is_anonymous=False)
        yes, no = made.options
        for option in (yes, no):
            polls.vote(world.actor("trainee"), room_id, made.id, [option.id], None, None)
        counted = log.read_state(meeting.room)[1]["polls"][str(made.id)]
        assert counted["counts"] == {str(yes.id): 0, str(no.id): 1}
        assert polls.own_vote(world.actor("trainee"), room_id, made.id)["options"] == [str(no.id)]
        with pytest.raises(Invalid):
            polls.vote(world.actor("trainee"), room_id, made.id, [yes.id, no.id], None, None)
        polls.close_poll(world.actor("trainer"), room_id, made.id)
        with pytest.raises(Conflict):
            polls.vote(world.actor("trainee"), room_id, made.id, [yes.id], None, None)


@pytest.mark.parametrize("voters", [4, 5])
def test_an_anonymous_poll_is_shown_from_five_answers_on_and_names_nobody(world: World, voters: int) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        people = ["trainee", "trainee2", "trainee3", "trainee4", "trainee5"][:voters]
        go_in(world, meeting, "trainer", *people)
        made = poll(world, meeting)
        for key in people:
            polls.vote(world.actor(key), meeting.activity.id, made.id, [made.options[0].id], None, None)
        counted = log.read_state(meeting.room)[1]["polls"][str(made.id)]
        assert counted["voters"] == voters
        assert counted["is_hidden"] == (voters < 5)
        assert bool(counted["counts"]) == (voters >= 5)
        assert {vote.participant_id for vote in session().query(Vote).filter_by(poll_id=made.id)} == {None}


@pytest.mark.parametrize("kind", ["single", "multiple", "scale", "text", "ranking"])
def test_each_vote_of_a_large_crowd_is_counted_once(world: World, kind: str) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        go_in(world, meeting, "trainer")
        made = poll(world, meeting, kind)
        yes, no = [each.id for each in made.options] or (None, None)
        for voter in range(300):
            ranked = [yes, no] if voter % 3 else [no, yes]
            chosen = {"single": [no], "multiple": [yes, no] if voter % 3 else [yes], "ranking": ranked}.get(
                kind, [None]
            )
            number = {"scale": 1 + voter % 2, "ranking": 1}.get(kind)
            session().add_all(
                Vote(poll_id=made.id, voter=str(voter), option_id=each, number=number and number + place, text=f"Parola {voter}")
                for place, each in enumerate(chosen)
            )  # fmt: skip
            session().flush()
        counted = polls.count_poll(made)
        assert counted.voters == 300
        assert counted.counts == {
            "single": {str(yes): 0, str(no): 300}, "multiple": {str(yes): 300, str(no): 200},
            "ranking": {str(yes): 200, str(no): 100}, "scale": {"1": 150, "2": 150, "3": 0, "4": 0, "5": 0}, "text": {},
        }[kind]  # fmt: skip
        assert counted.texts == ([f"Parola {voter}" for voter in range(240, 300)] if kind == "text" else [])


@pytest.mark.parametrize(
    ("kind", "number", "text"),
    [("scale", 6, None), ("scale", None, None), ("text", None, ""), ("single", None, None)],
)
def test_an_answer_that_was_not_offered_is_refused(
    world: World, kind: str, number: int | None, text: str | None
) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        go_in(world, meeting, "trainer", "trainee")
        made = poll(world, meeting, kind)
        with pytest.raises(Invalid):
            polls.vote(world.actor("trainee"), meeting.activity.id, made.id, [], number, text)


def test_a_trainee_makes_no_poll_and_who_may_not_vote_does_not(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        go_in(world, meeting, "trainer", "trainee")
        made = poll(world, meeting)
        with pytest.raises(Forbidden):
            polls.close_poll(world.actor("trainee"), room_id, made.id)
        moderating.lock(world.actor("trainer"), room_id, "vote", is_locked=True)
        with pytest.raises(Forbidden):
            polls.vote(world.actor("trainee"), room_id, made.id, [made.options[0].id], None, None)


def test_a_question_is_wanted_by_each_once_and_answered_by_who_presents(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, asked = meeting.activity.id, new_id()
        go_in(world, meeting, "trainer", "trainee", "trainee2")
        for _time in range(2):
            questions.ask(world.actor("trainee"), room_id, asked, "Si può rivedere?")
            questions.want(world.actor("trainee2"), room_id, asked, is_wanted=True)
        state = log.read_state(meeting.room)[1]["questions"][str(asked)]
        assert (state["votes"], state["state"]) == (1, "open")
        with pytest.raises(Forbidden):
            questions.settle(world.actor("trainee2"), room_id, asked, "done", "")
        questions.settle(world.actor("trainer"), room_id, asked, "answered", "Sì, da domani.")
        assert log.read_state(meeting.room)[1]["questions"][str(asked)]["answer"] == "Sì, da domani."


def test_nobody_floods_the_questions(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        go_in(world, meeting, "trainee")
        for number in range(questions.MOST_OPEN):
            questions.ask(world.actor("trainee"), meeting.activity.id, new_id(), f"Domanda {number}")
        with pytest.raises(Conflict):
            questions.ask(world.actor("trainee"), meeting.activity.id, new_id(), "Una di troppo")


def test_timer_and_captions_are_for_who_presents(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        go_in(world, meeting, "trainer", "trainee")
        questions.start_timer(world.actor("trainer"), room_id, 60)
        questions.caption(world.actor("trainer"), room_id, "Buongiorno a tutti", KEY)
        state = log.read_state(meeting.room)[1]
        assert state["timer"]["seconds"] == 60
        assert state["captions"][-1]["text"] == "Buongiorno a tutti"
        for deed in (
            lambda: questions.start_timer(world.actor("trainee"), room_id, 60),
            lambda: questions.caption(world.actor("trainee"), room_id, "No", KEY),
        ):
            with pytest.raises(Forbidden):
                deed()


@given(st.integers(), st.uuids())
def test_a_count_of_an_unknown_poll_changes_nothing(voters: int, poll_id: uuid.UUID) -> None:
    event = {
        "kind": "poll.counted",
        "seq": 1,
        "at": "",
        "payload": {"poll": str(poll_id), "voters": voters, "is_hidden": False, "counts": {}, "texts": []},
    }
    assert log.fold(new_state(), event) == new_state()


def test_a_ranking_adds_up_the_places_of_all_and_is_shown_as_every_other_kind(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        people = ["trainee", "trainee2", "trainee3", "trainee4", "trainee5"]
        go_in(world, meeting, "trainer", *people)
        made = poll(world, meeting, "ranking")
        yes, no = (each.id for each in made.options)
        for key in people[:4]:
            polls.vote(world.actor(key), room_id, made.id, [yes, no], None, None)
        assert polls.count_poll(made).is_hidden
        polls.vote(world.actor("trainee5"), room_id, made.id, [yes, no], None, None)
        polls.vote(world.actor("trainee5"), room_id, made.id, [no, yes], None, None)  # thought otherwise
        counted = log.read_state(meeting.room)[1]["polls"][str(made.id)]
        assert (counted["voters"], counted["counts"]) == (5, {str(yes): 4, str(no): 1})
        own = polls.own_vote(world.actor("trainee5"), room_id, made.id)
        assert (own["options"], own["number"]) == ([str(no), str(yes)], None)
        for order in ([yes], [yes, yes], [yes, no, yes], [yes, new_id()], []):
            with pytest.raises(Invalid):
                polls.vote(world.actor("trainee"), room_id, made.id, order, None, None)
        assert polls.count_poll(made).counts == {str(yes): 4, str(no): 1}
