"""An invented map, and a framework that an office brought in."""

from __future__ import annotations

import json
from typing import Literal

from lms.plugin import Actor, World
from plugins.portfolio.frameworks import service as maps
from plugins.portfolio.frameworks.career import CAREER
from plugins.portfolio.frameworks.forms import Confirm, ShowElement
from plugins.portfolio.frameworks.importing import import_matrix
from plugins.portfolio.pages.models import Page

DIGITAL = {
    "Informazione": ("Cerco e confronto informazioni", "Tengo in ordine i miei file"),
    "Comunicazione": ("Scrivo e-mail chiare", "Partecipo a una riunione online"),
    "Sicurezza": ("Proteggo password e dati", "Riconosco un messaggio falso"),
}
MAP: tuple[tuple[str, Literal["1", "2", "3", "4"], str], ...] = (
    ("strengths.know", "3", "Le torte e la vetrina: le ho fatte io dall'inizio alla fine."),
    ("strengths.go_on", "2", "Ho rifatto la ricetta tre volte."), ("networks.build", "2", ""), ("self.decide", "3", "Ho scelto la pasticceria dopo due tirocini."),
)  # fmt: skip


def add_maps(world: World, actor: Actor, page: Page) -> None:
    """A framework of the office in scope, and what a person's page shows."""
    _framework(world)
    _draw(world, actor, page)


def _framework(world: World) -> None:
    areas = [{"standardid": number, "name": name} for number, name in enumerate(DIGITAL)]
    elements = [
        {"standardid": number, "name": element}
        for number, name in enumerate(DIGITAL)
        for element in DIGITAL[name]
    ]
    matrix = {
        "name": "Competenze digitali per il lavoro", "description": "Quello che serve in quasi ogni posto di lavoro.",
        "standards": areas, "standardelements": elements,
    }  # fmt: skip
    import_matrix(world.actor("head"), json.dumps({"framework": matrix}).encode())


def _draw(world: World, actor: Actor, page: Page) -> None:
    for element, level, note in MAP:
        mark = maps.show_element(
            actor, CAREER.key, element, ShowElement(page_id=page.id, level=level, note=note)
        )
        if level == "3":
            maps.confirm(
                world.actor("counsellor"), mark.id, Confirm(level="3", answer="Le foto lo mostrano bene.")
            )
