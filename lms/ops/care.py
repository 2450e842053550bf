"""Commands that look after an installation: doctor, backup, restore."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import click
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lms.config import load_settings
from lms.errors import ConfigError
from lms.hooks.callers import hooks
from lms.hooks.contributions import HealthCheck
from lms.ops.backup import BackupInfo, make_backup, restore_backup, verify_backup
from lms.ops.commands import application
from lms.ops.serving import instance_option
from lms.store import migrate
from lms.store.base import db, session
from lms.store.engine import MOST_CONNECTIONS
from lms.store.scope import all_offices
from lms.web.i18n import format_size

LOW_DISK_BYTES = 2_000_000_000
MARKS = {"ok": "ok     ", "warning": "warning", "failed": "FAILED "}


@click.command()
@instance_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def doctor(*, as_json: bool) -> int:
    """Check everything and say how to mend what is not well; exit code 1 if something failed."""
    checks = list(_own_checks())
    try:
        app = application()
    except ConfigError as problem:
        checks.append(HealthCheck("settings", "failed", str(problem), "python3 -m lms config"))
    else:
        with app.app_context(), all_offices("doctor"):
            database = list(_database_checks())
            checks += [*database, *_plugin_checks()]
            if all(check.status == "ok" for check in database):
                checks += hooks().health_checks()
    if as_json:
        click.echo(json.dumps([_plain(check) for check in checks], indent=1, ensure_ascii=False))
    else:
        _print(checks)
    return int(any(check.status == "failed" for check in checks))


@click.command()
@instance_option
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def backup(target: Path | None) -> None:
    """Save database and files in one verified archive (the product may be running)."""
    settings = load_settings().settings
    with click.progressbar(length=100, label="Backup") as bar:
        info = make_backup(
            settings, target, lambda done, total: bar.update(max(0, 100 * done // total - bar.pos))
        )
    _tell("Saved and verified", info)


@click.command()
@instance_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check-only", is_flag=True, help="Only verify the archive.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, *, check_only: bool, yes: bool) -> None:
    """Replace database and files by a backup; stop the product first."""
    settings = load_settings().settings
    if check_only:
        _tell("The backup is whole", verify_backup(file))
        return
    if not yes:
        click.confirm("This replaces all data of this installation. Is the product stopped?", abort=True)
    _tell("Restored", restore_backup(settings, file))
    click.echo("What was there before is kept beside it (*.before-restore). Now run: python3 -m lms upgrade")


def _tell(what: str, info: BackupInfo) -> None:
    click.echo(
        f"{what}: {info.path} ({format_size(info.size)}, {info.members} parts, made {info.made_at:%Y-%m-%d %H:%M} UTC)"
    )


def _own_checks() -> Iterable[HealthCheck]:
    yield HealthCheck("python", "ok", f"Python {sys.version.split()[0]}")
    try:
        settings = load_settings().settings
    except ConfigError:
        return
    free = shutil.disk_usage(settings.instance_dir).free
    status = "ok" if free > LOW_DISK_BYTES else "warning"
    yield HealthCheck("disk", status, f"{format_size(free)} free", "Make room, or move the instance folder.")  # type: ignore[arg-type]  # one of the two literals
    newest = max((settings.instance_dir / "backups").glob("contrada-*.zip"), default=None)
    if newest is None:
        yield HealthCheck("backup", "warning", "There is no backup yet.", "python3 -m lms backup")
    else:
        yield HealthCheck("backup", "ok", f"Newest backup: {newest.name}")


def _database_checks() -> Iterable[HealthCheck]:
    try:
        behind = migrate.pending(db.engine, migrate.owners(hooks().plugins))
    except SQLAlchemyError as problem:
        yield HealthCheck(
            "database", "failed", str(problem).splitlines()[0], "Look at database_url in lms.toml."
        )
        return
    if behind:
        yield HealthCheck("migrations", "failed", f"Pending: {', '.join(behind)}", "python3 -m lms upgrade")
    else:
        yield HealthCheck("migrations", "ok", "All tables are up to date.")
    settings = load_settings().settings
    if not settings.is_sqlite:
        allowed = int(session().scalar(text("SHOW max_connections")) or 0)
        yield connections_check(allowed, processes=max(settings.web.workers, 1) + 1)


def connections_check(allowed: int, processes: int) -> HealthCheck:
    """Whether a database server that allows so many connections is enough for the web and job processes of this machine."""
    needed = processes * MOST_CONNECTIONS
    said = f"The processes of this machine open up to {needed} connections with the database; it allows {allowed}."
    remedy = "Raise max_connections of PostgreSQL (for all machines together), or lower web.workers."
    return HealthCheck("connections", "ok" if needed < allowed else "warning", said, remedy)


def _plugin_checks() -> Iterable[HealthCheck]:
    for plugin in hooks().plugins.loaded:
        yield HealthCheck(f"plugin {plugin.name}", "ok", f"version {plugin.manifest.version}")
    for failed in hooks().plugins.failed:
        yield HealthCheck(
            f"plugin {failed.name}",
            "failed",
            failed.reason,
            "Mend it, or take it out of `plugins` in lms.toml.",
        )


def _plain(check: HealthCheck) -> dict[str, str]:
    return {
        "name": check.name, "status": check.status, "message": str(check.message), "remedy": str(check.remedy)
    }  # fmt: skip


def _print(checks: Iterable[HealthCheck]) -> None:
    for check in checks:
        click.echo(f"{MARKS[check.status]}  {check.name}: {check.message}")
        if check.remedy and check.status != "ok":
            click.echo(f"         -> {check.remedy}")
