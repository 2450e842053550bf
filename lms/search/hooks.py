"""What search gives to the rest."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import click
from flask import Blueprint

from lms.accounts.models import User
from lms.clock import utcnow
from lms.hooks.contributions import HealthCheck, JobSpec
from lms.hooks.specs import hookimpl
from lms.offices.directory import directory
from lms.search import jobs as work
from lms.search.cli import reindex
from lms.search.service import index_office, oldest_state
from lms.search.views import blueprint
from lms.store.base import session
from lms.store.scope import all_offices, office_scope
from lms.store.search import count_entries, remove_mentions
from lms.text import gettext as _
from lms.text import lazy_gettext as _l
from lms.work.jobs import enqueue

if TYPE_CHECKING:
    from lms.demo import World

INDEX_EVERY = timedelta(minutes=2)
LATE_AFTER = timedelta(minutes=30)
OFFICE_JOB = "core.search.office"


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """The search page."""
    return [blueprint]


@hookimpl
def jobs() -> Sequence[JobSpec]:
    """Keeping the index up to date."""
    return [
        JobSpec("index", work.index_all, _l("Bring the search up to date"), every=INDEX_EVERY),
        JobSpec("office", work.index_one, _l("Bring the search of one office up to date")),
    ]


@hookimpl
def commands() -> Sequence[click.Command]:
    """``reindex``."""
    return [reindex]


@hookimpl
def on_plugin_enabled(office_id: uuid.UUID, plugin: str) -> None:
    """What the plugin holds can be found again."""
    enqueue(OFFICE_JOB, {}, office_id=office_id, key=f"on:{office_id}")


@hookimpl
def on_plugin_disabled(office_id: uuid.UUID, plugin: str) -> None:
    """What the plugin holds is no longer found."""
    enqueue(OFFICE_JOB, {"forget": plugin}, office_id=office_id, key=f"off:{office_id}:{plugin}")


@hookimpl
def health_checks() -> Sequence[HealthCheck]:
    """Does the index keep up?"""
    with all_offices("health of the search index"):
        oldest, count = oldest_state(), count_entries()
    if oldest is None and directory().all():
        return [
            HealthCheck(
                "search", "warning", _("The search index is empty."), _("Make it: python3 -m lms reindex")
            )
        ]
    if oldest is not None and utcnow() - oldest > LATE_AFTER:
        return [
            HealthCheck(
                "search", "warning", _("The search index is more than 30 minutes behind."),
                _("See that a worker is running; then: python3 -m lms reindex"),
            )
        ]  # fmt: skip
    return [HealthCheck("search", "ok", _("%(count)d texts can be found.", count=count))]


@hookimpl(trylast=True)
def demo_data(world: World) -> None:
    """Index what the others made."""
    for office in directory().all():
        with office_scope(office.id):
            index_office(office.id, complete=True)


@hookimpl
def erase_user(user_id: uuid.UUID) -> None:
    """Nothing that mentions the person is found any more; their account is still readable now."""
    user = session().get_one(User, user_id)
    with all_offices("erasure of a person"):
        remove_mentions([user.name, user.email])
