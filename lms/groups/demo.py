"""Invented cohorts of the demo offices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lms.groups.models import Group, GroupMember
from lms.store.base import session

if TYPE_CHECKING:
    from lms.demo import World

GROUPS: dict[str, tuple[tuple[str, str], ...]] = {
    "siena": (
        ("Panificatori, autunno 2026", "Percorso di 12 settimane con tirocinio in forno."),
        ("Competenze digitali di base", "Il martedì e il giovedì mattina, aula 2."),
        ("Ricomincio da me: ritorno al lavoro dopo i 50 anni, con accompagnamento individuale", "Incontri ogni due settimane."),
    ),
    "vienna": (
        ("Logistik und Lager, Herbst 2026", "Zwölf Wochen, mit Staplerschein."),
        ("Deutsch im Beruf (B1)", "Montag und Mittwoch, auch online."),
        ("Bewerbungswerkstatt", ""),
    ),
}  # fmt: skip


def build_groups(world: World) -> None:
    """Fill the groups with about a third of the trainees each; some are in two."""
    for slug, groups in GROUPS.items():
        trainees = world.trainees(slug)
        with world.inside(slug) as office:
            for number, (name, description) in enumerate(groups):
                started = world.moment(150 - 40 * number)
                group = Group(name=name, description=description, office_id=office.id, created_at=started)
                session().add(group)
                session().flush()
                world.things[f"group_{slug}_{number + 1}"] = group.id
                members = [
                    each for place, each in enumerate(trainees) if place % 3 == number or place % 7 == number
                ]
                session().add_all(
                    GroupMember(group_id=group.id, user_id=each.id, office_id=office.id, added_at=started)
                    for each in members
                )
