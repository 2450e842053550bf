"""Who looked at what: what is known of a reader, and the line of each look in its owner's report."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, or_, select, update

from lms.plugin import Actor, Ref, session, utcnow, write_audit
from plugins.portfolio.sharing.models import Share, Visit, Watch
from plugins.portfolio.sharing.shares import Access, Thing, Viewer, get_thing, targets_of

SAME_VISIT = timedelta(hours=1)
"""The same person within it is one visit."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a reader at a thing: whether they looked within the hour, whether they watch it."""

    looked: bool = False
    watches: bool = False


_KNOWN = select(
    select(Visit.id).where(Visit.target == bindparam("target"), Visit.viewer_id == bindparam("viewer"), Visit.share_id == bindparam("share"), Visit.at > bindparam("since", type_=Visit.at.type)).exists(),
    select(Watch.id).where(Watch.target == bindparam("target"), Watch.owner_id == bindparam("viewer")).exists(),
)  # fmt: skip


def know(viewer: Viewer, thing: Thing, access: Access) -> Known:
    """What is known of a reader who is not the owner, in one query; nothing of guests."""
    if viewer.actor is None or access.share is None:
        return Known()
    asked = {"target": targets_of(thing)[0], "viewer": viewer.actor.user_id, "share": access.share.id, "since": utcnow() - SAME_VISIT}  # fmt: skip
    looked, watches = session().execute(_KNOWN, asked).one()
    return Known(bool(looked), bool(watches))


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody's look at a thing that is worth a line in its owner's report; plain values, kept while the answer is made."""

    owner_id: uuid.UUID
    target: str
    share_id: uuid.UUID
    viewer: Actor | None
    by_link: bool
    is_by_staff: bool


def look_of(viewer: Viewer, thing: Thing, access: Access, known: Known) -> Look | None:
    """This look; None for the owner's, a guest's at a public page, and the second one within an hour."""
    share, actor = access.share, viewer.actor
    if share is None or known.looked or (actor is None and share.audience == "public"):
        return None
    is_by_staff = actor is not None and actor.is_member and share.audience in {"advisers", "person"}
    return Look(thing.owner_id, targets_of(thing)[0], share.id, actor, share.audience == "link", is_by_staff)


def note_look(look: Look) -> None:
    """Write it down, inside a unit of work; reads by staff also for the audit."""
    if look.by_link:
        session().execute(update(Share).where(Share.id == look.share_id).values(views=Share.views + 1))
    viewer_id = look.viewer.user_id if look.viewer else None
    session().add(
        Visit(
            owner_id=look.owner_id,
            target=look.target,
            viewer_id=viewer_id,
            share_id=look.share_id,
            at=utcnow(),
        )
    )
    if look.viewer is not None and look.is_by_staff:
        write_audit(look.viewer, "portfolio.read", Ref.parse(look.target))


def find_visits(actor: Actor, target: Ref, limit: int = 100) -> list[Visit]:
    """Who looked at one of the actor's things (of a collection also at its pages), the latest first. Raises NotFound."""
    get_thing(actor, target)
    by_its_shares = Visit.share_id.in_(select(Share.id).where(Share.target == str(target)))
    query = select(Visit).where(or_(Visit.target == str(target), by_its_shares))
    query = query.order_by(Visit.at.desc()).limit(limit)
    return list(session().scalars(query))


def names_of_links(visits: Sequence[Visit]) -> dict[uuid.UUID, str]:
    """The names that the owner gave to the links by which somebody looked, in one query."""
    wanted = {visit.share_id for visit in visits if visit.share_id}
    return dict(session().execute(select(Share.id, Share.name).where(Share.id.in_(wanted))).all())
