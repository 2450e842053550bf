"""Frameworks that an office brings in: JSON as Mahara's SmartEvidence writes it (``.matrix``).

``{"framework": {"name", "description", "standards": [{"standardid", "shortname", "name"}],
"standardelements": [{"standardid", "elementid", "shortname", "name", "description"}]}}``
"""

from __future__ import annotations

import json
import uuid
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from lms.plugin import Actor, Invalid, NotFound, _, plain_text, require, session, utcnow
from plugins.portfolio.cv.service import TEMPLATES
from plugins.portfolio.frameworks.models import FrameworkElement, OfficeFramework

MOST_BYTES = 1_000_000
MOST_ELEMENTS = 300
Id = str | int | float


class _Standard(BaseModel):
    standardid: Id
    name: Annotated[str, Field(max_length=1000)] = ""
    shortname: Annotated[str, Field(max_length=1000)] = ""


class _Element(BaseModel):
    standardid: Id
    name: Annotated[str, Field(max_length=2000)] = ""
    shortname: Annotated[str, Field(max_length=1000)] = ""
    description: Annotated[str, Field(max_length=20_000)] = ""


class _Framework(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=1000)]
    description: Annotated[str, Field(max_length=20_000)] = ""
    standards: Annotated[list[_Standard], Field(min_length=1, max_length=100)]
    standardelements: Annotated[list[_Element], Field(min_length=1, max_length=MOST_ELEMENTS)]


class _Matrix(BaseModel):
    framework: _Framework


def import_matrix(actor: Actor, body: bytes) -> OfficeFramework:
    """Bring a framework in, whole or not at all. Raises Forbidden, and Invalid that names the place of a mistake."""
    require(actor, TEMPLATES)
    found = _read(body).framework
    areas = {str(each.standardid): _short(each.name or each.shortname, 160) for each in found.standards}
    elements = _in_order(found, areas)
    row = OfficeFramework(title=_short(found.name, 160), description=_short(found.description, 1000))
    session().add(row)
    session().flush()
    for position, each in enumerate(elements):
        session().add(
            FrameworkElement(
                framework_id=row.id, position=position, area=areas[str(each.standardid)],
                title=_short(each.name or each.shortname, 300), description=_short(each.description, 1000),
            )
        )  # fmt: skip
    session().flush()
    return row


def remove_framework(actor: Actor, framework_id: uuid.UUID) -> None:
    """Offer it no longer; maps that people drew stay. Raises Forbidden, NotFound."""
    require(actor, TEMPLATES)
    row = session().get(OfficeFramework, framework_id)
    if row is None or row.removed_at is not None:
        raise NotFound(_("There is no such framework."))
    row.removed_at = utcnow()
    session().flush()


def _read(body: bytes) -> _Matrix:
    if len(body) > MOST_BYTES:
        raise Invalid(_("This file is too large for a framework."), code="too_large")
    try:
        data: Any = json.loads(body.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Invalid(
            _("This is not a framework: a .matrix file is JSON text in UTF-8."), code="not_json"
        ) from None
    try:
        return _Matrix.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Invalid(
            _("This framework cannot be read: at “%(place)s”: %(reason)s", place=place, reason=first["msg"]), code="not_a_framework"
        ) from None  # fmt: skip


def _in_order(found: _Framework, areas: dict[str, str]) -> list[_Element]:
    """Elements in the order of their areas. Raises Invalid for one without."""
    order = list(areas)
    for each in found.standardelements:
        if str(each.standardid) not in areas:
            raise Invalid(
                _("The element “%(name)s” belongs to an area that is not in the file.", name=each.shortname or each.name), code="no_area"
            )  # fmt: skip
        if not (each.name or each.shortname):
            raise Invalid(_("An element has no name."), code="no_name")
    return sorted(found.standardelements, key=lambda each: order.index(str(each.standardid)))


def _short(text: str, limit: int) -> str:
    words = " ".join(plain_text(text).split())
    return words if len(words) <= limit else f"{words[: limit - 1]}…"
