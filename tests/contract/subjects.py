"""A plugin, alone with the core, in an installation filled with the demo world."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, func, select, table

from lms import admission
from lms.accounts.sessions import COOKIE
from lms.app import create_app
from lms.config import ROOT, load_settings, make_secret_file
from lms.demo import World, build_world
from lms.hooks.callers import EXTENSION, Hooks, hooks
from lms.hooks.loader import LoadedPlugin
from lms.offices.directory import directory
from lms.scaffold.writing import NewPlugin, write_plugin
from lms.store import migrate
from lms.store.base import db, session
from lms.store.engine import install_listeners
from lms.store.scope import all_offices
from lms.testing import open_session_for
from tests.docs.tutorial import write_files

NEW, TUTORIAL = "brandnew", "kudos"


def subject_names() -> list[str]:
    """Every plugin of the product, the one that ``plugin new`` writes and the tutorial's."""
    return [*sorted(path.parent.name for path in (ROOT / "plugins").glob("*/__init__.py")), NEW, TUTORIAL]


@dataclass
class Subject:
    """An installation with one plugin; ``directory`` is where the plugin lies."""

    name: str
    app: Flask
    instance: Path
    world: World | None = None

    @property
    def hooks(self) -> Hooks:
        """The hook callers of the installation."""
        found: Hooks = self.app.extensions[EXTENSION]
        return found

    @property
    def plugin(self) -> LoadedPlugin:
        """The plugin itself. Fails if it was not let in."""
        found = self.hooks.plugins.get(self.name)
        assert found is not None, self.hooks.plugins.failed
        return found

    @property
    def directory(self) -> Path:
        """Where the plugin lies."""
        return self.plugin.directory

    @property
    def module(self) -> ModuleType:
        """The plugin's ``hooks.py``."""
        return sys.modules[f"{self.plugin.package}.hooks"]

    def implemented(self) -> list[str]:
        """Names of the hooks that the plugin implements."""
        manager = self.hooks.plugins.manager
        callers = manager.get_hookcallers(manager.get_plugin(self.name)) or []
        return sorted(caller.name for caller in callers)

    def browser(self, key: str) -> FlaskClient:
        """A browser in which a person of the world is signed in."""
        assert self.world is not None
        with self.app.app_context():
            token = open_session_for(self.world.people[key].id)
        client = self.app.test_client()
        client.set_cookie(COOKIE, token)
        return client

    def pages(self) -> list[str]:
        """Addresses of the plugin's pages that need no id."""
        found = [
            rule.rule
            for rule in self.app.url_map.iter_rules()
            if not rule.arguments
            and "GET" in (rule.methods or ())
            and self.app.extensions["lms_blueprint_owners"].get(rule.endpoint.rpartition(".")[0]) == self.name
        ]
        return sorted(found)

    def counts(self) -> dict[str, int]:
        """Rows of each of the plugin's tables."""
        with self.app.app_context(), all_offices("the contract counts rows"):
            names = [each.name for each in admission.tables_of(self.plugin.package)]
            query = {name: select(func.count()).select_from(table(name)) for name in names}
            return {name: session().scalar(each) or 0 for name, each in query.items()}

    def switch(self, *, is_on: bool, slug: str = "siena") -> None:
        """Switch the plugin on or off in an office."""
        from lms.access.actor import system_actor
        from lms.offices.service import switch_plugin

        assert self.world is not None
        with self.app.app_context(), self.world.inside(slug) as office:
            switch_plugin(system_actor(office.id), office.id, self.name, is_enabled=is_on)
        with self.app.app_context():
            directory().forget()


def write_subject(name: str, folder: Path) -> None:
    """Write a plugin that is not in ``plugins/`` into ``folder``, with its migration."""
    if name == NEW:
        write_plugin(NewPlugin(NEW, "Brand new"), folder)
    elif name == TUTORIAL:
        write_files(folder)
        (folder / TUTORIAL / "migrations").mkdir()


def open_subject(name: str, folder: Path, plugins: Path, *, is_filled: bool = True) -> Subject:
    """An installation in ``folder`` with the plugin ``name`` (searched in ``plugins`` first) and nothing else."""
    instance = folder / "instance"
    make_secret_file(instance)
    environment = {"LMS_ENVIRONMENT": "test", "LMS_PLUGINS": name, "LMS_LOG_LEVEL": "error"}
    app = create_app(load_settings(instance, environment), plugin_folders=[plugins])
    subject = Subject(name, app, instance)
    if is_filled:
        with app.app_context():
            owners = migrate.owners(hooks().plugins)
            _write_missing_migration(subject, owners, folder)
            migrate.upgrade(db.engine, owners)
            subject.world = build_world()
    return subject


def _write_missing_migration(subject: Subject, owners: list[migrate.Owner], folder: Path) -> None:
    """As the tutorial tells its reader to do by a command."""
    own = next((each for each in owners if each.name == subject.name), None)
    if own is None or list(own.versions.glob("*.py")) or not admission.tables_of(subject.plugin.package):
        return
    with empty_database(folder / "empty.db") as engine:
        migrate.upgrade(engine, owners)
        migrate.make_revision(engine, own, owners, "first table")


@contextmanager
def empty_database(file: Path) -> Iterator[Any]:
    """An engine over a new SQLite file, opened as the product opens it."""
    engine = create_engine(f"sqlite:///{file}")
    install_listeners(engine)
    try:
        yield engine
    finally:
        engine.dispose()
