"""``python3 -m lms plugin``: list, new, enable, disable, purge."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import delete

from lms.access.actor import system_actor
from lms.clock import utcnow
from lms.config import ROOT
from lms.hooks.callers import hooks
from lms.offices.directory import directory
from lms.offices.models import OfficePlugin, Setting
from lms.offices.service import switch_plugin
from lms.ops.commands import application
from lms.ops.serving import instance_option
from lms.scaffold.writing import NewPlugin, write_plugin
from lms.store.base import db, session
from lms.store.leftovers import describe, drop_tables, find_leftovers, save_tables, tables_in
from lms.store.runtime import settings
from lms.store.scope import office_scope
from lms.store.uow import unit_of_work


@click.group()
def plugin() -> None:
    """The parts of the product: list, make, switch, remove for good."""


@plugin.command("list")
@instance_option
def list_plugins() -> None:
    """Show plugins that are loaded, those that failed and why, and tables that were left behind."""
    with application().app_context():
        found = hooks().plugins
        for each in found.loaded:
            offices = [office.slug for office in directory().all() if each.name in office.plugins]
            click.echo(
                f"loaded  {each.name} {each.manifest.version}  on in: {', '.join(offices) or 'no office'}"
            )
        for failed in found.failed:
            click.echo(f"FAILED  {failed.name}: {failed.reason}")
        known = [*found.names(), *(each.name for each in found.failed)]
        for line in describe(find_leftovers(db.engine, known)):
            click.echo(f"absent  {line}: remove for good with `plugin purge`")
        if not found.loaded and not found.failed:
            click.echo("No plugins are named in lms.toml.")


@plugin.command()
@click.argument("name")
@click.option("--title", help="What people read in the menu (default: the name).")
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=ROOT / "plugins",
    help="Folder for it (default: plugins/).",
)
def new(name: str, title: str | None, folder: Path) -> None:
    """Make a working plugin NAME with a table, a page, a form, a migration and tests."""
    made = write_plugin(NewPlugin(name, title or name.capitalize()), folder)
    click.echo(f"Made {made}")
    click.echo(f'Next: add "{name}" to `plugins` in lms.toml, then run: python3 -m lms upgrade')
    click.echo(f"      and switch it on: python3 -m lms plugin enable {name} --office SLUG")


@plugin.command()
@click.argument("name")
@click.option("--office", "slug", required=True, help="The office, by its address.")
@instance_option
def enable(name: str, slug: str) -> None:
    """Switch the plugin NAME on in an office."""
    _switch(name, slug, is_enabled=True)


@plugin.command()
@click.argument("name")
@click.option("--office", "slug", required=True, help="The office, by its address.")
@instance_option
def disable(name: str, slug: str) -> None:
    """Switch the plugin NAME off in an office. Its data stays."""
    _switch(name, slug, is_enabled=False)


@plugin.command()
@click.argument("name")
@click.option("--yes", "is_sure", is_flag=True, help="Do it although the plugin is loaded.")
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the rows (default: purged/ in the instance folder).",
)
@instance_option
def purge(name: str, target: Path | None, *, is_sure: bool) -> None:
    """Save all rows of the plugin NAME as a ZIP of JSON files, then drop its tables."""
    with application().app_context():
        if hooks().plugins.get(name) is not None and not is_sure:
            raise click.ClickException(
                f"{name} is loaded. Take it out of `plugins` in lms.toml first, or repeat with --yes."
            )
        known = {each.plugin for each in find_leftovers(db.engine, ())}
        if name not in known:
            raise click.ClickException(f"the database holds nothing of a plugin {name!r}")
        file = target or settings().instance_dir / "purged" / f"{name}-{utcnow():%Y%m%d-%H%M%S}.zip"
        session().close()
        counts = save_tables(db.engine, name, file)
        for table, rows in counts.items():
            click.echo(f"Saved {rows} rows of {table}")
        drop_tables(db.engine, name)
        _forget_choices(name)
        left = tables_in(db.engine, name)
        if left:
            raise click.ClickException(f"these tables are still there: {', '.join(left)}")
        click.echo(f"Dropped {len(counts)} tables. The rows are in {file}")


def _switch(name: str, slug: str, *, is_enabled: bool) -> None:
    with application().app_context():
        office = directory().by_slug(slug)
        if office is None:
            raise click.ClickException(
                f"no office {slug!r}; choose one of: {', '.join(each.slug for each in directory().all())}"
            )
        with office_scope(office.id), unit_of_work():
            switch_plugin(system_actor(office.id), office.id, name, is_enabled=is_enabled)
    click.echo(f"{name} is {'on' if is_enabled else 'off'} in {office.name}.")


def _forget_choices(name: str) -> None:
    """Settings of the plugin and who switched it on have no meaning without it."""
    with unit_of_work():
        for model in (OfficePlugin, Setting):
            session().execute(delete(model).where(model.plugin == name))
    directory().forget()
