"""Orders about prepared polls, and about questions that go together or stand in the replay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.plugin import Call, Policy, on_event
from plugins.webinar import orders, prepared_polls, questions

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

    @on_event("question.take", LET_IN, orders.TakeQuestion)
    def take_question(self, call: Call, command: orders.TakeQuestion) -> Mapping[str, Any]:
        """Begin to answer it aloud."""
        questions.take_up(call.actor, command.room, command.question, command.key)
        return {}

    @on_event("question.merge", LET_IN, orders.MergeQuestion)
    def merge_question(self, call: Call, command: orders.MergeQuestion) -> Mapping[str, Any]:
        """Let a question go with another."""
        questions.merge(call.actor, command.room, command.question, command.into)
        return {}

    @on_event("question.separate", LET_IN, orders.OfQuestion)
    def separate_question(self, call: Call, command: orders.OfQuestion) -> Mapping[str, Any]:
        """Let it stand for itself again."""
        questions.separate(call.actor, command.room, command.question)
        return {}

    @on_event("question.publish", LET_IN, orders.PublishQuestion)
    def publish_question(self, call: Call, command: orders.PublishQuestion) -> Mapping[str, Any]:
        """Whether it stands in the replay."""
        questions.publish(call.actor, command.room, command.question, is_published=command.is_published)
        return {}
