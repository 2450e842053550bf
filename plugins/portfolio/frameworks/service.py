"""Drawing a map, and confirming what is on it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select

from lms.plugin import Actor, Conflict, NotFound, _, _l, directory, notify, require, session, utcnow
from plugins.portfolio.cv.service import KEEP
from plugins.portfolio.frameworks.career import CAREER, Area, Element, Framework
from plugins.portfolio.frameworks.forms import Confirm, ShowElement
from plugins.portfolio.frameworks.models import FrameworkElement, Mark, OfficeFramework
from plugins.portfolio.pages.models import Collection, Page
from plugins.portfolio.pages.service import find_pages, get_page
from plugins.portfolio.sharing.shares import ADVISE, Viewer, find_access, find_shared_with


@dataclass(frozen=True, slots=True)
class Map:
    """A framework with a person's marks on it; ``pages`` are those that the viewer may see."""

    framework: Framework
    pages: Sequence[Page]
    marks: Mapping[tuple[str, uuid.UUID], Mark]

    @property
    def shown(self) -> int:
        """How many elements at least one page shows."""
        return len({element for element, _page in self.marks})

    @property
    def confirmed(self) -> int:
        """How many elements an adviser has confirmed."""
        return len({element for (element, _page), mark in self.marks.items() if mark.confirmed_level})

    def marks_of(self, element: str) -> list[Mark]:
        """The marks of an element, in the order of the pages."""
        return [self.marks[element, page.id] for page in self.pages if (element, page.id) in self.marks]


def find_frameworks() -> list[Framework]:
    """What maps can be drawn on in the office in scope: the one of everybody, then the office's own."""
    rows = session().scalars(
        select(OfficeFramework).filter_by(removed_at=None).order_by(OfficeFramework.title)
    )
    return [CAREER, *(_framework(row, []) for row in rows)]


def get_framework(key: str) -> Framework:
    """A framework with its elements; also one that is no longer offered. Raises NotFound."""
    if key == CAREER.key:
        return CAREER
    try:
        row = session().get(OfficeFramework, uuid.UUID(key))
    except ValueError:
        row = None
    if row is None:
        raise NotFound(_("There is no such framework."))
    elements = session().scalars(
        select(FrameworkElement).filter_by(framework_id=row.id).order_by(FrameworkElement.position)
    )
    return _framework(row, list(elements))


def get_element(framework: Framework, key: str) -> Element:
    """An element of it. Raises NotFound."""
    found = framework.elements.get(key)
    if found is None:
        raise NotFound(_("There is no such element."))
    return found


def own_map(actor: Actor, key: str) -> Map:
    """The actor's own map. Raises Forbidden, NotFound."""
    require(actor, KEEP)
    return _map(get_framework(key), actor.user_id, find_pages(actor))


def map_of(actor: Actor, owner_id: uuid.UUID, key: str) -> Map:
    """Somebody's map as far as their pages are shared with the actor, an adviser. Raises Forbidden, NotFound if none is."""
    require(actor, ADVISE)
    pages = [page for page in _shared_pages(actor) if page.owner_id == owner_id]
    if not pages:
        raise NotFound(_("This person shares no pages with you."))
    return _map(get_framework(key), owner_id, pages)


def find_owners(actor: Actor) -> list[uuid.UUID]:
    """Whose maps an adviser can look at: those who marked something on a page that the adviser may see."""
    if not actor.can(ADVISE):
        return []
    pages = {page.id: page.owner_id for page in _shared_pages(actor)}
    marked = session().scalars(select(Mark.page_id).where(Mark.page_id.in_(pages)).distinct())
    return sorted({pages[page_id] for page_id in marked})


def show_element(actor: Actor, key: str, element: str, command: ShowElement) -> Mark:
    """Say that one's page shows an element; saying it again changes it. Raises Forbidden, NotFound.

    What an adviser confirmed is open again when the estimate becomes another one.
    """
    require(actor, KEEP)
    framework = get_framework(key)
    get_element(framework, element)
    page = get_page(actor, command.page_id)
    row = session().scalar(select(Mark).filter_by(page_id=page.id, framework=framework.key, element=element))
    if row is None:
        row = Mark(owner_id=actor.user_id, framework=framework.key, element=element, page_id=page.id)
        session().add(row)
    elif row.level != int(command.level):
        row.confirmed_level = row.confirmed_at = row.confirmed_by_id = None
        row.answer = ""
    row.level, row.note = int(command.level), command.note
    session().flush()
    return row


def remove_mark(actor: Actor, mark_id: uuid.UUID) -> Mark:
    """Take a page out of one's map. Raises NotFound."""
    row = session().scalar(select(Mark).filter_by(id=mark_id, owner_id=actor.user_id))
    if row is None:
        raise NotFound(_("This is not on your map any more."))
    session().delete(row)
    session().flush()
    return row


def confirm(actor: Actor, mark_id: uuid.UUID, command: Confirm) -> Mark:
    """Say how well one sees it on a page that is shared with the actor. Raises Forbidden, NotFound, Conflict for one's own."""
    require(actor, ADVISE)
    row = session().get(Mark, mark_id)
    page = session().get(Page, row.page_id) if row else None
    if row is None or page is None or find_access(Viewer(actor), page) is None:
        raise NotFound(_("This is not on the map any more."))
    if row.owner_id == actor.user_id:
        raise Conflict(_("Somebody else has to confirm it."))
    row.confirmed_level, row.answer = int(command.level), command.answer
    row.confirmed_at, row.confirmed_by_id = utcnow(), actor.user_id
    session().flush()
    office = directory().get(row.office_id)
    notify(
        row.owner_id, "portfolio_answer", title=_l("%(name)s looked at your map", name=actor.name), body=page.title,
        url=f"/o/{office.slug}/portfolio/map/{row.framework}/{row.element}", key=f"portfolio:mark:{row.id}:{row.level}:{row.confirmed_level}",
    )  # fmt: skip
    return row


def _map(framework: Framework, owner_id: uuid.UUID, pages: Sequence[Page]) -> Map:
    ids = [page.id for page in pages]
    rows = session().scalars(
        select(Mark).where(Mark.owner_id == owner_id, Mark.framework == framework.key, Mark.page_id.in_(ids))
    )
    known = framework.elements
    return Map(framework, pages, {(row.element, row.page_id): row for row in rows if row.element in known})


def _shared_pages(actor: Actor) -> list[Page]:
    """Pages of others that the actor may see, alone or in a collection."""
    things = find_shared_with(actor)
    collections = [thing.id for thing in things if isinstance(thing, Collection)]
    inside = select(Page).where(Page.collection_id.in_(collections), Page.removed_at.is_(None))
    pages = {thing.id: thing for thing in things if isinstance(thing, Page)}
    return list((pages | {page.id: page for page in session().scalars(inside)}).values())


def _framework(row: OfficeFramework, elements: Sequence[FrameworkElement]) -> Framework:
    areas = tuple(
        Area(title, tuple(Element(str(each.id), each.title, each.description) for each in group))
        for title, group in groupby(elements, key=lambda each: each.area)
    )
    return Framework(str(row.id), row.title, row.description, areas)
