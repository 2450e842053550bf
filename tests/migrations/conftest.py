"""An empty database of each kind, opened as the product opens it, and every owner of tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine

from lms.app import create_app
from lms.config import ROOT, load_settings, make_secret_file
from lms.hooks.callers import EXTENSION
from lms.store import migrate
from lms.store.engine import install_listeners
from lms.testing import DatabaseServer
from tests.services import postgres_server

PLUGINS = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/__init__.py"))
OWNERS = ["core", *PLUGINS]


@pytest.fixture(scope="session")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application with every plugin, so that all models are known."""
    instance = tmp_path_factory.mktemp("wired")
    make_secret_file(instance)
    environment = {"LMS_ENVIRONMENT": "test", "LMS_LOG_LEVEL": "error", "LMS_PLUGINS": ",".join(PLUGINS)}
    return create_app(load_settings(instance, environment))


@pytest.fixture(scope="session")
def owners(wired: Flask) -> list[migrate.Owner]:
    """The core and every plugin."""
    assert wired.extensions[EXTENSION].plugins.failed == []
    return migrate.owners(wired.extensions[EXTENSION].plugins)


@pytest.fixture(scope="session")
def server() -> Iterator[DatabaseServer]:
    """PostgreSQL."""
    with postgres_server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path}/test.db"
        else:
            running: DatabaseServer = request.getfixturevalue("server")
            url = running.create_database("lms_migrations")
            stack.callback(running.drop_database, "lms_migrations")
        opened = create_engine(url)
        install_listeners(opened)
        stack.callback(opened.dispose)
        yield opened


@pytest.fixture
def history(tmp_path: Path) -> Callable[..., migrate.Owner]:
    """``history("name", first, second)``: an owner with migrations whose ``upgrade`` and ``downgrade`` are given."""

    def write(name: str, *bodies: str) -> migrate.Owner:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        for number, body in enumerate(bodies, start=1):
            before = f'"{number - 1:04}"' if number > 1 else None
            head = f'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "{number:04}"\ndown_revision = {before}\n\n\n'
            (folder / f"{number:04}.py").write_text(head + body, "utf-8")
        return migrate.Owner(name, folder)

    return write
