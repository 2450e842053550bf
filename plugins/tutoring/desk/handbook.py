"""Pages to which a reply can point: steps of what a tutor takes part in or looks after, such as the handbook."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select

from lms.plugin import (
    Activity,
    Actor,
    NotFound,
    _,
    activity_url,
    children_of,
    directory,
    office_address,
    owned_by,
    participations,
    session,
)

MOST_COURSES = 6
MOST_PAGES = 200


@dataclass(frozen=True, slots=True)
class Shelf:
    """A course, and its pages."""

    title: str
    pages: list[Activity]


def find_shelves(actor: Actor) -> list[Shelf]:
    """What a tutor can point to, course by course."""
    query = (
        select(Activity).where(Activity.parent_id.is_(None), owned_by(actor.user_id)).order_by(Activity.title)
    )
    own = [each.activity for each in participations(actor.user_id, limit=MOST_COURSES)]
    courses = {each.id: each for each in [*own, *session().scalars(query.limit(MOST_COURSES))]}
    shelves = []
    for course in courses.values():
        if course.state != "published":
            continue
        pages = [child for child in children_of(course.id) if child.state == "published"][:MOST_PAGES]
        if pages:
            shelves.append(Shelf(course.title, pages))
    return shelves


def line_for(actor: Actor, page_id: uuid.UUID) -> str:
    """The title and the whole address of such a page, as a line of a reply. Raises NotFound."""
    found = next((page for shelf in find_shelves(actor) for page in shelf.pages if page.id == page_id), None)
    if found is None or actor.office_id is None:
        raise NotFound(_("There is no such page."))
    path = activity_url(found)
    office = directory().get(actor.office_id)
    return f"{found.title}: {office_address(office)}{path.removeprefix(f'/o/{office.slug}')}"
