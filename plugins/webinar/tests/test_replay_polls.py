"""Polls in a replay: who answers once, what they see then, and that the meeting's own result stays as it was."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from lms.plugin import ErasurePolicy, NotFound, World, new_id, session, utcnow
from lms.testing import SignIn
from plugins.webinar import log, merging, polls, privacy, recording, replay_polls
from plugins.webinar.models import Recording
from plugins.webinar.orders import MakePoll
from plugins.webinar.poll_models import Poll, PollKind, ReplayVote, Vote
from plugins.webinar.replay_polls import AnswerPoll
from plugins.webinar.rooms import Meeting
from plugins.webinar.tests.making import LIST, go_in, open_room


@pytest.fixture(autouse=True)
def _count_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def now(_self: merging.Merger, _key: str, _office_id: uuid.UUID, work: Callable[[], None]) -> None:
        work()

    monkeypatch.setattr(merging.Merger, "soon", now)


def held(
    world: World, kind: PollKind = "single", *, is_anonymous: bool = False, voters: int = 1
) -> tuple[Meeting, Recording, Poll]:
    """A recorded meeting in which a poll was asked, answered with its first option, and closed."""
    meeting = open_room(world)
    keys = ["trainee", "trainee2", "trainee3", "trainee4", "trainee5"][:voters]
    go_in(world, meeting, "trainer", *keys)
    row = Recording(room_id=meeting.activity.id, started_at=utcnow(), owner_id=world.people["trainer"].id)
    session().add(row)
    session().flush()
    row.first_seq = log.write(meeting.room, "recording.started", log.RecordingRef(recording=row.id))
    made = ask(world, meeting, kind, is_anonymous=is_anonymous)
    for key in keys:
        polls.vote(
            world.actor(key),
            meeting.activity.id,
            made.id,
            [each.id for each in made.options][: 2 if kind == "ranking" else 1],
            3,
            "Bene",
        )
    polls.close_poll(world.actor("trainer"), meeting.activity.id, made.id)
    row.ended_at = utcnow()
    row.started_at -= timedelta(seconds=30)
    session().flush()
    return meeting, row, made


def ask(world: World, meeting: Meeting, kind: PollKind = "single", *, is_anonymous: bool = False) -> Poll:
    """The trainer asks something."""
    options = ["Sì", "No"] if kind in {"single", "multiple", "ranking"} else []
    command = MakePoll(
        room=meeting.activity.id, key=new_id().hex, poll=new_id(), kind=kind, question="Hai un CV?",
        options=options, is_anonymous=is_anonymous,
    )  # fmt: skip
    return polls.make_poll(world.actor("trainer"), meeting.activity.id, command)


def test_who_watches_answers_once_and_then_sees_how_the_meeting_answered(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        meeting, row, made = held(world)
        poll_id = made.id
        yes, no = (str(each.id) for each in made.options)
        base = f"{LIST}{meeting.activity.id}/replay/{row.id}"
    watcher = sign_in("trainee6")
    (moment,) = watcher.get(f"{base}/data").json["polls"]
    assert (moment["id"], moment["question"], moment["has_voted"]) == (str(poll_id), "Hai un CV?", False)
    assert 29 <= moment["at"] <= 35
    assert moment["until"] >= moment["at"] + 60
    before = watcher.get(f"{base}/polls/{poll_id}").json
    assert not before["own"]["has_voted"]
    assert not {"meeting", "replay", "right"} & set(before)
    for wrong in ({}, {"options": [yes, no]}, {"options": str(uuid.uuid4())}, {"options": "x"}):
        assert watcher.post(f"{base}/polls/{poll_id}", data=wrong).status_code == 422
    answers = [watcher.post(f"{base}/polls/{poll_id}", data={"options": each}).json for each in (no, no, yes)]
    for found in answers:
        assert found["own"]["options"] == [no]
        assert not found["is_from_meeting"]
        assert found["meeting"] == {"voters": 1, "is_hidden": False, "counts": {yes: 1, no: 0}, "texts": []}
        assert found["replay"]["counts"] == {yes: 0, no: 1}
    assert watcher.get(f"{base}/data").json["polls"][0]["has_voted"]
    assert watcher.get(f"{base}/polls/{poll_id}").json == answers[0]
    with world.inside("siena"):
        assert polls.count_poll(session().get_one(Poll, poll_id)).voters == 1
    assert sign_in("head_vienna").get(f"{base.replace('siena', 'vienna')}/polls/{poll_id}").status_code == 404


def test_who_answered_in_the_meeting_sees_that_answer_and_gives_no_other(world: World) -> None:
    with world.inside("siena"):
        meeting, row, made = held(world)
        yes, no = (each.id for each in made.options)
        trainee, here = world.actor("trainee"), (meeting.activity.id, row.id, made.id)
        found = replay_polls.answer_poll(trainee, *here, AnswerPoll(options=[no]))
        assert (found["own"]["options"], found["is_from_meeting"]) == ([str(yes)], True)
        assert session().query(ReplayVote).filter_by(poll_id=made.id).count() == 0


@pytest.mark.parametrize("kind", ["multiple", "scale", "text", "ranking"])
def test_every_kind_can_be_answered_in_a_replay(world: World, kind: PollKind) -> None:
    with world.inside("siena"):
        meeting, row, made = held(world, kind)
        options = [each.id for each in made.options][::-1]
        answer = AnswerPoll(
            options=options,
            number=5 if kind == "scale" else None,
            text="Così così" if kind == "text" else None,
        )
        here = (meeting.activity.id, row.id, made.id)
        found = replay_polls.answer_poll(world.actor("trainee6"), *here, answer)
        assert found["meeting"]["voters"] == found["replay"]["voters"] == 1
        if kind == "ranking":
            assert found["own"]["options"] == [str(each) for each in options]
            assert found["replay"]["counts"] == {str(options[0]): 1, str(options[1]): 0}
        if kind == "text":
            assert (found["meeting"]["texts"], found["replay"]["texts"]) == (["Bene"], ["Così così"])


def test_anonymous_answers_name_nobody_and_are_shown_from_five_on(world: World) -> None:
    with world.inside("siena"):
        meeting, row, made = held(world, is_anonymous=True, voters=4)
        here, yes = (meeting.activity.id, row.id, made.id), made.options[0].id
        for number in range(6, 11):
            found = replay_polls.answer_poll(
                world.actor(f"trainee{number}"), *here, AnswerPoll(options=[yes])
            )
            assert found["meeting"]["is_hidden"]
            assert found["meeting"]["counts"] == {}
            assert found["replay"]["is_hidden"] == (number < 10)
            assert bool(found["replay"]["counts"]) == (number == 10)
        kept = session().query(ReplayVote).filter_by(poll_id=made.id)
        assert {each.participant_id for each in kept} == {None}


def test_what_is_right_is_told_after_the_answer_and_only_where_it_was_shown(world: World) -> None:
    with world.inside("siena"):
        meeting, row, made = held(world)
        here, yes = (meeting.activity.id, row.id, made.id), made.options[0].id
        made.options[0].is_right = True
        session().flush()
        told = replay_polls.answer_poll(world.actor("trainee6"), *here, AnswerPoll(options=[yes]))
        assert told["right"] == []
        polls.show_answer(world.actor("trainer"), meeting.activity.id, made.id)
        assert replay_polls.read_poll(world.actor("trainee6"), *here)["right"] == [str(yes)]
        assert "right" not in replay_polls.read_poll(world.actor("trainee7"), *here)
        assert replay_polls.read_poll(world.actor("trainer"), *here)["right"] == [str(yes)]


def test_a_poll_that_is_not_in_the_recording_is_not_answered_there(world: World) -> None:
    with world.inside("siena"):
        meeting, row, _made = held(world)
        later = ask(world, meeting)
        _other, strange_row, strange = held(world)
        for recording_id, poll_id in ((row.id, later.id), (row.id, strange.id), (row.id, new_id())):
            with pytest.raises(NotFound):
                replay_polls.answer_poll(
                    world.actor("trainee6"), meeting.activity.id, recording_id, poll_id, AnswerPoll()
                )
        with pytest.raises(NotFound):
            replay_polls.read_poll(world.actor("trainee6"), meeting.activity.id, strange_row.id, strange.id)


def test_answers_are_exported_go_with_the_person_and_with_the_recording(world: World) -> None:
    with world.inside("siena"):
        meeting, row, named = held(world)
        person = world.people["trainee6"]
        answer = AnswerPoll(options=[named.options[1].id])
        replay_polls.answer_poll(world.actor("trainee6"), meeting.activity.id, row.id, named.id, answer)
        other, other_row, secret = held(world, is_anonymous=True)
        hidden = AnswerPoll(options=[secret.options[1].id])
        for key in ("trainee6", "trainee7"):
            replay_polls.answer_poll(world.actor(key), other.activity.id, other_row.id, secret.id, hidden)
        assert privacy._voted(person.id, ReplayVote) == [{"poll": "Hai un CV?", "answer": "No"}]
        assert "Hai un CV?" not in {each["poll"] for each in privacy._voted(person.id, Vote)}
        asked, secret_id, recording_id = [named.id, secret.id], secret.id, other_row.id
        privacy.erase_person(person.id, ErasurePolicy(person.id, "asked", names=(person.name,)))
        found = session().query(ReplayVote).filter(ReplayVote.poll_id.in_(asked)).all()
        assert [each.poll_id for each in found] == [secret_id]  # of trainee7
        recording.discard(session().get_one(Recording, recording_id))
        session().expire_all()
        assert session().query(ReplayVote).filter_by(poll_id=secret_id).count() == 0
