"""The commands that look after an installation: set up, upgrade, develop, configuration, worker."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy import create_engine

from lms.app import create_app
from lms.config import load_settings, make_secret_file, setting_keys
from lms.hooks.callers import hooks
from lms.ops.backup import make_backup
from lms.ops.serving import instance_option
from lms.store import migrate
from lms.store.base import db
from lms.store.engine import install_listeners
from lms.work.worker import run_worker


@cache
def application() -> Flask:
    """The application of this command's installation."""
    return create_app(load_settings())


@click.command()
@instance_option
def setup() -> None:
    """Prepare the instance folder: secret key and database."""
    instance = _instance()
    key = make_secret_file(instance)
    click.echo(f"Secret key: {key}")
    upgrade_database()


@click.command()
@instance_option
def upgrade() -> None:
    """Back up, then bring all tables up to date: the core first, then each plugin."""
    upgrade_database()


@click.command()
@instance_option
@click.option("--port", type=int, default=8420, show_default=True)
def dev(port: int) -> None:
    """Serve for development: one process, restarted when code changes. Jobs run in `worker`."""
    os.environ.setdefault("LMS_ENVIRONMENT", "development")
    application().run(port=port, debug=False, use_reloader=True, threaded=True)


@click.command()
@instance_option
def worker() -> None:
    """Run background jobs (started by serve)."""
    run_worker(application())


@click.command()
@instance_option
def config() -> None:
    """Show every setting, its value and where it came from."""
    loaded = load_settings()
    for key, _default, _text in setting_keys():
        value: Any = loaded.settings
        for name in key.split("."):
            value = getattr(value, name)
        shown = (
            "(hidden)" if key == "secret_key" or ("://" in str(value) and "@" in str(value)) else repr(value)
        )
        click.echo(f"{key} = {shown}    [{loaded.origin(key)}]")


@click.command()
@click.argument("owner")
@click.argument("message")
def migration(owner: str, message: str) -> None:
    """Write a migration for OWNER (core or a plugin) from the difference between its models and its history."""
    with application().app_context(), tempfile.TemporaryDirectory() as folder:
        owner_list = migrate.owners(hooks().plugins, with_new=True)
        chosen = next((each for each in owner_list if each.name == owner), None)
        if chosen is None:
            raise click.BadParameter(f"choose one of: {', '.join(each.name for each in owner_list)}")
        engine = create_engine(f"sqlite:///{folder}/empty.db")
        install_listeners(engine)
        migrate.upgrade(engine, owner_list)
        click.echo(migrate.make_revision(engine, chosen, owner_list, message))
        engine.dispose()


def upgrade_database() -> None:
    """Migrate all owners, telling what was done."""
    app = application()
    with app.app_context():
        owner_list = migrate.owners(hooks().plugins)
        behind = migrate.pending(db.engine, owner_list)
        if behind and any(now for now, _newest in behind.values()):
            saved = make_backup(load_settings().settings)
            click.echo(f"Backup before the upgrade: {saved.path}")
        migrate.upgrade(db.engine, owner_list)
    click.echo(f"Upgraded: {', '.join(behind)}" if behind else "The database is up to date.")


def _instance() -> Path:
    return Path(os.environ.get("LMS_INSTANCE", "instance")).resolve()
