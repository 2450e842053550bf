"""Watching what somebody shares: readers hear when it changes, for as long as they may see it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select

from lms.plugin import Actor, Ref, _l, directory, load_actor, notify, session, utcnow
from plugins.portfolio.cv.models import Cv
from plugins.portfolio.pages.models import Page
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing.cards import owner_name
from plugins.portfolio.sharing.models import Watch
from plugins.portfolio.sharing.shares import Viewer, address_of, find_access, find_thing

SETTLED = timedelta(minutes=10)
"""Nobody is told while its owner is still at it."""


def watch(actor: Actor, thing: Page | Cv, *, wants: bool) -> None:
    """Begin or end to watch a thing whose right was checked; doing it twice is once."""
    row = _watch(actor.user_id, _target(thing))
    if wants and row is None:
        session().add(Watch(owner_id=actor.user_id, target=str(_target(thing)), seen_at=utcnow()))
    elif not wants and row is not None:
        session().delete(row)
    session().flush()


def tell_watchers(now: datetime) -> int:
    """Tell whoever watches something that has changed since they were told, in the office in scope; returns how many.

    Who may not see it any more stops watching, and hears nothing.
    """
    told = 0
    for row in session().scalars(select(Watch).order_by(Watch.id)).all():
        thing = find_thing(row.target)
        if isinstance(thing, (Page, Cv)) and not row.seen_at < thing.updated_at <= now - SETTLED:
            continue
        told += _tell(row, thing, now) if isinstance(thing, (Page, Cv)) else _forget(row)
    return told


def _tell(row: Watch, thing: Page | Cv, now: datetime) -> int:
    office = directory().get(row.office_id)
    reader = load_actor(row.owner_id, office)
    if reader is None or find_access(Viewer(reader), thing) is None:
        return _forget(row)
    row.seen_at = now
    target = _target(thing)
    is_hidden = isinstance(thing, Cv) and thing.is_anonymous
    name = "–" if is_hidden else owner_name(thing.owner_id) or "–"
    title = _l("“%(title)s” by %(name)s has changed", title=thing.title, name=name)
    notify(
        row.owner_id, "portfolio_changed", title=title, url=address_of(office.slug, target), ref=target, key=f"changed:{row.id}:{thing.updated_at.isoformat()}",
    )  # fmt: skip
    return 1


def _forget(row: Watch) -> int:
    session().delete(row)
    return 0


def _target(thing: Page | Cv) -> Ref:
    return ref_of("page" if isinstance(thing, Page) else "cv", thing.id)


def _watch(user_id: uuid.UUID, target: Ref) -> Watch | None:
    return session().scalar(select(Watch).filter_by(owner_id=user_id, target=str(target)))
