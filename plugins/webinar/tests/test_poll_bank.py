"""Polls from the question bank: who asks them, and that nobody learns what is right before it is shown."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from lms.plugin import (
    Actor,
    Conflict,
    Forbidden,
    NotFound,
    OfferedOption,
    OfferedQuestion,
    Ref,
    World,
    hooks,
    new_id,
    read_since,
    session,
    system_actor,
)
from lms.testing import SignIn
from plugins.webinar import log, merging, moderating, polls, replay, replay_polls
from plugins.webinar.models import Recording
from plugins.webinar.orders import AskFromBank
from plugins.webinar.poll_models import Poll
from plugins.webinar.rooms import Meeting
from plugins.webinar.tests.making import LIST, go_in, open_room

KEY = "key-of-a-test-0002"
FITS = OfferedQuestion(
    Ref("quiz", "question", "1"), "False", "single", "How do you know a false offer?",
    (OfferedOption("It asks for money", is_right=True), OfferedOption("It is short", is_right=False)),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _bank_of_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    def now(_self: merging.Merger, _key: str, _office_id: uuid.UUID, work: Callable[[], None]) -> None:
        work()

    monkeypatch.setattr(merging.Merger, "soon", now)


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The office has a bank with these questions for the trainer, and none for others."""

    def give(world: World, *questions: OfferedQuestion) -> None:
        keeper = world.people["trainer"].id

        def answer(actor: Actor, query: str | Ref, limit: int = 20) -> list[OfferedQuestion] | None:
            if actor.user_id != keeper:
                return None
            return [each for each in questions if query in {"", each.ref}][:limit]

        monkeypatch.setattr(hooks(), "question_bank", answer)

    return give


def ask(world: World, meeting: Meeting, key: str = "trainer", *, is_anonymous: bool = False) -> Poll:
    """Somebody asks the question of the test's bank."""
    room_id = meeting.activity.id
    command = AskFromBank(room=room_id, key=KEY, poll=new_id(), ref=str(FITS.ref), is_anonymous=is_anonymous)
    return polls.ask_from_bank(world.actor(key), room_id, command)


def told(meeting: Meeting) -> list[tuple[str, object]]:
    """Everything that pages of the room were told."""
    events = read_since(system_actor(meeting.room.office_id), log.channel_of(meeting.activity.id), 0)
    return [(each.kind, each.payload) for each in events]


def test_what_is_right_is_told_to_nobody_before_it_is_shown(world: World, offer: Callable[..., None]) -> None:
    with world.inside("siena"):
        offer(world, FITS)
        meeting = open_room(world)
        room_id = meeting.activity.id
        go_in(world, meeting, "trainer", "trainee")
        found = polls.find_in_bank(world.actor("trainer"), room_id, "")
        assert found == [
            {"ref": str(FITS.ref), "kind": "single", "question": FITS.question, "options": ["It asks for money", "It is short"]}
        ]  # fmt: skip
        made = ask(world, meeting)
        assert [each.text for each in made.options] == ["It asks for money", "It is short"]
        right, wrong = (each.id for each in made.options)
        polls.vote(world.actor("trainee"), room_id, made.id, [wrong], None, None)
        polls.close_poll(world.actor("trainer"), room_id, made.id)
        heard = [payload for kind, payload in told(meeting) if kind.startswith("poll.")]
        assert heard[0] == {
            "poll": str(made.id), "kind": "single", "question": FITS.question, "is_anonymous": False, "has_answer": True,
            "options": [{"id": str(right), "text": "It asks for money"}, {"id": str(wrong), "text": "It is short"}],
        }  # fmt: skip
        assert "right" not in repr(heard)
        assert log.read_state(meeting.room)[1]["polls"][str(made.id)]["right"] == []
        assert set(polls.own_vote(world.actor("trainee"), room_id, made.id)) == {
            "options",
            "number",
            "text",
            "has_voted",
        }
        polls.show_answer(world.actor("trainer"), room_id, made.id)
        polls.show_answer(world.actor("trainer"), room_id, made.id)
        assert log.read_state(meeting.room)[1]["polls"][str(made.id)]["right"] == [str(right)]
        assert [kind for kind, _payload in told(meeting)].count("poll.answered") == 1


