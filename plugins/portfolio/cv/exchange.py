"""CVs from elsewhere and to elsewhere: read, compare with what is there, take over entry by entry; write."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select

from lms.plugin import Actor, Invalid, NotFound, _, require, session, utcnow
from plugins.portfolio.cv.composing import OVERRIDES, choose_entries
from plugins.portfolio.cv.formats.candidate import MOST_BYTES, Candidate, CandidateEntry
from plugins.portfolio.cv.formats.europass_json import as_version_3_xml, is_europass_json
from plugins.portfolio.cv.formats.europass_pdf import read_attached_xml
from plugins.portfolio.cv.formats.europass_reading import read_europass, read_photo
from plugins.portfolio.cv.formats.json_resume import read_json, read_json_resume
from plugins.portfolio.cv.forms import SavePerson, SavePrivate
from plugins.portfolio.cv.models import Cv, Entry, Import, Person
from plugins.portfolio.cv.sections import BY_NAME, COLUMNS
from plugins.portfolio.cv.service import (
    KEEP,
    add_entry,
    find_entries,
    find_person,
    get_entry,
    get_person,
    save_person,
)

Action = Literal["ignore", "add", "replace"]
Kind = Literal["europass", "json_resume"]
ACTIONS: tuple[Action, ...] = ("ignore", "add", "replace")


@dataclass(frozen=True, slots=True)
class Comparison:
    """An entry of a file beside what is there. ``suggested`` is what we would do with it."""

    number: int
    entry: CandidateEntry
    twin: Entry | None
    is_same: bool
    suggested: Action


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be taken over from a file."""

    source: Import
    candidate: Candidate
    person_changes: tuple[tuple[str, str, str], ...]
    """Of the details that differ: column, what is there, what the file says."""
    lines: tuple[Comparison, ...]
    has_photo: bool = False
    """True if there is a photo in it that can be taken over."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many entries were added and replaced."""

    added: int
    replaced: int


def read_import(actor: Actor, name: str, body: bytes) -> uuid.UUID:
    """Read a file and keep it for the preview; nothing of the CV changes. Raises Forbidden, Invalid."""
    require(actor, KEEP)
    if len(body) > MOST_BYTES:
        raise Invalid(
            _(
                "This file is too large for a CV. The most we can read is %(limit)d MB.",
                limit=MOST_BYTES // 1_000_000,
            ),
            code="too_large",
        )
    kind, payload = _recognise(body)
    _parse(kind, payload)
    row = Import(owner_id=actor.user_id, name=name[:200], kind=kind, payload=payload, created_at=utcnow())
    session().add(row)
    session().flush()
    return row.id


def get_preview(actor: Actor, import_id: uuid.UUID) -> Preview:
    """What a file holds, beside what is there. Raises NotFound."""
    row = _get_import(actor, import_id)
    candidate = _parse(row.kind, row.payload)
    person = get_person(actor)
    changes = tuple(
        (name, getattr(person, name) or "", value)
        for name, value in candidate.person.items()
        if (getattr(person, name) or "") != value
    )
    lines = tuple(_compare(candidate.entries, find_entries(actor.user_id)))
    return Preview(row, candidate, changes, lines, photo_in(row) is not None)


def photo_in(row: Import) -> bytes | None:
    """The bytes of the photo in a file that was read, as they are; whoever uses them has them checked."""
    return read_photo(row.payload.encode()) if row.kind == "europass" else None


def apply_import(
    actor: Actor, import_id: uuid.UUID, actions: Mapping[int, Action], person_fields: Sequence[str]
) -> Outcome:
    """Take over what was chosen, all of it or (after an error) nothing. Raises NotFound, Invalid."""
    preview = get_preview(actor, import_id)
    chosen = {name: value for name, _old, value in preview.person_changes if name in person_fields}
    if chosen:
        take_person(actor, chosen)
    added = replaced = 0
    for line in preview.lines:
        action = actions.get(line.number, "ignore")
        if action == "replace" and line.twin is not None:
            take_entry(actor, line.entry, line.twin.id)
            replaced += 1
        elif action != "ignore":
            take_entry(actor, line.entry, None)
            added += 1
    session().delete(preview.source)
    return Outcome(added, replaced)


def discard_import(actor: Actor, import_id: uuid.UUID) -> None:
    """Forget a file that was read. Raises NotFound."""
    session().delete(_get_import(actor, import_id))


def candidate_of_cv(cv: Cv) -> Candidate:
    """What one CV tells, for other formats: hidden entries left out, private details only where the CV shows them."""
    found = Candidate()
    person = find_person(cv.owner_id) or Person(owner_id=cv.owner_id)
    if not cv.is_anonymous:
        hidden = {
            "birth_date": cv.shows_birth_date, "nationality": cv.shows_nationality, "gender": cv.shows_gender,
            "marital_status": cv.shows_marital_status, "street": cv.shows_address, "postcode": cv.shows_address,
        }  # fmt: skip
        names = [*SavePerson.model_fields, *SavePrivate.model_fields]
        found.person = {
            name: getattr(person, name) or ""
            for name in names
            if hidden.get(name, True) and getattr(person, name)
        }
    for name in ("headline", "summary"):
        text = getattr(cv, name) or getattr(person, name) or ""
        found.person |= {name: text} if text else {}
    for entry, choice in choose_entries(cv, find_entries(cv.owner_id)):
        if (choice and choice.is_hidden) or (cv.is_anonymous and entry.section in {"profiles", "references"}):
            continue
        values = values_of(entry)
        values |= {name: getattr(choice, name) for name in OVERRIDES if choice and getattr(choice, name)}
        if cv.is_anonymous:
            values = {name: value for name, value in values.items() if name not in {"url", "email", "phone"}}
        found.entries.append(CandidateEntry(entry.section, values))
    return found


