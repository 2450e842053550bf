"""Somebody has one answer to a poll, also who votes on two devices at the same moment."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from lms.plugin import World, new_id, office_scope, session, unit_of_work
from plugins.webinar import merging, polls
from plugins.webinar.orders import MakePoll
from plugins.webinar.poll_models import PollKind, Vote
from plugins.webinar.tests.making import go_in, open_room

ROUNDS = 8
OFFERED = ["Sì", "No", "Non so"]


@pytest.fixture(autouse=True)
def _nobody_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging.Merger, "soon", lambda *_: None)


@pytest.fixture
def room_id(world: World) -> uuid.UUID:
    """A room with a trainer and a trainee in it."""
    with world.inside("siena"):
        meeting = open_room(world)
        go_in(world, meeting, "trainer", "trainee")
        return meeting.activity.id


def ask(world: World, room_id: uuid.UUID, kind: PollKind, options: list[str] = OFFERED) -> list[uuid.UUID]:
    """A poll that is open; its id, then those of what it offers."""
    asked = MakePoll(room=room_id, key="a key of it", poll=new_id(), kind=kind, question="Che ora è?", options=options)  # fmt: skip
    with world.inside("siena"):
        poll = polls.make_poll(world.actor("trainer"), room_id, asked)
        return [poll.id, *(each.id for each in poll.options)]


def chosen_in(world: World, poll_id: uuid.UUID) -> list[uuid.UUID | None]:
    """The option of each answer in the database, by its place in a ranking."""
    with world.inside("siena"):
        query = select(Vote.option_id).filter_by(poll_id=poll_id).order_by(Vote.number)
        return list(session().scalars(query))


def vote(app: Flask, world: World, room_id: uuid.UUID, poll_id: uuid.UUID, answer: object) -> None:
    """The trainee votes: options, a number, or a text."""
    with app.app_context(), office_scope(world.office("siena").id), unit_of_work():
        polls.vote(
            world.actor("trainee"), room_id, poll_id,
            answer if isinstance(answer, list) else [],
            answer if isinstance(answer, int) else None,
            answer if isinstance(answer, str) else None,
        )  # fmt: skip


def vote_at_once(app: Flask, world: World, room_id: uuid.UUID, poll_id: uuid.UUID, answers: list[object]) -> None:  # fmt: skip
    """As many devices of the trainee as there are answers send them at the same moment."""
    gate = threading.Barrier(len(answers))

    def send(answer: object) -> None:
        gate.wait()
        vote(app, world, room_id, poll_id, answer)

    with ThreadPoolExecutor(len(answers)) as devices:
        list(devices.map(send, answers))


@pytest.mark.parametrize("voted_before", [False, True])
def test_one_choice_stays_one_when_devices_vote_at_the_same_moment(
    app: Flask, world: World, room_id: uuid.UUID, voted_before: bool
) -> None:
    for _round in range(ROUNDS):
        poll, *options = ask(world, room_id, "single")
        if voted_before:
            vote(app, world, room_id, poll, options[:1])
        vote_at_once(app, world, room_id, poll, [[each] for each in options])
        assert len(chosen_in(world, poll)) == 1


@pytest.mark.parametrize(("kind", "answers"), [("scale", [1, 3, 5]), ("text", ["le tre", "le due", "tardi"])])
def test_one_number_or_text_stays_one_when_devices_vote_at_the_same_moment(
    app: Flask, world: World, room_id: uuid.UUID, kind: PollKind, answers: list[object]
) -> None:
    for _round in range(ROUNDS):
        [poll] = ask(world, room_id, kind, [])
        vote_at_once(app, world, room_id, poll, answers)
        assert len(chosen_in(world, poll)) == 1


def test_several_choices_of_two_devices_are_never_mixed(app: Flask, world: World, room_id: uuid.UUID) -> None:
    for _round in range(ROUNDS):
        poll, first, second, third = ask(world, room_id, "multiple")
        vote_at_once(app, world, room_id, poll, [[first, second], [third], [third]])
        assert set(chosen_in(world, poll)) in ({first, second}, {third})


def test_a_ranking_stays_one_order_when_devices_vote_at_the_same_moment(
    app: Flask, world: World, room_id: uuid.UUID
) -> None:
    for _round in range(ROUNDS):
        poll, *options = ask(world, room_id, "ranking")
        orders = [options, options[::-1], [options[1], options[0], options[2]]]
        vote_at_once(app, world, room_id, poll, list(orders))
        assert chosen_in(world, poll) in orders


def test_who_votes_again_has_the_later_answer_alone(app: Flask, world: World, room_id: uuid.UUID) -> None:
    poll, first, second, third = ask(world, room_id, "multiple")
    vote(app, world, room_id, poll, [first, second])
    vote(app, world, room_id, poll, [second, third])
    assert set(chosen_in(world, poll)) == {second, third}
    with world.inside("siena"):
        own = polls.own_vote(world.actor("trainee"), room_id, poll)
        assert set(own["options"]) == {str(second), str(third)}
