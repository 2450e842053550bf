"""Polls that are prepared before a meeting: by whom, who asks them in the room, and where they go along."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from lms.plugin import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    OfferedOption,
    OfferedQuestion,
    Ref,
    World,
    copy_activity,
    hooks,
    session,
)
from lms.testing import SignIn
from plugins.webinar import log, moderating, polls, prepared_polls, repeating, taking_along
from plugins.webinar.poll_models import Poll
from plugins.webinar.prepared_polls import WritePoll
from plugins.webinar.repeating import Repeat
from plugins.webinar.rooms import Meeting
from plugins.webinar.state import fold, new_state
from plugins.webinar.tests.making import LIST, go_in, open_room

ASKED = (
    ("Hai un CV?", "single", "Sì\nNo"),
    ("Che cosa viene prima?", "ranking", "CV\nLettera\nColloquio"),
    ("Come va?", "text", None),
)
OFFERED = OfferedQuestion(
    Ref("quiz", "question", "1"), "False", "single", "How do you know a false offer?",
    (OfferedOption("It asks for money", is_right=True), OfferedOption("It is short", is_right=False)),
)  # fmt: skip


def prepare(world: World, meeting: Meeting) -> list[uuid.UUID]:
    """The trainer prepares three polls."""
    found = [WritePoll.read({"question": one, "kind": kind, "options": lines}) for one, kind, lines in ASKED]
    return [
        prepared_polls.add_poll(world.actor("trainer"), meeting.activity.id, command).id for command in found
    ]


def asked_in(room_id: uuid.UUID) -> list[tuple[str, str, list[str]]]:
    """What is prepared, in its order."""
    return [
        (each.question, each.kind, [option.text for option in each.options])
        for each in prepared_polls.find_prepared(room_id)
    ]


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Callable[[World], None]:
    """The trainer, and nobody else, has a bank with one question."""

    def give(world: World) -> None:
        keeper = world.people["trainer"].id

        def answer(actor: Actor, query: str | Ref, limit: int = 20) -> list[OfferedQuestion] | None:
            if actor.user_id != keeper:
                return None
            return [OFFERED] if query in {"", "false", OFFERED.ref} else []

        monkeypatch.setattr(hooks(), "question_bank", answer)

    return give


def test_who_leads_prepares_polls_by_forms_and_nobody_else_sees_them(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        room_id = open_room(world).activity.id
    page, trainer = f"{LIST}{room_id}/polls/", sign_in("trainer")
    for question, kind, lines in ASKED:
        sent = {"question": question, "kind": kind, "options": lines or "", "is_anonymous": "1"}
        assert trainer.post(page, data=sent).status_code == 303
    for wrong in (
        {"question": "?", "kind": "text"},
        {"question": "Che cosa?", "kind": "single", "options": "Una sola"},
        {"question": "Che cosa?", "kind": "single", "options": f"{'a' * 201}\nNo"},
        {"question": "Che cosa?", "kind": "other"},
    ):
        assert trainer.post(page, data=wrong).status_code == 422
    with world.inside("siena"):
        first, second, _third = (each.id for each in prepared_polls.find_prepared(room_id))
    for poll, do in ((second, "up"), (second, "up"), (first, "down"), (first, "down")):
        assert trainer.post(f"{page}change", data={"poll": str(poll), "do": do}).status_code == 303
    changed = {"question": "Hai un CV aggiornato?", "kind": "multiple", "options": "Sì\nNo\nQuasi"}
    assert trainer.post(f"{page}{first}", data=changed).status_code == 303
    assert trainer.post(f"{page}change", data={"poll": str(first), "do": "away"}).status_code == 422
    with world.inside("siena"):
        assert asked_in(room_id) == [
            ("Che cosa viene prima?", "ranking", ["CV", "Lettera", "Colloquio"]),
            ("Come va?", "text", []),
            ("Hai un CV aggiornato?", "multiple", ["Sì", "No", "Quasi"]),
        ]
    assert trainer.post(f"{page}change", data={"poll": str(second), "do": "remove"}).status_code == 303
    assert "Che cosa viene prima?" not in trainer.get(page).text
    assert "Come va?" in trainer.get(page).text
    trainee = sign_in("trainee")
    assert "Come va?" not in trainee.get(f"{LIST}{room_id}").text
    assert trainee.get(page).status_code == 403
    assert trainee.post(f"{page}{first}", data=changed).status_code == 403
    assert trainee.post(f"{page}change", data={"poll": str(first), "do": "remove"}).status_code == 403
    assert sign_in("head_vienna").get(page.replace("siena", "vienna")).status_code == 404


def test_a_question_of_the_bank_is_prepared_with_what_is_right(
    sign_in: SignIn, world: World, bank: Callable[[World], None]
) -> None:
    with world.inside("siena"):
        room_id = open_room(world).activity.id
    page, trainer = f"{LIST}{room_id}/polls/", sign_in("trainer")
    bank(world)
    assert OFFERED.question in trainer.get(f"{page}?bank=false").text
    assert OFFERED.question not in trainer.get(f"{page}?bank=other").text
    assert trainer.post(f"{page}change", data={"do": "bank", "ref": str(OFFERED.ref)}).status_code == 303
    missing = {"do": "bank", "ref": "quiz:question:2"}
    assert trainer.post(f"{page}change", data=missing).status_code == 404
    with world.inside("siena"):
        (poll,) = prepared_polls.find_prepared(room_id)
        assert [(each.text, each.is_right) for each in poll.options] == [
            ("It asks for money", True),
            ("It is short", False),
        ]
        written = WritePoll.read({
            "question": "Which one?", "kind": "single", "options": "It is long\nIt asks for money",
        })  # fmt: skip
        prepared_polls.change_poll(world.actor("trainer"), room_id, poll.id, written)
        assert [each.is_right for each in poll.options] == [False, True]


def test_who_presents_asks_a_prepared_poll_once_and_nobody_hears_of_it_before(
    world: World, bank: Callable[[World], None]
) -> None:
    with world.inside("siena"):
        bank(world)
        meeting, other = open_room(world), open_room(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        first = prepare(world, meeting)[0]
        strange = prepare(world, other)[0]
        prepared_polls.add_from_bank(trainer, room_id, str(OFFERED.ref))
        trainee = go_in(world, meeting, "trainer", "trainee")[1]
        for deed in (
            lambda: prepared_polls.read_prepared(world.actor("trainee"), room_id),
            lambda: prepared_polls.start_poll(world.actor("trainee"), room_id, first),
        ):
            with pytest.raises(Forbidden):
                deed()
        with pytest.raises(NotFound):
            prepared_polls.start_poll(trainer, room_id, strange)
        for deed in (
            lambda: polls.vote(world.actor("trainee"), room_id, first, [], None, "Sì"),
            lambda: polls.show_answer(trainer, room_id, first),
        ):
            with pytest.raises(NotFound):
                deed()
        state = log.read_state(meeting.room)[1]
        assert (state["polls"], state["prepared_changes"]) == ({}, 4)
        moderating.set_role(trainer, room_id, trainee.id, "presenter")
        shown = prepared_polls.read_prepared(world.actor("trainee"), room_id)
        assert [each["question"] for each in shown] == [one[0] for one in ASKED] + [OFFERED.question]
        assert "right" not in repr(shown)
        seq = log.read_state(meeting.room)[0]
        for _time in range(2):
            made = prepared_polls.start_poll(world.actor("trainee"), room_id, first)
        assert log.read_state(meeting.room)[0] == seq + 1
        assert log.read_state(meeting.room)[1]["polls"][str(first)]["question"] == "Hai un CV?"
        polls.vote(trainer, room_id, first, [made.options[0].id], None, None)
        assert polls.count_poll(made).voters == 1
        assert len(prepared_polls.read_prepared(trainer, room_id)) == len(ASKED)


def test_what_was_asked_is_changed_no_more_and_stays_when_it_is_taken_out(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        first, second, _third = prepare(world, meeting)
        go_in(world, meeting, "trainer")
        prepared_polls.start_poll(trainer, room_id, first)
        with pytest.raises(Conflict):
            prepared_polls.change_poll(
                trainer, room_id, first, WritePoll.read({"question": "Altro?", "kind": "text"})
            )
        for each in (first, second):
            prepared_polls.remove_poll(trainer, room_id, each)
        assert [each[0] for each in asked_in(room_id)] == ["Come va?"]
        kept = session().get(Poll, first)
        assert kept is not None
        assert kept.state == "open"
        assert session().get(Poll, second) is None


def test_a_meeting_has_a_bounded_number_of_prepared_polls(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared_polls, "MOST_PREPARED", 3)
    with world.inside("siena"):
        meeting = open_room(world)
        prepare(world, meeting)
        with pytest.raises(Conflict):
            prepare(world, meeting)


def test_repetitions_and_copies_take_along_what_was_prepared_also_after_it_was_asked(
    world: World, bank: Callable[[World], None]
) -> None:
    with world.inside("siena"):
        bank(world)
        meeting = open_room(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        first = prepare(world, meeting)[0]
        prepared_polls.add_from_bank(trainer, room_id, str(OFFERED.ref))
        go_in(world, meeting, "trainer")
        prepared_polls.start_poll(trainer, room_id, first)
        again = repeating.repeat(trainer, room_id, Repeat(weeks="1", times=1)).made[0].activity.id
        copied = copy_activity(trainer, room_id, title="Copia")[room_id]
        for made in (again, copied):
            assert asked_in(made) == asked_in(room_id)
            found = prepared_polls.find_prepared(made)
            assert {each.state for each in found} == {"draft"}
            assert [option.is_right for option in found[-1].options] == [True, False]
        told = taking_along.export_room(trainer, room_id, str)
        for broken in (["?"], [{"question": "Che cosa?", "kind": "single", "options": ["Una"]}]):
            with pytest.raises(Invalid):
                taking_along.import_room(trainer, copied, told | {"polls": broken}, uuid.UUID)


def test_a_room_that_was_kept_before_there_were_prepared_polls_is_read_on() -> None:
    old = {name: value for name, value in new_state().items() if name != "prepared_changes"}
    event = {"kind": "poll.prepared", "payload": {}, "seq": 1, "at": ""}
    assert fold(fold(old, event), event)["prepared_changes"] == 2