def candidate_of_store(owner_id: uuid.UUID) -> Candidate:
    """Everything in the store, for taking it elsewhere."""
    person = find_person(owner_id) or Person(owner_id=owner_id)
    names = [*SavePerson.model_fields, *SavePrivate.model_fields]
    details = {name: getattr(person, name) for name in names if getattr(person, name)}
    return Candidate(
        details, [CandidateEntry(entry.section, values_of(entry)) for entry in find_entries(owner_id)]
    )


def values_of(entry: Entry) -> dict[str, Any]:
    """The content of an entry by column; empty ones are left out."""
    return {name: getattr(entry, name) for name in COLUMNS if getattr(entry, name)}


def _recognise(body: bytes) -> tuple[Kind, str]:
    if body.lstrip()[:5] == b"%PDF-":
        return "europass", read_attached_xml(body)
    text = _decoded(body).lstrip("\ufeff").strip()
    if text.startswith("<"):
        return "europass", text
    if text.startswith("{"):
        data = read_json(text)
        return ("europass", as_version_3_xml(data)) if is_europass_json(data) else ("json_resume", text)
    raise _unknown()


def _decoded(body: bytes) -> str:
    encoding = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        return body.decode(encoding).replace("\x00", "")
    except UnicodeDecodeError as problem:
        raise _unknown() from problem


def _unknown() -> Invalid:
    return Invalid(
        _("This is neither a Europass file (PDF, XML or JSON) nor a JSON Resume."), code="wrong_format"
    )


def _parse(kind: str, payload: str) -> Candidate:
    found = read_json_resume(payload) if kind == "json_resume" else read_europass(payload.encode())
    if not found.entries and not found.person:
        raise Invalid(_("There is nothing of a CV in this file."), code="empty")
    return found


def _compare(entries: Sequence[CandidateEntry], present: Sequence[Entry]) -> list[Comparison]:
    free, lines = list(present), []
    for number, entry in enumerate(entries):
        twin = twin_of(entry, free)
        if twin is not None:
            free.remove(twin)
        is_alike = twin is not None and is_same(entry, twin)
        suggested: Action = "add" if twin is None else "ignore" if is_alike else "replace"
        lines.append(Comparison(number, entry, twin, is_alike, suggested))
    return lines


def twin_of(entry: CandidateEntry, present: Sequence[Entry]) -> Entry | None:
    """The entry of ours that tells of the same thing: same section and title, and no organisation or year that contradicts."""

    def fits(row: Entry, name: str, length: int) -> bool:
        theirs, ours = str(entry.values.get(name) or ""), str(getattr(row, name))
        return not theirs or not ours or theirs.casefold()[:length] == ours.casefold()[:length]

    title = str(entry.values["title"]).casefold()
    return next(
        (
            row
            for row in present
            if row.section == entry.section
            and row.title.casefold() == title
            and fits(row, "organisation", 200)
            and fits(row, "starts", 4)
        ),
        None,
    )


def is_same(entry: CandidateEntry, row: Entry) -> bool:
    """True if a row says exactly what the entry says."""
    return values_of(row) == {name: value for name, value in entry.values.items() if value}


def take_entry(actor: Actor, entry: CandidateEntry, twin: uuid.UUID | None) -> None:
    """Add an entry, or put it in the place of one of the actor's own. Raises NotFound, Invalid."""
    if twin is None:
        add_entry(actor, entry.section, entry.values)
        return
    row = get_entry(actor, twin)
    for field in BY_NAME[entry.section].fields:
        default: Any = False if field.name.startswith("is_") else ""
        setattr(row, field.name, entry.values.get(field.name, default))


def take_person(actor: Actor, chosen: Mapping[str, str]) -> None:
    """Write details of the person that were read and chosen; the others stay. Raises Forbidden."""
    person = get_person(actor)
    commands: tuple[type[SavePerson] | type[SavePrivate], ...] = (SavePerson, SavePrivate)
    for command in commands:
        own = command.model_fields
        if set(chosen) & set(own):
            known: dict[str, Any] = {name: chosen.get(name, getattr(person, name) or "") for name in own}
            save_person(actor, command.model_construct(None, **known))


def _get_import(actor: Actor, import_id: uuid.UUID) -> Import:
    require(actor, KEEP)
    row = session().scalar(select(Import).filter_by(id=import_id, owner_id=actor.user_id))
    if row is None:
        raise NotFound(_("This import is not there any more. Please choose the file again."))
    return row
