"""Tables of plugins that are no longer loaded: found by what their migrations left, saved, dropped."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, inspect, select

from lms.store.engine import write_intent

_VERSION_TABLE = "alembic_version_"


@dataclass(frozen=True, slots=True)
class Leftover:
    """What the database holds of one plugin."""

    plugin: str
    tables: tuple[str, ...]


def find_leftovers(engine: Engine, loaded: Iterable[str]) -> list[Leftover]:
    """Plugins that have tables here but are not loaded, by name."""
    present = inspect(engine).get_table_names()
    absent = {name.removeprefix(_VERSION_TABLE) for name in present if name.startswith(_VERSION_TABLE)}
    return [Leftover(name, tables_in(engine, name)) for name in sorted(absent - set(loaded))]


def tables_in(engine: Engine, plugin: str) -> tuple[str, ...]:
    """The tables of a plugin that the database holds, its version table left out."""
    names = inspect(engine).get_table_names()
    return tuple(sorted(name for name in names if name.startswith(f"{plugin}_")))


def save_tables(engine: Engine, plugin: str, target: Path) -> dict[str, int]:
    """Write every row of a plugin's tables into a ZIP of JSON files; returns the number of rows by table.

    The file appears under its name only when it is whole.
    """
    partial = target.with_suffix(".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    with engine.connect() as connection, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        _see_all(connection)
        for table in _reflect(connection, plugin):
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
            counts[table.name] = len(rows)
            archive.writestr(f"{table.name}.json", _as_json(rows))
    partial.replace(target)
    return counts


def drop_tables(engine: Engine, plugin: str) -> None:
    """Drop a plugin's tables and its migration history. Nothing else may point at them."""
    with write_intent(), engine.begin() as connection:
        tables = _reflect(connection, plugin)
        version = MetaData()
        version.reflect(connection, only=lambda name, _metadata: name == f"{_VERSION_TABLE}{plugin}")
        for table in (*reversed(tables), *version.sorted_tables):
            table.drop(connection)


def _reflect(connection: Connection, plugin: str) -> list[Table]:
    """A plugin's tables, parents before children."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _metadata: name.startswith(f"{plugin}_"))
    return [table for table in metadata.sorted_tables if table.name.startswith(f"{plugin}_")]


def _see_all(connection: Connection) -> None:
    """Row security would hide the rows of all offices from somebody who names none."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT set_config('lms.office', '*', true)")


def _as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    return json.dumps(list(rows), ensure_ascii=False, indent=1, default=_plain)


def _plain(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def describe(leftovers: Iterable[Leftover]) -> Iterator[str]:
    """One line for each, for command line and health check."""
    for each in leftovers:
        yield f"{each.plugin} ({', '.join(each.tables) or 'no tables'})"
