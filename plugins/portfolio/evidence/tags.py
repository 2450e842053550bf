"""Tags: words that people put on their own pages, journals, entries, plans, files, links, notes, skills and goals."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import func, or_, select

from lms.plugin import Actor, Ref, session
from plugins.portfolio.evidence.models import Tag
from plugins.portfolio.refs import Kind, ref_of

MOST_OFFERED = 30
_LONGEST = 40


def set_tags(actor: Actor, subject: Ref, text: str) -> None:
    """Put exactly these tags (separated by commas) on something of the actor's own."""
    wanted = {" ".join(part.split()).casefold()[:_LONGEST] for part in text.split(",") if part.strip()}
    rows = {
        row.name: row
        for row in session().scalars(select(Tag).filter_by(owner_id=actor.user_id, subject=str(subject)))
    }
    for name in wanted - set(rows):
        session().add(Tag(owner_id=actor.user_id, subject=str(subject), name=name))
    for name in set(rows) - wanted:
        session().delete(rows[name])


def tags_of(actor: Actor, subjects: Sequence[Ref]) -> dict[str, list[str]]:
    """Tags by ref, in one query."""
    found: dict[str, list[str]] = {}
    query = (
        select(Tag).filter_by(owner_id=actor.user_id).where(Tag.subject.in_([str(each) for each in subjects]))
    )
    for row in session().scalars(query.order_by(Tag.name)):
        found.setdefault(row.subject, []).append(row.name)
    return found


def tags_of_all(actor: Actor) -> dict[uuid.UUID, list[str]]:
    """The tags of everything of the actor's, by the id of the thing, in one query."""
    found: dict[uuid.UUID, list[str]] = {}
    for row in session().scalars(select(Tag).filter_by(owner_id=actor.user_id).order_by(Tag.name)):
        found.setdefault(Ref.parse(row.subject).uuid, []).append(row.name)
    return found


def tag_text(actor: Actor, kind: Kind, thing_id: uuid.UUID) -> str:
    """The tags of one thing as they stand in its form."""
    subject = ref_of(kind, thing_id)
    return ", ".join(tags_of(actor, [subject]).get(str(subject), []))


def all_tags(actor: Actor, *kinds: Kind) -> list[str]:
    """The tags that the actor uses (on things of some kinds), the most used first."""
    query = select(Tag.name).filter_by(owner_id=actor.user_id)
    if kinds:
        query = query.where(or_(*(Tag.subject.startswith(f"portfolio:{kind}:") for kind in kinds)))
    query = query.group_by(Tag.name).order_by(func.count().desc(), Tag.name)
    return list(session().scalars(query.limit(MOST_OFFERED)))


def tagged(actor: Actor, tag: str, kind: Kind) -> set[uuid.UUID]:
    """Ids of the actor's things of a kind that bear a tag."""
    query = select(Tag.subject).filter_by(owner_id=actor.user_id, name=tag)
    refs = [Ref.parse(text) for text in session().scalars(query)]
    return {ref.uuid for ref in refs if ref.kind == kind}