def test_showing_the_answer_ends_the_vote(world: World, offer: Callable[..., None]) -> None:
    with world.inside("siena"):
        offer(world, FITS)
        meeting = open_room(world)
        room_id = meeting.activity.id
        go_in(world, meeting, "trainer", "trainee")
        made = ask(world, meeting)
        polls.show_answer(world.actor("trainer"), room_id, made.id)
        assert [kind for kind, _payload in told(meeting)][-3:] == [
            "poll.counted",
            "poll.closed",
            "poll.answered",
        ]
        with pytest.raises(Conflict):
            polls.vote(world.actor("trainee"), room_id, made.id, [made.options[0].id], None, None)


def test_only_who_presents_searches_asks_and_shows(world: World, offer: Callable[..., None]) -> None:
    with world.inside("siena"):
        offer(world, FITS)
        meeting = open_room(world)
        room_id = meeting.activity.id
        (_trainer, trainee) = go_in(world, meeting, "trainer", "trainee")
        made = ask(world, meeting)
        deeds: list[Callable[[], object]] = [
            lambda: polls.find_in_bank(world.actor("trainee"), room_id, ""),
            lambda: ask(world, meeting, "trainee"),
            lambda: polls.show_answer(world.actor("trainee"), room_id, made.id),
        ]
        for deed in deeds:
            with pytest.raises(Forbidden):
                deed()
        moderating.set_role(world.actor("trainer"), room_id, trainee.id, "presenter")
        for deed in deeds[:2]:  # who presents without a bank of their own shows, but does not search
            with pytest.raises(Forbidden, match="no question bank"):
                deed()
        polls.show_answer(world.actor("trainee"), room_id, made.id)


@pytest.mark.parametrize(
    "change",
    [
        {"question": "?" * 301}, {"options": FITS.options[:1]}, {"options": (OfferedOption("", is_right=True), FITS.options[1])},
        {"options": FITS.options * 2}, {"options": (OfferedOption("a" * 201, is_right=True), FITS.options[1])},
    ],
)  # fmt: skip
def test_a_question_that_does_not_fit_a_poll_is_not_offered(
    world: World, offer: Callable[..., None], change: dict[str, object]
) -> None:
    fields = {name: getattr(FITS, name) for name in ("ref", "title", "kind", "question", "options")}
    with world.inside("siena"):
        offer(world, OfferedQuestion(**(fields | change)))
        meeting = open_room(world)
        go_in(world, meeting, "trainer")
        assert polls.find_in_bank(world.actor("trainer"), meeting.activity.id, "") == []
        with pytest.raises(NotFound):
            ask(world, meeting)


def test_a_quick_poll_has_no_right_answer_to_show(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        go_in(world, meeting, "trainer")
        made = Poll(room_id=meeting.activity.id, kind="text", question="Come va?", state="open")
        session().add(made)
        session().flush()
        with pytest.raises(Conflict):
            polls.show_answer(world.actor("trainer"), meeting.activity.id, made.id)
        assert made.state == "open"


@pytest.mark.parametrize("key", ["trainer", "trainee"])
def test_the_room_offers_the_bank_only_to_who_has_one(
    sign_in: SignIn, world: World, offer: Callable[..., None], key: str
) -> None:
    with world.inside("siena"):
        room = f"{LIST}{open_room(world).activity.id}/room"
    page = sign_in(key)
    offer(world, FITS)
    assert ('data-part="bank"' in page.get(room).text) == (key == "trainer")


def test_the_replay_of_the_demo_asks_what_the_meeting_was_asked(world: World) -> None:
    with world.inside("siena"):
        row = session().query(Recording).order_by(Recording.started_at).first()
        assert row is not None
        asked, ranked = replay.read_replay(world.actor("trainee"), row.room_id, row.id)["polls"]
        shown = replay_polls.read_poll(world.actor("trainer"), row.room_id, row.id, uuid.UUID(asked["id"]))
        assert shown["right"]
        assert ranked["kind"] == "ranking"
