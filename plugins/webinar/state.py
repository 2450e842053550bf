"""What is true in a room: the fold of its log.

``static/js/state.js`` folds the same events in the browser; both are pure, and both must say the same.
A state is plain JSON, so that it can be kept and sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from plugins.webinar import video_events

KEPT_MESSAGES = 300
KEPT_CAPTIONS = 3

State = dict[str, Any]
Event = Mapping[str, Any]


def new_state() -> State:
    """A room in which nothing has happened."""
    return {
        "is_open": False, "is_ended": False, "locked": [], "layout": None, "pinned": None, "people": {}, "hands": [],
        "floor": None, "chat": [], "chat_rules": None, "slide": None, "decks": 0, "polls": {}, "questions": {}, "timer": None, "captions": [], "recording": None, "consents": {},
        "agenda": None, "question_now": None, "agenda_changes": 0, "prepared_changes": 0, "video": None, "videos": 0,
    }  # fmt: skip


def fold(state: State, event: Event) -> State:
    """The state after an event (as channels send it); kinds that change nothing here are passed over."""
    step = _STEPS.get(event["kind"])
    return state if step is None else step(state, event["payload"], event)


def _opened(state: State, _payload: Event, _event: Event) -> State:
    return state | {"is_open": True, "is_ended": False}


def _ended(state: State, _payload: Event, _event: Event) -> State:
    return state | {
        "is_open": False,
        "is_ended": True,
        "hands": [],
        "floor": None,
        "question_now": None,
        "agenda": None,
        "video": None,
    }


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
    said |= {"mentions": payload.get("mentions", []), "is_edited": False, "signs": {}}
    return state | {"chat": [*state["chat"], said][-KEPT_MESSAGES:]}


def _edited(state: State, payload: Event, _event: Event) -> State:
    anew = {"text": payload["text"], "mentions": payload["mentions"], "is_edited": True}
    return state | {
        "chat": [each | anew if each["seq"] == payload["target"] else each for each in state["chat"]]
    }


def _ruled(state: State, payload: Event, _event: Event) -> State:
    rules = {"slow_seconds": payload["slow_seconds"], "links": payload["links"]}
    return state | {"chat_rules": rules | {"private": payload.get("private", False)}}


def _signed(state: State, payload: Event, _event: Event) -> State:
    signs = {"signs": dict(payload["signs"])}
    return state | {
        "chat": [each | signs if each["seq"] == payload["target"] else each for each in state["chat"]]
    }


def _gone(state: State, payload: Event, _event: Event) -> State:
    return state | {"chat": [each for each in state["chat"] if each["seq"] != payload["target"]]}


def _deck(state: State, _payload: Event, _event: Event) -> State:
    return state | {"decks": state["decks"] + 1}


def _slide(state: State, payload: Event, _event: Event) -> State:
    shown = {"deck": payload["deck"], "number": payload["number"], "by": payload.get("person")}
    return state | {"slide": shown | {"zoom": None, "is_sharp": payload.get("is_sharp", False)}}


def _zoomed(state: State, payload: Event, _event: Event) -> State:
    slide = state["slide"]
    if slide is None or (slide["deck"], slide["number"]) != (payload["deck"], payload["number"]):
        return state
    view = {name: payload[name] for name in ("scale", "x", "y")}
    return state | {"slide": slide | {"zoom": view if payload["scale"] > 100 else None}}


def _sharpened(state: State, payload: Event, _event: Event) -> State:
    slide = state["slide"]
    if slide is None or (slide["deck"], slide["number"]) != (payload["deck"], payload["number"]):
        return state
    return state | {"slide": slide | {"is_sharp": True}}


def _no_slide(state: State, _payload: Event, _event: Event) -> State:
    return state | {"slide": None}


def _poll_prepared(state: State, _payload: Event, _event: Event) -> State:
    return state | {"prepared_changes": state.get("prepared_changes", 0) + 1}


def _videos(state: State, _payload: Event, _event: Event) -> State:
    return state | {"videos": state.get("videos", 0) + 1}


def _video(state: State, payload: Event, event: Event) -> State:
    return state | {"video": video_events.shown(payload, event)}


def _video_moved(state: State, payload: Event, event: Event) -> State:
    """``at`` is when it was at ``position``."""
    now = state.get("video")
    moved = {"position": payload["position"], "is_playing": payload["is_playing"], "at": event["at"]}
    return state if now is None else state | {"video": now | moved}


def _no_video(state: State, _payload: Event, _event: Event) -> State:
    return state | {"video": None}


def _poll(state: State, payload: Event, event: Event) -> State:
    known = {name: payload[name] for name in ("kind", "question", "options", "is_anonymous")}
    poll = known | {
        "has_answer": payload.get("has_answer", False),
        "right": [],
        "at": event["at"],
        "is_open": True,
        "voters": 0,
        "is_hidden": False,
        "counts": {},
        "texts": [],
    }
    return state | {"polls": state["polls"] | {payload["poll"]: poll}}


def _poll_closed(state: State, payload: Event, _event: Event) -> State:
    return _with(state, "polls", payload["poll"], {"is_open": False})


def _poll_answered(state: State, payload: Event, _event: Event) -> State:
    return _with(state, "polls", payload["poll"], {"right": list(payload["right"])})


def _poll_counted(state: State, payload: Event, _event: Event) -> State:
    counted = {name: payload[name] for name in ("voters", "is_hidden", "counts", "texts")}
    return _with(state, "polls", payload["poll"], counted)


def _question(state: State, payload: Event, event: Event) -> State:
    asked = {
        "person": payload["person"],
        "text": payload["text"],
        "at": event["at"],
        "state": "open",
        "answer": "",
        "votes": 0,
    }
    return state | {"questions": state["questions"] | {payload["question"]: asked}}


def _question_taken(state: State, payload: Event, _event: Event) -> State:
    return state | {"question_now": payload["question"]}


def _question_changed(state: State, payload: Event, _event: Event) -> State:
    changed = {"state": payload["state"], "answer": payload["answer"]}
    return _with(_without_now(state, payload["question"]), "questions", payload["question"], changed)


def _question_merged(state: State, payload: Event, _event: Event) -> State:
    """``into`` holds while the state is ``merged``."""
    merged = {"state": "merged", "into": payload["into"]}
    return _with(_without_now(state, payload["question"]), "questions", payload["question"], merged)


def _question_published(state: State, payload: Event, _event: Event) -> State:
    return _with(state, "questions", payload["question"], {"is_published": payload["is_published"]})


def _question_voted(state: State, payload: Event, _event: Event) -> State:
    return _with(state, "questions", payload["question"], {"votes": payload["votes"]})


def _agenda_changed(state: State, _payload: Event, _event: Event) -> State:
    return state | {"agenda_changes": state.get("agenda_changes", 0) + 1}


def _agenda_begun(state: State, payload: Event, event: Event) -> State:
    """``began_at`` is when the first item began, ``at`` when this one did."""
    began_at = (state.get("agenda") or {}).get("began_at", event["at"])
    now = {name: payload[name] for name in ("item", "title", "minutes")}
    return state | {"agenda": now | {"at": event["at"], "began_at": began_at}}


def _agenda_ended(state: State, _payload: Event, _event: Event) -> State:
    return state | {"agenda": None}


def _timer(state: State, payload: Event, event: Event) -> State:
    return state | {"timer": {"at": event["at"], "seconds": payload["seconds"]}}


def _no_timer(state: State, _payload: Event, _event: Event) -> State:
    return state | {"timer": None}


def _caption(state: State, payload: Event, event: Event) -> State:
    said = {"at": event["at"], "person": payload["person"], "text": payload["text"]}
    return state | {"captions": [*state["captions"], said][-KEPT_CAPTIONS:]}


def _recording(state: State, payload: Event, event: Event) -> State:
    return state | {"recording": {"id": payload["recording"], "at": event["at"]}}


def _no_recording(state: State, _payload: Event, _event: Event) -> State:
    return state | {"recording": None}


def _consent(state: State, payload: Event, _event: Event) -> State:
    return state | {"consents": state["consents"] | {payload["person"]: payload["is_given"]}}


def _with(state: State, group: str, key: str, changes: Mapping[str, Any]) -> State:
    known = state[group].get(key)
    return state if known is None else state | {group: state[group] | {key: known | changes}}


def _without_now(state: State, question: str) -> State:
    return state | {"question_now": None} if state.get("question_now") == question else state


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
    "chat.edited": _edited,
    "chat.gone": _gone,
    "chat.ruled": _ruled,
    "chat.signed": _signed,
    "deck.changed": _deck,
    "slide.shown": _slide,
    "slide.zoomed": _zoomed,
    "slide.sharpened": _sharpened,
    "slide.hidden": _no_slide,
    "videos.changed": _videos,
    "video.shown": _video,
    "video.moved": _video_moved,
    "video.hidden": _no_video,
    "poll.prepared": _poll_prepared,
    "poll.opened": _poll,
    "poll.closed": _poll_closed,
    "poll.answered": _poll_answered,
    "poll.counted": _poll_counted,
    "question.asked": _question,
    "question.changed": _question_changed,
    "question.taken": _question_taken,
    "question.merged": _question_merged,
    "question.published": _question_published,
    "question.voted": _question_voted,
    "agenda.changed": _agenda_changed,
    "agenda.begun": _agenda_begun,
    "agenda.ended": _agenda_ended,
    "timer.started": _timer,
    "timer.stopped": _no_timer,
    "caption.said": _caption,
    "recording.started": _recording,
    "recording.stopped": _no_recording,
    "consent.answered": _consent,
}
