"""The log of a room: what can happen in it, who hears of it, and the one way to write it.

A room has one channel for everybody inside, one for those who lead it, and one for each
person. Everything is written by the room itself, on behalf of a participant whom the payload
names by the id of their row: the log holds no names.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import bindparam, select

from lms.plugin import (
    Actor,
    ChannelKind,
    Command,
    Decision,
    EventKind,
    HintKind,
    Rate,
    Snapshot,
    _,
    append,
    new_id,
    read_latest,
    read_since,
    session,
    system_actor,
)
from plugins.webinar.asking_events import (
    PollAnswered,
    PollCounted,
    PollOpened,
    PollRef,
    QuestionAsked,
    QuestionChanged,
    QuestionMerged,
    QuestionPublished,
    QuestionTaken,
    QuestionVoted,
)
from plugins.webinar.chat_events import (
    AloneEdited,
    AloneGone,
    ChatEdited,
    ChatGone,
    ChatRuled,
    ChatSaid,
    ChatSigned,
    Said,
    Whispered,
)
from plugins.webinar.models import Participant, Room, StateAt
from plugins.webinar.presets import Layout
from plugins.webinar.rights import RoleName
from plugins.webinar.slide_events import DeckChanged, Pointer, SlideSharpened, SlideShown, SlideZoomed
from plugins.webinar.state import KEPT_MESSAGES, fold, new_state
from plugins.webinar.video_events import VideoMoved, VideoShown

ROOM, STAFF, PERSON = "webinar", "webinar_staff", "webinar_person"
KEEP_STATE_EVERY = 200

Person = uuid.UUID
Name = Annotated[str, Field(max_length=30)]


class Nothing(Command):
    """Something happened of which nothing more is to be said."""


class ByPerson(Command):
    """Somebody did it, or it was done to them."""

    person: Person


class PersonChanged(Command):
    """What somebody is and may do from now on."""

    person: Person
    role: RoleName
    granted: list[Name] = []
    revoked: list[Name] = []
    is_removed: bool = False


class Locked(Command):
    """What nobody but those who lead may do for now."""

    rights: list[Name]


Stoppable = Literal["speak", "camera", "share"]


class Stopped(Command):
    """What all participants send of this was switched off; who may, switches it on again."""

    right: Stoppable


class LayoutSet(Command):
    """How the stage looks for who follows the presenter; ``pinned`` is somebody who is always shown."""

    layout: Layout
    pinned: Person | None = None


class Away(Command):
    """Somebody is away from the screen, or back."""

    person: Person
    is_away: bool


class Asked(Command):
    """A person was asked by a moderator to switch something on (they must do it themselves), or off."""

    kind: Literal["speak", "mute", "camera_off", "share_off"]


class Told(Command):
    """A message between one person and those who lead."""

    person: Person
    by: Person
    text: Said


class Knocked(Command):
    """Somebody waits in the lobby, or does not any more."""

    person: Person
    state: Literal["waiting", "inside", "refused", "outside", "removed", "banned"]


class HelpCalled(Command):
    """Somebody has a problem, or it is settled."""

    person: Person
    problem: Literal["no_sound", "no_picture", "other"]


class Reaction(Command):
    """A small sign."""

    name: Literal["thumb", "heart", "clap", "laugh", "slower"]


class AgendaBegun(Command):
    """An item of the agenda has begun; its words are those of that moment."""

    item: uuid.UUID
    title: Annotated[str, Field(max_length=200)]
    minutes: Annotated[int, Field(ge=1, le=600)]


class TimerStarted(Command):
    """So many seconds from now on."""

    seconds: Annotated[int, Field(ge=10, le=7200)]


class RecordingRef(Command):
    """A recording began or ended."""

    recording: uuid.UUID


class ConsentAnswered(Command):
    """Somebody said whether they may be recorded."""

    person: Person
    is_given: bool


class CaptionSaid(Command):
    """A line of captions, typed by somebody."""

    person: Person
    text: Annotated[str, Field(min_length=1, max_length=300)]


class Typing(Command):
    """Somebody writes in the chat."""


EVENTS: dict[str, type[Command]] = {
    "room.opened": Nothing,
    "room.ended": Nothing,
    "room.locked": Locked,
    "room.stopped": Stopped,
    "layout.set": LayoutSet,
    "person.entered": ByPerson,
    "person.left": ByPerson,
    "person.changed": PersonChanged,
    "person.away": Away,
    "floor.given": ByPerson,
    "hand.raised": ByPerson,
    "hand.lowered": ByPerson,
    "chat.said": ChatSaid,
    "chat.edited": ChatEdited,
    "chat.gone": ChatGone,
    "chat.ruled": ChatRuled,
    "chat.signed": ChatSigned,
    "deck.changed": DeckChanged,
    "slide.shown": SlideShown,
    "slide.zoomed": SlideZoomed,
    "slide.sharpened": SlideSharpened,
    "slide.hidden": Nothing,
    "videos.changed": Nothing,
    "video.shown": VideoShown,
    "video.moved": VideoMoved,
    "video.hidden": Nothing,
    "poll.prepared": Nothing,
    "poll.opened": PollOpened,
    "poll.closed": PollRef,
    "poll.answered": PollAnswered,
    "poll.counted": PollCounted,
    "question.asked": QuestionAsked,
    "question.changed": QuestionChanged,
    "question.taken": QuestionTaken,
    "question.merged": QuestionMerged,
    "question.published": QuestionPublished,
    "question.voted": QuestionVoted,
    "agenda.changed": Nothing,
    "agenda.begun": AgendaBegun,
    "agenda.ended": Nothing,
    "timer.started": TimerStarted,
    "timer.stopped": Nothing,
    "caption.said": CaptionSaid,
    "recording.started": RecordingRef,
    "recording.stopped": RecordingRef,
    "consent.answered": ConsentAnswered,
}
STAFF_EVENTS: dict[str, type[Command]] = {
    "lobby.changed": Knocked,
    "help.called": HelpCalled,
    "help.settled": ByPerson,
    "staff.told": Told,
    "alone.edited": AloneEdited,
    "alone.gone": AloneGone,
}
PERSON_EVENTS: dict[str, type[Command]] = {
    "lobby.changed": Knocked,
    "person.asked": Asked,
    "staff.told": Told,
    "chat.whispered": Whispered,
    "alone.edited": AloneEdited,
    "alone.gone": AloneGone,
}


def channel_of(room_id: uuid.UUID) -> str:
    """Where everybody inside hears what happens."""
    return f"{ROOM}:{room_id}"


def staff_channel(room_id: uuid.UUID) -> str:
    """Where those who lead hear of knocks and calls."""
    return f"{STAFF}:{room_id}"


def person_channel(participant_id: uuid.UUID) -> str:
    """Where one person hears what is for them alone."""
    return f"{PERSON}:{participant_id}"


def write(room: Room, kind: str, payload: Command, key: str = "", *, at: datetime | None = None) -> int:
    """Write what happened into the log of a room; the same key again is the same event. Returns its number."""
    return _append(room, kind, payload, key, at)[0]


def tell(room: Room, kind: str, payload: Command, turn: str = "") -> bool:
    """Write how something stands now, once in each turn; False if that was done in this one already (``merging.py``)."""
    return _append(room, kind, payload, turn)[1]


def _append(
    room: Room, kind: str, payload: Command, key: str = "", at: datetime | None = None
) -> tuple[int, bool]:
    channel = channel_of(room.activity_id)
    done = append(system_actor(room.office_id), channel, kind, payload, key or new_id().hex, at=at)
    if done.is_new and done.seq % KEEP_STATE_EVERY == 0:
        keep_state(room)
    return done.seq, done.is_new


def write_staff(room: Room, kind: str, payload: Command, key: str = "") -> int:
    """The same for those who lead."""
    channel = staff_channel(room.activity_id)
    return append(system_actor(room.office_id), channel, kind, payload, key or new_id().hex).seq


def write_person(row: Participant, kind: str, payload: Command, key: str = "") -> int:
    """The same for one person."""
    channel = person_channel(row.id)
    return append(system_actor(row.office_id), channel, kind, payload, key or new_id().hex).seq


def last_heard(row: Participant) -> int:
    """The number of the last event for one person alone; 0 if there is none."""
    found = read_latest(system_actor(row.office_id), person_channel(row.id), 1)
    return found[-1].seq if found else 0


def read_state(room: Room) -> tuple[int, dict[str, Any]]:
    """The number of the last event of a room, and what is true after it."""
    kept = session().get(StateAt, room.activity_id)
    seq, state = (kept.seq, kept.state) if kept is not None else (0, new_state())
    office = system_actor(room.office_id)
    while True:
        events = read_since(office, channel_of(room.activity_id), seq)
        if not events:
            return seq, state
        for event in events:
            state = fold(state, event.as_message())
        seq = events[-1].seq


def keep_state(room: Room) -> None:
    """Keep the state of now for newcomers."""
    seq, state = read_state(room)
    session().merge(StateAt(room_id=room.activity_id, office_id=room.office_id, seq=seq, state=state))
    session().flush()


def room_of(channel: str) -> Room | None:
    """The room that a channel belongs to."""
    return session().get(Room, _id(channel))


def find_in(actor: Actor, room_id: uuid.UUID, *, alone: bool = False) -> Participant | None:
    """The actor in a room; with ``alone`` other pages of the same person wait here for the end of the unit of work."""
    query = _VISITOR if actor.is_visitor else _MEMBER
    return session().scalar(query[alone], {"room": room_id, "who": actor.user_id})


# Everything that somebody does in a room asks one of these: they are built once.
_IN_ROOM = select(Participant).where(Participant.room_id == bindparam("room"))
_ALONE = _IN_ROOM.with_for_update(of=Participant, key_share=True).execution_options(populate_existing=True)
_VISITOR, _MEMBER = (
    tuple(query.where(who == bindparam("who")) for query in (_IN_ROOM, _ALONE))
    for who in (Participant.visitor_id, Participant.user_id)
)


def _snapshot(_actor: Actor, channel: str) -> Snapshot:
    room = room_of(channel)
    if room is None:
        return Snapshot(0, new_state())
    return Snapshot(*read_state(room))


def _may_hear_room(actor: Actor, channel: str) -> Decision:
    row = find_in(actor, _id(channel))
    if row is not None and row.state == "inside":
        return Decision(True, _("You are in this room."))
    if row is not None and row.state in {"removed", "banned"}:
        return Decision(False, _("You were asked to leave this room."))
    return Decision(False, _("You are not in this room."))


def _may_hear_staff(actor: Actor, channel: str) -> Decision:
    row = find_in(actor, _id(channel))
    if row is not None and row.state == "inside" and row.is_moderator:
        return Decision(True, _("You lead this room."))
    return Decision(False, _("Only those who lead the room hear this."))


def _may_hear_person(actor: Actor, channel: str) -> Decision:
    row = session().get(Participant, _id(channel))
    if row is not None and actor.user_id == row.presence_id:
        return Decision(True, _("This is for you."))
    return Decision(False, _("This is for somebody else."))


def _may_hint(actor: Actor, channel: str, kind: str) -> Decision:
    """Nobody but the room itself writes into the log; inside it people give fleeting signs."""
    row = find_in(actor, _id(channel))
    is_inside = row is not None and row.state == "inside"
    if row is None or not is_inside or kind in EVENTS:
        return Decision(False, _("You are not in this room."))
    needed = {"pointer": "present", "typing": "chat"}.get(kind)
    if needed and needed not in row.rights:
        return Decision(False, _("You may not do this here now."))
    return Decision(True, _("You are in this room."))


def _nobody_writes(_actor: Actor, _channel: str, _kind: str) -> Decision:
    return Decision(False, _("Only the room itself writes here."))


def _id(channel: str) -> uuid.UUID:
    try:
        return uuid.UUID(channel.partition(":")[2])
    except ValueError:
        return uuid.UUID(int=0)


def _kinds(events: dict[str, type[Command]]) -> dict[str, EventKind]:
    return {
        name: EventKind(payload, is_for_clients=False, max_bytes=32_000) for name, payload in events.items()
    }


ROOM_CHANNEL = ChannelKind(
    ROOM, events=_kinds(EVENTS), may_read=_may_hear_room, may_append=_may_hint, snapshot=_snapshot,
    hints={
        "pointer": HintKind(Pointer, Rate(300, 10)), "reaction": HintKind(Reaction, Rate(10, 10)),
        "typing": HintKind(Typing, Rate(20, 10)),
    },
)  # fmt: skip
STAFF_CHANNEL = ChannelKind(
    STAFF,
    events=_kinds(STAFF_EVENTS),
    may_read=_may_hear_staff,
    may_append=_nobody_writes,
    tail=KEPT_MESSAGES,
)
PERSON_CHANNEL = ChannelKind(
    PERSON,
    events=_kinds(PERSON_EVENTS),
    may_read=_may_hear_person,
    may_append=_nobody_writes,
    tail=KEPT_MESSAGES,
)
