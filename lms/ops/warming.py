"""Do once, before processes are copied, what each copy would otherwise do for itself and keep in memory of its own."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import configure_mappers

from lms.store.base import db


def warm_up(application: Flask, site_url: str) -> None:
    """Open the first page, if the site is ready; afterwards no connection is open."""
    configure_mappers()
    visitor = application.test_client()
    if visitor.get("/ready", base_url=site_url).status_code == 200:
        visitor.get("/", base_url=site_url, follow_redirects=True)
    with application.app_context():
        db.engine.dispose()
