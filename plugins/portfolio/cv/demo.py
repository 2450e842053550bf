"""What three invented people wrote down once, and the CVs and the letter that came of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from lms.plugin import Actor, session, utcnow
from plugins.portfolio.cv import letters, service, tailoring
from plugins.portfolio.cv.forms import EditLetter, NewCv, NewLetter, SavePerson, SavePrivate
from plugins.portfolio.cv.models import Cv, Import


class Line(NamedTuple):
    """An entry of a CV: its section and values by column."""

    section: str
    values: dict[str, Any]


def job(title: str, organisation: str, place: str, starts: str, ends: str, *points: str) -> Line:
    """A job; one without an end is the present one."""
    when = {"starts": starts, "ends": ends, "is_current": not ends}
    return Line("work", {"title": title, "organisation": organisation, "place": place, "country": "IT", "highlights": "\n".join(points)} | when)  # fmt: skip


def language(title: str, level: str = "") -> Line:
    """A language at one level in all dimensions; without one, the mother tongue."""
    dimensions = ("listening", "reading", "interaction", "production", "writing")
    return Line("languages", {"title": title, "is_native": not level} | dict.fromkeys(dimensions, level))


AICHA: tuple[Line, ...] = (
    job("Pasticciera", "Forno Il Grano", "Siena", "2023-03", "", "Preparo ogni notte 400 cornetti e 30 torte, da sola dal secondo mese", "Ho formato due apprendiste: tutte e due hanno superato l’esame", "Ho ridotto lo scarto di impasto dall’8 al 3 per cento"),
    job("Aiuto pasticciera", "Bar Pasticceria Le Contrade", "Siena", "2021-06", "2023-02", "Colazioni per 120 persone al giorno", "Gestione degli ordini e del magazzino freddo"),
    Line("education", {"title": "Qualifica di operatrice della ristorazione", "organisation": "Istituto alberghiero Pellegrino Artusi", "field": "Pasticceria", "place": "Chianciano Terme", "country": "IT", "starts": "2018-09", "ends": "2021-06", "level": "3", "grade": "88/100"}),
    language("Arabo"), language("Italiano", "C1"), language("Francese", "B2"),
    Line("skills", {"title": "Lievitati", "level": "lavoro da sola", "keywords": "cornetti, panettone, pane con lievito madre"}),
    Line("skills", {"title": "Decorazione", "keywords": "cioccolato, pasta di zucchero"}),
    Line("digital", {"title": "Foglio di calcolo", "level": "base", "keywords": "ricette, costi"}),
    Line("driving", {"title": "B", "starts": "2022-04"}),
    Line("certificates", {"title": "HACCP per addetti alla produzione", "organisation": "Azienda USL", "starts": "2023-01", "ends": "2028-01"}),
    Line("volunteering", {"title": "Cena di quartiere", "organisation": "Associazione Porta Ovile", "starts": "2022-09", "is_current": True, "summary": "Dolci per 200 persone, una volta al mese."}),
    Line("interests", {"title": "Cucina del Maghreb"}),
    Line("profiles", {"title": "Galleria", "field": "aicha.dolci", "url": "https://galleria.example.org/aicha.dolci"}),
)  # fmt: skip
GIULIA: tuple[Line, ...] = (
    job("Commessa", "Abbigliamento Torre", "Siena", "2022-10", "2025-06", "Cassa e vendita, anche in inglese", "Vetrine di stagione"),
    Line("education", {"title": "Diploma di liceo linguistico", "organisation": "Liceo Piccolomini", "place": "Siena", "country": "IT", "starts": "2016", "ends": "2021-07", "level": "4"}),
    language("Italiano"), language("Inglese", "B2"), Line("skills", {"title": "Vendita e ascolto"}),
)  # fmt: skip
MATTEO: tuple[Line, ...] = (
    job("Magazziniere", "Logistica Valdelsa", "Colle di Val d’Elsa", "2020-02", "2024-11", "Carico e scarico di 60 pallet al giorno", "Referente per la sicurezza del turno"),
    Line("certificates", {"title": "Patentino per carrello elevatore", "organisation": "Ente formazione Toscana", "starts": "2020-01", "ends": "2030-01"}),
    language("Italiano"), language("Tedesco", "A2"), Line("driving", {"title": "C", "starts": "2021-05"}),
)  # fmt: skip
AICHA_HERSELF = SavePerson(
    given_name="Aïcha", family_name="Benali", headline="Pasticciera con cinque anni di esperienza", email="aicha.benali@example.org", phone="+39 333 000 0000",
    summary="Faccio dolci da quando so stare in piedi davanti a un forno. Lavoro bene di notte e in gruppo. Cerco una pasticceria in cui imparare il cioccolato.",
    street="Via dei Rossi 21", postcode="53100", city="Siena", country="IT", website="",
)  # fmt: skip
IN_ENGLISH: dict[str, tuple[str, str]] = {
    "Pasticciera": ("Pastry cook", "Bake 400 croissants and 30 cakes every night, alone from the second month on\nTrained two apprentices; both passed their exam\nBrought the waste of dough down from 8 to 3 per cent"),
    "Aiuto pasticciera": ("Assistant pastry cook", "Breakfast for 120 people a day\nOrders and cold storage"),
    "Qualifica di operatrice della ristorazione": ("Vocational qualification in catering", ""), "Arabo": ("Arabic", ""), "Italiano": ("Italian", ""), "Francese": ("French", ""),
    "Lievitati": ("Yeast doughs", ""), "Decorazione": ("Decoration", ""), "Foglio di calcolo": ("Spreadsheets", ""), "HACCP per addetti alla produzione": ("Food hygiene (HACCP)", ""),
    "Cena di quartiere": ("Neighbourhood dinner", ""), "Cucina del Maghreb": ("Cooking of the Maghreb", ""),
}  # fmt: skip
"""Titles and points of Aïcha's entries, as her CV for hotels abroad says them."""
LETTER = EditLetter(
    title="Pasticciera", employer="Pasticceria Fiorentini", recipient="Pasticceria Fiorentini\nVia Roma 3\n50123 Firenze", subject="Candidatura come pasticciera",
    vacancy="Cerchiamo una pasticciera con esperienza nei lievitati e nel cioccolato. Turno di notte.",
    body="Gentile signora Fiorentini,\n\nda tre anni preparo ogni notte i lievitati del Forno Il Grano di Siena. Conosco il vostro panettone e vorrei imparare da voi il cioccolato.\n\nMi farebbe piacere venire per una notte di prova.\n\nCordiali saluti\nAïcha Benali",
)  # fmt: skip


