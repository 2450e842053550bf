"""The live side of rooms: who may connect, and every order that can be given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.plugin import Call, Connection, LiveNamespace, Policy, Rate, on_event
from plugins.webinar import (
    agenda,
    calls,
    entering,
    moderating,
    orders,
    polls,
    questions,
    recording,
    sending,
    sharpening,
    slides,
    talking,
    videos,
    zooming,
)
from plugins.webinar.asking_sockets import AskingEvents
from plugins.webinar.chat_events import ChatRuled
from plugins.webinar.log import (
    PERSON_CHANNEL,
    ROOM,
    ROOM_CHANNEL,
    STAFF_CHANNEL,
    HelpCalled,
    LayoutSet,
    find_in,
    room_of,
)
from plugins.webinar.people_sockets import LET_IN, READS, PeopleOrders
from plugins.webinar.slide_events import SlideZoomed

MEMBERS = Policy("member")


class WebinarNamespace(AskingEvents, PeopleOrders, LiveNamespace):
    """Rooms: for members of the office, and for visitors whom a room has let in."""

    path = "/webinar"
    policy = LET_IN
    channels = (ROOM_CHANNEL, STAFF_CHANNEL, PERSON_CHANNEL, calls.CALL_CHANNEL)

    def departed(self, connection: Connection, *, said_goodbye: bool) -> None:
        """A page was closed, or its network was lost."""
        for channel in connection.channels:
            if channel.startswith(f"{calls.NAME}:"):
                calls.lost(connection.actor, channel, connection.sid)
            room = room_of(channel) if channel.startswith(f"{ROOM}:") else None
            row = find_in(connection.actor, room.activity_id) if room is not None else None
            if row is not None:
                entering.lost(row, said_goodbye=said_goodbye)

    # --- being there ------------------------------------------------------------------

    @on_event("here", LET_IN, orders.InRoom, rate=Rate(30, 60))
    def here(self, call: Call, command: orders.InRoom) -> Mapping[str, Any]:
        """Heartbeat."""
        entering.here(call.actor, command.room)
        return {}

    @on_event("room.leave", LET_IN, orders.InRoom)
    def leave_room(self, call: Call, command: orders.InRoom) -> Mapping[str, Any]:
        """Go out."""
        entering.leave(call.actor, command.room)
        return {}

    @on_event("people", READS, orders.People)
    def people(self, call: Call, command: orders.People) -> Mapping[str, Any]:
        """Who is who."""
        found = entering.find_people(call.actor, command.room, command.ids)
        return {"people": [each.as_message() for each in found]}

    @on_event("away.set", LET_IN, orders.SetAway)
    def set_away(self, call: Call, command: orders.SetAway) -> Mapping[str, Any]:
        """Away from the screen, or back."""
        talking.set_away(call.actor, command.room, command.key, is_away=command.is_away)
        return {}

    # --- media ------------------------------------------------------------------------

    @on_event("media.offer", READS, orders.MediaOffer)
    def media_offer(self, call: Call, command: orders.MediaOffer) -> Mapping[str, Any]:
        """Connect in one direction."""
        return sending.connect(call.actor, command.room, call.sid, command.direction, command.sdp)

    @on_event("media.restart", READS, orders.MediaRestart)
    def media_restart(self, call: Call, command: orders.MediaRestart) -> Mapping[str, Any]:
        """Go on over another network."""
        return sending.restart(call.actor, command.room, call.sid, command.peer, command.sdp)

    @on_event("media.bind", READS, orders.MediaPeer)
    def media_bind(self, call: Call, command: orders.MediaPeer) -> Mapping[str, Any]:
        """The socket is new, the connection the same."""
        return {"bound": sending.bind(call.actor, command.room, call.sid, command.peer)}

    @on_event("media.leave", READS, orders.MediaPeer)
    def media_leave(self, call: Call, command: orders.MediaPeer) -> Mapping[str, Any]:
        """End a connection."""
        sending.end(call.actor, command.room, command.peer)
        return {}

    @on_event("media.wish", READS, orders.MediaWish, rate=Rate(120, 20))
    def media_wish(self, call: Call, command: orders.MediaWish) -> Mapping[str, Any]:
        """What the page shows now."""
        sending.wish(call.actor, command.room, command)
        return {}

    # --- calls ------------------------------------------------------------------------

    @on_event("call.open", MEMBERS, orders.OpenCall, rate=Rate(30, 60))
    def open_call(self, call: Call, command: orders.OpenCall) -> Mapping[str, Any]:
        """Which call belongs to a talk, and what is true of it."""
        return calls.describe(calls.open_call(call.actor, command.talk), command.page)

    @on_event("call.ring", MEMBERS, orders.Ring, rate=Rate(8, 60))
    def ring(self, call: Call, command: orders.Ring) -> Mapping[str, Any]:
        """Call the other one."""
        calls.ring(call.actor, command.call, command.medium, calls.At(command.page, call.sid))
        return {}

    @on_event("call.accept", MEMBERS, orders.InCall, rate=Rate(20, 60))
    def accept(self, call: Call, command: orders.InCall) -> Mapping[str, Any]:
        """Come in."""
        calls.accept(call.actor, command.call, calls.At(command.page, call.sid))
        return {}

    @on_event("call.decline", MEMBERS, orders.InCall, rate=Rate(20, 60))
    def decline(self, call: Call, command: orders.InCall) -> Mapping[str, Any]:
        """Not now."""
        calls.decline(call.actor, command.call)
        return {}

    @on_event("call.leave", MEMBERS, orders.InCall)
    def hang_up(self, call: Call, command: orders.InCall) -> Mapping[str, Any]:
        """End the call."""
        calls.leave(call.actor, command.call, command.page)
        return {}

    @on_event("call.here", MEMBERS, orders.InCall, rate=Rate(30, 60))
    def in_call(self, call: Call, command: orders.InCall) -> Mapping[str, Any]:
        """Heartbeat of a page in a call; with another socket after a broken connection."""
        return calls.hear_from(call.actor, command.call, calls.At(command.page, call.sid))

    # --- talking ----------------------------------------------------------------------

    @on_event("chat.say", LET_IN, orders.Say, rate=Rate(20, 20))
    def say(self, call: Call, command: orders.Say) -> Mapping[str, Any]:
        """Write to everybody."""
        return {"seq": talking.say(call.actor, command.room, command.text, command.key, command.reply_to)}

    @on_event("chat.edit", LET_IN, orders.EditSaid, rate=Rate(20, 20))
    def edit(self, call: Call, command: orders.EditSaid) -> Mapping[str, Any]:
        """Write a message anew."""
        talking.edit(call.actor, command.room, command.target, command.text, command.key)
        return {}

    @on_event("chat.rule", LET_IN, orders.RuleChat)
    def rule_chat(self, call: Call, command: orders.RuleChat) -> Mapping[str, Any]:
        """How often one writes, who may write links, and whether to one person alone."""
        rules = ChatRuled(slow_seconds=command.slow_seconds, links=command.links, private=command.private)
        talking.set_rules(call.actor, command.room, rules, command.key)
        return {}

    @on_event("chat.take_back", LET_IN, orders.Target)
    def take_back(self, call: Call, command: orders.Target) -> Mapping[str, Any]:
        """Take a message back."""
        talking.take_back(call.actor, command.room, command.target)
        return {}

    @on_event("staff.tell", LET_IN, orders.TellStaff, rate=Rate(20, 20))
    def tell_staff(self, call: Call, command: orders.TellStaff) -> Mapping[str, Any]:
        """Write to those who lead, or from them to one person."""
        talking.tell_staff(call.actor, command.room, command.text, command.key, command.person)
        return {}

    @on_event("hand.raise", LET_IN, orders.Order)
    def raise_hand(self, call: Call, command: orders.Order) -> Mapping[str, Any]:
        """Ask for the floor."""
        talking.raise_hand(call.actor, command.room, command.key)
        return {}

    @on_event("hand.lower", LET_IN, orders.MaybeOfPerson)
    def lower_hand(self, call: Call, command: orders.MaybeOfPerson) -> Mapping[str, Any]:
        """Put a hand down."""
        talking.lower_hand(call.actor, command.room, command.key, command.person)
        return {}

    @on_event("help.call", LET_IN, orders.CallHelp)
    def call_help(self, call: Call, command: orders.CallHelp) -> Mapping[str, Any]:
        """Something does not work."""
        moderating.call_help(
            call.actor, command.room, HelpCalled(person=command.room, problem=command.problem)
        )
        return {}

    # --- slides, polls, questions -------------------------------------------------------

    @on_event("slides.list", READS, orders.InRoom)
    def list_slides(self, call: Call, command: orders.InRoom) -> Mapping[str, Any]:
        """What can be shown."""
        return {"decks": slides.read_decks(call.actor, command.room)}

    @on_event("slide.show", LET_IN, orders.ShowSlide)
    def show_slide(self, call: Call, command: orders.ShowSlide) -> Mapping[str, Any]:
        """Turn to a slide, for everybody."""
        if command.deck is None:
            slides.hide(call.actor, command.room)
        else:
            slides.show(call.actor, command.room, command.deck, command.number)
        return {}

    @on_event("slide.zoom", LET_IN, orders.ZoomSlide, rate=Rate(60, 10))
    def zoom_slide(self, call: Call, command: orders.ZoomSlide) -> Mapping[str, Any]:
        """Look closer, with everybody who follows."""
        view = SlideZoomed(
            deck=command.deck, number=command.number, scale=command.scale, x=command.x, y=command.y
        )
        zooming.zoom(call.actor, command.room, view, command.key)
        return {}

    @on_event("slide.sharpen", LET_IN, orders.SharpenSlide, rate=Rate(60, 60))
    def sharpen_slide(self, call: Call, command: orders.SharpenSlide) -> Mapping[str, Any]:
        """Look closely at a slide for oneself."""
        return {"is_sharp": sharpening.ask(call.actor, command.room, command.deck, command.number)}

    @on_event("videos.list", READS, orders.InRoom)
    def list_videos(self, call: Call, command: orders.InRoom) -> Mapping[str, Any]:
        """What can be shown, and the time of the server."""
        return videos.read_videos(call.actor, command.room)

    @on_event("video.show", LET_IN, orders.ShowVideo)
    def show_video(self, call: Call, command: orders.ShowVideo) -> Mapping[str, Any]:
        """A video for everybody, or none."""
        if command.video is None:
            videos.hide(call.actor, command.room, command.key)
        else:
            videos.show(call.actor, command.room, command.video, command.key)
        return {}

    @on_event("video.move", LET_IN, orders.MoveVideo, rate=Rate(60, 20))
    def move_video(self, call: Call, command: orders.MoveVideo) -> Mapping[str, Any]:
        """Play it from there, or let it stand still."""
        videos.move(call.actor, command.room, command)
        return {}

    @on_event("poll.make", LET_IN, orders.MakePoll)
    def make_poll(self, call: Call, command: orders.MakePoll) -> Mapping[str, Any]:
        """Open a poll."""
        return {"poll": str(polls.make_poll(call.actor, command.room, command).id)}

    @on_event("poll.vote", LET_IN, orders.CastVote)
    def vote(self, call: Call, command: orders.CastVote) -> Mapping[str, Any]:
        """Vote."""
        polls.vote(call.actor, command.room, command.poll, command.options, command.number, command.text)
        return {}

    @on_event("poll.close", LET_IN, orders.OfPoll)
    def close_poll(self, call: Call, command: orders.OfPoll) -> Mapping[str, Any]:
        """Close a poll."""
        polls.close_poll(call.actor, command.room, command.poll)
        return {}

    @on_event("poll.bank", READS, orders.FindInBank, rate=Rate(60, 30))
    def find_in_bank(self, call: Call, command: orders.FindInBank) -> Mapping[str, Any]:
        """Questions that can be asked as a poll."""
        return {"questions": polls.find_in_bank(call.actor, command.room, command.query)}

    @on_event("poll.ask_from_bank", LET_IN, orders.AskFromBank)
    def ask_from_bank(self, call: Call, command: orders.AskFromBank) -> Mapping[str, Any]:
        """Ask one of them."""
        return {"poll": str(polls.ask_from_bank(call.actor, command.room, command).id)}

    @on_event("poll.show_answer", LET_IN, orders.OfPoll)
    def show_answer(self, call: Call, command: orders.OfPoll) -> Mapping[str, Any]:
        """Close a poll and tell what was right."""
        polls.show_answer(call.actor, command.room, command.poll)
        return {}

    @on_event("poll.own", READS, orders.OfPoll)
    def own_vote(self, call: Call, command: orders.OfPoll) -> Mapping[str, Any]:
        """What one has voted."""
        return polls.own_vote(call.actor, command.room, command.poll)

    @on_event("question.ask", LET_IN, orders.AskQuestion)
    def ask(self, call: Call, command: orders.AskQuestion) -> Mapping[str, Any]:
        """Ask."""
        questions.ask(call.actor, command.room, command.question, command.text)
        return {}

    @on_event("question.want", LET_IN, orders.WantQuestion)
    def want(self, call: Call, command: orders.WantQuestion) -> Mapping[str, Any]:
        """Want to know it too."""
        questions.want(call.actor, command.room, command.question, is_wanted=command.is_wanted)
        return {}

    @on_event("question.settle", LET_IN, orders.SettleQuestion)
    def settle_question(self, call: Call, command: orders.SettleQuestion) -> Mapping[str, Any]:
        """Answer, tick, or take out."""
        questions.settle(call.actor, command.room, command.question, command.state, command.answer)
        return {}

    @on_event("agenda.list", READS, orders.InRoom)
    def list_agenda(self, call: Call, command: orders.InRoom) -> Mapping[str, Any]:
        """What is planned."""
        return {"items": agenda.read_agenda(call.actor, command.room)}

    @on_event("agenda.begin", LET_IN, orders.BeginItem)
    def begin_item(self, call: Call, command: orders.BeginItem) -> Mapping[str, Any]:
        """Go to an item of the agenda, for everybody."""
        agenda.begin(call.actor, command.room, command.item, command.key)
        return {}

    @on_event("timer.start", LET_IN, orders.StartTimer)
    def start_timer(self, call: Call, command: orders.StartTimer) -> Mapping[str, Any]:
        """Count the time for everybody."""
        questions.start_timer(call.actor, command.room, command.seconds)
        return {}

    @on_event("timer.stop", LET_IN, orders.Order)
    def stop_timer(self, call: Call, command: orders.Order) -> Mapping[str, Any]:
        """Count no more."""
        questions.stop_timer(call.actor, command.room)
        return {}

    @on_event("caption.say", LET_IN, orders.Caption, rate=Rate(60, 30))
    def caption(self, call: Call, command: orders.Caption) -> Mapping[str, Any]:
        """A line of captions."""
        questions.caption(call.actor, command.room, command.text, command.key)
        return {}

    # --- recording ----------------------------------------------------------------------

    @on_event("recording.start", LET_IN, orders.Order)
    def start_recording(self, call: Call, command: orders.Order) -> Mapping[str, Any]:
        """Record those who agree."""
        recording.start(call.actor, command.room)
        return {}

    @on_event("recording.stop", LET_IN, orders.Order)
    def stop_recording(self, call: Call, command: orders.Order) -> Mapping[str, Any]:
        """Record no more."""
        recording.stop(call.actor, command.room)
        return {}

    @on_event("consent.answer", LET_IN, orders.AnswerConsent)
    def answer_consent(self, call: Call, command: orders.AnswerConsent) -> Mapping[str, Any]:
        """Whether one may be recorded."""
        recording.answer(call.actor, command.room, is_given=command.is_given)
        return {}

    # --- leading ----------------------------------------------------------------------

    @on_event("lobby.admit", LET_IN, orders.MaybeOfPerson)
    def admit(self, call: Call, command: orders.MaybeOfPerson) -> Mapping[str, Any]:
        """Let one person in, or everybody who waits."""
        if command.person is None:
            return {"count": entering.admit_all(call.actor, command.room)}
        entering.admit(call.actor, command.room, command.person)
        return {"count": 1}

    @on_event("lobby.refuse", LET_IN, orders.OfPerson)
    def refuse(self, call: Call, command: orders.OfPerson) -> Mapping[str, Any]:
        """Do not let somebody in."""
        entering.refuse(call.actor, command.room, command.person)
        return {}

    @on_event("right.give", LET_IN, orders.GiveRight)
    def give_right(self, call: Call, command: orders.GiveRight) -> Mapping[str, Any]:
        """Give a right, or take it."""
        moderating.give_right(
            call.actor, command.room, command.person, command.right, is_given=command.is_given
        )
        return {}

    @on_event("role.set", LET_IN, orders.SetRole)
    def set_role(self, call: Call, command: orders.SetRole) -> Mapping[str, Any]:
        """Change somebody's role."""
        moderating.set_role(call.actor, command.room, command.person, command.role)
        return {}

    @on_event("lock.set", LET_IN, orders.Lock)
    def lock(self, call: Call, command: orders.Lock) -> Mapping[str, Any]:
        """Lock something for all, or unlock it."""
        moderating.lock(call.actor, command.room, command.right, is_locked=command.is_locked)
        return {}

    @on_event("floor.give", LET_IN, orders.OfPerson)
    def give_floor(self, call: Call, command: orders.OfPerson) -> Mapping[str, Any]:
        """Give somebody the floor."""
        moderating.give_floor(call.actor, command.room, command.person)
        return {}

    @on_event("floor.take", LET_IN, orders.OfPerson)
    def take_floor(self, call: Call, command: orders.OfPerson) -> Mapping[str, Any]:
        """Take it back."""
        moderating.take_floor(call.actor, command.room, command.person)
        return {}

    @on_event("person.ask", LET_IN, orders.AskPerson)
    def ask_person(self, call: Call, command: orders.AskPerson) -> Mapping[str, Any]:
        """Let somebody switch something on or off."""
        moderating.ask_person(call.actor, command.room, command.person, command.kind)
        return {}

    @on_event("help.settle", LET_IN, orders.OfPerson)
    def settle_help(self, call: Call, command: orders.OfPerson) -> Mapping[str, Any]:
        """A problem is settled."""
        moderating.settle_help(call.actor, command.room, command.person)
        return {}

    @on_event("layout.set", LET_IN, orders.SetLayout)
    def set_layout(self, call: Call, command: orders.SetLayout) -> Mapping[str, Any]:
        """How the stage looks for all."""
        moderating.set_layout(
            call.actor, command.room, LayoutSet(layout=command.layout, pinned=command.pinned)
        )
        return {}

    @on_event("room.end", LET_IN, orders.Order)
    def end_room(self, call: Call, command: orders.Order) -> Mapping[str, Any]:
        """End it for all."""
        moderating.end_room(call.actor, command.room)
        return {}
