"""Orders about people: what they write to one another alone, signs on what they wrote, putting them out, switching them off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.plugin import Call, Policy, Rate, on_event
from plugins.webinar import banning, chat_signs, orders, rewriting, stopping, whispering

LET_IN = Policy("visitor", "webinar")
READS = Policy("visitor", "webinar", opens_transaction=False)


class PeopleOrders:
    """A part of the namespace of rooms."""

    @on_event("chat.whisper", LET_IN, orders.Whisper, rate=Rate(20, 20))
    def whisper(self, call: Call, command: orders.Whisper) -> Mapping[str, Any]:
        """Write to one person alone."""
        whispering.whisper(call.actor, command.room, command.person, command.text, command.key)
        return {}

    @on_event("alone.edit", LET_IN, orders.EditAlone, rate=Rate(20, 20))
    def edit_alone(self, call: Call, command: orders.EditAlone) -> Mapping[str, Any]:
        """Write anew what one wrote to one person or to those who lead."""
        rewriting.edit(call.actor, command.room, command.target, command.text, command.key)
        return {}

    @on_event("alone.take_back", LET_IN, orders.OfAlone)
    def take_back_alone(self, call: Call, command: orders.OfAlone) -> Mapping[str, Any]:
        """Take it back."""
        rewriting.take_back(call.actor, command.room, command.target)
        return {}

    @on_event("chat.sign", LET_IN, orders.Sign, rate=Rate(30, 20))
    def sign(self, call: Call, command: orders.Sign) -> Mapping[str, Any]:
        """Put a sign on a message, or take it away."""
        chat_signs.set_sign(call.actor, command.room, command.target, command.name, is_given=command.is_given)
        return {}

    @on_event("chat.signs", READS, orders.OfMessage, rate=Rate(60, 30))
    def list_signs(self, call: Call, command: orders.OfMessage) -> Mapping[str, Any]:
        """Who gave which sign to a message."""
        return {"signs": chat_signs.find_signs(call.actor, command.room, command.target)}

    @on_event("chat.own_signs", READS, orders.InRoom)
    def list_own_signs(self, call: Call, command: orders.InRoom) -> Mapping[str, Any]:
        """Which signs one gave."""
        return {"signs": chat_signs.own_signs(call.actor, command.room)}

    @on_event("person.remove", LET_IN, orders.PutOut)
    def remove(self, call: Call, command: orders.PutOut) -> Mapping[str, Any]:
        """Put somebody out, for now or for good."""
        put_out = banning.ban if command.is_banned else banning.remove
        put_out(call.actor, command.room, command.person, command.reason)
        return {}

    @on_event("ban.lift", LET_IN, orders.OfPerson)
    def lift_ban(self, call: Call, command: orders.OfPerson) -> Mapping[str, Any]:
        """Let somebody come again."""
        banning.lift_ban(call.actor, command.room, command.person)
        return {}

    @on_event("all.stop", LET_IN, orders.StopAll)
    def stop_all(self, call: Call, command: orders.StopAll) -> Mapping[str, Any]:
        """All microphones or cameras off."""
        stopping.stop_all(call.actor, command.room, command.right)
        return {}

    @on_event("sending.go_on", LET_IN, orders.GoOn)
    def go_on(self, call: Call, command: orders.GoOn) -> Mapping[str, Any]:
        """One switched microphone, camera or screen on again."""
        stopping.go_on(call.actor, command.room, command.right)
        return {}
