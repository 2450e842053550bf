"""People without an account: let in by one plugin to one thing of its own, and nobody anywhere else.

A plugin makes a visitor when it has its own reason to (a registration, a personal link) and puts
them into the web session of their browser with ``greet_visitor``. Routes and live namespaces that
state the policy ``visitor`` of that plugin see an actor without roles and permissions; all others
see a guest. Who may do what with the thing is the plugin's to decide.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from lms.access.actor import Actor
from lms.accounts.models import Visitor
from lms.clock import utcnow
from lms.live.hub import recheck_person
from lms.offices.directory import OfficeView
from lms.refs import Ref
from lms.store.base import session
from lms.store.scope import all_offices

SESSION_KEY = "visitors"
MOST_IN_SESSION = 20


def admit_visitor(
    thing: Ref, name: str, expires_at: datetime, *, email: str = "", locale: str = ""
) -> uuid.UUID:
    """Make a visitor of a thing of the plugin that its ref names, in the office in scope; returns their id."""
    row = Visitor(
        plugin=thing.plugin, thing=str(thing), name=name, email=email, locale=locale, expires_at=expires_at
    )
    session().add(row)
    session().flush()
    return row.id


def rename_visitor(visitor_id: uuid.UUID, name: str) -> None:
    """Change what a visitor is called."""
    session().get_one(Visitor, visitor_id).name = name


def renew_visit(visitor_id: uuid.UUID, expires_at: datetime) -> bool:
    """Let a visitor in until another moment; False if there is none or they are let in no more."""
    row = session().get(Visitor, visitor_id)
    if row is None or row.ended_at is not None:
        return False
    row.expires_at = expires_at
    return True


def end_visit(visitor_id: uuid.UUID) -> None:
    """Let a visitor in no more; their connections end within two seconds."""
    session().get_one(Visitor, visitor_id).ended_at = utcnow()
    recheck_person(visitor_id)


def greet_visitor(web_session: MutableMapping[str, Any], plugin: str, visitor_id: uuid.UUID) -> None:
    """Remember in the web session of a browser who it is for a plugin; one visitor for each plugin."""
    known = dict(web_session.get(SESSION_KEY, {}))
    known.pop(plugin, None)
    web_session[SESSION_KEY] = dict(list(known.items())[-MOST_IN_SESSION:]) | {plugin: str(visitor_id)}


def visitor_in(data: Mapping[str, Any], plugin: str, office: OfficeView | None) -> Actor | None:
    """The visitor of a plugin that a web session holds, as an actor in an office; None if there is none or their time is over."""
    text = data.get(SESSION_KEY, {}).get(plugin)
    if text is None or office is None:
        return None
    with all_offices("the visitor of a browser, whose office is compared below"):
        row = session().get(Visitor, uuid.UUID(text))
    if row is None or row.plugin != plugin or row.office_id != office.id:
        return None
    if row.ended_at is not None or row.expires_at <= utcnow():
        return None
    return Actor(
        user_id=row.id, name=row.name, email=row.email, office_id=office.id, office_slug=office.slug,
        locale=row.locale or office.languages[0], zone=office.zone, visitor_of=plugin,
    )  # fmt: skip


def forget_visitors(thing: Ref) -> int:
    """Remove the visitors of a thing; returns how many there were."""
    result = session().execute(delete(Visitor).where(Visitor.thing == str(thing)))
    return int(getattr(result, "rowcount", 0))


def prune_visitors(before: datetime) -> None:
    """Remove visitors whose time was over before a moment."""
    with all_offices("visitors whose time is over"):
        session().execute(delete(Visitor).where(Visitor.expires_at < before))
