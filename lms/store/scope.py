"""Which office's rows may be seen: filtered by the session, not by memory.

Every SELECT, UPDATE and DELETE that touches an ``OfficeScoped`` model is narrowed
to the scope in force. No scope at all is an error, never "everything".
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Table, bindparam, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.sql.visitors import iterate

from lms.store.base import IS_SCOPE, OfficeScoped, QuickUuid, mappers, session


class ScopeMissing(RuntimeError):
    """A row of an office was asked for, but no office is set. A fault in the code, not of a person."""


class ScopeBroken(RuntimeError):
    """A row of another office was about to be written. A fault in the code, not of a person."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One office, all offices for a stated reason, or nothing."""

    office_id: uuid.UUID | None = None
    reason_for_all: str = ""

    @property
    def is_set(self) -> bool:
        """False where no scoped row may be touched at all."""
        return self.office_id is not None or bool(self.reason_for_all)

    def allows(self, office_id: uuid.UUID) -> bool:
        """True if rows of that office may be written now."""
        return bool(self.reason_for_all) or office_id == self.office_id

    def as_setting(self) -> str:
        """The scope as PostgreSQL's row security reads it: an id, ``*`` or nothing."""
        return "*" if self.reason_for_all else str(self.office_id or "")


NO_SCOPE = Scope()
_scope: ContextVar[Scope] = ContextVar("lms_scope", default=NO_SCOPE)


def current_scope() -> Scope:
    """The scope in force."""
    return _scope.get()


@contextmanager
def office_scope(office_id: uuid.UUID) -> Iterator[None]:
    """See and write rows of this office only."""
    with _enter(Scope(office_id=office_id)):
        yield


@contextmanager
def all_offices(reason: str) -> Iterator[None]:
    """See rows of all offices, for work that is not any office's: say why."""
    with _enter(Scope(reason_for_all=reason)):
        yield


@contextmanager
def _enter(scope: Scope) -> Iterator[None]:
    before = _scope.get()
    if scope == before:
        yield
        return
    _change(scope)
    try:
        yield
    finally:
        _change(before)


def _change(scope: Scope) -> None:
    """Switch the scope; objects loaded under another one leave the session with their identity."""
    current = session()
    if current.new or current.dirty or current.deleted:
        current.flush()
    in_transaction = current.in_transaction()
    current.expunge_all()
    _scope.set(scope)
    if in_transaction and current.get_bind().dialect.name == "postgresql":
        _tell_postgresql(current, scope)


def _tell_postgresql(current: Session, scope: Scope) -> None:
    current.connection().exec_driver_sql("SELECT set_config('lms.office', %s, true)", (scope.as_setting(),))


def install_scope(session_class: Any) -> None:
    """Attach filter and write check to a session class or factory, once, however many applications use it."""
    if not event.contains(session_class, "do_orm_execute", _filter):
        event.listen(session_class, "do_orm_execute", _filter)
        event.listen(session_class, "before_flush", _check_writes)


def _filter(state: ORMExecuteState) -> None:
    if not (state.is_select or state.is_update or state.is_delete) or state.is_column_load:
        return
    scope = _scope.get()
    if scope.office_id is not None:
        state.statement = _narrowed(state.statement)
    elif not scope.is_set and _is_of_offices(state.statement):
        raise ScopeMissing(
            "a row of an office was asked for without an office; use office_scope() or all_offices()"
        )


_in_scope: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
_known: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()


def _narrowed(statement: Any) -> Any:
    """The statement for the office in force; of one that is kept and used again, made once."""
    found = _in_scope.get(statement)
    if found is None:
        found = _in_scope[statement] = statement.options(_ONLY_HERE)
    return found


def _office_in_force() -> uuid.UUID | None:
    """Asked when a statement runs; None, which no row has, where no single office is in force."""
    return _scope.get().office_id


_OFFICE = bindparam("office_in_force", callable_=_office_in_force, type_=QuickUuid(), unique=True)
_ONLY_HERE = with_loader_criteria(OfficeScoped, lambda cls: cls.office_id == _OFFICE, include_aliases=True)
"""Made when the module is read: threads that made one each would leave statements behind that find nothing."""


def _is_of_offices(statement: Any) -> bool:
    """Whether it touches rows of offices; of a statement that is kept and used again, looked up once."""
    found = _known.get(statement)
    if found is None:
        found = _known[statement] = _mentions_scoped(statement)
    return found


def _mentions_scoped(statement: Any) -> bool:
    return any(_is_scoped(element) for element in iterate(statement) if isinstance(element, Table))


def _is_scoped(table: Table) -> bool:
    column = table.c.get("office_id")
    return column is not None and IS_SCOPE in column.info


def scoped_tables() -> frozenset[Table]:
    """Tables of all scoped models."""
    classes = [mapper.class_ for mapper in mappers() if issubclass(mapper.class_, OfficeScoped)]
    return frozenset(cast(Table, inspect(each).local_table) for each in classes)


def _check_writes(current: Session, _context: UOWTransaction, _instances: Any) -> None:
    scope = _scope.get()
    for row in (*current.new, *current.dirty, *current.deleted):
        if not isinstance(row, OfficeScoped):
            continue
        owner: uuid.UUID | None = row.office_id
        if owner is None and scope.office_id is not None:
            row.office_id = owner = scope.office_id
        if owner is None or not scope.allows(owner):
            raise ScopeBroken(f"{type(row).__name__} of office {owner} written in scope {scope}")