def add_aicha(actor: Actor) -> Cv:
    """Her store, a CV in Italian, one in English, a letter, and a file from Europass; returns the Italian CV."""
    service.save_person(actor, AICHA_HERSELF)
    service.save_person(actor, SavePrivate(birth_date="2002-04", nationality="Italiana"))
    add_entries(actor, AICHA)
    italian = tailoring.add_cv(actor, NewCv(title="Pasticcerie, in italiano"))
    italian.language, italian.target_job = "it", "Pasticciera"
    _add_english_cv(actor)
    letter = letters.add_letter(actor, NewLetter(title=LETTER.title))
    letters.edit_letter(actor, letter.id, LETTER.model_copy(update={"cv_id": italian.id}))
    _add_import(actor)
    return italian


def add_first_cv(actor: Actor, lines: Sequence[Line], headline: str) -> Cv:
    """What somebody wrote down who has just begun: a name, a few entries, one CV."""
    given, _space, family = actor.name.partition(" ")
    values = {"given_name": given, "family_name": family, "headline": headline, "email": actor.email}
    service.save_person(actor, SavePerson(**values, city="Siena", country="IT"))
    add_entries(actor, lines)
    cv = tailoring.add_cv(actor, NewCv(title="CV generale"))
    cv.language = "it"
    return cv


def add_entries(actor: Actor, lines: Sequence[Line]) -> None:
    """Entries of the store, each section in the order in which they are given."""
    for line in reversed(lines):
        service.add_entry(actor, line.section, line.values)
    kept = {entry.title: entry.id for entry in service.find_entries(actor.user_id)}
    order: dict[str, list[uuid.UUID]] = {}
    for line in lines:
        order.setdefault(line.section, []).append(kept[line.values["title"]])
    for section, ids in order.items():
        service.order_entries(actor, section, ids)


def _add_english_cv(actor: Actor) -> None:
    cv = tailoring.add_cv(actor, NewCv(title="Hotels abroad, in English"))
    cv.language, cv.template, cv.accent, cv.target_job = "en", "modern", "blue", "Pastry chef"
    cv.headline = "Pastry cook with five years of experience"
    cv.summary = "I bake, decorate and train others. I like night shifts and I look for a kitchen where I can learn chocolate work."
    for entry in service.find_entries(actor.user_id):
        if entry.title in IN_ENGLISH:
            choice = tailoring.get_or_make_choice(actor, cv.id, entry.id)
            choice.title, choice.highlights = IN_ENGLISH[entry.title]


def _add_import(actor: Actor) -> None:
    """A file that was looked into and not taken over yet."""
    payload = '{"basics": {"name": "Aïcha Benali", "label": "Pasticciera"}}'
    session().add(
        Import(
            owner_id=actor.user_id,
            name="europass.xml",
            kind="json_resume",
            payload=payload,
            created_at=utcnow(),
        )
    )
