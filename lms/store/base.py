"""What every table is made of, and the one database session.

Models are plain typed SQLAlchemy classes over ``Base``. Keys are UUIDv7 (sortable
by time, not guessable), times are aware UTC, constraint names are predictable so
migrations can find them. Models of an office inherit ``OfficeScoped``: their rows
are filtered by ``lms.store.scope`` without anybody asking.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import uuid_utils.compat
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, MetaData, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, Session, declared_attr, mapped_column, registry
from sqlalchemy.types import TypeDecorator, TypeEngine

from lms.clock import utcnow

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonObject(TypeDecorator[dict[str, Any]]):
    """A JSON object whose shape somebody else defines (xAPI results, event payloads): JSONB on PostgreSQL."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """JSONB where there is one."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())


class QuickUuid(Uuid[uuid.UUID]):
    """A UUID whose text from SQLite is read without the checks that ``uuid.UUID()`` makes; a page reads hundreds."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Only where the database has no type of its own for it."""
        return None if self.native_uuid and dialect.supports_native_uuid else _read_uuid


def _read_uuid(text: str | None) -> uuid.UUID | None:
    if text is None:
        return None
    made = uuid.UUID.__new__(uuid.UUID)
    _set(made, "int", int(text, 16))
    _set(made, "is_safe", uuid.SafeUUID.unknown)
    return made


_set = object.__setattr__  # UUIDs refuse assignments; their own constructor sets them in this way


CORE_PACKAGE = "lms"
PLUGIN_PACKAGES = "plugins"
METADATA = MetaData(naming_convention=NAMING)
_registries: dict[str, registry] = {}


def _registry_of(module: str) -> registry:
    """Where the models of a package are kept: one registry for the core, one for each plugin.

    So ``relationship("Tag")`` means the Tag of the same plugin, whoever else has one, and a plugin
    whose models do not fit together leaves everybody else's alone.
    """
    owner = _owner_of(module)
    if owner not in _registries:
        _registries[owner] = registry(
            metadata=METADATA,
            type_annotation_map={
                datetime: UtcDateTime(),
                uuid.UUID: QuickUuid(),
                dict[str, Any]: JsonObject(),
            },
        )
    return _registries[owner]


def _owner_of(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == PLUGIN_PACKAGES else parts[0]


class Base(DeclarativeBase):
    """Parent of every model."""

    registry = _registry_of(CORE_PACKAGE)

    def __init_subclass__(cls, **options: Any) -> None:
        cls._sa_registry = _registry_of(cls.__module__)
        super().__init_subclass__(**options)


def mappers(package: str | None = None) -> Iterator[Mapper[Any]]:
    """Every mapped model, or those of a package."""
    for each in list(_registries.values()):
        for mapper in each.mappers:
            module = mapper.class_.__module__
            if package is None or module == package or module.startswith(f"{package}."):
                yield mapper


def configure_models(package: str) -> None:
    """Check that the models of a package fit together and to the core's.

    :raises sqlalchemy.exc.SQLAlchemyError: if they do not.
    """
    _registry_of(package).configure(cascade=True)


def forget_models(package: str) -> None:
    """Take the models of a plugin that stays out, and their tables, from those that everybody shares."""
    for mapper in list(mappers(package)):
        for table in mapper.tables:
            if isinstance(table, Table) and table.name in METADATA.tables:
                METADATA.remove(table)
    _registry_of(package).dispose()
    del _registries[_owner_of(package)]


def new_id() -> uuid.UUID:
    """A new UUIDv7 (RFC 9562)."""
    return uuid_utils.compat.uuid7()


class Identified:
    """A row with an ``id`` of its own."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-10)


class Timestamped:
    """A row that knows when it was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(default=utcnow, sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow, sort_order=91)


IS_SCOPE = "is_office_scope"
"""Marks the column by which a table belongs to offices, so that a statement can be checked without asking all models."""


class OfficeScoped:
    """A row that belongs to one office and is invisible from any other."""

    @declared_attr
    def office_id(cls) -> Mapped[uuid.UUID]:
        """The office that owns the row; filled from the scope when left out."""
        return mapped_column(ForeignKey("office.id"), index=True, sort_order=-5, info={IS_SCOPE: True})


db = SQLAlchemy(model_class=Base)


def session() -> Session:
    """The session of this request, job or command."""
    return db.session()
