"""What all formats read into and write from: a person and entries by the column names of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import ElementTree as SafeTree
from defusedxml.common import DefusedXmlException
from pydantic import ValidationError

from lms.plugin import Invalid, _
from plugins.portfolio.cv.dates import read_date
from plugins.portfolio.cv.forms import SavePerson, SavePrivate, entry_command

MOST_BYTES = 5_000_000
MOST_ENTRIES = 400
PERSON_FIELDS: tuple[str, ...] = (*SavePerson.model_fields, *SavePrivate.model_fields)


@dataclass
class CandidateEntry:
    """An entry as read: its section, and values by column."""

    section: str
    values: dict[str, Any]


@dataclass
class Candidate:
    """A CV as read from, or to be written to, another format.

    ``notes`` say what was left out, and why, in words for a person.
    """

    person: dict[str, str] = field(default_factory=dict)
    entries: list[CandidateEntry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, section: str, **values: Any) -> None:
        """Add an entry if it has a title that can be kept; what does not fit a column is noted."""
        title = str(values.get("title") or values.get("organisation") or "").strip()
        if not title:
            return
        if len(self.entries) >= MOST_ENTRIES:
            raise Invalid(
                _("This file has more than %(count)d entries.", count=MOST_ENTRIES), code="too_many"
            )
        if not values.get("title"):
            values = values | {"title": title, "organisation": ""}
        self.entries.append(CandidateEntry(section, self._fitting(section, values)))

    def set_person(self, **values: str) -> None:
        """Take over details of the person that can be kept."""
        for name, value in values.items():
            text = " ".join(str(value).split()) if name != "summary" else str(value).strip()
            if not text:
                continue
            command = SavePerson if name in SavePerson.model_fields else SavePrivate
            try:
                self.person[name] = getattr(command.model_validate({name: text}), name)
            except ValidationError:
                self.notes.append(_("“%(text)s” could not be taken over.", text=text[:80]))

    def _fitting(self, section: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values as the section's own form would accept them; each that it refuses is left out and noted."""
        command = entry_command(section)
        wanted = {
            name: value
            for name, value in values.items()
            if name in command.model_fields and value not in (None, "")
        }
        while True:
            try:
                return {name: getattr(command.model_validate(wanted), name) for name in wanted}
            except ValidationError as problem:
                wrong = {str(each["loc"][0]) for each in problem.errors()}
                for name in wrong & set(wanted):
                    self._leave_out(wanted, name)

    def _leave_out(self, wanted: dict[str, Any], name: str) -> None:
        text = str(wanted.pop(name))
        if name == "title":
            wanted["title"] = text[:200] or "?"
        self.notes.append(_("“%(text)s” could not be taken over.", text=text[:80]))


def parse_xml(text: str | bytes) -> Element:
    """The root of an XML document. Raises Invalid for what is broken or defines entities (XML bombs, files read in)."""
    try:
        root: Element = SafeTree.fromstring(text, forbid_dtd=True)
    except DefusedXmlException as problem:
        raise Invalid(
            _("This file tries to do more than hold a CV, so we do not read it."), code="hostile_xml"
        ) from problem
    except (SafeTree.ParseError, ValueError, LookupError) as problem:
        raise Invalid(_("This XML file is damaged and cannot be read."), code="damaged") from problem
    return root


def partial_date(text: str) -> str:
    """A date of another format as a partial date; empty where it is none."""
    try:
        return read_date(text)
    except ValueError:
        return ""
