"""What a plugin author's tests (and the core's own) stand on: pytest fixtures over real parts.

``app`` is an application over a fresh copy of the demo world; ``world`` knows its
people; ``client`` is nobody yet, ``sign_in("head")`` gives a client that is somebody.
A plugin's own suite uses them by ``pytest_plugins = ["lms.testing"]``.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import event, select

from lms.accounts.models import SignInSession
from lms.accounts.sessions import COOKIE, hash_token
from lms.app import create_app
from lms.clock import utcnow
from lms.config import ROOT, LoadedSettings, load_settings, make_secret_file
from lms.demo import World, build_world
from lms.hooks.callers import hooks
from lms.hooks.loader import open_folders
from lms.notifications.models import Notification
from lms.offices.directory import directory
from lms.store import migrate
from lms.store.base import db, session
from lms.store.uow import unit_of_work
from lms.text import install_catalogues, installed_catalogues
from lms.work.models import Mail
from lms.work.worker import run_due_jobs

SignIn = Callable[..., FlaskClient]
WORLD, COPY = "lms_world", "lms_test"


class DatabaseServer(Protocol):
    """A PostgreSQL server for tests."""

    url: str

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, as a copy of another one if named; returns its address."""

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists."""


class TestSite:
    """One migrated and filled installation, from which every test gets an untouched copy."""

    __test__ = False

    def __init__(
        self, folder: Path, server: DatabaseServer | None = None, extra_plugins: Path | None = None
    ) -> None:
        self.instance = folder / "instance"
        self._kept = folder / "kept"
        self._server = server
        self._is_used = False
        make_secret_file(self.instance)
        url = server.create_database(COPY) if server else ""
        folders = [extra_plugins] if extra_plugins else []
        self.app = create_app(make_test_settings(self.instance, url, extra_plugins), plugin_folders=folders)
        self._catalogues = installed_catalogues()
        with self.app.app_context():
            migrate.upgrade(db.engine, migrate.owners(hooks().plugins))
            self.world = build_world()
        self._close_connections()
        shutil.copytree(self.instance, self._kept)
        if server:
            server.create_database(WORLD, template=COPY)

    def fresh(self) -> Flask:
        """The application over an untouched copy of database and files."""
        if self._is_used:
            self._close_connections()
            self._put_away()
            shutil.copytree(self._kept, self.instance, dirs_exist_ok=True)
            if self._server:
                self._server.drop_database(COPY)
                self._server.create_database(COPY, template=WORLD)
        self._is_used = True
        install_catalogues(self._catalogues)  # another application of this process may have put in its own
        with self.app.app_context():
            directory().forget()
            hooks().watch.failures.clear()
        return self.app

    def _put_away(self) -> None:
        """Move the used copy aside, and only then remove it: a thread of the last test may still be at work in it."""
        aside = Path(tempfile.mkdtemp(dir=self.instance.parent))
        self.instance.rename(aside / self.instance.name)
        shutil.rmtree(aside, ignore_errors=True)

    def _close_connections(self) -> None:
        with self.app.app_context():
            session().close()
            db.engine.dispose()


def make_test_settings(
    instance: Path, database_url: str = "", extra_plugins: Path | None = None
) -> LoadedSettings:
    """Settings of a test installation with every plugin there is."""
    folders = [ROOT / "plugins", *([extra_plugins] if extra_plugins else [])]
    names = sorted(path.parent.name for folder in folders for path in folder.glob("*/__init__.py"))
    environ = {
        "LMS_ENVIRONMENT": "test",
        "LMS_DATABASE_URL": database_url,
        "LMS_PLUGINS": ",".join(names),
        "LMS_LOG_LEVEL": "error",
    }
    return load_settings(instance, environ)


@dataclass
class QueryCount:
    """Statements that were sent to the database, transaction control left out."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


