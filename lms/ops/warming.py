"""Do once, before processes are copied, what each copy would otherwise do for itself and keep in memory of its own."""

from __future__ import annotations

import uuid
from functools import partial

from flask import Flask, g
from sqlalchemy.orm import configure_mappers

from lms.access.actor import Actor
from lms.accounts.actors import permissions_of
from lms.hooks.builtin import CORE
from lms.hooks.callers import hooks
from lms.hooks.contributions import Role
from lms.offices.directory import OfficeView, directory
from lms.store.base import db
from lms.web.offices import SLUG_KEY

ROLES_SHOWN: tuple[Role, ...] = ("trainee", "trainer")


def warm_up(application: Flask, site_url: str) -> None:
    """Open the pages that people see first, if the site is ready; afterwards no connection is open."""
    configure_mappers()
    visitor = application.test_client()
    if visitor.get("/ready", base_url=site_url).status_code == 200:
        visitor.get("/", base_url=site_url, follow_redirects=True)
        with application.app_context():
            shield = hooks().shield
        # A page that fails must not keep the product from starting; the operator learns of it.
        shield(CORE, "start page", partial(_open_start_pages, application, site_url))
    with application.app_context():
        db.engine.dispose()


def _open_start_pages(application: Flask, site_url: str) -> None:
    """As people whom nobody knows would see them, who have nothing yet, in the office where most is switched on."""
    with application.app_context():
        office = max(directory().all(), key=lambda each: len(each.plugins), default=None)
        strangers = [_stranger(office, role) for role in ROLES_SHOWN] if office else []
    for stranger in strangers:
        place = {SLUG_KEY: stranger.office_slug}
        with application.test_request_context("/", base_url=site_url, environ_overrides=place):
            application.preprocess_request()
            g.actor = stranger
            application.dispatch_request()


def _stranger(office: OfficeView, role: Role) -> Actor:
    return Actor(
        uuid.uuid4(), "Nobody", office_id=office.id, office_slug=office.slug, roles=frozenset({role}),
        permissions=permissions_of({role}, office), locale=office.languages[0], zone=office.zone,
    )  # fmt: skip
