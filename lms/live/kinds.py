"""What a part of the product says about its channels.

A channel is called after its kind, ``lounge``, or kind and thing, ``room:0192...``. The
kind says what may be written into it, by whom, how large and how often.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lms.access.actor import Actor
from lms.access.policy import Decision
from lms.clock import monotonic
from lms.commands import Command

LARGEST_PAYLOAD_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` in ``seconds``, in a burst or spread out."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class EventKind:
    """What one kind of event carries. With ``is_for_clients=False`` only services append it.

    ``on_append`` is told of each new event (who, channel, payload, number) in the unit of work that
    writes it; it enqueues what should follow.
    """

    payload: type[Command]
    rate: Rate = Rate(20, 10)
    max_bytes: int = 8_000
    is_for_clients: bool = True
    on_append: Callable[[Actor, str, Mapping[str, Any], int], None] | None = None


@dataclass(frozen=True, slots=True)
class HintKind:
    """What a fleeting hint carries (pointer, typing, level of sound); it is never stored."""

    payload: type[Command]
    rate: Rate = Rate(200, 10)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a channel after event number ``seq``, so that newcomers need not read all before it."""

    seq: int
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """The rules of a kind of channel.

    ``may_read(actor, channel)`` and ``may_append(actor, channel, event_kind)`` decide with a
    reason; they are asked at each event and so must be quick. Newcomers get ``snapshot`` and
    what came after it, or without one the latest ``tail`` events.
    """

    name: str
    events: Mapping[str, EventKind]
    may_read: Callable[[Actor, str], Decision]
    may_append: Callable[[Actor, str, str], Decision]
    hints: Mapping[str, HintKind] = field(default_factory=dict)
    snapshot: Callable[[Actor, str], Snapshot] | None = None
    tail: int = 200


def kind_name(channel: str) -> str:
    """The kind of a channel by its name: what stands before the colon."""
    return channel.partition(":")[0]


class TokenBucket:
    """Counts against a rate. Not for several threads at once: one connection is served by one."""

    __slots__ = ("_at", "_rate", "_tokens")

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._tokens = float(rate.count)
        self._at = monotonic()

    def take(self) -> bool:
        """Use one token; False if there is none now."""
        now = monotonic()
        gained = (now - self._at) * self._rate.count / self._rate.seconds
        self._tokens, self._at = min(float(self._rate.count), self._tokens + gained), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
