"""A row as JSON and back: every value checked against its column, every id replaced by the one it has here."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, String, Uuid
from sqlalchemy.types import TypeDecorator

from lms.plugin import Command, Invalid, _, clean_html
from plugins.portfolio.cv.sections import CEFR, DIMENSIONS
from plugins.portfolio.films.captions import read_vtt, write_vtt
from plugins.portfolio.moving.tables import Carried
from plugins.portfolio.pages.kinds import BlockType
from plugins.portfolio.pages.models import THEMES, WIDTHS

UUID_TEXT = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
LONGEST_TEXT = 400_000
_LARGEST = 2**31 - 1
_WEB, _DAY, _LEVEL = r"(https?://\S+)?", r"(\d{4}(-\d{2}(-\d{2})?)?)?", f"({'|'.join(CEFR)})?"
_FORMS: Mapping[str, str] = {
    "url": _WEB, "website": _WEB, "vacancy_url": _WEB, "starts": _DAY, "ends": _DAY, "birth_date": _DAY, "country": "([A-Z]{2})?",
    **dict.fromkeys(DIMENSIONS, _LEVEL), "slug": "[a-z0-9][a-z0-9-]{1,59}",
}  # fmt: skip
_NAMING = frozenset({("portfolio_tag", "subject"), ("portfolio_version", "change")})
"""Plain texts with the id of something in them."""
_SUBJECT = re.compile(rf"portfolio:[a-z]+:{UUID_TEXT.pattern}")
"""What texts of these names must look like, wherever they stand: they become addresses, dates, refs."""
_DEEPEST = 8
_POINTING = frozenset({"item", "items", "journal", "entry", "plan", "cv", "film"})
"""Fields of blocks that hold the id of something of the owner's."""
Ids = Mapping[uuid.UUID, uuid.UUID]


class _VersionBlock(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: str = Field(pattern=f"^{UUID_TEXT.pattern}$")
    kind: str = Field(max_length=40)
    width: str = Field(pattern=f"^({'|'.join(WIDTHS)})$")
    content: dict[str, Any]


class _VersionContent(BaseModel):
    """A former state of a page, as ``pages.versions.snapshot`` writes it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: str = Field(max_length=160)
    description: str = Field(max_length=500)
    theme: str = Field(pattern=f"^({'|'.join(THEMES)})$")
    cover_id: str = Field(pattern=f"^({UUID_TEXT.pattern})?$")
    blocks: list[_VersionBlock] = Field(max_length=200)


def row_as_json(carried: Carried, row: Any) -> dict[str, Any]:
    """The carried columns of a row, for one line of JSON."""
    return {name: _plain(getattr(row, name)) for name in carried.columns}


def ids_in(value: Any) -> set[uuid.UUID]:
    """Every id that stands in a text or in the texts of a JSON value."""
    if isinstance(value, Mapping):
        return {found for each in value.values() for found in ids_in(each)}
    if isinstance(value, (list, tuple)):
        return {found for each in value for found in ids_in(each)}
    return {uuid.UUID(text) for text in UUID_TEXT.findall(value)} if isinstance(value, str) else set()


def with_ids(value: Any, ids: Ids) -> Any:
    """The same value with each known id replaced."""
    if isinstance(value, Mapping):
        return {key: with_ids(each, ids) for key, each in value.items()}
    if isinstance(value, list):
        return [with_ids(each, ids) for each in value]
    if not isinstance(value, str):
        return value
    return UUID_TEXT.sub(lambda match: str(ids.get(uuid.UUID(match[0]), match[0])), value)


def checked_row(carried: Carried, line: Any, kinds: Mapping[str, BlockType]) -> dict[str, Any]:
    """The values of a row of an archive. Raises Invalid for whatever the table could not hold."""
    if isinstance(line, dict):
        line = dict(carried.added) | line
    if not isinstance(line, dict) or set(line) != set(carried.columns):
        raise lying(carried.name, _("a line has other columns than it should"))
    values = {name: _checked(carried, column, line[name]) for name, column in carried.columns.items()}
    for name, allowed in carried.allowed.items():
        if values[name] not in allowed:
            raise lying(carried.name, _("“%(column)s” holds something impossible", column=name))
    for name in carried.html:
        if values[name].lstrip().startswith("<"):
            values[name] = clean_html(values[name])
    _check_forms(carried, values)
    if carried.name == "portfolio_block":
        values["content"] = _checked_content(values["kind"], values["content"], kinds)
    elif carried.name == "portfolio_take":
        values["captions"] = _checked_cut(values)
    elif carried.name == "portfolio_version":
        values["content"] = _checked_version(values["content"], kinds)
    return values


def _check_forms(carried: Carried, values: Mapping[str, Any]) -> None:
    for name in _FORMS.keys() & values.keys():
        if not re.fullmatch(_FORMS[name], values[name] or ""):
            raise lying(carried.name, _("“%(column)s” holds something impossible", column=name))
    if carried.name == "portfolio_tag" and not _SUBJECT.fullmatch(values["subject"]):
        raise lying(carried.name, _("“%(column)s” holds something impossible", column="subject"))


def linked_values(
    carried: Carried, values: Mapping[str, Any], known: Callable[[str, uuid.UUID], bool], ids: Ids
) -> dict[str, Any]:
    """The values with ids of this installation. Raises Invalid where a row points at what is not in the archive."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        target = carried.links.get(name)
        if target is not None and value is not None:
            if not known(target, value):
                raise lying(
                    carried.name, _("“%(column)s” points at something that is not in it", column=name)
                )
            found[name] = ids[value]
        elif name == "id":
            found[name] = ids[value]
        elif isinstance(value, dict) or name in carried.html or (carried.name, name) in _NAMING:
            found[name] = with_ids(value, ids)
        else:
            found[name] = value
    return found


def lying(table: str, reason: str) -> Invalid:
    """The refusal of a line that cannot be what it says."""
    return Invalid(
        _("The data in this archive is not in order (%(table)s): %(reason)s.", table=table, reason=reason),
        code="bad_data",
    )


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def _checked(carried: Carried, column: Column[Any], value: Any) -> Any:
    refusal = lying(carried.name, _("“%(column)s” holds something impossible", column=column.key))
    if value is None:
        if not column.nullable:
            raise refusal
        return None
    try:
        found = _read(column, value)
    except (ValueError, TypeError, OverflowError):
        raise refusal from None
    if found is None:
        raise refusal
    return found


def _read(column: Column[Any], value: Any) -> Any:
    """The value in the type of its column; None for one of another type."""
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(kind, Boolean):
        return value if isinstance(value, bool) else None
    if isinstance(kind, Integer):
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return value if is_number and -1 <= value <= _LARGEST else None
    if isinstance(kind, JSON):
        return value if isinstance(value, dict) and _is_harmless(value, _DEEPEST) else None
    if not isinstance(value, str):
        return None
    if isinstance(kind, Uuid):
        return uuid.UUID(value) if UUID_TEXT.fullmatch(value) else None
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, DateTime):
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo is not None else None
    longest = kind.length if isinstance(kind, String) and kind.length else LONGEST_TEXT
    return value if len(value) <= longest and "\x00" not in value else None