@contextmanager
def count_queries() -> Iterator[QueryCount]:
    """Count statements inside the block; needs an application context only at its start."""
    counted = QueryCount()
    engine = db.engine

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "SELECT set_config")):
            counted.statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield counted
    finally:
        event.remove(engine, "before_cursor_execute", note)


def open_session_for(user_id: uuid.UUID) -> str:
    """A signed-in session without the sign-in page; returns the cookie's value."""
    token, now = secrets.token_urlsafe(32), utcnow()
    with unit_of_work():
        session().add(
            SignInSession(
                token_hash=hash_token(token), user_id=user_id, data={"_user_id": str(user_id), "_fresh": True, "proved_at": now.timestamp()},
                method="test", created_at=now, seen_at=now, expires_at=now + timedelta(days=1),
            )
        )  # fmt: skip
    return token


def sent_mail(address: str) -> list[Mail]:
    """The letters to an address that are in the outbox, oldest first; inside an application context."""
    return list(session().scalars(select(Mail).filter_by(to=address).order_by(Mail.created_at, Mail.id)))


def notifications_of(user_id: uuid.UUID) -> list[Notification]:
    """What a person was told, oldest first; inside an application context."""
    query = select(Notification).filter_by(user_id=user_id)
    return list(session().scalars(query.order_by(Notification.created_at, Notification.id)))


def upload(browser: FlaskClient, office: str, name: str, body: bytes) -> str:
    """Send a file in pieces as a page does; returns the address that a form would carry."""
    headers = {"Tus-Resumable": "1.0.0"}
    named = f"filename {base64.b64encode(name.encode()).decode()}"
    begun = browser.post(
        f"/o/{office}/files/uploads",
        headers=headers | {"Upload-Length": str(len(body)), "Upload-Metadata": named},
    )
    address = str(begun.headers["Location"])
    piece = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    browser.patch(address, data=body, headers=headers | piece)
    return address


def run_jobs(app: Flask) -> int:
    """Run all background work that is due now, as a worker would; returns how many jobs ran."""
    return run_due_jobs(app)


def pytest_configure() -> None:
    """Let the tests of a plugin in one of ``LMS_PLUGIN_FOLDERS`` import it as ``plugins.NAME``."""
    named = os.environ.get("LMS_PLUGIN_FOLDERS", "")
    if named:
        open_folders([Path(folder).absolute() for folder in named.split(",")])


@pytest.fixture(scope="session")
def database_server() -> DatabaseServer | None:
    """The PostgreSQL server of this run; None means SQLite."""
    return None


@pytest.fixture(scope="session")
def plugin_folder() -> Path | None:
    """A folder with more plugins than those of the product: the first of ``LMS_PLUGIN_FOLDERS``."""
    named = os.environ.get("LMS_PLUGIN_FOLDERS", "").split(",")[0]
    return Path(named).absolute() if named else None


@pytest.fixture(scope="session")
def site(
    tmp_path_factory: pytest.TempPathFactory,
    database_server: DatabaseServer | None,
    plugin_folder: Path | None,
) -> TestSite:
    """The filled installation of this test process."""
    return TestSite(tmp_path_factory.mktemp("site"), database_server, plugin_folder)


@pytest.fixture
def app(site: TestSite) -> Flask:
    """The application over a fresh copy of the demo world."""
    return site.fresh()


@pytest.fixture
def world(site: TestSite, app: Flask) -> Iterator[World]:
    """The demo world, inside an application context; for tests of services."""
    with app.app_context():
        yield site.world


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask, site: TestSite) -> SignIn:
    """``sign_in("head")``: a browser in which that person of the world is signed in."""

    def open_browser(key: str) -> FlaskClient:
        with app.app_context():
            token = open_session_for(site.world.people[key].id)
        if has_app_context():
            session().rollback()  # what was read here before must not hide the session that was just opened
        browser = app.test_client()
        browser.set_cookie(COOKIE, token)
        return browser

    return open_browser
