"""A CV as a machine reads it: plain text, and what such a machine (or a tired recruiter) would stumble over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from lms.plugin import _, locale, ngettext
from plugins.portfolio.cv.composing import CvDocument, EntryLine
from plugins.portfolio.cv.dates import months_between
from plugins.portfolio.cv.models import Cv, Entry

GAP_MONTHS = 6
LONG_SUMMARY = 600
_SHORT_WORD = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at. ``section`` leads to the place where it can be mended (``person`` for the details)."""

    text: str
    section: str


def as_text(document: CvDocument) -> str:
    """The CV as plain text with real headings and line breaks, in its language."""
    with locale(document.language):
        return "\n".join(_text_lines(document)).strip() + "\n"


def _text_lines(document: CvDocument) -> Iterator[str]:
    yield from (text for text in (document.name, document.headline) if text)
    yield from (text for _kind, text in document.contacts)
    yield from (f"{label}: {text}" for label, text in document.details)
    if document.summary:
        yield from ("", document.summary)
    for section in document.sections:
        yield from ("", section.title.upper())
        for entry in section.entries:
            yield from _entry_lines(entry)


def _entry_lines(entry: EntryLine) -> Iterator[str]:
    yield " | ".join(part for part in (entry.title, entry.subtitle, entry.when) if part)
    facts = [entry.field, entry.level, entry.grade, _("mother tongue") if entry.is_native else ""]
    facts += [f"{name} {level}" for name, level in entry.dimensions]
    if any(facts):
        yield ", ".join(fact for fact in facts if fact)
    yield from (
        text
        for text in (entry.summary, ", ".join(entry.keywords), entry.email, entry.phone, entry.url)
        if text
    )
    yield from (f"- {point}" for point in entry.highlights)


def find_warnings(cv: Cv, document: CvDocument, entries: Sequence[Entry], today: date) -> list[Finding]:
    """What to look at before this CV is sent, in the language of whoever asks. ``entries`` are those that it shows."""
    return [
        *_about_person(document),
        *_about_job(cv, document),
        *_about_entries(document, entries),
        *_about_gaps(entries, today),
    ]


def _about_person(document: CvDocument) -> Iterator[Finding]:
    kinds = {kind for kind, _text in document.contacts}
    if not document.is_anonymous:
        if not document.name:
            yield Finding(_("Your name is missing."), "person")
        if not kinds & {"email", "phone"}:
            yield Finding(
                _("There is no e-mail address or telephone number. Nobody can answer you."), "person"
            )
    if not document.summary:
        yield Finding(
            _("Nothing is said about you. Two sentences at the top are what most people read first."),
            "person",
        )
    elif len(document.summary) > LONG_SUMMARY:
        yield Finding(_("What you say about yourself is long. Three sentences are enough."), "person")
    if document.photo_id:
        yield Finding(
            _("There is a photo. Machines skip it, and in some countries employers do not want one."),
            "person",
        )
    if document.details:
        yield Finding(
            _("Date of birth, nationality, gender or family status are shown. Few employers need them."),
            "person",
        )


def _about_job(cv: Cv, document: CvDocument) -> Iterator[Finding]:
    if not document.sections:
        yield Finding(_("This CV has no entries yet."), "work")
    missing = missing_words(cv.target_job, as_text(document))
    if missing:
        yield Finding(
            _("You apply as “%(job)s”, but these words are not in the CV: %(words)s.", job=cv.target_job, words=", ".join(missing)), "person"
        )  # fmt: skip


def _about_entries(document: CvDocument, entries: Sequence[Entry]) -> Iterator[Finding]:
    lines = {line.id: line for section in document.sections for line in section.entries}
    for entry in entries:
        line = lines.get(entry.id)
        if line is None:
            continue
        if entry.section in {"work", "education"} and not entry.starts:
            yield Finding(_("“%(title)s” has no dates.", title=line.title), entry.section)
        if entry.section == "work" and not line.highlights and not line.summary:
            yield Finding(_("“%(title)s” does not say what you did there.", title=line.title), "work")
        if entry.section == "languages" and not entry.is_native and not line.dimensions:
            yield Finding(_("“%(title)s” has no level.", title=line.title), "languages")


def _about_gaps(entries: Sequence[Entry], today: date) -> Iterator[Finding]:
    """Months in which neither a job, a school nor voluntary work is told of."""
    now = f"{today:%Y-%m}"
    spans = sorted(
        (entry.starts, now if entry.is_current or not entry.ends else entry.ends)
        for entry in entries
        if entry.section in {"work", "education", "volunteering"} and entry.starts
    )
    reached = ""
    for starts, ends in spans:
        months = months_between(reached, starts)
        if months is not None and months > GAP_MONTHS:
            yield Finding(
                ngettext(
                    "Between %(from)s and %(to)s there is a gap of %(n)d month. Say in a line what you did.",
                    "Between %(from)s and %(to)s there is a gap of %(n)d months. Say in a line what you did.",
                    months, **{"from": reached[:7], "to": starts[:7]},
                ),
                "work",
            )  # fmt: skip
        reached = max(reached, ends)


def missing_words(wanted: str, text: str) -> list[str]:
    """Words of ``wanted`` (those with some length) that do not stand in ``text``, each once."""
    known = text.casefold()
    words = dict.fromkeys(word.strip(".,;:!?()\"'“”/").casefold() for word in wanted.split())
    return [
        word
        for word in words
        if len(word) >= _SHORT_WORD and word[: max(_SHORT_WORD, len(word) - 2)] not in known
    ]
