"""What can be done with the index: fill it, and look something up."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup
from sqlalchemy import func, select

from lms.access.actor import Actor
from lms.clock import utcnow
from lms.hooks.callers import hooks
from lms.offices.directory import directory
from lms.refs import Card
from lms.store.base import session
from lms.store.runtime import settings
from lms.store.search import Query, SearchState, find, put_documents, remove_plugin, remove_unseen, snippet
from lms.store.uow import unit_of_work

SHORTEST = 2
LONGEST = 200
CONSIDERED = 300
"""Best hits that are looked at; a query with more needs another word, and the page says so."""
IN_GROUP = 5
ON_PAGE = 20
OVERLAP = timedelta(minutes=2)
"""Looked at again each time, for changes that were committed late."""
COMPLETE_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Found:
    """A hit that the person may see."""

    card: Card
    snippet: Markup


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind; ``count`` of them, of which ``hits`` are shown."""

    key: str
    title: str
    count: int
    hits: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query. ``is_cut`` if there may be more than were looked at; ``is_short`` if nothing was looked up."""

    groups: tuple[Group, ...] = ()
    count: int = 0
    pages: int = 1
    is_cut: bool = False
    is_short: bool = False


def search(actor: Actor, typed: str, *, kind: str = "", page: int = 1) -> Results:
    """What the actor may see of what is found, grouped by kind; one kind alone comes in pages."""
    office = directory().by_id(actor.office_id) if actor.office_id else None
    languages = tuple(dict.fromkeys((*(office.languages if office else ()), *settings().languages)))
    query = Query.read(typed[:LONGEST], languages)
    if query is None or len(typed.strip()) < SHORTEST:
        return Results(is_short=True)
    hits = find(query, limit=CONSIDERED)
    cards = hooks().cards([hit.ref for hit in hits], actor)
    by_kind: dict[str, list[tuple[Card, Markup]]] = {}
    shown = [(hit, cards[hit.ref]) for hit in hits if hit.ref in cards]
    chosen = [(hit, card) for hit, card in shown if not kind or _key(card) == kind]
    start = (page - 1) * ON_PAGE if kind else 0
    for number, (hit, card) in enumerate(chosen):
        group = by_kind.setdefault(_key(card), [])
        is_seen = start <= number < start + ON_PAGE if kind else len(group) < IN_GROUP
        group.append((card, snippet(hit, query) if is_seen else Markup()))
    groups = tuple(
        _group(key, members, start, ON_PAGE if kind else IN_GROUP) for key, members in by_kind.items()
    )
    return Results(
        groups, len(chosen), max(1, -(-len(chosen) // ON_PAGE)) if kind else 1, len(hits) == CONSIDERED
    )


def index_office(office_id: uuid.UUID, *, complete: bool = False) -> int:
    """Bring the index of the office in scope up to date, in one unit of work; returns how many texts were written.

    A complete run, which also forgets what is gone, happens when asked for and once a day.
    """
    with unit_of_work():
        now = utcnow()
        state = session().scalar(select(SearchState))
        if state is None:
            state = SearchState(office_id=office_id, indexed_until=now, complete_at=now)
            session().add(state)
            since = None
        else:
            is_complete = complete or now - state.complete_at > COMPLETE_EVERY or now < state.indexed_until
            since = None if is_complete else state.indexed_until - OVERLAP
        session().flush()
        count = put_documents(hooks().search_documents(office_id, since))
        if since is None:
            remove_unseen(now)
            state.complete_at = now
        state.indexed_until = now
        return count


def forget_plugin(plugin: str) -> None:
    """Remove what a plugin gave to the index of the office in scope."""
    with unit_of_work():
        remove_plugin(plugin)


def oldest_state() -> datetime | None:
    """Up to which moment the office that lags most is indexed, in the scope in force."""
    return session().scalar(select(func.min(SearchState.indexed_until)))


def _key(card: Card) -> str:
    return f"{card.ref.plugin}:{card.ref.kind}"


def _group(key: str, members: list[tuple[Card, Markup]], start: int, size: int) -> Group:
    hits = tuple(Found(card, words) for card, words in members[start : start + size])
    return Group(key, str(members[0][0].kind_label or key.partition(":")[2]), len(members), hits)
