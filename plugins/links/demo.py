"""Invented links of the demo offices."""

from __future__ import annotations

from typing import NamedTuple

from lms.plugin import World, session
from plugins.links.models import Link


class Line(NamedTuple):
    """A link: heading, title, the end of its address, a note, who added it, and when."""

    category: str
    title: str
    path: str
    note: str
    author: str
    days_ago: float
    is_public: bool = True


LINKS: dict[str, tuple[Line, ...]] = {
    "siena": (
        Line("Cercare lavoro", "Offerte di lavoro in provincia di Siena", "offerte/siena", "Aggiornate ogni mattina.", "head", 171),
        Line("Cercare lavoro", "Concorsi pubblici in Toscana", "concorsi", "Con avviso per posta elettronica.", "counsellor", 120),
        Line("Cercare lavoro", "Tirocini per under 30", "tirocini", "", "counsellor", 63),
        Line("Imparare", "Corsi finanziati dalla Regione", "corsi/regione", "Gratuiti per chi è iscritto al centro.", "trainer", 160),
        Line("Imparare", "Italiano per il lavoro: esercizi dal livello A1 al livello B2, con soluzioni commentate", "italiano", "Si usa anche dal telefono.", "trainer", 44),
        Line("Diritti e documenti", "Come leggere una busta paga", "busta-paga", "Spiegata riga per riga.", "counsellor", 88),
        Line("Diritti e documenti", "Prenotare un appuntamento all’anagrafe", "anagrafe", "", "head", 20),
        Line("", "Guida interna per i colloqui di gruppo", "interno/colloqui", "Solo per chi è iscritto qui.", "trainer", 5, False),
    ),
    "vienna": (
        Line("Finding work", "Open positions in Vienna and around", "jobs/vienna", "New ones every morning.", "head_vienna", 168),
        Line("Finding work", "What employers pay: wages by occupation", "wages", "", "counsellor_vienna", 97),
        Line("Learning", "German courses, evenings and weekends", "german", "Free of charge up to level B1.", "trainer_vienna", 130),
        Line("Learning", "Try a trade for a day", "trial-day", "Book until Thursday for the week after.", "trainer_vienna", 31),
        Line("Rights and papers", "Recognition of foreign diplomas", "recognition", "Advice in 14 languages.", "counsellor_vienna", 75),
        Line("Rights and papers", "Getting to interviews: tickets and refunds", "tickets", "", "counsellor_vienna", 9),
    ),
}  # fmt: skip


def build_links(world: World) -> None:
    """Half a year of collecting."""
    for slug, lines in LINKS.items():
        with world.inside(slug) as office:
            for line in lines:
                added_at = world.moment(line.days_ago, 10)
                session().add(
                    Link(
                        office_id=office.id, title=line.title, url=f"https://{slug}.example.org/{line.path}",
                        note=line.note, category=line.category, is_public=line.is_public,
                        added_by_id=world.people[line.author].id, created_at=added_at, updated_at=added_at,
                    )
                )  # fmt: skip
