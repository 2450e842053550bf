"""Attaching one's own things to things of others: one person gets to see them, for a while, and it can be taken back.

A plugin that takes such attachments knows only refs and cards; the plugin of the thing gives the
right and ends it (hook ``attachable``). What is shown is kept there alone, so nobody believes
something to be shown that is not.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from lms.access.actor import Actor
from lms.errors import NotFound
from lms.hooks.attachable import Showing
from lms.hooks.callers import hooks
from lms.refs import Card, Ref
from lms.text import gettext as _

MOST = 40
"""So many things of each plugin are offered; who has more shares the others from their own page."""


def attachable_refs(actor: Actor) -> list[Ref]:
    """The actor's own things that they may attach in their office; none where no plugin offers any."""
    found: list[Ref] = []
    for owner, kind in hooks().attachable(actor.office_id).items():
        found += (hooks().shield(owner, "attachable", partial(kind.find, actor)) or ())[:MOST]
    return found


def find_attachable(actor: Actor) -> list[Card]:
    """The cards of the actor's own things that they may attach in their office."""
    return _cards(attachable_refs(actor), actor)


def attach_thing(actor: Actor, ref: Ref, because: Ref, person_id: uuid.UUID, until: datetime) -> None:
    """Let one person see a thing of the actor's because it is attached to another; again is a new end. Raises NotFound."""
    kind = hooks().attachable(actor.office_id).get(ref.plugin)
    if kind is None:
        raise NotFound(_("This is not there any more."))
    kind.show(actor, Showing(ref, person_id, because, until))


def detach_things(because: Ref, ref: Ref | None = None) -> None:
    """End what was shown because of a thing: of one ref, or all; also of plugins that are switched off now."""
    for owner, kind in hooks().attachable().items():
        if ref is None or ref.plugin == owner:
            kind.hide(because, ref)


def attached_refs(office_id: uuid.UUID, because: Ref) -> list[Ref]:
    """What is shown now because of a thing, in an office."""
    found: list[Ref] = []
    for owner, kind in hooks().attachable(office_id).items():
        found += hooks().shield(owner, "attachable", partial(kind.shown, because)) or ()
    return found


def attached_things(actor: Actor, because: Ref) -> list[Card]:
    """The cards of what is shown because of a thing, as far as the actor may see them."""
    return _cards(attached_refs(actor.office_id, because), actor) if actor.office_id else []


def _cards(refs: Sequence[Ref], actor: Actor) -> list[Card]:
    cards = hooks().cards(refs, actor) if refs else {}
    return [cards[ref] for ref in refs if ref in cards]
