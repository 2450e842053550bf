"""Proof of erasure: looking for what should be gone, in every table, whatever its owner says."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, String, Table, Text, Uuid, cast, func, inspect, or_, select

from lms.hooks.callers import hooks
from lms.hooks.contributions import PersonalData
from lms.store.base import Base, JsonObject, db, session

KEPT_BY_ID = frozenset({"audit_entry", "privacy_request", "user"})
"""Tables that go on naming the (now nameless) account by its id: the proof that it was erased."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Where something of a person is still found."""

    table: str
    column: str
    rows: int


def undeclared_tables(declared: Sequence[PersonalData]) -> list[str]:
    """Tables that point at a person without saying why; a plugin with one is refused."""
    known = {entry.table for entry in declared}
    return sorted(
        table.name
        for table in Base.metadata.tables.values()
        if table.name not in known and any(key.column.table.name == "user" for key in table.foreign_keys)
    )


def find_traces(user_id: uuid.UUID, canaries: Sequence[str]) -> list[Trace]:
    """Rows that still hold one of the texts (name, address) or belong to the person by declaration."""
    owners = {(entry.table, entry.owner) for _owner, entry in hooks().personal_data()}
    found = []
    for table in _present_tables():
        for column in table.columns:
            rule = _rule(column, user_id, canaries, is_owner=(table.name, column.name) in owners)
            if rule is None:
                continue
            count = session().scalar(select(func.count()).select_from(table).where(rule)) or 0
            if count:
                found.append(Trace(table.name, column.name, count))
    return found


def _rule(
    column: Column[object], user_id: uuid.UUID, canaries: Sequence[str], *, is_owner: bool
) -> ColumnElement[bool] | None:
    if isinstance(column.type, (String, Text)):
        return or_(*(column.icontains(text, autoescape=True) for text in canaries))
    if isinstance(column.type, JsonObject):
        return or_(*(cast(column, Text).icontains(text, autoescape=True) for text in canaries))
    if isinstance(column.type, Uuid) and is_owner and column.table.name not in KEPT_BY_ID:
        return column == user_id
    return None


def _present_tables() -> Iterator[Table]:
    present = set(inspect(db.engine).get_table_names())
    yield from (table for name, table in sorted(Base.metadata.tables.items()) if name in present)
