"""Portfolios of invented people: written, shown, shared, talked about. Each part has its own demo beside it."""

from __future__ import annotations

from lms.plugin import World
from plugins.portfolio.cv import demo as cvs
from plugins.portfolio.evidence.demo import add_office_plan
from plugins.portfolio.frameworks.demo import add_maps
from plugins.portfolio.moving.demo import add_transfers
from plugins.portfolio.pages import demo as pages
from plugins.portfolio.sharing.demo import ask_first, share_aicha
from plugins.portfolio.tasks.demo import add_task


def build_portfolios(world: World) -> None:
    """Three people of Siena, their counsellor's inbox, and what the office gives to newcomers."""
    with world.inside("siena"):
        _aicha(world)
        _giulia(world)
        _matteo(world)
        pages.add_template(world.actor("counsellor"))
        add_office_plan(world.actor("counsellor"))


def _aicha(world: World) -> None:
    """The one who has been at it for months."""
    actor = world.actor("trainee")
    cv = cvs.add_aicha(actor)
    page = pages.add_aicha(world, actor, cv)
    share_aicha(world, actor, page, cv)
    add_maps(world, actor, page)
    add_task(world, page)
    add_transfers(world, actor)


def _giulia(world: World) -> None:
    """She asks about her first page."""
    actor = world.actor("trainee2")
    cvs.add_first_cv(actor, cvs.GIULIA, "Commessa, cerco un lavoro con le lingue")
    ask_first(actor, pages.add_first_page(actor))


def _matteo(world: World) -> None:
    """He asks about his first CV."""
    actor = world.actor("trainee3")
    cv = cvs.add_first_cv(actor, cvs.MATTEO, "Magazziniere con patentino")
    pages.add_first_page(actor)
    ask_first(actor, cv)
