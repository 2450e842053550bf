"""Pages that open without a net: the same blocks as on the site, with addresses inside the archive."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app

from lms.plugin import Actor, PdfAttachment, _, directory, fill_addresses, office_address
from plugins.portfolio.cv import tailoring
from plugins.portfolio.cv.composing import compose_cv
from plugins.portfolio.cv.documents import cv_pdf
from plugins.portfolio.cv.exchange import candidate_of_cv
from plugins.portfolio.cv.formats import europass_xml, json_resume
from plugins.portfolio.cv.formats.europass_pdf import ATTACHMENT
from plugins.portfolio.cv.photos import photo_of
from plugins.portfolio.cv.reading import as_text
from plugins.portfolio.evidence import plans
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.evidence.forms import SKILL_LEVELS
from plugins.portfolio.moving.collecting import Collected
from plugins.portfolio.pages.kinds import Showing
from plugins.portfolio.pages.models import Page
from plugins.portfolio.pages.service import find_collections, find_pages, pages_in
from plugins.portfolio.pages.showing import show_blocks

_CSS = Path(__file__).resolve().parent.parent / "static" / "css"
_ICON = re.compile(r"<svg class=\"ui-icon.*?</svg>", re.DOTALL)
_DOWNLOAD = re.compile(r"(href=\"\.\./files/[^\"?]*)\?download=1\"")
_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class OfflineCv:
    """A CV in the archive: its title, the folder of its formats, and whether it is shown by ``sheet``."""

    title: str
    folder: str
    sheet: str


def html_files(actor: Actor, owner: str, found: Collected) -> Iterator[tuple[str, bytes]]:
    """All members that a browser opens. Needs an application context, no request."""
    office = directory().get(actor.office_id) if actor.office_id else None
    pages = _named([page for page in find_pages(actor) if not page.is_template])
    cvs = _named(tailoring.find_cvs(actor))
    with current_app.test_request_context("/", base_url=f"{office_address(office)}/"):
        frame = {"owner": owner, "language": "", "made_for": office.name if office else ""}
        listed = [OfflineCv(cv.title, f"cv/{name}", f"cv/{name}/cv.html") for name, cv in cvs.items()]
        yield "style.css", style_offline()
        yield "index.html", render_offline("index", frame | {
            "root": "", "pages": [(page.title, page.description, f"pages/{name}.html") for name, page in pages.items()], "cvs": listed,
            "collections": find_collections(actor), "counts": _counts(found),
        })  # fmt: skip
        for name, page in pages.items():
            yield f"pages/{name}.html", _page(actor, page, pages, found, frame)
        for name, cv in cvs.items():
            document = compose_cv(cv)
            photo = found.members.get(document.photo_id) if document.photo_id else None
            values = {
                "root": "../../",
                "document": document,
                "photo_url": f"../../{photo}" if photo else None,
                "title": cv.title,
            }
            yield f"cv/{name}/cv.html", render_offline("cv", frame | values)
        yield "evidence.html", render_offline("evidence", frame | {"root": ""} | _evidence(actor, found))


def cv_files(actor: Actor) -> Iterator[tuple[str, bytes]]:
    """Each CV in every format that the product writes."""
    for name, cv in _named(tailoring.find_cvs(actor)).items():
        document = compose_cv(cv)
        candidate, photo = candidate_of_cv(cv), photo_of(document)
        xml = europass_xml.write_europass(candidate, cv.language, photo=photo)
        data = PdfAttachment(ATTACHMENT, xml, "application/xml", _("The CV as Europass data"), "alternative")
        yield f"cv/{name}/cv.pdf", cv_pdf(document, photo=photo)
        yield f"cv/{name}/europass.pdf", cv_pdf(document, photo=photo, attachments=[data])
        yield f"cv/{name}/europass.xml", xml
        yield f"cv/{name}/resume.json", json_resume.write_json_resume(candidate).encode()
        yield f"cv/{name}/cv.txt", as_text(document).encode()


def _page(
    actor: Actor, page: Page, pages: Mapping[str, Page], found: Collected, frame: dict[str, Any]
) -> bytes:
    names = {each.id: name for name, each in pages.items()}
    siblings = pages_in(page.collection_id) if page.collection_id else []
    navigation = [
        (each.title, f"{names[each.id]}.html", each.id == page.id) for each in siblings if each.id in names
    ]
    members = found.members

    def address(file_id: uuid.UUID) -> str:
        return f"../{members.get(file_id, '')}"

    showing = Showing(page.owner_id, page.office_id, page.id, address=address, navigation=navigation)
    values = {
        "root": "../", "page": page, "blocks": show_blocks(page, showing), "navigation": navigation if len(navigation) > 1 else [],
        "cover_url": address(page.cover_id) if page.cover_id in members else "",
    }  # fmt: skip
    return render_offline("page", frame | values)


def _evidence(actor: Actor, found: Collected) -> dict[str, Any]:
    members = found.members
    journals = []
    for journal, _count in evidence.find_journals(actor):
        entries = [
            (entry, fill_addresses(entry.body, lambda file_id: members.get(file_id, "")))
            for entry in evidence.find_entries(actor, journal.id)
        ]
        journals.append((journal, entries))
    files = [
        (item, members.get(item.file_id, "") if item.file_id else "")
        for item in evidence.find_items(actor, "file")
    ]
    return {
        "files": files, "links": evidence.find_items(actor, "link"), "notes": evidence.find_items(actor, "note"), "skills": evidence.find_items(actor, "skill"), "goals": evidence.find_items(actor, "goal"),
        "journals": journals, "plans": plans.find_plans(actor), "levels": dict(SKILL_LEVELS),
        "proofs": [proof for proof, is_hidden in evidence.find_proofs(actor) if not is_hidden],
    }  # fmt: skip


def _counts(found: Collected) -> dict[str, int]:
    return {"files": len(found.files), "entries": len(found.ids["portfolio_journal_entry"])}


def render_offline(name: str, values: dict[str, Any]) -> bytes:
    """A page of an archive: without icons, and with addresses that lead to files beside it."""
    text = current_app.jinja_env.get_template(f"portfolio/moving/offline/{name}.html").render(**values)
    text = _DOWNLOAD.sub(r'\1"', _ICON.sub("", text))
    return text.encode()


def style_offline() -> bytes:
    """The looks of pages and CVs as on the site, over the few tokens that they need."""
    parts = [(_CSS / name).read_text() for name in ("offline.css", "page.css", "cv.css")]
    return "\n".join(parts).encode()


def _named(rows: Any) -> dict[str, Any]:
    """Rows by names that a file can have: their titles in plain letters, numbered where two are alike."""
    found: dict[str, Any] = {}
    for row in rows:
        stem = _WORD.sub("-", row.title.casefold()).strip("-")[:60] or "untitled"
        name, number = stem, 2
        while name in found:
            name, number = f"{stem}-{number}", number + 1
        found[name] = row
    return found
