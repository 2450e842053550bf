"""The portfolio's own kinds of blocks."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from sqlalchemy import select

from lms.plugin import (
    Actor,
    Command,
    Invalid,
    NotFound,
    Text,
    Ui,
    _,
    _l,
    current_locale,
    embedded_files,
    fill_addresses,
    session,
    utcnow,
)
from plugins.portfolio.cv.composing import compose_cv, compose_entry
from plugins.portfolio.cv.models import Cv, Entry
from plugins.portfolio.cv.sections import BY_NAME, SECTIONS
from plugins.portfolio.cv.service import find_person
from plugins.portfolio.cv.tailoring import find_cvs, get_cv
from plugins.portfolio.evidence.forms import SKILL_LEVELS
from plugins.portfolio.evidence.models import Item, Journal, JournalEntry, Plan, Task
from plugins.portfolio.evidence.service import (
    all_proofs,
    files_by_id,
    find_items,
    find_journals,
    find_plans,
    find_proofs,
    get_entry,
    get_item,
    get_journal,
    get_plan,
    hidden_proofs,
    is_overdue,
    own_html,
    proof_key,
)
from plugins.portfolio.pages.kinds import BlockType, Content, Showing

Choices = Sequence[tuple[str, Text]]
_CAPTION = Ui(_l("Caption"))
_Short = Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=300)]
_Id = Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=36)]
_Ids = Annotated[list[str], Field(max_length=60)]


class TextBlock(Command):
    """Text with pictures and lists."""

    html: Annotated[
        str,
        BeforeValidator(lambda value: value or ""),
        Field(max_length=200_000),
        Ui(_l("Text"), kind="richtext"),
    ] = ""


class HeadingBlock(Command):
    """A heading between blocks."""

    text: Annotated[_Short, Ui(_l("Heading"))] = ""


class FileBlock(Command):
    """One picture, video, sound or PDF from one's files."""

    item: Annotated[_Id, Ui(_l("File"), _l("Choose from your evidence."), kind="select")] = ""
    caption: Annotated[_Short, _CAPTION] = ""


class ImageBlock(Command):
    """A picture with words for those who do not see it."""

    item: Annotated[_Id, Ui(_l("Picture"), _l("Choose from your evidence."), kind="select")] = ""
    alt: Annotated[_Short, Ui(_l("What is to be seen?"), _l("For people who cannot see the picture."))] = ""
    caption: Annotated[_Short, _CAPTION] = ""


class FilesBlock(Command):
    """Several files."""

    items: Annotated[_Ids, Ui(_l("Files"), kind="checkboxes")] = Field(default_factory=list)
    caption: Annotated[_Short, _CAPTION] = ""


class JournalBlock(Command):
    """The newest entries of a journal."""

    journal: Annotated[_Id, Ui(_l("Journal"), kind="select")] = ""
    count: Annotated[int, Field(ge=1, le=20), Ui(_l("How many entries"))] = 3


class EntryBlock(Command):
    """One entry of a journal."""

    entry: Annotated[_Id, Ui(_l("Entry"), _l("Drafts cannot be shown."), kind="select")] = ""


class PlanBlock(Command):
    """A plan with its steps."""

    plan: Annotated[_Id, Ui(_l("Plan"), kind="select")] = ""


class CvBlock(Command):
    """A whole CV."""

    cv: Annotated[_Id, Ui(_l("CV"), kind="select")] = ""


class CvSectionBlock(Command):
    """One section of the store."""

    section: Annotated[
        Literal["", *(section.name for section in SECTIONS)],  # type: ignore[valid-type]  # the names are known when the module is read
        BeforeValidator(lambda value: value or ""),
        Ui(
            _l("Section"),
            kind="select",
            choices=[("", "–"), *((section.name, section.title) for section in SECTIONS)],
        ),
    ] = ""


