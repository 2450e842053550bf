"""Backups: database and files in one verified archive, and the way back.

A backup is a ZIP with ``manifest.json`` (what, when, SHA-256 of every member), the
database (a consistent SQLite copy, or PostgreSQL's own dump) and the stored files.
It holds no secret key: keep ``keys/`` apart, encrypted data is useless without it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from lms import __version__
from lms.clock import utcnow
from lms.config import Settings
from lms.errors import ConfigError

MANIFEST = "manifest.json"
PASSING = frozenset({"uploads", "previews"})
FORMAT = 1
_CHUNK = 1 << 20
Progress = Callable[[int, int], None]


class BackupBroken(ConfigError):
    """The archive is not whole; nothing was restored."""


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """A verified backup."""

    path: Path
    made_at: datetime
    version: str
    database: str
    members: int
    size: int


def make_backup(
    settings: Settings, target: Path | None = None, progress: Progress | None = None
) -> BackupInfo:
    """Write and verify a backup; keeps the newest ``backup.keep`` of the default folder.

    Raises ConfigError when PostgreSQL's client is missing, OSError when the disk is full.
    """
    folder = settings.instance_dir / "backups"
    path = target or folder / f"contrada-{utcnow():%Y%m%d-%H%M%S-%f}.zip"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".part")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
            dump = Path(scratch) / "database"
            _dump(settings, dump)
            _write(settings, partial, dump, progress)
        info = verify_backup(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    if target is None:
        _forget_old(folder, settings.backup.keep)
    return BackupInfo(path, info.made_at, info.version, info.database, info.members, info.size)


def verify_backup(path: Path) -> BackupInfo:
    """Read every member and compare it with the manifest. Raises BackupBroken naming the first that differs."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest.get("format") != FORMAT:
                raise BackupBroken(
                    f"{path}: made by another version of this product ({manifest.get('version')})"
                )
            for name, digest in manifest["members"].items():
                if _digest_of(archive, name) != digest:
                    raise BackupBroken(f"{path}: {name} is damaged")
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError) as problem:
        raise BackupBroken(f"{path}: not a whole backup ({problem})") from None
    made_at = datetime.fromisoformat(manifest["made_at"])
    return BackupInfo(
        path,
        made_at,
        manifest["version"],
        manifest["database"],
        len(manifest["members"]),
        path.stat().st_size,
    )


def restore_backup(settings: Settings, path: Path) -> BackupInfo:
    """Replace database and files by a verified backup. What was there is kept beside it, named ``*.before-restore``.

    The product must not be running. Raises BackupBroken before anything is touched.
    """
    info = verify_backup(path)
    wanted = "sqlite" if settings.is_sqlite else "postgresql"
    if info.database != wanted:
        raise BackupBroken(f"{path}: is a backup of {info.database}, this installation uses {wanted}")
    with tempfile.TemporaryDirectory(dir=settings.instance_dir) as scratch, zipfile.ZipFile(path) as archive:
        folder = Path(scratch)
        for name in json.loads(archive.read(MANIFEST))["members"]:
            archive.extract(name, folder)
        _load(settings, folder / "database")
        _swap(folder / "files", settings.instance_dir / "files")
    return info


def _write(settings: Settings, target: Path, dump: Path, progress: Progress | None) -> None:
    files = sorted(_stored_files(settings.instance_dir / "files"))
    digests: dict[str, str] = {}
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)  # everybody's data is in it
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for number, (name, path) in enumerate([("database", dump), *files]):
            digests[name] = _add(archive, name, path)
            if progress:
                progress(number + 1, len(files) + 1)
        manifest = {
            "format": FORMAT, "version": __version__, "made_at": utcnow().isoformat(),
            "database": "sqlite" if settings.is_sqlite else "postgresql", "members": digests,
        }  # fmt: skip
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    with target.open("rb") as written:
        os.fsync(written.fileno())


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as out:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


def _digest_of(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as member:
        while chunk := member.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _stored_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Stored blobs; unfinished uploads, and previews that are made again when asked for, are left out."""
    for path in folder.rglob("*") if folder.is_dir() else ():
        is_passing = path.relative_to(folder).parts[0] in PASSING or path.name.endswith(".part")
        if path.is_file() and not is_passing:
            yield f"files/{path.relative_to(folder).as_posix()}", path


def _dump(settings: Settings, target: Path) -> None:
    if settings.is_sqlite:
        with (
            closing(sqlite3.connect(settings.sqlite_path)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy, pages=2000)
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupBroken(f"{settings.sqlite_path}: the database itself is damaged")
    else:
        url, password = _client_url(settings)
        _client(
            ["pg_dump", "--format=custom", "--no-owner", "--enable-row-security", f"--file={target}", url],
            password,
        )


def _load(settings: Settings, dump: Path) -> None:
    if settings.is_sqlite:
        live = settings.sqlite_path
        for suffix in ("-wal", "-shm"):
            live.with_name(live.name + suffix).unlink(missing_ok=True)
        _swap(dump, live)
    else:
        url, password = _client_url(settings)
        _client(
            [
                "pg_restore",
                "--clean",
                "--if-exists",
                "--no-owner",
                "--single-transaction",
                f"--dbname={url}",
                str(dump),
            ],
            password,
        )


def _swap(new: Path, live: Path) -> None:
    kept = live.with_name(f"{live.name}.before-restore")
    if kept.is_dir():
        shutil.rmtree(kept)
    else:
        kept.unlink(missing_ok=True)
    if live.exists():
        live.rename(kept)
    if new.exists():
        new.rename(live)


def _client_url(settings: Settings) -> tuple[str, str]:
    """The address for PostgreSQL's own programs, and the password, which does not belong on a command line."""
    parts = urlsplit(settings.sqlalchemy_url.replace("postgresql+psycopg://", "postgresql://"))
    netloc = parts.netloc.replace(f":{parts.password}@", "@") if parts.password else parts.netloc
    return urlunsplit(parts._replace(netloc=netloc)), parts.password or ""


def _client(command: list[str], password: str) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise ConfigError(
            f"{command[0]} is missing: install PostgreSQL's client (apt-get install postgresql-client)"
        )
    environment = {**os.environ, "PGPASSWORD": password} if password else dict(os.environ)
    # Dumps must see the rows of all offices through row security.
    environment["PGOPTIONS"] = "-c lms.office=*"
    done = subprocess.run(
        [program, *command[1:]], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ConfigError(
            f"{command[0]} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}"
        )


def _forget_old(folder: Path, keep: int) -> None:
    for old in sorted(folder.glob("contrada-*.zip"))[:-keep]:
        old.unlink()