def _is_harmless(value: Any, depth: int) -> bool:
    """No depth without end, no text without end, no numbers that JSON does not have."""
    if depth == 0:
        return False
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_harmless(each, depth - 1) for key, each in value.items())
    if isinstance(value, list):
        return all(_is_harmless(each, depth - 1) for each in value)
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT and "\x00" not in value
    return not isinstance(value, float) or math.isfinite(value)


def _checked_content(
    kind_name: str, content: dict[str, Any], kinds: Mapping[str, BlockType]
) -> dict[str, Any]:
    """What a block may hold, as its form would accept it; of a kind that is not here, it is kept and not shown."""
    kind = kinds.get(kind_name)
    if kind is None:
        return content
    command: type[Command] = kind.command
    try:
        found = command.model_validate(content).model_dump(mode="json")
        for name in _POINTING & set(found):
            named = found[name] if isinstance(found[name], list) else [found[name]]
            [uuid.UUID(each) for each in named if each]
    except (ValidationError, ValueError):
        raise lying(
            "portfolio_block", _("a block of kind “%(kind)s” cannot hold this", kind=kind_name)
        ) from None
    if isinstance(found.get("html"), str):
        found["html"] = clean_html(found["html"])
    return {name: value for name, value in found.items() if name in content}


def _checked_cut(values: Mapping[str, Any]) -> str:
    """The captions of a recording as they would be kept; its cut must be one. Raises Invalid."""
    starts, ends = values["starts_ms"], values["ends_ms"]
    if starts < 0 or values["duration_ms"] < 0 or (ends is not None and ends <= starts):
        raise lying("portfolio_take", _("a recording ends before it begins"))
    return write_vtt(read_vtt(values["captions"]))


def _checked_version(content: dict[str, Any], kinds: Mapping[str, BlockType]) -> dict[str, Any]:
    try:
        found = _VersionContent.model_validate(content).model_dump()
    except ValidationError:
        raise lying("portfolio_version", _("a former state of a page is broken")) from None
    for block in found["blocks"]:
        block["content"] = _checked_content(block["kind"], block["content"], kinds)
    return found
