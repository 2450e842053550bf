"""From the store to one CV: chosen, ordered, in this CV's words. Preview, PDF, text and exports are all made from it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from lms.plugin import _, locale, session
from plugins.portfolio.cv.dates import in_words
from plugins.portfolio.cv.models import Choice, Cv, Entry, Person
from plugins.portfolio.cv.sections import DIMENSIONS, SECTIONS
from plugins.portfolio.cv.service import find_entries, find_person

OVERRIDES = ("title", "organisation", "field", "summary", "highlights")


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry as a CV shows it; empty parts are left out by the templates. Dates are in words of the CV's language."""

    id: uuid.UUID
    section: str
    title: str
    organisation: str
    field: str
    place: str
    when: str
    url: str
    summary: str
    highlights: tuple[str, ...]
    keywords: tuple[str, ...]
    level: str
    grade: str
    email: str
    phone: str
    is_native: bool
    dimensions: tuple[tuple[str, str], ...]
    """Of a language: what is measured, and its CEFR level."""
    facts: str = ""
    """The small print in one line, in the language of the CV: subject, level, keywords, contact."""

    @property
    def subtitle(self) -> str:
        """Organisation and place in one line."""
        return ", ".join(part for part in (self.organisation, self.place) if part)

    @property
    def common_level(self) -> str:
        """The level of a language where all five are the same, else nothing."""
        levels = {level for _name, level in self.dimensions}
        return levels.pop() if len(levels) == 1 and len(self.dimensions) == len(DIMENSIONS) else ""


@dataclass(frozen=True, slots=True)
class SectionLines:
    """A section of a CV with its entries."""

    name: str
    title: str
    entries: tuple[EntryLine, ...]


@dataclass(frozen=True, slots=True)
class CvDocument:
    """A CV ready to be set, in ``language``. ``contacts`` are kinds and texts; ``details`` are labels and texts."""

    language: str
    template: str
    accent: str
    name: str
    headline: str
    summary: str
    contacts: tuple[tuple[str, str], ...]
    details: tuple[tuple[str, str], ...]
    photo_id: uuid.UUID | None
    sections: tuple[SectionLines, ...]
    is_anonymous: bool


def compose_cv(cv: Cv) -> CvDocument:
    """The document of a CV, for whoever may see it."""
    person = find_person(cv.owner_id) or Person(owner_id=cv.owner_id)
    chosen = choose_entries(cv, find_entries(cv.owner_id))
    with locale(cv.language):
        return _document(cv, person, [entry for entry, choice in chosen if not (choice and choice.is_hidden)], {
            entry.id: choice for entry, choice in chosen if choice
        })  # fmt: skip


def choose_entries(cv: Cv, entries: Sequence[Entry]) -> list[tuple[Entry, Choice | None]]:
    """All entries in the order of this CV, with what it says about each."""
    rows = session().scalars(select(Choice).filter_by(cv_id=cv.id))
    choices = {row.entry_id: row for row in rows}
    order = {name: number for number, name in enumerate(section_order(cv))}

    def place(entry: Entry) -> tuple[int, int, int]:
        choice = choices.get(entry.id)
        at = choice.position if choice and choice.position is not None else entry.position
        return order[entry.section], at, entry.position

    return [(entry, choices.get(entry.id)) for entry in sorted(entries, key=place)]


def section_order(cv: Cv) -> list[str]:
    """Names of all sections in the order of this CV."""
    known = [section.name for section in SECTIONS]
    first = [name for name in cv.section_order.split(",") if name in known]
    return [*dict.fromkeys(first), *(name for name in known if name not in first)]


def compose_entry(entry: Entry, language: str, choice: Choice | None = None) -> EntryLine:
    """One entry as a line, in a language."""
    with locale(language):
        return _line(entry, choice, language)


def _document(
    cv: Cv, person: Person, entries: Sequence[Entry], choices: Mapping[uuid.UUID, Choice]
) -> CvDocument:
    hidden = cv.is_anonymous
    name = f"{person.given_name or ''} {person.family_name or ''}".strip()
    lines = [_line(entry, choices.get(entry.id), cv.language) for entry in entries]
    if hidden:
        lines = [_nameless(line) for line in lines if line.section not in {"profiles", "references"}]
    return CvDocument(
        language=cv.language, template=cv.template, accent=cv.accent, name=_("Candidate") if hidden else name,
        headline=cv.headline or person.headline or "", summary=cv.summary or person.summary or "",
        contacts=() if hidden else tuple(_contacts(cv, person)), details=() if hidden else tuple(_details(cv, person)),
        photo_id=person.photo_id if cv.shows_photo and not hidden else None,
        sections=tuple(_sections(cv, lines, entries)), is_anonymous=hidden,
    )  # fmt: skip


