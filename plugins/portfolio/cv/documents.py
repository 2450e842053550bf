"""CVs and letters on paper: the data for the typst template, and the PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lms.plugin import PdfAttachment, _, locale, render_pdf
from plugins.portfolio.cv.composing import CvDocument, EntryLine
from plugins.portfolio.cv.models import Letter

TEMPLATE = Path(__file__).resolve().parent.parent / "documents" / "application.typ"
ACCENT_COLOURS: Mapping[str, str] = {
    "sienna": "#9A4A22",
    "blue": "#1F5F8B",
    "green": "#2B6A3F",
    "ink": "#241C15",
}
LONG_ENTRY = 2200
"""An entry with more characters may be cut by a page; a shorter one never is."""


@dataclass(frozen=True, slots=True)
class Photo:
    """The bytes of a photo and the ending of its kind, such as ``.jpg``."""

    body: bytes
    suffix: str


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter as it is set, with the place and the day it is written."""

    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    place_and_day: str
    subject: str
    paragraphs: tuple[str, ...]


def cv_pdf(
    document: CvDocument,
    *,
    photo: Photo | None = None,
    letter: LetterText | None = None,
    attachments: Sequence[PdfAttachment] = (),
) -> bytes:
    """The PDF (tagged, PDF/UA-1) of a CV, after its letter if there is one."""
    files = {f"photo{photo.suffix}": photo.body} if photo else {}
    data = {"letter": _letter_data(letter), "cv": _cv_data(document, photo), **_frame(document)}
    return render_pdf(TEMPLATE, data, attachments=attachments, files=files)


def letter_pdf(letter: LetterText, document: CvDocument) -> bytes:
    """The PDF of a letter alone, in the look of its CV."""
    return render_pdf(TEMPLATE, {"letter": _letter_data(letter), "cv": None, **_frame(document)})


def letter_text(letter: Letter, document: CvDocument, place: str, day: str) -> LetterText:
    """A letter ready to be set; ``day`` is in the words of its language."""
    sender = (document.name, *(text for _kind, text in document.contacts))
    return LetterText(
        sender=tuple(text for text in sender if text),
        recipient=tuple(line for line in (letter.recipient or letter.employer).splitlines() if line.strip()),
        place_and_day=f"{place}, {day}" if place else day,
        subject=letter.subject or letter.title,
        paragraphs=tuple(
            part.strip() for part in letter.body.replace("\r\n", "\n").split("\n\n") if part.strip()
        ),
    )


def _frame(document: CvDocument) -> dict[str, Any]:
    with locale(document.language):
        title = _("CV of %(name)s", name=document.name) if document.name else _("CV")
    return {
        "title": title, "language": document.language, "template": document.template,
        "accent": ACCENT_COLOURS[document.accent], "name": document.name or title,
    }  # fmt: skip


def _letter_data(letter: LetterText | None) -> dict[str, Any] | None:
    if letter is None:
        return None
    return {
        "sender": letter.sender, "recipient": letter.recipient, "when": letter.place_and_day,
        "subject": letter.subject, "paragraphs": letter.paragraphs,
    }  # fmt: skip


def _cv_data(document: CvDocument, photo: Photo | None) -> dict[str, Any]:
    with locale(document.language):
        sections = [
            {
                "name": section.name,
                "title": section.title,
                "entries": [_entry_data(each) for each in section.entries],
            }
            for section in document.sections
        ]
        return {
            "headline": document.headline, "summary": document.summary, "contacts": [text for _kind, text in document.contacts],
            "details": [f"{label}: {text}" for label, text in document.details], "sections": sections,
            "photo": f"photo{photo.suffix}" if photo else "", "photo_alt": _("Photo of %(name)s", name=document.name),
        }  # fmt: skip


def _entry_data(entry: EntryLine) -> dict[str, Any]:
    length = len(entry.summary) + sum(len(point) for point in entry.highlights)
    return {
        "title": entry.title, "subtitle": entry.subtitle, "when": entry.when, "facts": entry.facts,
        "summary": entry.summary, "points": entry.highlights, "breaks": length > LONG_ENTRY,
    }  # fmt: skip


def photo_suffix(media_type: str) -> str:
    """The ending by which typst knows the kind of a picture; empty for kinds it cannot read."""
    return {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}.get(
        media_type, ""
    )
