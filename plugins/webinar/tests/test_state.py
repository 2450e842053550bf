"""The state of a room is the fold of its log, wherever one begins."""

from __future__ import annotations

import uuid
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lms.plugin import World
from plugins.webinar import log, talking
from plugins.webinar.models import StateAt
from plugins.webinar.state import KEPT_MESSAGES, fold, new_state
from plugins.webinar.tests.making import go_in, open_room

PEOPLE = st.sampled_from([str(uuid.UUID(int=number)) for number in range(1, 5)])


def _event(kind: str, payload: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return payload.map(
        lambda data: {"kind": kind, "payload": data, "at": "2026-11-26T10:00:00+00:00", "key": "k"}
    )


by_person = st.fixed_dictionaries({"person": PEOPLE})
events = st.one_of(
    *(
        _event(kind, by_person)
        for kind in ("person.entered", "person.left", "hand.raised", "hand.lowered", "floor.given")
    ),
    _event(
        "chat.said",
        st.fixed_dictionaries({"person": PEOPLE, "text": st.text(min_size=1), "reply_to": st.none()}),
    ),
    _event(
        "chat.edited",
        st.fixed_dictionaries(
            {"person": PEOPLE, "target": st.integers(1, 40), "text": st.just("Anew"), "mentions": st.just([])}
        ),
    ),
    _event("chat.ruled", st.just({"slow_seconds": 10, "links": "leaders"})),
    _event("chat.gone", st.fixed_dictionaries({"person": PEOPLE, "target": st.integers(1, 40)})),
    _event("room.opened", st.just({})),
    _event("room.ended", st.just({})),
    _event(
        "person.changed",
        st.fixed_dictionaries(
            {
                "person": PEOPLE,
                "role": st.just("participant"),
                "granted": st.just([]),
                "revoked": st.just([]),
                "is_removed": st.booleans(),
            }
        ),
    ),
    _event("something.else", st.just({})),
)


def _fold_all(log_of_events: list[dict[str, Any]], state: dict[str, Any]) -> dict[str, Any]:
    for event in log_of_events:
        state = fold(state, event)
    return state


@given(st.lists(events, max_size=40), st.integers(0, 40))
def test_a_kept_state_and_the_rest_give_the_same_as_everything(found: list[dict[str, Any]], at: int) -> None:
    numbered = [event | {"seq": number} for number, event in enumerate(found, start=1)]
    whole = _fold_all(numbered, new_state())
    assert _fold_all(numbered[at:], _fold_all(numbered[:at], new_state())) == whole
    assert len({each["person"] for each in whole["hands"]}) == len(whole["hands"])
    assert [each["seq"] for each in whole["chat"]] == sorted(each["seq"] for each in whole["chat"])


@given(st.lists(events, max_size=20))
def test_folding_changes_no_state_that_somebody_holds(found: list[dict[str, Any]]) -> None:
    state = new_state()
    for number, event in enumerate(found, start=1):
        before = repr(state)
        after = fold(state, event | {"seq": number})
        assert repr(state) == before
        state = after


def test_a_long_chat_keeps_its_end() -> None:
    said = {"kind": "chat.said", "payload": {"person": "x", "text": "x", "reply_to": None}, "at": ""}
    state = _fold_all([said | {"seq": number} for number in range(KEPT_MESSAGES + 50)], new_state())
    assert (len(state["chat"]), state["chat"][-1]["seq"]) == (KEPT_MESSAGES, KEPT_MESSAGES + 49)


def test_newcomers_get_the_kept_state_and_what_came_after(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        go_in(world, meeting, "trainer")
        for number in range(log.KEEP_STATE_EVERY + 5):
            talking.say(world.actor("trainer"), meeting.activity.id, f"Riga {number}", f"key-{number:08}")
        kept = log.session().get(StateAt, meeting.activity.id)
        assert kept is not None
        assert kept.seq == log.KEEP_STATE_EVERY
        seq, state = log.read_state(meeting.room)
        assert seq > kept.seq
        assert state["chat"][-1]["text"] == f"Riga {log.KEEP_STATE_EVERY + 4}"


def test_a_log_from_before_edits_and_mentions_is_read_on() -> None:
    old = {
        "kind": "chat.said",
        "payload": {"person": "x", "text": "Ciao", "reply_to": None},
        "at": "",
        "seq": 3,
    }
    kept_before = {name: value for name, value in new_state().items() if name != "chat_rules"} | {
        "chat": [{"seq": 1, "at": "", "person": "x", "text": "Prima", "reply_to": None}]
    }
    edit = {"kind": "chat.edited", "payload": {"person": "x", "target": 1, "text": "Dopo", "mentions": []}}
    state = _fold_all([old, edit | {"seq": 4, "at": ""}], kept_before)
    assert [(each["text"], each.get("is_edited")) for each in state["chat"]] == [
        ("Dopo", True),
        ("Ciao", False),
    ]
