"""What the portfolio's own kinds of blocks show: loaded once for all blocks of a kind, and the files among it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from lms.plugin import current_locale, embedded_files, fill_addresses, session, utcnow
from plugins.portfolio.cv.composing import compose_cv, compose_entry
from plugins.portfolio.cv.models import Cv, Entry
from plugins.portfolio.cv.sections import BY_NAME
from plugins.portfolio.cv.service import find_person
from plugins.portfolio.evidence.forms import SKILL_LEVELS
from plugins.portfolio.evidence.models import Item, Journal, JournalEntry, LinkPreview, Plan, Task
from plugins.portfolio.evidence.plans import is_overdue
from plugins.portfolio.evidence.previews import previews_of
from plugins.portfolio.evidence.service import all_proofs, hidden_proofs, proof_key
from plugins.portfolio.films.service import films_shown
from plugins.portfolio.films.showing import files_of, film_values
from plugins.portfolio.pages.kinds import Content, Showing


def _load_text(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    return [{"html": fill_addresses(content.get("html", ""), showing.address)} for content in contents]


def _load_one(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    return [{"shown": _shown(showing, content.get("item"))} for content in contents]


def _load_many(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    return [
        {"shown": [each for each in (_shown(showing, key) for key in content.get("items", [])) if each]}
        for content in contents
    ]


def _shown(showing: Showing, key: Any) -> dict[str, Any] | None:
    pair = showing.items.get(uuid.UUID(key)) if key else None
    if pair is None:
        return None
    item, file = pair
    return {"item": item, "file": file, "url": showing.address(file.id)}


def _load_links(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    """What is shown of a link is what its owner wrote, and the preview that is kept here: no reader asks its address."""
    ids = [uuid.UUID(key) for content in contents for key in content.get("items", [])]
    rows = {row.id: row for row in session().scalars(_own(Item, showing, ids).where(Item.kind == "link"))}
    chosen = [
        [rows[uuid.UUID(key)] for key in content.get("items", []) if uuid.UUID(key) in rows]
        for content in contents
    ]
    previews = previews_of(showing.owner_id, ids)
    return [{"links": [_shown_link(showing, row, previews.get(row.id)) for row in found]} for found in chosen]


def _shown_link(showing: Showing, row: Item, preview: LinkPreview | None) -> dict[str, Any]:
    picture = showing.address(preview.picture_id) if preview and preview.picture_id else ""
    host = urlsplit(row.url or "").hostname or ""
    return {"item": row, "host": host, "preview": preview, "picture_url": picture}


def _load_journals(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    ids = [uuid.UUID(content["journal"]) for content in contents if content.get("journal")]
    journals = {row.id: row for row in session().scalars(_own(Journal, showing, ids))}
    by_journal: dict[uuid.UUID, list[JournalEntry]] = {}
    for row in _entries_of(ids, showing):
        by_journal.setdefault(row.journal_id, []).append(row)
    found: list[Mapping[str, Any]] = []
    for content in contents:
        journal = journals.get(uuid.UUID(content["journal"])) if content.get("journal") else None
        rows = by_journal.get(journal.id, [])[: content.get("count", 3)] if journal else []
        found.append(
            {
                "journal": journal,
                "entries": [(row, fill_addresses(row.body, showing.address)) for row in rows],
            }
        )
    return found


def _load_entries(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    ids = [uuid.UUID(content["entry"]) for content in contents if content.get("entry")]
    rows = {
        row.id: row
        for row in session().scalars(_own(JournalEntry, showing, ids).where(JournalEntry.is_draft.is_(False)))
    }
    entries = [
        rows.get(uuid.UUID(content["entry"])) if content.get("entry") else None for content in contents
    ]
    return [
        {"entry": row, "html": fill_addresses(row.body, showing.address) if row else ""} for row in entries
    ]


def _load_plans(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    ids = [uuid.UUID(content["plan"]) for content in contents if content.get("plan")]
    plans = {row.id: row for row in session().scalars(_own(Plan, showing, ids))}
    tasks: dict[uuid.UUID, list[Task]] = {}
    for row in session().scalars(
        select(Task).where(Task.plan_id.in_(ids), Task.owner_id == showing.owner_id).order_by(Task.position)
    ):
        tasks.setdefault(row.plan_id, []).append(row)
    chosen = [plans.get(uuid.UUID(content["plan"])) if content.get("plan") else None for content in contents]
    today = utcnow().date()
    return [
        {
            "plan": plan,
            "tasks": tasks.get(plan.id, []) if plan else [],
            "today": today,
            "is_overdue": is_overdue,
        }
        for plan in chosen
    ]


def _load_cvs(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    ids = [uuid.UUID(content["cv"]) for content in contents if content.get("cv")]
    rows = {row.id: row for row in session().scalars(_own(Cv, showing, ids))}
    documents = {key: compose_cv(row) for key, row in rows.items()}
    found: list[Mapping[str, Any]] = []
    for content in contents:
        document = documents.get(uuid.UUID(content["cv"])) if content.get("cv") else None
        photo = showing.address(document.photo_id) if document and document.photo_id else None
        found.append({"document": document, "photo_url": photo})
    return found


def _load_cv_sections(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    names = {content.get("section") for content in contents}
    query = select(Entry).where(
        Entry.owner_id == showing.owner_id, Entry.section.in_(names), Entry.removed_at.is_(None)
    )
    rows = list(session().scalars(query.order_by(Entry.position)))
    return [
        {
            "kind": BY_NAME.get(content.get("section", "")),
            "lines": [compose_entry(row, current_locale()) for row in rows if row.section == content.get("section")],
        }
        for content in contents
    ]  # fmt: skip


def _load_skills(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    rows = _items_of(showing, "skill")
    return [{"skills": rows, "levels": dict(SKILL_LEVELS)} for _content in contents]


def _load_goals(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    rows = _items_of(showing, "goal")
    return [{"goals": rows} for _content in contents]


def _load_proofs(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    """Asked anew each time: what is withdrawn at its source, or hidden by its person, is gone from the page."""
    hidden = hidden_proofs(showing.owner_id)
    known = {
        proof_key(each): each
        for each in all_proofs(showing.owner_id, showing.office_id)
        if proof_key(each) not in hidden
    }
    return [{"proof": known.get(content.get("proof", ""))} for content in contents]


def _load_films(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    films = films_shown(showing.owner_id, [uuid.UUID(each["film"]) for each in contents if each.get("film")])
    return [
        film_values(films.get(uuid.UUID(each["film"])) if each.get("film") else None, showing.address, showing.captions)
        for each in contents
    ]  # fmt: skip


def _load_profile(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    person = find_person(showing.owner_id)
    photo = showing.address(person.photo_id) if person and person.photo_id else None
    return [
        {"person": person, "photo_url": photo if content.get("shows_photo") else None} for content in contents
    ]


def _load_social(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    query = select(Entry).where(
        Entry.owner_id == showing.owner_id, Entry.section == "profiles", Entry.removed_at.is_(None)
    )
    rows = list(session().scalars(query.order_by(Entry.position)))
    return [{"profiles": rows} for _content in contents]


def _load_contact(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    return [{"message_url": showing.message_url} for _content in contents]


def _load_comments(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    """What is said depends on who reads, so the page puts it where the block is."""
    return [{"has_comments": showing.has_comments} for _content in contents]


def _load_navigation(contents: Sequence[Content], showing: Showing) -> list[Mapping[str, Any]]:
    return [{"navigation": showing.navigation} for _content in contents]


def _own(model: type[Any], showing: Showing, ids: Sequence[uuid.UUID]) -> Any:
    return select(model).where(
        model.owner_id == showing.owner_id, model.id.in_(ids), model.removed_at.is_(None)
    )


def _items_of(showing: Showing, kind: str) -> list[Item]:
    query = select(Item).filter_by(owner_id=showing.owner_id, kind=kind).where(Item.removed_at.is_(None))
    return list(session().scalars(query.order_by(Item.level.desc(), Item.title)))


def _entries_of(journal_ids: Sequence[uuid.UUID], showing: Showing) -> list[JournalEntry]:
    query = select(JournalEntry).where(
        JournalEntry.journal_id.in_(journal_ids), JournalEntry.owner_id == showing.owner_id, JournalEntry.is_draft.is_(False),
        JournalEntry.removed_at.is_(None),
    )  # fmt: skip
    return list(session().scalars(query.order_by(JournalEntry.created_at.desc())))


# --- files that a block shows beside items ----------------------------------------------


def _pictures_of_links(contents: Sequence[Content], showing: Showing) -> list[uuid.UUID]:
    shown = [link["preview"] for one in _load_links(contents, showing) for link in one["links"]]
    return [preview.picture_id for preview in shown if preview and preview.picture_id]


def _files_in_text(contents: Sequence[Content], showing: Showing) -> list[uuid.UUID]:
    return [each for content in contents for each in embedded_files(content.get("html", ""))]


def _files_in_journals(contents: Sequence[Content], showing: Showing) -> list[uuid.UUID]:
    shown = _load_journals(contents, showing)
    return [each for one in shown for row, _html in one["entries"] for each in embedded_files(row.body)]


def _files_in_entries(contents: Sequence[Content], showing: Showing) -> list[uuid.UUID]:
    return [
        each
        for one in _load_entries(contents, showing)
        if one["entry"]
        for each in embedded_files(one["entry"].body)
    ]


def _photos_in_cvs(contents: Sequence[Content], showing: Showing) -> list[uuid.UUID]:
    return [
        one["document"].photo_id
        for one in _load_cvs(contents, showing)
        if one["document"] and one["document"].photo_id
    ]


def _files_in_films(contents: Sequence[Content], showing: Showing) -> list[uuid.UUID]:
    return [each for one in _load_films(contents, showing) for each in files_of(one)]


def _photo_of_person(contents: Sequence[Content], showing: Showing) -> list[uuid.UUID]:
    person = find_person(showing.owner_id)
    return (
        [person.photo_id]
        if person and person.photo_id and any(content.get("shows_photo") for content in contents)
        else []
    )


LOADERS: Mapping[str, Callable[[Sequence[Content], Showing], Sequence[Mapping[str, Any]]]] = {
    "text": _load_text, "one": _load_one, "many": _load_many, "links": _load_links, "journals": _load_journals, "entries": _load_entries, "plans": _load_plans, "cvs": _load_cvs,
    "cv_sections": _load_cv_sections, "skills": _load_skills, "goals": _load_goals, "proofs": _load_proofs, "profile": _load_profile, "social": _load_social,
    "contact": _load_contact, "comments": _load_comments, "navigation": _load_navigation, "films": _load_films,
}  # fmt: skip
"""How each kind is loaded; each needs a constant number of queries."""
FILES: Mapping[str, Callable[[Sequence[Content], Showing], Sequence[uuid.UUID]]] = {
    "text": _files_in_text, "links": _pictures_of_links, "journals": _files_in_journals, "entries": _files_in_entries, "cvs": _photos_in_cvs, "profile": _photo_of_person, "films": _files_in_films,
}  # fmt: skip
"""Files that a kind shows beside the items of the owner."""
