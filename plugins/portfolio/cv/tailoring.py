"""CVs made from the store: select, order, hide and reword, for one job and one language."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select

from lms.plugin import Actor, Invalid, NotFound, _, current_locale, require, session, utcnow
from plugins.portfolio.cv.composing import choose_entries, section_order
from plugins.portfolio.cv.forms import LANGUAGES, EditChoice, EditCv, NewCv
from plugins.portfolio.cv.models import Choice, Cv
from plugins.portfolio.cv.service import KEEP, find_entries, get_entry, moved

MOST_CVS = 50


def find_cvs(actor: Actor) -> list[Cv]:
    """The actor's own CVs, the latest change first. Raises Forbidden."""
    require(actor, KEEP)
    query = select(Cv).filter_by(owner_id=actor.user_id).where(Cv.removed_at.is_(None))
    return list(session().scalars(query.order_by(Cv.updated_at.desc())))


def get_cv(actor: Actor, cv_id: uuid.UUID, *, with_removed: bool = False) -> Cv:
    """One of the actor's own CVs. Raises NotFound, Forbidden."""
    require(actor, KEEP)
    row = session().scalar(select(Cv).filter_by(id=cv_id, owner_id=actor.user_id))
    if row is None or (row.removed_at is not None and not with_removed):
        raise NotFound(_("This CV is not there any more."))
    return row


def add_cv(actor: Actor, command: NewCv) -> Cv:
    """Make a CV with everything in it, in the actor's language. Raises Forbidden, Invalid."""
    require(actor, KEEP)
    count = session().scalar(
        select(func.count()).select_from(Cv).where(Cv.owner_id == actor.user_id, Cv.removed_at.is_(None))
    )
    if (count or 0) >= MOST_CVS:
        raise Invalid(_("You can have at most %(count)d CVs.", count=MOST_CVS), code="too_many")
    known = {code for code, _name in LANGUAGES}
    language = actor.locale if actor.locale in known else current_locale()
    row = Cv(owner_id=actor.user_id, title=command.title, language=language)
    session().add(row)
    session().flush()
    return row


def edit_cv(actor: Actor, cv_id: uuid.UUID, command: EditCv) -> Cv:
    """Change look and words of a CV. Raises NotFound."""
    row = get_cv(actor, cv_id)
    for name in EditCv.model_fields:
        setattr(row, name, getattr(command, name))
    return touched(row)


def copy_cv(actor: Actor, cv_id: uuid.UUID) -> Cv:
    """A second CV like this one, to be changed for another job. Raises NotFound, Invalid."""
    old = get_cv(actor, cv_id)
    new = add_cv(actor, NewCv(title=_("%(title)s (copy)", title=old.title[:105])))
    for name in (*(each for each in EditCv.model_fields if each != "title"), "section_order"):
        setattr(new, name, getattr(old, name))
    for row in session().scalars(select(Choice).filter_by(cv_id=old.id)).all():
        kept = {name: getattr(row, name) for name in (*EditChoice.model_fields, "position", "is_hidden")}
        session().add(Choice(cv_id=new.id, entry_id=row.entry_id, **kept))
    return new


def remove_cv(actor: Actor, cv_id: uuid.UUID) -> None:
    """Put a CV away; it can be brought back for a while. Raises NotFound."""
    get_cv(actor, cv_id).removed_at = utcnow()


def restore_cv(actor: Actor, cv_id: uuid.UUID) -> None:
    """Bring a CV back. Raises NotFound."""
    get_cv(actor, cv_id, with_removed=True).removed_at = None


def hide_entry(actor: Actor, cv_id: uuid.UUID, entry_id: uuid.UUID, *, is_hidden: bool) -> None:
    """Leave an entry out of one CV, or take it in again. Raises NotFound."""
    get_or_make_choice(actor, cv_id, entry_id).is_hidden = is_hidden


def get_choice(actor: Actor, cv_id: uuid.UUID, entry_id: uuid.UUID) -> Choice | None:
    """The words of one CV for an entry, if it has some of its own. Raises NotFound."""
    get_cv(actor, cv_id)
    return session().scalar(select(Choice).filter_by(cv_id=cv_id, entry_id=get_entry(actor, entry_id).id))


def reword_entry(actor: Actor, cv_id: uuid.UUID, entry_id: uuid.UUID, command: EditChoice) -> None:
    """Say an entry in other words in one CV. Raises NotFound."""
    row = get_or_make_choice(actor, cv_id, entry_id)
    for name in EditChoice.model_fields:
        setattr(row, name, getattr(command, name))


def order_cv(actor: Actor, cv_id: uuid.UUID, entry_ids: Sequence[uuid.UUID]) -> None:
    """Put entries of one CV into an order; those not named keep theirs after them. Raises NotFound."""
    cv = touched(get_cv(actor, cv_id))
    place = {entry_id: number for number, entry_id in enumerate(entry_ids)}
    rows = choose_entries(cv, find_entries(actor.user_id))
    rows.sort(key=lambda pair: place.get(pair[0].id, len(place)))
    for number, (entry, choice) in enumerate(rows):
        if choice is None:
            choice = Choice(cv_id=cv.id, entry_id=entry.id)
            session().add(choice)
        choice.position = number


def move_in_cv(actor: Actor, cv_id: uuid.UUID, entry_id: uuid.UUID, *, up: bool) -> None:
    """Move an entry of one CV a place up or down in its section. Raises NotFound."""
    cv, section = get_cv(actor, cv_id), get_entry(actor, entry_id).section
    chosen = choose_entries(cv, find_entries(actor.user_id))
    ids = [entry.id for entry, _choice in chosen if entry.section == section]
    order_cv(actor, cv_id, moved(ids, entry_id, up=up))


def move_section(actor: Actor, cv_id: uuid.UUID, name: str, *, up: bool) -> None:
    """Move a section of one CV up or down, past those that have nothing in them. Raises NotFound."""
    cv = touched(get_cv(actor, cv_id))
    order = section_order(cv)
    used = {entry.section for entry in find_entries(actor.user_id)}
    shown = [each for each in order if each in used]
    if name not in shown:
        raise NotFound(_("A CV has no such section."))
    at = shown.index(name)
    to = at - 1 if up else at + 1
    if 0 <= to < len(shown):
        shown[at], shown[to] = shown[to], shown[at]
    cv.section_order = ",".join([*shown, *(each for each in order if each not in used)])


def touched(cv: Cv) -> Cv:
    """Note that what the CV shows has changed: a confirmation of its older state no longer holds."""
    cv.updated_at = utcnow()
    return cv


def get_or_make_choice(actor: Actor, cv_id: uuid.UUID, entry_id: uuid.UUID) -> Choice:
    """What one CV says about an entry, to be changed. Raises NotFound."""
    cv = touched(get_cv(actor, cv_id))
    get_entry(actor, entry_id)
    row = session().scalar(select(Choice).filter_by(cv_id=cv.id, entry_id=entry_id))
    if row is None:
        row = Choice(cv_id=cv.id, entry_id=entry_id)
        session().add(row)
    return row