class ProofBlock(Command):
    """Something that arrived by itself, as its source attests it."""

    proof: Annotated[
        _Short, Ui(_l("What arrived by itself"), _l("Hidden ones are not offered."), kind="select")
    ] = ""


class ProfileBlock(Command):
    """Who one is."""

    text: Annotated[_Short, Ui(_l("A sentence of your own"), kind="textarea")] = ""
    shows_photo: Annotated[bool, Ui(_l("Show my photo"))] = False


class PlaceholderBlock(Command):
    """A place to be filled, with a hint; nobody but the owner sees it."""

    prompt: Annotated[_Short, Ui(_l("What should stand here?"))] = ""


class NoContent(Command):
    """A block that needs no words of its own."""

    title: Annotated[_Short, Ui(_l("Heading"), _l("Leave it empty for the usual one."))] = ""


# --- loading --------------------------------------------------------------------------


def _one(name: str) -> Any:
    return lambda content: [uuid.UUID(content[name])] if content.get(name) else []


def _many(content: Content) -> list[uuid.UUID]:
    return [uuid.UUID(each) for each in content.get("items", [])]


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


def _photo_of_person(contents: Sequence[Content], showing: Showing) -> list[uuid.UUID]:
    person = find_person(showing.owner_id)
    return (
        [person.photo_id]
        if person and person.photo_id and any(content.get("shows_photo") for content in contents)
        else []
    )


# --- what may be chosen, and that it is one's own ----------------------------------------


def _files_of(*families: str) -> Any:
    def choices(actor: Actor) -> dict[str, Choices]:
        items = find_items(actor, "file")
        files = files_by_id(actor, items)
        fitting = []
        for item in items:
            file = files.get(item.file_id) if item.file_id else None
            if file is not None and (not families or {file.family, file.media_type} & set(families)):
                fitting.append((str(item.id), item.title))
        return {"item": [("", "–"), *fitting], "items": fitting}

    return choices


def _journal_choices(actor: Actor) -> dict[str, Choices]:
    return {"journal": [("", "–"), *((str(row.id), row.title) for row, _count in find_journals(actor))]}


def _entry_choices(actor: Actor) -> dict[str, Choices]:
    query = (
        select(JournalEntry)
        .filter_by(owner_id=actor.user_id, is_draft=False)
        .where(JournalEntry.removed_at.is_(None))
    )
    rows = session().scalars(query.order_by(JournalEntry.created_at.desc()).limit(200))
    return {"entry": [("", "–"), *((str(row.id), row.title) for row in rows)]}


def _plan_choices(actor: Actor) -> dict[str, Choices]:
    return {"plan": [("", "–"), *((str(row.id), row.title) for row, _tasks in find_plans(actor))]}


def _cv_choices(actor: Actor) -> dict[str, Choices]:
    return {"cv": [("", "–"), *((str(row.id), row.title) for row in find_cvs(actor))]}


def _proof_choices(actor: Actor) -> dict[str, Choices]:
    return {
        "proof": [
            ("", "–"),
            *((proof_key(proof), proof.title) for proof, hidden in find_proofs(actor) if not hidden),
        ]
    }


def _clean_text(actor: Actor, content: dict[str, Any]) -> dict[str, Any]:
    return {"html": own_html(actor, str(content.get("html", "")))}


def _own_only(field: str, get: Any) -> Any:
    """Refuse ids of somebody else, in the same words as ids of nothing."""

    def clean(actor: Actor, content: dict[str, Any]) -> dict[str, Any]:
        named = content.get(field) or []
        for key in named if isinstance(named, list) else [named]:
            try:
                get(actor, uuid.UUID(str(key)))
            except (ValueError, NotFound):
                raise Invalid(
                    _("This is not there any more. Please choose again."),
                    fields={field: _("Please choose again.")},
                ) from None
        return content

    return clean


_own_item, _own_items = _own_only("item", get_item), _own_only("items", get_item)

