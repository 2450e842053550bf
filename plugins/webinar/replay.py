"""What a replay is made of: tracks, and what the log says happened, in seconds of the recording."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from sqlalchemy import select

from lms.plugin import Actor, EventView, _, read_since, session, system_actor
from plugins.webinar import log, recording
from plugins.webinar.chat_events import with_names
from plugins.webinar.chat_signs import as_words
from plugins.webinar.models import Deck, Participant, Recording, Slide
from plugins.webinar.replay_polls import read_polls
from plugins.webinar.replay_questions import read_published
from plugins.webinar.replay_videos import KINDS as VIDEO_KINDS
from plugins.webinar.replay_videos import video_moments

Moment = dict[str, Any]

PAGE = 500
SLIDE_KINDS = frozenset({"slide.shown", "slide.hidden"})
ZOOM_KIND = "slide.zoomed"
TAKEN_KIND = "question.taken"
AGENDA_KINDS = frozenset({"agenda.begun", "agenda.ended"})
CHANGES = frozenset({"chat.gone", "chat.edited", "chat.signed"})
UNKNOWN: Moment = {"text": "", "is_sharp": False}
WHOLE = {"scale": 100, "x": 500, "y": 500}


def read_replay(actor: Actor, room_id: uuid.UUID, recording_id: uuid.UUID) -> dict[str, Any]:
    """Everything that the player needs. Who did not agree has no tracks and no name. Raises NotFound, Forbidden."""
    return describe(
        actor, recording.get_recording(actor, room_id, recording_id), recording.agreed_ids(room_id)
    )


def describe(actor: Actor, row: Recording, agreed: set[uuid.UUID]) -> dict[str, Any]:
    """The same for who may see it for another reason, with the tracks and names of these people."""
    people = session().scalars(select(Participant).filter_by(room_id=row.room_id))
    names = {each.id: each.name for each in people}
    tracks = [
        {
            "id": str(each.id), "person": str(each.participant_id), "name": names.get(each.participant_id, ""), "kind": each.kind,
            "started_at": each.started_at, "seconds": each.seconds,
        }
        for each in row.tracks
        if each.participant_id in agreed and recording.is_there(each)
    ]  # fmt: skip
    events, before = list(_events(row)), _before(row)
    shown = {str(key): name for key, name in names.items() if key in agreed}
    return {
        "tracks": tracks, "seconds": length_of(row), "is_ready": all(recording.is_there(each) for each in row.tracks),
        "slides": _slides(row, [*before, *events]), "zooms": _zooms(row, [*before, *events]), "agenda": _agenda(row, [*before, *events]), "captions": _captions(row, events), "chat": _chat(row, events, shown),
        "polls": read_polls(actor, row, events, lambda event: _at(row, event)), "questions": read_published(row, [*before, *events], lambda event: _at(row, event), shown), "videos": video_moments(row, [*before, *events], lambda event: _at(row, event)),
    }  # fmt: skip


def as_webvtt(captions: list[Moment]) -> str:
    """Captions as a file (WebVTT, W3C): each line until the next, six seconds at most."""
    lines = ["WEBVTT", ""]
    for number, each in enumerate(captions):
        until = captions[number + 1]["at"] if number + 1 < len(captions) else each["at"] + 6
        text = str(each["text"]).replace("-->", "→").replace("&", "&amp;").replace("<", "&lt;")
        lines += [
            f"{_clock(each['at'])} --> {_clock(max(each['at'] + 0.5, min(until, each['at'] + 6)))}",
            text,
            "",
        ]
    return "\n".join(lines)


def _events(row: Recording) -> Iterator[EventView]:
    for event in _log_after(row, row.first_seq):
        if row.ended_at is not None and event.at > row.ended_at:
            return
        yield event


def _log_after(row: Recording, seq: int) -> Iterator[EventView]:
    office, channel = system_actor(row.office_id), log.channel_of(row.room_id)
    while events := read_since(office, channel, seq, PAGE):
        yield from events
        seq = events[-1].seq


def length_of(row: Recording) -> float:
    """How many seconds a recording is long."""
    return (row.ended_at - row.started_at).total_seconds() if row.ended_at else 0.0


def _at(row: Recording, event: EventView) -> float:
    """The second of the recording; what was true already when it began is at its beginning."""
    if event.seq < row.first_seq:
        return 0.0
    return round(max(0.0, (event.at - row.started_at).total_seconds()), 2)


def _slides(row: Recording, events: list[EventView]) -> list[Moment]:
    """What was on the stage when it began, then each change; with the words of the page as title of the chapter."""
    changes = [(_at(row, each), each) for each in events if each.kind in SLIDE_KINDS]
    pages = _pages({uuid.UUID(each.payload["deck"]) for _time, each in changes if each.kind == "slide.shown"})
    found: list[Moment] = []
    for at, each in changes:
        if each.kind == "slide.hidden":
            found.append({"at": at, "deck": None, "number": 0} | UNKNOWN)
        else:
            key = (each.payload["deck"], each.payload["number"])
            page = pages.get(key)
            known = {"text": page.text, "is_sharp": page.sharp_file_id is not None} if page else UNKNOWN
            found.append({"at": at, "deck": key[0], "number": key[1]} | known)
    return found


def _zooms(row: Recording, events: list[EventView]) -> list[Moment]:
    """How close who showed the slides looked at them; each slide begins whole."""
    return [
        {"at": _at(row, each)} | {name: each.payload.get(name, whole) for name, whole in WHOLE.items()}
        for each in events
        if each.kind == ZOOM_KIND or each.kind in SLIDE_KINDS
    ]


def _agenda(row: Recording, events: list[EventView]) -> list[Moment]:
    """The item that was on when it began, then each that began: chapters, called as they were called then."""
    return [
        {"at": _at(row, each), "text": each.payload["title"]}
        for each in events
        if each.kind == "agenda.begun"
    ]


def _before(row: Recording) -> list[EventView]:
    """What was true when the recording began: the last event before it of each group, in their order."""
    last: dict[str, EventView] = {}
    for each in takewhile(lambda each: each.seq < row.first_seq, _log_after(row, 0)):
        if each.kind in SLIDE_KINDS | AGENDA_KINDS:
            last[each.kind.partition(".")[0]] = each
        if each.kind == TAKEN_KIND:
            last["question"] = each
        if each.kind == ZOOM_KIND:
            last["zoom"] = each
        elif each.kind in SLIDE_KINDS:
            last.pop("zoom", None)
        elif each.kind in VIDEO_KINDS:
            last["video.moved" if each.kind == "video.moved" else "video"] = each
    return sorted(last.values(), key=lambda each: each.seq)


def _pages(decks: set[uuid.UUID]) -> dict[tuple[str, int], Slide]:
    rows = session().scalars(
        select(Slide).join(Deck, Deck.id == Slide.deck_id).where(Slide.deck_id.in_(decks))
    )
    return {(str(each.deck_id), each.number): each for each in rows}


def _captions(row: Recording, events: list[EventView]) -> list[Moment]:
    return [
        {"at": _at(row, each), "text": each.payload["text"]} for each in events if each.kind == "caption.said"
    ]


def _chat(row: Recording, events: list[EventView], shown: dict[str, str]) -> list[Moment]:
    """Each message as it stands now: what was taken back or written anew later counts too."""
    changes = [each for each in _log_after(row, row.first_seq) if each.kind in CHANGES]
    gone = {each.payload["target"] for each in changes if each.kind == "chat.gone"}
    edited = {each.payload["target"]: each.payload["text"] for each in changes if each.kind == "chat.edited"}
    signed = {each.payload["target"]: each.payload["signs"] for each in changes if each.kind == "chat.signed"}

    def name_of(person: str) -> str:
        return shown.get(person, _("Somebody"))

    return [
        {
            "at": _at(row, each),
            "name": name_of(each.payload["person"]),
            "text": with_names(edited.get(each.seq, each.payload["text"]), name_of),
            "signs": as_words(signed.get(each.seq, {})),
        }
        for each in events
        if each.kind == "chat.said" and each.seq not in gone
    ]


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3600000:02}:{whole // 60000 % 60:02}:{whole // 1000 % 60:02}.{whole % 1000:03}"
