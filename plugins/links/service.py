"""What can be done with links."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select

from lms.plugin import Actor, Conflict, NotFound, _, require, session, utcnow
from plugins.links.forms import SaveLink
from plugins.links.models import Link

MANAGE = "links.manage"
KEPT_FOR = timedelta(days=30)
"""How long a removed link can be brought back."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link as people see it."""

    id: uuid.UUID
    title: str
    url: str
    note: str
    category: str
    is_public: bool
    updated_at: datetime

    @property
    def host(self) -> str:
        """The site that it leads to, without ``www.``."""
        return self.url.split("://", 1)[1].split("/", 1)[0].removeprefix("www.")


def find_links(actor: Actor) -> list[LinkView]:
    """All links of the actor's office, by heading and title; those without heading last. Raises NotFound."""
    if not actor.is_member:
        raise NotFound(_("There is no such page for you in this office."))
    return _listed()


def find_public_links(limit: int) -> list[LinkView]:
    """Links of the office in scope that everybody may see, newest first."""
    query = select(Link).where(Link.removed_at.is_(None), Link.is_public.is_(True))
    return [_view(row) for row in session().scalars(query.order_by(Link.created_at.desc()).limit(limit))]


_NEWEST = (
    select(Link).where(Link.removed_at.is_(None)).order_by(Link.created_at.desc()).limit(bindparam("most"))
)
"""Every dashboard asks it, so it is built once."""


def find_new_links(actor: Actor, limit: int) -> list[LinkView]:
    """The newest links of the office, for members; nobody else gets any."""
    if not actor.is_member:
        return []
    return [_view(row) for row in session().scalars(_NEWEST, {"most": limit})]


def find_links_by_id(actor: Actor, link_ids: Sequence[uuid.UUID]) -> list[LinkView]:
    """Those of the links that the actor may see."""
    if not actor.is_member:
        return []
    query = select(Link).where(Link.id.in_(link_ids), Link.removed_at.is_(None))
    return [_view(row) for row in session().scalars(query)]


def get_link(actor: Actor, link_id: uuid.UUID) -> LinkView:
    """A link to be changed. Raises NotFound, Forbidden."""
    return _view(_get(actor, link_id))


def add_link(actor: Actor, command: SaveLink) -> uuid.UUID:
    """Add a link; an address that was removed comes back. Raises Forbidden, Conflict when it is listed."""
    require(actor, MANAGE)
    row = _by_url(command.url)
    if row is not None and row.removed_at is None:
        _refuse_double(row)
    if row is None:
        row = Link(url=command.url, added_by_id=None if actor.is_system else actor.user_id)
        session().add(row)
    row.removed_at = None
    _fill(row, command)
    session().flush()
    return row.id


def edit_link(actor: Actor, link_id: uuid.UUID, command: SaveLink) -> None:
    """Change a link. Raises NotFound, Forbidden, Conflict when another link has the address."""
    row = _get(actor, link_id)
    other = _by_url(command.url)
    if other is not None and other.id != row.id:
        if other.removed_at is None:
            _refuse_double(other)
        session().delete(other)
        session().flush()
    _fill(row, command)


def remove_link(actor: Actor, link_id: uuid.UUID) -> None:
    """Take a link from the list; it can be brought back for ``KEPT_FOR``. Raises NotFound, Forbidden."""
    _get(actor, link_id).removed_at = utcnow()


def restore_link(actor: Actor, link_id: uuid.UUID) -> None:
    """Bring a removed link back. Raises NotFound, Forbidden."""
    _get(actor, link_id, with_removed=True).removed_at = None


def forget_removed_links() -> int:
    """Delete what was removed long ago, in the office in scope; returns how many."""
    old = Link.removed_at < utcnow() - KEPT_FOR
    gone = session().scalars(delete(Link).where(old).returning(Link.id)).all()
    return len(gone)


def changed_links(since: datetime | None) -> list[Link]:
    """Rows of the office in scope that changed since a moment, for the search."""
    query = select(Link).where(Link.removed_at.is_(None))
    return list(session().scalars(query.where(Link.updated_at > since) if since else query))


def _listed() -> list[LinkView]:
    query = select(Link).where(Link.removed_at.is_(None))
    rows = session().scalars(
        query.order_by(Link.category == "", func.lower(Link.category), func.lower(Link.title))
    )
    return [_view(row) for row in rows]


def _get(actor: Actor, link_id: uuid.UUID, *, with_removed: bool = False) -> Link:
    require(actor, MANAGE)
    row = session().scalar(select(Link).filter_by(id=link_id))
    if row is None or (row.removed_at is not None and not with_removed):
        raise NotFound(_("This link is not there any more."))
    return row


def _by_url(url: str) -> Link | None:
    return session().scalar(select(Link).filter_by(url=url))


def _refuse_double(row: Link) -> None:
    text = _("This address is in the list already, as “%(title)s”.", title=row.title)
    raise Conflict(text, fields={"url": text})


def _fill(row: Link, command: SaveLink) -> None:
    row.title, row.url = command.title, command.url
    row.note, row.category = command.note or "", command.category or ""
    row.is_public = command.is_public


def _view(row: Link) -> LinkView:
    return LinkView(row.id, row.title, row.url, row.note, row.category, row.is_public, row.updated_at)
