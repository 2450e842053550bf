"""PostgreSQL's second wall: rows of another office do not exist, whatever the query says."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from lms.store.base import Base
from lms.store.scope import scoped_tables

POLICY = "office_wall"


def protect_tables(connection: Connection) -> None:
    """Switch row security on, also for the tables' owner, wherever it is not yet."""
    present = set(inspect(connection).get_table_names())
    guarded = set(
        connection.scalars(
            text("SELECT tablename FROM pg_policies WHERE policyname = :name"), {"name": POLICY}
        )
    )
    names = {table.name for table in scoped_tables()} & set(Base.metadata.tables) & present
    for name in sorted(names - guarded):
        for statement in _statements(connection.dialect.identifier_preparer.quote(name)):
            connection.execute(text(statement))


def _statements(table: str) -> tuple[str, ...]:
    setting = "current_setting('lms.office', true)"
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {POLICY} ON {table} USING ({setting} = '*' OR office_id::text = {setting})",
    )
