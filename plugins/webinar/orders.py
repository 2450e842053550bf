"""Orders that clients give in a room. Each names the room, and carries a key where sending it again must be once."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from pydantic import Field

from lms.plugin import Command
from plugins.webinar.chat_models import SignName
from plugins.webinar.media_commands import OfferCommand, PeerCommand, RestartCommand, WishCommand
from plugins.webinar.models import LinkRule
from plugins.webinar.poll_models import PollKind
from plugins.webinar.presets import Layout

Key = Annotated[str, Field(min_length=8, max_length=40)]
Said = Annotated[str, Field(min_length=1, max_length=2000)]


class InRoom(Command):
    """Something about a room."""

    room: uuid.UUID


class Order(InRoom):
    """Something to be done once."""

    key: Key


class OfPerson(Order):
    """Something about somebody in the room."""

    person: uuid.UUID


class MaybeOfPerson(Order):
    """Something about oneself, or about somebody in the room."""

    person: uuid.UUID | None = None


class Say(Order):
    """A message for everybody."""

    text: Said
    reply_to: Annotated[int, Field(ge=1)] | None = None


class EditSaid(Order):
    """One's own message, written anew; ``target`` is its number."""

    target: Annotated[int, Field(ge=1)]
    text: Said


class RuleChat(Order):
    """How often one writes, who may write links, and whether one writes to one other person alone."""

    slow_seconds: Annotated[int, Field(ge=0, le=600)]
    links: LinkRule
    private: bool


class Whisper(OfPerson):
    """A message to one person alone."""

    text: Said


class OfAlone(Order):
    """What was written to one person or to those who lead; ``target`` is the key of its event."""

    target: Annotated[str, Field(min_length=1, max_length=80)]


class EditAlone(OfAlone):
    """It is written anew."""

    text: Said


class OfMessage(InRoom):
    """A message, by its number."""

    target: Annotated[int, Field(ge=1)]


class Sign(Order):
    """A sign on a message, given or taken away."""

    target: Annotated[int, Field(ge=1)]
    name: SignName
    is_given: bool


class TellStaff(MaybeOfPerson):
    """A message to those who lead, or from them to one person."""

    text: Said


class Target(Order):
    """A message, by its number."""

    target: Annotated[int, Field(ge=1)]


class SetAway(Order):
    """Away, or back."""

    is_away: bool


class GiveRight(OfPerson):
    """A right that is given or taken."""

    right: Annotated[str, Field(max_length=20)]
    is_given: bool


class SetRole(OfPerson):
    """A role."""

    role: Literal["cohost", "presenter", "participant"]


class Lock(Order):
    """A right that is taken from everybody, or given back."""

    right: Annotated[str, Field(max_length=20)]
    is_locked: bool


class AskPerson(OfPerson):
    """Somebody is to switch something on or off."""

    kind: Literal["speak", "mute", "camera_off", "share_off"]


class SetLayout(Order):
    """How the stage looks for all."""

    layout: Layout
    pinned: uuid.UUID | None = None


class PutOut(OfPerson):
    """Somebody is to go; for good, if they are banned."""

    reason: Annotated[str, Field(max_length=300)] = ""
    is_banned: bool = False


class StopAll(Order):
    """All microphones or cameras off."""

    right: Literal["speak", "camera"]


class GoOn(Order):
    """One switched it on again."""

    right: Literal["speak", "camera", "share"]


class CallHelp(Order):
    """Something does not work."""

    problem: Literal["no_sound", "no_picture", "other"]


class People(InRoom):
    """Who these people are; without ids everybody."""

    ids: Annotated[list[uuid.UUID], Field(max_length=200)] | None = None


class MediaOffer(OfferCommand):
    """Connect in one direction, in a room."""

    room: uuid.UUID


class MediaRestart(RestartCommand):
    """Go on over another network."""

    room: uuid.UUID


class MediaPeer(PeerCommand):
    """One's own connection in a room."""

    room: uuid.UUID


