"""Cover letters, each linked to the text of a vacancy and to a CV."""

from __future__ import annotations

import uuid

from babel.dates import format_date
from sqlalchemy import select

from lms.plugin import Actor, NotFound, _, require, session, utcnow
from plugins.portfolio.cv.composing import CvDocument, compose_cv
from plugins.portfolio.cv.documents import LetterText, letter_text
from plugins.portfolio.cv.forms import EditLetter, NewLetter
from plugins.portfolio.cv.models import Cv, Letter
from plugins.portfolio.cv.reading import as_text, missing_words
from plugins.portfolio.cv.service import KEEP, get_person
from plugins.portfolio.cv.tailoring import find_cvs, get_cv

MOST_MISSING = 12
_EVERYWHERE = frozenset(
    [
        "with",
        "from",
        "that",
        "this",
        "have",
        "your",
        "will",
        "been",
        "they",
        "their",
        "them",
        "more",
        "must",
        "offer",
        "work",
        "other",
        "also",
        "able",
        "about",
        "which",
        "and",
        "per",
        "con",
        "che",
        "non",
        "una",
        "del",
        "della",
        "delle",
        "degli",
        "alla",
        "sono",
        "siamo",
        "come",
        "essere",
        "anche",
        "nella",
        "nostro",
        "nostra",
        "cerchiamo",
        "offriamo",
        "lavoro",
        "und",
        "der",
        "die",
        "das",
        "wir",
        "sie",
        "mit",
        "für",
        "ein",
        "eine",
        "sind",
        "werden",
        "oder",
        "auch",
        "nach",
        "haben",
        "suchen",
        "bieten",
    ]
)


def find_letters(actor: Actor) -> list[Letter]:
    """The actor's own letters, the latest change first. Raises Forbidden."""
    require(actor, KEEP)
    query = select(Letter).filter_by(owner_id=actor.user_id).where(Letter.removed_at.is_(None))
    return list(session().scalars(query.order_by(Letter.updated_at.desc())))


def get_letter(actor: Actor, letter_id: uuid.UUID, *, with_removed: bool = False) -> Letter:
    """One of the actor's own letters. Raises NotFound, Forbidden."""
    require(actor, KEEP)
    row = session().scalar(select(Letter).filter_by(id=letter_id, owner_id=actor.user_id))
    if row is None or (row.removed_at is not None and not with_removed):
        raise NotFound(_("This letter is not there any more."))
    return row


def add_letter(actor: Actor, command: NewLetter) -> Letter:
    """Begin a letter for a job; the CV changed last goes with it. Raises Forbidden."""
    cvs = find_cvs(actor)
    row = Letter(owner_id=actor.user_id, title=command.title, cv_id=cvs[0].id if cvs else None)
    session().add(row)
    session().flush()
    return row


def edit_letter(actor: Actor, letter_id: uuid.UUID, command: EditLetter) -> Letter:
    """Change a letter. Raises NotFound, also for a CV of somebody else."""
    row = get_letter(actor, letter_id)
    if command.cv_id is not None:
        get_cv(actor, command.cv_id)
    for name in EditLetter.model_fields:
        setattr(row, name, getattr(command, name))
    return row


def remove_letter(actor: Actor, letter_id: uuid.UUID) -> None:
    """Put a letter away; it can be brought back for a while. Raises NotFound."""
    get_letter(actor, letter_id).removed_at = utcnow()


def restore_letter(actor: Actor, letter_id: uuid.UUID) -> None:
    """Bring a letter back. Raises NotFound."""
    get_letter(actor, letter_id, with_removed=True).removed_at = None


def letter_document(actor: Actor, letter: Letter) -> CvDocument:
    """The CV in whose look the letter is set; without one, the actor's details in the plain look."""
    found = session().get(Cv, letter.cv_id) if letter.cv_id else None
    if found is None or found.removed_at is not None or found.owner_id != actor.user_id:
        found = Cv(
            owner_id=actor.user_id, title="", language=actor.locale, template="clear", accent="ink", headline="", summary="", section_order="",
            target_job="", is_anonymous=False, shows_photo=False, shows_birth_date=False, shows_nationality=False, shows_gender=False,
            shows_marital_status=False, shows_address=True,
        )  # fmt: skip
    return compose_cv(found)


def letter_as_set(actor: Actor, letter: Letter) -> LetterText:
    """The letter with sender, place and day, in the language of its CV."""
    document = letter_document(actor, letter)
    today = utcnow().date()
    day = format_date(today, "d MMMM y", locale=document.language)
    return letter_text(letter, document, get_person(actor).city or "", day)


def missing_in_letter(actor: Actor, letter: Letter) -> list[str]:
    """Words of the advertisement that stand neither in the letter nor in its CV: the most frequent first."""
    if not letter.vacancy:
        return []
    text = f"{letter.title} {letter.body} {as_text(letter_document(actor, letter))}"
    words = missing_words(letter.vacancy, text)
    counts = {
        word: letter.vacancy.casefold().count(word)
        for word in words
        if word not in _EVERYWHERE and word.isalpha()
    }
    return sorted(counts, key=lambda word: (-counts[word], -len(word)))[:MOST_MISSING]
