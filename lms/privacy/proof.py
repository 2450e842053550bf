"""Proof of erasure: looking for what should be gone, in every table, whatever its owner says."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, String, Table, Text, cast, func, inspect, or_, select

from lms.hooks.callers import hooks
from lms.hooks.contributions import PersonalData
from lms.store.base import Base, JsonObject, session


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
    owners = {
        (entry.table, entry.owner) for _owner, entry in hooks().personal_data() if not entry.stays_nameless
    }
    whole_words = re.compile(
        "|".join(rf"(?<![\w.+-]){re.escape(text)}(?![\w-])" for text in canaries), re.IGNORECASE
    )
    found = []
    for table in _present_tables():
        for column in table.columns:
            if isinstance(column.type, (String, Text, JsonObject)):
                count = _count_texts(column, canaries, whole_words)
            elif (table.name, column.name) in owners:
                count = (
                    session().scalar(select(func.count()).select_from(table).where(column == user_id)) or 0
                )
            else:
                count = 0
            if count:
                found.append(Trace(table.name, column.name, count))
    return found


def _count_texts(column: Column[Any], canaries: Sequence[str], whole_words: re.Pattern[str]) -> int:
    """Rows with one of the texts as whole words (``anna@…`` is not found in ``joanna@…``)."""
    text = cast(column, Text) if isinstance(column.type, JsonObject) else column
    wanted = or_(*(text.icontains(canary, autoescape=True) for canary in canaries))
    return sum(bool(whole_words.search(value)) for value in session().scalars(select(text).where(wanted)))


def _present_tables() -> Iterator[Table]:
    present = set(inspect(session().connection()).get_table_names())
    yield from (table for name, table in sorted(Base.metadata.tables.items()) if name in present)