class MediaWish(WishCommand):
    """What one's page shows of a room."""

    room: uuid.UUID


class ShowSlide(Order):
    """A slide for everybody; none: no slide."""

    deck: uuid.UUID | None = None
    number: Annotated[int, Field(ge=1, le=1000)] = 1


class ZoomSlide(Order):
    """How close one looks at the slide that one shows."""

    deck: uuid.UUID
    number: Annotated[int, Field(ge=1, le=1000)]
    scale: Annotated[int, Field(ge=100, le=400)]
    x: Annotated[int, Field(ge=0, le=1000)]
    y: Annotated[int, Field(ge=0, le=1000)]


class SharpenSlide(InRoom):
    """A slide that one looks at closely."""

    deck: uuid.UUID
    number: Annotated[int, Field(ge=1, le=1000)]


class ShowVideo(Order):
    """A video for everybody; none: no video."""

    video: uuid.UUID | None = None


class MoveVideo(Order):
    """Play the video of the stage from there, or let it stand still there."""

    video: uuid.UUID
    position: Annotated[float, Field(ge=0, le=100_000)]
    is_playing: bool


class MakePoll(Order):
    """A poll that opens at once. ``poll`` is chosen by who makes it, so that sending it again is once."""

    poll: uuid.UUID
    kind: PollKind
    question: Annotated[str, Field(min_length=2, max_length=300)]
    options: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=20)] = []
    is_anonymous: bool = True


class OfPoll(Order):
    """Something about a poll."""

    poll: uuid.UUID


class FindInBank(InRoom):
    """Words of a question of the bank."""

    query: Annotated[str, Field(max_length=100)] = ""


class AskFromBank(Order):
    """A question of the bank as a poll that opens at once. ``poll`` is chosen by who makes it."""

    poll: uuid.UUID
    ref: Annotated[str, Field(max_length=200)]
    is_anonymous: bool = True


class CastVote(OfPoll):
    """An answer."""

    options: Annotated[list[uuid.UUID], Field(max_length=12)] = []
    number: int | None = None
    text: Annotated[str, Field(max_length=300)] | None = None


class AskQuestion(Order):
    """A question. ``question`` is chosen by who asks."""

    question: uuid.UUID
    text: Annotated[str, Field(min_length=3, max_length=500)]


class WantQuestion(Order):
    """Want to know it too, or not."""

    question: uuid.UUID
    is_wanted: bool


class SettleQuestion(Order):
    """An answer, a tick, or away with it."""

    question: uuid.UUID
    state: Literal["answered", "done", "removed"]
    answer: Annotated[str, Field(max_length=2000)] = ""


class OfQuestion(Order):
    """Something about a question."""

    question: uuid.UUID


class TakeQuestion(Order):
    """The question that is answered aloud now; none: no question any more."""

    question: uuid.UUID | None = None


class MergeQuestion(OfQuestion):
    """Let it go with another."""

    into: uuid.UUID


class PublishQuestion(OfQuestion):
    """Whether it stands in the replay."""

    is_published: bool


class AnswerConsent(Order):
    """Whether one may be recorded."""

    is_given: bool


class BeginItem(Order):
    """Go to an item of the agenda; none: it is done."""

    item: uuid.UUID | None = None


class StartTimer(Order):
    """So many seconds."""

    seconds: Annotated[int, Field(ge=10, le=7200)]


class Caption(Order):
    """A line of captions."""

    text: Annotated[str, Field(min_length=1, max_length=300)]


class OpenCall(Command):
    """Show the pass of a talk: which call it is, and what is true of it."""

    talk: Annotated[str, Field(min_length=20, max_length=2000)]
    page: Key


class InCall(Command):
    """Something about a call, by a page of it."""

    call: uuid.UUID
    page: Key


class Ring(InCall):
    """Call the other one."""

    medium: Literal["voice", "video", "screen"] = "voice"