def _sections(cv: Cv, lines: Sequence[EntryLine], entries: Sequence[Entry]) -> Iterable[SectionLines]:
    titles = {section.name: str(section.title) for section in SECTIONS}
    headings = {entry.id: entry.heading for entry in entries}
    for name in section_order(cv):
        own = [line for line in lines if line.section == name]
        if name != "custom":
            groups = {titles[name]: own}
        else:
            groups = {}
            for line in own:
                groups.setdefault(headings.get(line.id) or titles[name], []).append(line)
        yield from (SectionLines(name, title, tuple(each)) for title, each in groups.items() if each)


def _line(entry: Entry, choice: Choice | None, language: str) -> EntryLine:
    said = {name: (getattr(choice, name) if choice else "") or getattr(entry, name) for name in OVERRIDES}
    words = {
        "listening": _("Listening"), "reading": _("Reading"), "interaction": _("Conversation"),
        "production": _("Speaking at length"), "writing": _("Writing"),
    }  # fmt: skip
    dimensions = tuple((words[name], getattr(entry, name)) for name in DIMENSIONS if getattr(entry, name))
    line = EntryLine(
        id=entry.id, section=entry.section, title=said["title"], organisation=said["organisation"], field=said["field"],
        place=", ".join(part for part in (entry.place, entry.country) if part), when=_when(entry, language), url=entry.url,
        summary=said["summary"], highlights=_lines_of(said["highlights"]), keywords=_words_of(entry.keywords),
        level=_("EQF level %(level)s", level=entry.level) if entry.section == "education" and entry.level else entry.level,
        grade=entry.grade, email=entry.email, phone=entry.phone, is_native=entry.is_native, dimensions=() if entry.is_native else dimensions,
    )  # fmt: skip
    return replace(line, facts=_facts(line))


def _facts(line: EntryLine) -> str:
    facts = [line.field, line.level, line.grade]
    if line.is_native:
        facts.append(_("mother tongue"))
    elif line.common_level:
        facts.append(line.common_level)
    else:
        facts += [f"{name} {level}" for name, level in line.dimensions]
    address = line.url.removeprefix("https://").removeprefix("http://").rstrip("/")
    facts += [", ".join(line.keywords), line.email, line.phone, address]
    return " · ".join(fact for fact in facts if fact)


def _when(entry: Entry, language: str) -> str:
    starts, ends = in_words(entry.starts, language), in_words(entry.ends, language)
    if entry.section in {"certificates", "driving"} and ends:
        until = _("valid until %(date)s", date=ends)
        return f"{starts}, {until}" if starts else until
    if entry.is_current:
        return _("%(start)s – today", start=starts) if starts else _("today")
    return f"{starts} – {ends}" if starts and ends and starts != ends else starts or ends


def _contacts(cv: Cv, person: Person) -> Iterable[tuple[str, str]]:
    town = " ".join(part for part in (person.postcode, person.city) if part)
    parts = (
        person.street if cv.shows_address else "",
        town if cv.shows_address else person.city,
        person.country,
    )
    address = ", ".join(part for part in parts if part)
    for kind, text in (
        ("email", person.email),
        ("phone", person.phone),
        ("address", address),
        ("website", person.website),
    ):
        if text:
            yield kind, text


def _details(cv: Cv, person: Person) -> Iterable[tuple[str, str]]:
    if cv.shows_birth_date and person.birth_date:
        yield _("Date of birth"), in_words(person.birth_date, cv.language)
    if cv.shows_nationality and person.nationality:
        yield _("Nationality"), person.nationality
    if cv.shows_gender and person.gender:
        yield _("Gender"), person.gender
    if cv.shows_marital_status and person.marital_status:
        yield _("Family status"), person.marital_status


def _nameless(line: EntryLine) -> EntryLine:
    hidden = replace(line, email="", phone="", url="")
    return replace(hidden, facts=_facts(hidden))


def _lines_of(text: str) -> tuple[str, ...]:
    return tuple(line.strip().lstrip("-•*· ").strip() for line in text.splitlines() if line.strip(" -•*·"))


def _words_of(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