OWN_BLOCKS: tuple[BlockType, ...] = (
    BlockType("text", _l("Text"), "file-text", "portfolio/blocks/text.html", TextBlock, "write", load=_load_text, files=_files_in_text, clean=_clean_text),
    BlockType("heading", _l("Heading"), "type-bold", "portfolio/blocks/heading.html", HeadingBlock, "write"),
    BlockType("image", _l("Picture"), "image", "portfolio/blocks/image.html", ImageBlock, "show", load=_load_one, items=_one("item"), choices=_files_of("image"), clean=_own_item),
    BlockType("gallery", _l("Gallery"), "grid-3x3-gap", "portfolio/blocks/gallery.html", FilesBlock, "show", load=_load_many, items=_many, choices=_files_of("image"), clean=_own_items),
    BlockType("video", _l("Video"), "camera-video", "portfolio/blocks/video.html", FileBlock, "show", load=_load_one, items=_one("item"), choices=_files_of("video"), clean=_own_item),
    BlockType("audio", _l("Sound"), "mic", "portfolio/blocks/audio.html", FileBlock, "show", load=_load_one, items=_one("item"), choices=_files_of("audio"), clean=_own_item),
    BlockType("pdf", _l("PDF"), "file-earmark-pdf", "portfolio/blocks/files.html", FileBlock, "show", load=_load_one, items=_one("item"), choices=_files_of("application/pdf"), clean=_own_item),
    BlockType("files", _l("Files"), "paperclip", "portfolio/blocks/files.html", FilesBlock, "show", load=_load_many, items=_many, choices=_files_of(), clean=_own_items),
    BlockType("journal", _l("Journal"), "journal-text", "portfolio/blocks/journal.html", JournalBlock, "show", load=_load_journals, files=_files_in_journals, choices=_journal_choices, clean=_own_only("journal", get_journal)),
    BlockType("entry", _l("Journal entry"), "pencil", "portfolio/blocks/entry.html", EntryBlock, "show", load=_load_entries, files=_files_in_entries, choices=_entry_choices, clean=_own_only("entry", get_entry)),
    BlockType("plan", _l("Plan"), "flag", "portfolio/blocks/plan.html", PlanBlock, "show", load=_load_plans, choices=_plan_choices, clean=_own_only("plan", get_plan)),
    BlockType("proof", _l("Proof from a course"), "award", "portfolio/blocks/proof.html", ProofBlock, "show", load=_load_proofs, choices=_proof_choices),
    BlockType("profile", _l("About me"), "person", "portfolio/blocks/profile.html", ProfileBlock, "about", load=_load_profile, files=_photo_of_person),
    BlockType("cv", _l("Whole CV"), "file-text", "portfolio/blocks/cv.html", CvBlock, "about", load=_load_cvs, files=_photos_in_cvs, choices=_cv_choices, clean=_own_only("cv", get_cv)),
    BlockType("cv_section", _l("Section of my CV"), "briefcase", "portfolio/blocks/cv_section.html", CvSectionBlock, "about", load=_load_cv_sections),
    BlockType("skills", _l("My skills"), "star", "portfolio/blocks/skills.html", NoContent, "about", load=_load_skills),
    BlockType("goals", _l("My goals"), "trophy", "portfolio/blocks/goals.html", NoContent, "about", load=_load_goals),
    BlockType("social", _l("My profiles on the web"), "link-45deg", "portfolio/blocks/social.html", NoContent, "about", load=_load_social),
    BlockType("contact", _l("Write to me"), "envelope", "portfolio/blocks/contact.html", NoContent, "more", load=_load_contact),
    BlockType("navigation", _l("Pages of this collection"), "list", "portfolio/blocks/navigation.html", NoContent, "more", load=_load_navigation),
    BlockType("placeholder", _l("Place to be filled"), "puzzle", "portfolio/blocks/placeholder.html", PlaceholderBlock, "more"),
)  # fmt: skip
