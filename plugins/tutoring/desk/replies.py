"""Canned replies: a tutor's own ones, and those of the office."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from lms.plugin import Actor, Conflict, NotFound, _, require, session
from plugins.tutoring.desk import handbook
from plugins.tutoring.desk.forms import AddReply
from plugins.tutoring.desk.opening import MANAGE
from plugins.tutoring.models import CannedReply
from plugins.tutoring.offering import OFFER

MOST = 100


def find_replies(actor: Actor, language: str | None = None) -> list[CannedReply]:
    """What the actor can insert, by name; their own ones first where two have one name. Raises Forbidden.

    ``language`` is that of the person they talk to: then only what is in it or in none, what is in it first.
    """
    require(actor, OFFER)
    own = (CannedReply.owner_id == actor.user_id) | CannedReply.owner_id.is_(None)
    order = (CannedReply.shortcut, CannedReply.language == "", CannedReply.owner_id.is_(None))
    query = select(CannedReply).where(own).order_by(*order)
    if language is not None:
        query = query.where(CannedReply.language.in_(("", language)))
    return list(session().scalars(query))


def add_reply(actor: Actor, command: AddReply) -> CannedReply:
    """Keep a text, with a link to a page at its end if one was chosen.

    Raises Forbidden (the office's are for who manages tutoring), NotFound (no such page), Conflict (the name is used, too many).
    """
    require(actor, OFFER)
    if command.is_shared:
        require(actor, MANAGE)
    owner_id = None if command.is_shared else actor.user_id
    known = [each for each in find_replies(actor) if each.owner_id == owner_id]
    if any(
        each.shortcut.casefold() == command.shortcut.casefold() and each.language == command.language
        for each in known
    ):
        name = _("You have a reply of this name already.")
        raise Conflict(name, fields={"shortcut": name})
    if len(known) >= MOST:
        raise Conflict(_("There are a hundred replies already. Take one out first."))
    line = f"\n{handbook.line_for(actor, command.page_id)}" if command.page_id else ""
    row = CannedReply(
        owner_id=owner_id, shortcut=command.shortcut, language=command.language, text=command.text + line
    )
    session().add(row)
    session().flush()
    return row


def may_remove(actor: Actor, row: CannedReply) -> bool:
    """True for one's own ones, and for the office's if one manages tutoring."""
    return row.owner_id == actor.user_id or (row.owner_id is None and actor.can(MANAGE))


def remove_reply(actor: Actor, reply_id: uuid.UUID) -> None:
    """Keep a text no more. Raises NotFound."""
    row = session().get(CannedReply, reply_id)
    if row is None or not may_remove(actor, row):
        raise NotFound(_("This reply is not there any more."))
    session().delete(row)
    session().flush()
