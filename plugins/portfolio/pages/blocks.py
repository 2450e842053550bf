"""The portfolio's own kinds of blocks: what may be chosen for them, and that it is the chooser's own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from lms.plugin import Actor, Invalid, NotFound, Text, _, _l, session
from plugins.portfolio.cv.tailoring import find_cvs, get_cv
from plugins.portfolio.evidence.models import JournalEntry
from plugins.portfolio.evidence.plans import find_plans, get_plan
from plugins.portfolio.evidence.service import (
    files_by_id,
    find_items,
    find_journals,
    find_proofs,
    get_entry,
    get_item,
    get_journal,
    own_html,
    proof_key,
)
from plugins.portfolio.films.service import find_films, get_film
from plugins.portfolio.pages.block_forms import (
    CertificateBlock,
    CvBlock,
    CvSectionBlock,
    EntryBlock,
    FileBlock,
    FilesBlock,
    FilmBlock,
    HeadingBlock,
    ImageBlock,
    JournalBlock,
    LinksBlock,
    NoContent,
    PlaceholderBlock,
    PlanBlock,
    ProfileBlock,
    ProofBlock,
    TextBlock,
)
from plugins.portfolio.pages.block_loading import FILES, LOADERS
from plugins.portfolio.pages.kinds import BlockType, Content

CERTIFICATE = "certificate"
"""The kind of a ref by which whoever attests something says that it is a certificate."""
Choices = Sequence[tuple[str, Text]]


def _one(name: str) -> Any:
    return lambda content: [uuid.UUID(content[name])] if content.get(name) else []


def _many(content: Content) -> list[uuid.UUID]:
    return [uuid.UUID(each) for each in content.get("items", [])]


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


def _link_choices(actor: Actor) -> dict[str, Choices]:
    return {"items": [(str(row.id), row.title) for row in find_items(actor, "link")]}


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


def _film_choices(actor: Actor) -> dict[str, Choices]:
    return {"film": [("", "–"), *((str(row.id), row.title) for row in find_films(actor))]}


def _proof_choices(actor: Actor) -> dict[str, Choices]:
    return {
        "proof": [
            ("", "–"),
            *((proof_key(proof), proof.title) for proof, hidden in find_proofs(actor) if not hidden),
        ]
    }


def _certificate_choices(actor: Actor) -> dict[str, Choices]:
    certificates = [
        (proof_key(proof), proof.title)
        for proof, hidden in find_proofs(actor)
        if not hidden and proof.ref.kind == CERTIFICATE
    ]
    return {"proof": [("", "–"), *certificates]}


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
    BlockType("text", _l("Text"), "file-text", "portfolio/blocks/text.html", TextBlock, "write", load=LOADERS["text"], files=FILES["text"], clean=_clean_text),
    BlockType("heading", _l("Heading"), "type-bold", "portfolio/blocks/heading.html", HeadingBlock, "write"),
    BlockType("image", _l("Picture"), "image", "portfolio/blocks/image.html", ImageBlock, "show", load=LOADERS["one"], items=_one("item"), choices=_files_of("image"), clean=_own_item),
    BlockType("gallery", _l("Gallery"), "grid-3x3-gap", "portfolio/blocks/gallery.html", FilesBlock, "show", load=LOADERS["many"], items=_many, choices=_files_of("image"), clean=_own_items),
    BlockType("video", _l("Video"), "camera-video", "portfolio/blocks/video.html", FileBlock, "show", load=LOADERS["one"], items=_one("item"), choices=_files_of("video"), clean=_own_item),
    BlockType("audio", _l("Sound"), "mic", "portfolio/blocks/audio.html", FileBlock, "show", load=LOADERS["one"], items=_one("item"), choices=_files_of("audio"), clean=_own_item),
    BlockType("pdf", _l("PDF"), "file-earmark-pdf", "portfolio/blocks/files.html", FileBlock, "show", load=LOADERS["one"], items=_one("item"), choices=_files_of("application/pdf"), clean=_own_item),
    BlockType("files", _l("Files"), "paperclip", "portfolio/blocks/files.html", FilesBlock, "show", load=LOADERS["many"], items=_many, choices=_files_of(), clean=_own_items),
    BlockType("links", _l("Links"), "link-45deg", "portfolio/blocks/links.html", LinksBlock, "show", load=LOADERS["links"], files=FILES["links"], choices=_link_choices, clean=_own_items),
    BlockType("journal", _l("Journal"), "journal-text", "portfolio/blocks/journal.html", JournalBlock, "show", load=LOADERS["journals"], files=FILES["journals"], choices=_journal_choices, clean=_own_only("journal", get_journal)),
    BlockType("entry", _l("Journal entry"), "pencil", "portfolio/blocks/entry.html", EntryBlock, "show", load=LOADERS["entries"], files=FILES["entries"], choices=_entry_choices, clean=_own_only("entry", get_entry)),
    BlockType("plan", _l("Plan"), "flag", "portfolio/blocks/plan.html", PlanBlock, "show", load=LOADERS["plans"], choices=_plan_choices, clean=_own_only("plan", get_plan)),
    BlockType("proof", _l("Proof from a course"), "award", "portfolio/blocks/proof.html", ProofBlock, "show", load=LOADERS["proofs"], choices=_proof_choices),
    BlockType("certificate", _l("Certificate"), "mortarboard", "portfolio/blocks/certificate.html", CertificateBlock, "show", load=LOADERS["proofs"], choices=_certificate_choices),
    BlockType("profile", _l("About me"), "person", "portfolio/blocks/profile.html", ProfileBlock, "about", load=LOADERS["profile"], files=FILES["profile"]),
    BlockType("film", _l("Video CV"), "record-circle", "portfolio/blocks/film.html", FilmBlock, "about", load=LOADERS["films"], files=FILES["films"], choices=_film_choices, clean=_own_only("film", get_film)),
    BlockType("cv", _l("Whole CV"), "file-text", "portfolio/blocks/cv.html", CvBlock, "about", load=LOADERS["cvs"], files=FILES["cvs"], choices=_cv_choices, clean=_own_only("cv", get_cv)),
    BlockType("cv_section", _l("Section of my CV"), "briefcase", "portfolio/blocks/cv_section.html", CvSectionBlock, "about", load=LOADERS["cv_sections"]),
    BlockType("skills", _l("My skills"), "star", "portfolio/blocks/skills.html", NoContent, "about", load=LOADERS["skills"]),
    BlockType("goals", _l("My goals"), "trophy", "portfolio/blocks/goals.html", NoContent, "about", load=LOADERS["goals"]),
    BlockType("social", _l("My profiles on the web"), "link-45deg", "portfolio/blocks/social.html", NoContent, "about", load=LOADERS["social"]),
    BlockType("contact", _l("Write to me"), "envelope", "portfolio/blocks/contact.html", NoContent, "more", load=LOADERS["contact"]),
    BlockType("comments", _l("Comments"), "chat", "portfolio/blocks/comments.html", NoContent, "more", load=LOADERS["comments"]),
    BlockType("navigation", _l("Pages of this collection"), "list", "portfolio/blocks/navigation.html", NoContent, "more", load=LOADERS["navigation"]),
    BlockType("placeholder", _l("Place to be filled"), "puzzle", "portfolio/blocks/placeholder.html", PlaceholderBlock, "more"),
)  # fmt: skip
