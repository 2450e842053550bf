"""``python3 -m lms reindex``."""

from __future__ import annotations

import click

from lms.offices.directory import directory
from lms.search.service import index_office
from lms.store.scope import office_scope


@click.command()
@click.option("--office", "slug", default="", help="Only this office, by its name in addresses.")
def reindex(slug: str) -> None:
    """Make the search index anew."""
    chosen = [office for office in directory().all() if slug in {"", office.slug}]
    if slug and not chosen:
        raise click.BadParameter(f"there is no office {slug!r}", param_hint="--office")
    for office in chosen:
        with office_scope(office.id):
            count = index_office(office.id, complete=True)
        click.echo(f"{office.slug}: {count} texts")
