"""What plugins hand to the core so that people can attach their own things of them to things of others."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lms.refs import Ref

if TYPE_CHECKING:
    from lms.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Showing:
    """A person lets one other person see a thing of theirs: what, to whom, attached to what, and until when."""

    ref: Ref
    person_id: uuid.UUID
    because: Ref
    until: datetime


@dataclass(frozen=True, slots=True)
class Attachable:
    """What a plugin does so that people can attach their own things of it to things of other plugins.

    ``find(actor)`` tells the actor's own things, those that count most first. ``show(actor, showing)`` gives
    the one person the right to see it, or keeps a right given before until another moment; it raises NotFound
    for what is not the actor's. ``hide(because, ref)`` ends what was shown because of a thing, of one ref or
    (None) of all; doing it twice is fine. ``shown(because)`` tells the refs that are shown now. The right
    ends by itself at ``until``. Since 0.1.
    """

    find: Callable[[Actor], Sequence[Ref]]
    show: Callable[[Actor, Showing], None]
    hide: Callable[[Ref, Ref | None], None]
    shown: Callable[[Ref], Sequence[Ref]]
