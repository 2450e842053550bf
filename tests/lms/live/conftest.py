"""A fresh site for each test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.lms.live.site import close, fill, make_app, make_settings, served


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Flask]:
    """An application with tables and people."""
    app = make_app(make_settings(tmp_path))
    app.config["IDS"] = fill(app)
    yield app
    close(app)


@pytest.fixture
def ids(site: Flask) -> dict[str, uuid.UUID]:
    """Ids of offices and people."""
    found: dict[str, uuid.UUID] = site.config["IDS"]
    return found


@pytest.fixture
def url(site: Flask) -> Iterator[str]:
    """The site behind a real server."""
    with served(site) as address:
        yield address
