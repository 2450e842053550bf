"""Europass 3 as JSON, as its services wrote it beside XML: the same names and the same nesting, so it is read as that XML.

In XML a repeated element stands in a list of its own name (``WorkExperienceList``) and parts of a date are
attributes; in JSON they are arrays and objects. Everything else is alike.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from lms.plugin import Invalid, _

ROOT = "SkillsPassport"
_LISTED = frozenset(
    {"WorkExperience", "Education", "Achievement", "MotherTongue", "ForeignLanguage", "Telephone", "Website", "Nationality"}
)  # fmt: skip
_NAME = re.compile(r"[A-Za-z]\w{0,60}", re.ASCII)
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DEEPEST = 20


def is_europass_json(data: Any) -> bool:
    """Whether a JSON value is a Europass of version 3, with or without its outermost name."""
    return isinstance(data, dict) and isinstance(data.get(ROOT, data), dict) and (
        ROOT in data or isinstance(data.get("LearnerInfo"), dict)
    )  # fmt: skip


def as_version_3_xml(data: dict[str, Any]) -> str:
    """The same CV as XML of version 3; what has a place in no XML is left out. Raises Invalid for what is nested too deep."""
    root = Element(ROOT)
    _put_object(root, data.get(ROOT, data), 0)
    return tostring(root, encoding="unicode")


def _put(parent: Element, name: str, value: Any, depth: int) -> None:
    if depth > _DEEPEST:
        raise Invalid(_("This JSON file is damaged and cannot be read."), code="damaged")
    if isinstance(value, list) or (name in _LISTED and isinstance(value, dict)):
        values = value if isinstance(value, list) else [value]
        _put_list(parent, name, values, depth)
    elif isinstance(value, dict):
        _put_object(SubElement(parent, name), value, depth)
    elif value is not None:
        SubElement(parent, name).text = _text(value)


def _put_list(parent: Element, name: str, values: list[Any], depth: int) -> None:
    if parent.tag == "Driving":  # the only list of plain words: the codes of licences
        for each in values:
            SubElement(parent, "Licence").text = _text(each)
        return
    above = SubElement(parent, f"{name}List")
    for each in values:
        _put(above, name, each, depth + 1) if not isinstance(each, dict) else _put_object(
            SubElement(above, name), each, depth + 1
        )


def _put_object(node: Element, value: dict[str, Any], depth: int) -> None:
    if depth > _DEEPEST:
        raise Invalid(_("This JSON file is damaged and cannot be read."), code="damaged")
    if "Year" in value:
        for part, width in (("Year", 4), ("Month", 2), ("Day", 2)):
            if isinstance(value.get(part), (int, str)):
                node.set(part.lower(), str(value[part]).strip("-").zfill(width)[:8])
        return
    for name, each in value.items():
        if _NAME.fullmatch(name):
            _put(node, name, each, depth + 1)


def _text(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return _NOT_IN_XML.sub("", text)
