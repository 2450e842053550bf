"""Pages of the demo: a collection of two with a front, a first page of somebody, the office's template."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lms.plugin import Actor, World
from plugins.portfolio.cv.models import Cv
from plugins.portfolio.evidence import demo as evidence
from plugins.portfolio.films.demo import add_film
from plugins.portfolio.pages import service
from plugins.portfolio.pages.forms import EditCollection, EditPage, NewPage
from plugins.portfolio.pages.models import Page

Placed = tuple[str, dict[str, Any], str]
"""A block: its kind, what it holds, how wide it is."""
HOW_I_WORK = "<h2>Come lavoro</h2><p>Peso tutto. Poi assaggio, scrivo che cosa è successo e <strong>cambio una cosa sola</strong>.</p>"
FRONT = EditCollection(
    title="Aïcha, pasticciera", description="Quello che so fare, e il mio CV.", shows_progress=True
)
TEMPLATE: tuple[Placed, ...] = (
    ("profile", {"text": ""}, "full"),
    ("heading", {"text": "Le cose che so fare"}, "full"),
    ("placeholder", {"prompt": "Una foto di qualcosa che hai fatto tu."}, "full"),
    ("skills", {"title": ""}, "full"),
)


def add_aicha(world: World, actor: Actor, cv: Cv) -> Page:
    """Her work on one page and her CV on another, in a collection; returns the first."""
    collection = service.add_collection(actor, NewPage(title=FRONT.title))
    service.edit_collection(actor, collection.id, FRONT)
    cover = evidence.draw_picture(actor, "Copertina", "#7A3B1E", (1200, 360))
    service.set_collection_cover(actor, collection.id, cover.id)
    made = []
    for position, (title, about, blocks) in enumerate(
        (
            ("I miei lavori", "Dolci, pane e come ci sono arrivata.", _work(world, actor)),
            ("Il mio CV", "", [("cv", {"cv": str(cv.id)}, "full")]),
        )
    ):
        page = service.add_page(actor, NewPage(title=title))
        words = EditPage(title=title, description=about, theme="warm", collection_id=collection.id)
        service.edit_page(actor, page.id, words)
        page.position = position
        _place(actor, page, blocks)
        made.append(page)
    return made[0]


def add_first_page(actor: Actor) -> Page:
    """The first page of somebody: who they are, and their jobs."""
    page = service.add_page(actor, NewPage(title="Chi sono"))
    _place(
        actor,
        page,
        [
            ("profile", {"text": "", "shows_photo": False}, "full"),
            ("cv_section", {"section": "work"}, "full"),
        ],
    )
    return page


def add_template(actor: Actor) -> None:
    """What newcomers of the office begin with."""
    page = service.add_page(actor, NewPage(title="Il mio portfolio"), is_template=True)
    _place(actor, page, TEMPLATE)


def _work(world: World, actor: Actor) -> Iterable[Placed]:
    """The blocks of her page, each with what it shows."""
    pictures, entry, plan = (
        evidence.add_pictures(actor),
        evidence.add_journal(world, actor),
        evidence.add_plan(world, actor),
    )
    link, film, proof = evidence.add_link(actor), add_film(actor), evidence.choose_proof(actor)
    evidence.add_skill_and_goal(actor, pictures[0])
    yield "profile", {"text": "", "shows_photo": False}, "full"
    yield (
        "gallery",
        {"items": [str(item.id) for item in pictures], "caption": "Tutto fatto da me, di notte."},
        "full",
    )
    yield "film", {"film": str(film.id), "caption": "Chi sono, in dodici secondi."}, "half"
    yield "text", {"html": HOW_I_WORK}, "half"
    yield "skills", {"title": ""}, "full"
    if proof:
        yield "proof", {"proof": proof}, "full"
    yield "entry", {"entry": str(entry.id)}, "full"
    yield "links", {"items": [str(link.id)], "caption": ""}, "full"
    yield "plan", {"plan": str(plan.id)}, "half"
    yield "contact", {"title": ""}, "half"


def _place(actor: Actor, page: Page, blocks: Iterable[Placed]) -> None:
    for kind, content, width in blocks:
        service.set_width(actor, service.add_block(actor, page.id, kind, content).id, width)
