"""The only Alembic environment, shared by the core and all plugins.

SQLite: an own connection with foreign keys off, an explicit BEGIN IMMEDIATE around
the whole upgrade and a foreign-key check before the commit. Otherwise altering a
parent table (which SQLite does by copying it) would silently delete its cascading
children, and a failed migration would leave half its work behind.

PostgreSQL: one transaction, and row security on every table of an office.
"""

from __future__ import annotations

from typing import Any, Literal, cast

from alembic import context
from sqlalchemy import Connection, Engine, Uuid, create_engine, text
from sqlalchemy.pool import NullPool

from lms.store.base import Base
from lms.store.migrate import Owner
from lms.store.rowsecurity import protect_tables

config = context.config
owner: Owner = config.attributes["owner"]
plugins: list[str] = config.attributes["plugins"]


def _write_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """How a migration writes a type: keys are plain UUIDs, whatever reads them quickly today."""
    return "sa.Uuid()" if kind == "type" and isinstance(item, Uuid) else False


def _include(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    return owner.owns(name or "", plugins) if kind == "table" else True


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=owner.version_table,
        include_object=_include,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        transaction_per_migration=False,
        compare_type=True,
        user_module_prefix="base.",
        render_item=_write_type,
    )
    context.run_migrations()


def _migrate_sqlite(engine: Engine) -> None:
    own = create_engine(engine.url, poolclass=NullPool, connect_args={"timeout": 30})
    with own.connect() as connection:
        raw = cast(Any, connection.connection.dbapi_connection)
        raw.isolation_level = None
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("PRAGMA busy_timeout=30000")
        raw.execute("BEGIN IMMEDIATE")
        try:
            _run(connection)
            broken = raw.execute("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(
                    f"the migration of {owner.name} would leave rows without their parent: {broken[:5]}"
                )
            raw.execute("COMMIT")
        except BaseException:
            raw.execute("ROLLBACK")
            raise
    own.dispose()


def _migrate_postgresql(engine: Engine) -> None:
    with engine.connect().execution_options(lms_migration=True) as connection, connection.begin():
        connection.execute(text("SELECT set_config('lms.office', '*', true)"))
        _run(connection)
        protect_tables(connection)


target: Engine = config.attributes["engine"]
if target.dialect.name == "sqlite":
    _migrate_sqlite(target)
else:
    _migrate_postgresql(target)
