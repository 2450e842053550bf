"""What is true in a room: the fold of its log.

``static/js/state.js`` folds the same events in the browser; both are pure, and both must say the same.
A state is plain JSON, so that it can be kept and sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

KEPT_MESSAGES = 300

State = dict[str, Any]
Event = Mapping[str, Any]


def new_state() -> State:
    """A room in which nothing has happened."""
    return {
        "is_open": False, "is_ended": False, "locked": [], "layout": None, "pinned": None, "people": {}, "hands": [],
        "floor": None, "chat": [],
    }  # fmt: skip


def fold(state: State, event: Event) -> State:
    """The state after an event (as channels send it); kinds that change nothing here are passed over."""
    step = _STEPS.get(event["kind"])
    return state if step is None else step(state, event["payload"], event)


def _opened(state: State, _payload: Event, _event: Event) -> State:
    return state | {"is_open": True, "is_ended": False}


def _ended(state: State, _payload: Event, _event: Event) -> State:
    return state | {"is_open": False, "is_ended": True, "hands": [], "floor": None}


def _locked(state: State, payload: Event, _event: Event) -> State:
    return state | {"locked": list(payload["rights"])}


def _layout(state: State, payload: Event, _event: Event) -> State:
    return state | {"layout": payload["layout"], "pinned": payload["pinned"]}


def _entered(state: State, payload: Event, _event: Event) -> State:
    return _with_person(state, payload["person"], {})


def _left(state: State, payload: Event, _event: Event) -> State:
    return _without_hand(state, payload["person"])


def _changed(state: State, payload: Event, _event: Event) -> State:
    known = {name: payload[name] for name in ("role", "granted", "revoked", "is_removed")}
    changed = _with_person(state, payload["person"], known)
    return _without_hand(changed, payload["person"]) if payload["is_removed"] else changed


def _away(state: State, payload: Event, _event: Event) -> State:
    return _with_person(state, payload["person"], {"is_away": payload["is_away"]})


def _floor(state: State, payload: Event, _event: Event) -> State:
    return _without_hand(state, payload["person"]) | {"floor": payload["person"]}


def _raised(state: State, payload: Event, event: Event) -> State:
    hands = [each for each in state["hands"] if each["person"] != payload["person"]]
    return state | {"hands": [*hands, {"person": payload["person"], "at": event["at"]}]}


def _lowered(state: State, payload: Event, _event: Event) -> State:
    return _without_hand(state, payload["person"])


def _said(state: State, payload: Event, event: Event) -> State:
    said = {"seq": event["seq"], "at": event["at"]} | {
        name: payload[name] for name in ("person", "text", "reply_to")
    }
    return state | {"chat": [*state["chat"], said][-KEPT_MESSAGES:]}


def _gone(state: State, payload: Event, _event: Event) -> State:
    return state | {"chat": [each for each in state["chat"] if each["seq"] != payload["target"]]}


def _with_person(state: State, person: str, changes: Mapping[str, Any]) -> State:
    known = state["people"].get(person, {"role": "participant", "granted": [], "revoked": []})
    return state | {"people": state["people"] | {person: known | changes}}


def _without_hand(state: State, person: str) -> State:
    floor = None if state["floor"] == person else state["floor"]
    return state | {"hands": [each for each in state["hands"] if each["person"] != person], "floor": floor}


_STEPS: dict[str, Callable[[State, Event, Event], State]] = {
    "room.opened": _opened,
    "room.ended": _ended,
    "room.locked": _locked,
    "layout.set": _layout,
    "person.entered": _entered,
    "person.left": _left,
    "person.changed": _changed,
    "person.away": _away,
    "floor.given": _floor,
    "hand.raised": _raised,
    "hand.lowered": _lowered,
    "chat.said": _said,
    "chat.gone": _gone,
}
