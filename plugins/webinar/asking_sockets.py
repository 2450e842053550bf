"""Orders about prepared polls, given by those who present."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.plugin import Call, Policy, on_event
from plugins.webinar import orders, prepared_polls

LET_IN = Policy("visitor", "webinar")
READS = Policy("visitor", "webinar", opens_transaction=False)


class AskingEvents:
    """Events of the namespace of rooms."""

    @on_event("poll.list_prepared", READS, orders.InRoom)
    def list_prepared(self, call: Call, command: orders.InRoom) -> Mapping[str, Any]:
        """What can be asked with one press."""
        return {"polls": prepared_polls.read_prepared(call.actor, command.room)}

    @on_event("poll.start", LET_IN, orders.OfPoll)
    def start_poll(self, call: Call, command: orders.OfPoll) -> Mapping[str, Any]:
        """Ask one of them."""
        return {"poll": str(prepared_polls.start_poll(call.actor, command.room, command.poll).id)}
