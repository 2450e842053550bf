"""Questions that go together: who is counted once, who hears the answer, what cannot be merged; and what replays show."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.plugin import Conflict, Forbidden, NotFound, World, new_id, session, utcnow
from lms.testing import SignIn
from plugins.webinar import log, merging, moderating, questions, recording, replay, rooms
from plugins.webinar.asking_events import QuestionChanged, QuestionTaken
from plugins.webinar.models import Question, Recording
from plugins.webinar.rooms import Meeting
from plugins.webinar.state import fold, new_state
from plugins.webinar.tests.making import LIST, go_in, open_room


@pytest.fixture(autouse=True)
def _count_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def now(_self: merging.Merger, _key: str, _office_id: uuid.UUID, work: Callable[[], None]) -> None:
        work()

    monkeypatch.setattr(merging.Merger, "soon", now)


def ask(world: World, meeting: Meeting, key: str, text: str, *wanting: str) -> uuid.UUID:
    """Somebody asks; others want to know it too."""
    asked = questions.ask(world.actor(key), meeting.activity.id, new_id(), text).id
    for each in wanting:
        questions.want(world.actor(each), meeting.activity.id, asked, is_wanted=True)
    return asked


def stands(meeting: Meeting, asked: uuid.UUID) -> dict[str, object]:
    """A question as pages see it."""
    found: dict[str, object] = log.read_state(meeting.room)[1]["questions"][str(asked)]
    return found


PEOPLE = ("trainee", "trainee2", "trainee3", "trainee4")


def test_everybody_counts_once_for_questions_that_go_together(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        go_in(world, meeting, "trainer", *PEOPLE)
        first = ask(world, meeting, "trainee", "Si può rivedere?", "trainee3")
        second = ask(world, meeting, "trainee2", "C’è una registrazione?", "trainee", "trainee3", "trainee4")
        for _time in range(2):
            questions.merge(trainer, room_id, second, first)
        assert stands(meeting, second)["state"] == "merged"
        assert stands(meeting, second)["into"] == str(first)
        # trainee3 and trainee4, and trainee2 who asked the other; not trainee, whose question it is.
        assert stands(meeting, first)["votes"] == 3
        questions.want(world.actor("trainee4"), room_id, second, is_wanted=True)
        assert stands(meeting, first)["votes"] == 3
        questions.want(world.actor("trainee3"), room_id, first, is_wanted=False)
        assert stands(meeting, first)["votes"] == 2
        questions.separate(trainer, room_id, second)
        questions.separate(trainer, room_id, second)
        assert (stands(meeting, second)["state"], stands(meeting, second)["votes"]) == ("open", 2)
        assert (stands(meeting, first)["state"], stands(meeting, first)["votes"]) == ("open", 1)


def test_what_was_merged_before_goes_along_and_comes_free_when_the_first_is_taken_out(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        go_in(world, meeting, "trainer", *PEOPLE)
        one, two, three = (
            ask(world, meeting, key, f"Domanda di {key}") for key in ("trainee", "trainee2", "trainee3")
        )
        questions.merge(trainer, room_id, one, two)
        questions.merge(trainer, room_id, two, three)
        assert {str(stands(meeting, each)["into"]) for each in (one, two)} == {str(three)}
        assert stands(meeting, three)["votes"] == 2
        questions.settle(world.actor("trainee"), room_id, one, "removed", "")  # one takes one's own back
        assert stands(meeting, one)["state"] == "removed"
        assert stands(meeting, three)["votes"] == 1
        questions.settle(trainer, room_id, three, "removed", "")
        assert stands(meeting, two)["state"] == "open"
        assert session().get_one(Question, two).merged_into_id is None


def test_one_answer_is_for_all_who_asked(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        go_in(world, meeting, "trainer", *PEOPLE)
        first, second, third = (
            ask(world, meeting, key, f"Domanda di {key}") for key in ("trainee", "trainee2", "trainee3")
        )
        questions.merge(trainer, room_id, second, first)
        with pytest.raises(Conflict, match="goes with another"):
            questions.settle(trainer, room_id, second, "answered", "Sì.")
        questions.settle(trainer, room_id, first, "answered", "Sì, da domani.")
        state = log.read_state(meeting.room)[1]["questions"]
        answer = state[state[str(second)]["into"]]
        assert (answer["state"], answer["answer"]) == ("answered", "Sì, da domani.")
        questions.merge(trainer, room_id, third, first)  # asked once more after the answer
        assert stands(meeting, third)["into"] == str(first)


def test_what_cannot_go_together_is_refused_with_the_reason(world: World) -> None:
    with world.inside("siena"):
        meeting, other = open_room(world), open_room(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        presenter = go_in(world, meeting, "trainer", *PEOPLE)[1]
        go_in(world, other, "trainee")
        strange = ask(world, other, "trainee", "Altrove?")
        first, second, merged, gone, done = (
            ask(world, meeting, key, f"Domanda di {key}") for key in (*PEOPLE, "trainee")
        )
        questions.merge(trainer, room_id, merged, second)
        questions.settle(trainer, room_id, gone, "removed", "")
        questions.settle(trainer, room_id, done, "done", "")
        seq = log.read_state(meeting.room)[0]
        for what, into, why in (
            (first, first, "itself"), (first, merged, "Choose that one"), (first, gone, "taken out"),
            (done, first, "still open"), (gone, first, "still open"), (merged, first, "still open"),
        ):  # fmt: skip
            with pytest.raises(Conflict, match=why):
                questions.merge(trainer, room_id, what, into)
        for what, into in ((first, strange), (strange, first), (first, new_id())):
            with pytest.raises(NotFound):
                questions.merge(trainer, room_id, what, into)
        moderating.set_role(trainer, room_id, presenter.id, "presenter")
        for deed in (
            lambda: questions.merge(world.actor("trainee"), room_id, first, second),
            lambda: questions.separate(world.actor("trainee"), room_id, merged),
            lambda: questions.merge(world.actor("trainee2"), room_id, first, second),
        ):
            with pytest.raises(Forbidden):
                deed()
        kinds = [each["kind"] for each in _after(meeting, seq)]
        assert not {"question.merged", "question.changed"} & set(kinds)


def _after(meeting: Meeting, seq: int) -> list[dict[str, object]]:
    found = log.read_since(log.system_actor(meeting.room.office_id), log.channel_of(meeting.activity.id), seq)
    return [each.as_message() for each in found]


QUESTIONS = ("a", "b", "c")
CHANGES = st.one_of(
    st.tuples(st.just("question.merged"), st.sampled_from(QUESTIONS), st.sampled_from(QUESTIONS)),
    st.tuples(st.just("question.changed"), st.sampled_from(QUESTIONS), st.sampled_from(("open", "done"))),
    st.tuples(st.just("question.taken"), st.sampled_from(QUESTIONS), st.just("")),
)


@given(st.lists(CHANGES, max_size=20), st.integers(0, 20))
def test_a_log_with_merged_questions_gives_the_same_wherever_one_begins(
    changes: list[tuple[str, str, str]], at: int
) -> None:
    asked = [
        {"kind": "question.asked", "payload": {"question": each, "person": each, "text": each}, "at": "", "seq": 0}
        for each in QUESTIONS
    ]  # fmt: skip
    later = [
        {"kind": kind, "at": "", "seq": 1, "payload": {"question": one, "into": other} if kind.endswith("merged") else {"question": one, "state": other, "answer": ""}}
        for kind, one, other in changes
    ]  # fmt: skip
    whole, kept = new_state(), new_state()
    for event in [*asked, *later]:
        whole = fold(whole, event)
    for event in [*asked, *later[:at]]:
        kept = fold(kept, event)
    for event in later[at:]:
        kept = fold(kept, event)
    assert kept == whole
    assert set(whole["questions"]) == set(QUESTIONS)


def recorded(world: World, meeting: Meeting) -> Recording:
    """From now on everything is recorded."""
    row = Recording(room_id=meeting.activity.id, started_at=utcnow(), owner_id=world.people["trainer"].id)
    session().add(row)
    session().flush()
    row.first_seq = log.write(meeting.room, "recording.started", log.RecordingRef(recording=row.id))
    return row


def test_the_replay_has_what_was_published_and_nothing_of_the_rest(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        go_in(world, meeting, "trainer", *PEOPLE)
        recording.answer(world.actor("trainee"), room_id, is_given=True)
        early = ask(world, meeting, "trainee4", "Chiesta prima")
        row = recorded(world, meeting)
        row.started_at -= timedelta(seconds=40)
        first = ask(world, meeting, "trainee", "Si può rivedere?")
        merged = ask(world, meeting, "trainee2", "C’è un video segreto?")
        private = ask(world, meeting, "trainee3", "Domanda riservata")
        late = ask(world, meeting, "trainee3", "Risposta dopo")
        open_one = ask(world, meeting, "trainee2", "Ancora aperta")
        questions.merge(trainer, room_id, merged, first)
        for each in (first, private, early):
            questions.settle(trainer, room_id, each, "answered", "Sì, da domani.")
        row.ended_at = utcnow()
        questions.settle(trainer, room_id, late, "done", "")
        for _time in range(2):
            for each in (first, late, early):
                questions.publish(trainer, room_id, each, is_published=True)
        for each in (open_one, merged):
            with pytest.raises(Conflict):
                questions.publish(trainer, room_id, each, is_published=True)
        with pytest.raises(Forbidden):
            questions.publish(world.actor("trainee"), room_id, private, is_published=True)
        recording_id = row.id
    address = f"{LIST}{room_id}/replay/{recording_id}/data"
    for key in ("trainee", "trainer"):  # what who leads gets is what everybody gets
        answer = sign_in(key).get(address)
        found = {each["text"]: each for each in answer.json["questions"]}
        assert set(found) == {"Si può rivedere?", "Risposta dopo", "Chiesta prima"}
        assert found["Si può rivedere?"]["name"] == world.people["trainee"].name
        assert found["Risposta dopo"]["name"] not in {world.people["trainee3"].name, ""}
        assert all(40 <= each["at"] <= 60 for each in found.values())
        for text in ("riservata", "segreto", "aperta"):
            assert text not in answer.text
    with world.inside("siena"):
        questions.publish(trainer, room_id, first, is_published=False)
        questions.settle(trainer, room_id, late, "removed", "")
        assert [each["text"] for each in replay.read_replay(trainer, room_id, recording_id)["questions"]] == [
            "Chiesta prima"
        ]


def test_a_question_is_taken_up_by_who_presents_and_stays_so_until_it_is_settled(world: World) -> None:
    def now(meeting: Meeting) -> object:
        return log.read_state(meeting.room)[1]["question_now"]

    with world.inside("siena"):
        meeting = open_room(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        go_in(world, meeting, "trainer", *PEOPLE)
        first, second, third = (
            ask(world, meeting, "trainee", text) for text in ("Prima?", "Poi?", "Infine?")
        )
        for taken in (first, second):
            questions.take_up(trainer, room_id, taken, f"key-of-{taken}")
            assert now(meeting) == str(taken)
        questions.settle(trainer, room_id, first, "done", "")
        assert now(meeting) == str(second)
        questions.merge(trainer, room_id, second, third)
        assert now(meeting) is None
        questions.take_up(trainer, room_id, third, f"key-of-{third}")
        questions.take_up(trainer, room_id, None, "key-of-nothing")
        assert now(meeting) is None
        with pytest.raises(Forbidden):
            questions.take_up(world.actor("trainee"), room_id, third, "key-of-trainee")
        for closed in (first, second):
            with pytest.raises(Conflict):
                questions.take_up(trainer, room_id, closed, f"again-{closed}")
        with pytest.raises(NotFound):
            questions.take_up(trainer, room_id, new_id(), "key-of-nobody")


def test_the_replay_leads_to_where_an_answer_given_aloud_began(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        go_in(world, meeting, "trainer", *PEOPLE)
        asked = {
            text: ask(world, meeting, "trainee", text) for text in ("Prima?", "Presa?", "Lasciata?", "Mai?")
        }
        begins = utcnow()

        def take(text: str | None, second: float) -> None:
            taken = QuestionTaken(question=asked[text] if text else None)
            log.write(meeting.room, "question.taken", taken, at=begins + timedelta(seconds=second))

        def tick(text: str, second: float) -> None:
            row = session().get_one(Question, asked[text])
            row.state, row.is_published = "done", True
            ticked = QuestionChanged(question=row.id, state="done")
            log.write(meeting.room, "question.changed", ticked, at=begins + timedelta(seconds=second))

        take("Prima?", -30)
        row = recorded(world, meeting)
        row.started_at, row.ended_at = begins, begins + timedelta(minutes=2)
        tick("Prima?", 10)
        take("Presa?", 20)
        tick("Presa?", 60)
        take("Lasciata?", 70)
        take(None, 75)
        tick("Lasciata?", 80)
        tick("Mai?", 90)
        found = replay.read_replay(trainer, room_id, row.id)["questions"]
        assert {each["text"]: each["at"] for each in found} == {
            "Prima?": 0.0, "Presa?": 20.0, "Lasciata?": 80.0, "Mai?": 90.0,
        }  # fmt: skip


def test_who_leads_publishes_by_a_page_and_others_do_not_see_it(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        go_in(world, meeting, "trainer", "trainee")
        asked = ask(world, meeting, "trainee", "Si può rivedere?")
        questions.settle(world.actor("trainer"), room_id, asked, "done", "")
    page, trainer = f"{LIST}{room_id}/questions/", sign_in("trainer")
    assert "Si può rivedere?" in trainer.get(page).text
    for do, is_published in (("publish", True), ("publish", True), ("withdraw", False)):
        assert trainer.post(f"{page}change", data={"question": str(asked), "do": do}).status_code == 303
        with world.inside("siena"):
            assert session().get_one(Question, asked).is_published is is_published
            assert stands(rooms.meeting_of(room_id), asked)["is_published"] is is_published
    assert trainer.post(f"{page}change", data={"question": str(new_id()), "do": "publish"}).status_code == 404
    trainee = sign_in("trainee")
    assert trainee.get(page).status_code == 403
    assert trainee.post(f"{page}change", data={"question": str(asked), "do": "publish"}).status_code == 403
    assert sign_in("head_vienna").get(page.replace("siena", "vienna")).status_code == 404
