"""Portfolios of invented people: written, shown, shared, talked about."""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from PIL import Image, ImageDraw

from lms.plugin import (
    Actor,
    CreateActivity,
    Ref,
    World,
    completions_of,
    create_activity,
    enrol_people,
    session,
    set_state,
    store_file,
)
from plugins.portfolio.cv import letters, service, tailoring
from plugins.portfolio.cv.forms import EditLetter, NewCv, NewLetter, SavePerson, SavePrivate
from plugins.portfolio.cv.models import Cv, Import
from plugins.portfolio.evidence import plans
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.evidence.demo import add_office_plan
from plugins.portfolio.evidence.forms import (
    AddTask,
    EditEntry,
    EditFile,
    EditGoal,
    EditLink,
    EditSkill,
    NewLink,
    NewThing,
)
from plugins.portfolio.evidence.models import HiddenProof, Item, JournalEntry
from plugins.portfolio.films.demo import add_film
from plugins.portfolio.films.service import find_films
from plugins.portfolio.frameworks.demo import add_maps
from plugins.portfolio.moving.demo import add_transfers
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import EditPage, NewPage, SaveCard, WriteMessage
from plugins.portfolio.pages.models import Page
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing import cards, comments, requests, shares
from plugins.portfolio.sharing.forms import AskFeedback, Say, ShareWith
from plugins.portfolio.sharing.models import Visit
from plugins.portfolio.sharing.shares import Access
from plugins.portfolio.sharing.watching import watch
from plugins.portfolio.tasks.models import Submission

FILM_OF_THE_OVEN = "https://filmati.example.org/forno-di-notte"


class Line(NamedTuple):
    """An entry of a CV: its section and values by column."""

    section: str
    values: dict[str, Any]


def _job(title: str, organisation: str, place: str, starts: str, ends: str, *points: str) -> Line:
    values = {
        "title": title,
        "organisation": organisation,
        "place": place,
        "country": "IT",
        "starts": starts,
        "ends": ends,
        "highlights": "\n".join(points),
    }
    return Line("work", values | {"is_current": not ends})


def _language(title: str, level: str = "") -> Line:
    return Line(
        "languages",
        {"title": title, "is_native": not level}
        | dict.fromkeys(("listening", "reading", "interaction", "production", "writing"), level),
    )


AICHA: tuple[Line, ...] = (
    _job("Pasticciera", "Forno Il Grano", "Siena", "2023-03", "", "Preparo ogni notte 400 cornetti e 30 torte, da sola dal secondo mese", "Ho formato due apprendiste: tutte e due hanno superato l’esame", "Ho ridotto lo scarto di impasto dall’8 al 3 per cento"),
    _job("Aiuto pasticciera", "Bar Pasticceria Le Contrade", "Siena", "2021-06", "2023-02", "Colazioni per 120 persone al giorno", "Gestione degli ordini e del magazzino freddo"),
    Line("education", {"title": "Qualifica di operatrice della ristorazione", "organisation": "Istituto alberghiero Pellegrino Artusi", "field": "Pasticceria", "place": "Chianciano Terme", "country": "IT", "starts": "2018-09", "ends": "2021-06", "level": "3", "grade": "88/100"}),
    _language("Arabo"), _language("Italiano", "C1"), _language("Francese", "B2"),
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
    _job("Commessa", "Abbigliamento Torre", "Siena", "2022-10", "2025-06", "Cassa e vendita, anche in inglese", "Vetrine di stagione"),
    Line("education", {"title": "Diploma di liceo linguistico", "organisation": "Liceo Piccolomini", "place": "Siena", "country": "IT", "starts": "2016", "ends": "2021-07", "level": "4"}),
    _language("Italiano"), _language("Inglese", "B2"), Line("skills", {"title": "Vendita e ascolto"}),
)  # fmt: skip
MATTEO: tuple[Line, ...] = (
    _job("Magazziniere", "Logistica Valdelsa", "Colle di Val d’Elsa", "2020-02", "2024-11", "Carico e scarico di 60 pallet al giorno", "Referente per la sicurezza del turno"),
    Line("certificates", {"title": "Patentino per carrello elevatore", "organisation": "Ente formazione Toscana", "starts": "2020-01", "ends": "2030-01"}),
    _language("Italiano"), _language("Tedesco", "A2"), Line("driving", {"title": "C", "starts": "2021-05"}),
)  # fmt: skip


def build_portfolios(world: World) -> None:
    """Three people of Siena, their counsellor's inbox, and a template for newcomers."""
    with world.inside("siena"):
        aicha = world.actor("trainee")
        cv = _aicha_cv(world, aicha)
        page = _aicha_page(world, aicha, cv)
        _aicha_shared(world, aicha, page, cv)
        for key, lines, headline in (
            ("trainee2", GIULIA, "Commessa, cerco un lavoro con le lingue"),
            ("trainee3", MATTEO, "Magazziniere con patentino"),
        ):
            _short_portfolio(world, world.actor(key), lines, headline)
        _task(world, page)
        add_transfers(world, aicha)
        template = pages.add_page(
            world.actor("counsellor"), NewPage(title="Il mio portfolio"), is_template=True
        )
        for kind, content in (
            ("profile", {"text": ""}),
            ("heading", {"text": "Le cose che so fare"}),
            ("placeholder", {"prompt": "Una foto di qualcosa che hai fatto tu."}),
            ("skills", {"title": ""}),
        ):
            pages.add_block(world.actor("counsellor"), template.id, kind, content)
        add_office_plan(world.actor("counsellor"))


def _aicha_cv(world: World, actor: Actor) -> Cv:
    service.save_person(
        actor,
        SavePerson(
            given_name="Aïcha", family_name="Benali", headline="Pasticciera con cinque anni di esperienza", email="aicha.benali@example.org", phone="+39 333 000 0000",
            summary="Faccio dolci da quando so stare in piedi davanti a un forno. Lavoro bene di notte e in gruppo. Cerco una pasticceria in cui imparare il cioccolato.",
            street="Via dei Rossi 21", postcode="53100", city="Siena", country="IT", website="",
        ),
    )  # fmt: skip
    service.save_person(actor, SavePrivate(birth_date="2002-04", nationality="Italiana"))
    _entries(actor, AICHA)
    italian = tailoring.add_cv(actor, NewCv(title="Pasticcerie, in italiano"))
    italian.language, italian.target_job = "it", "Pasticciera"
    english = tailoring.add_cv(actor, NewCv(title="Hotels abroad, in English"))
    english.language, english.template, english.accent = "en", "modern", "blue"
    english.target_job, english.headline = "Pastry chef", "Pastry cook with five years of experience"
    english.summary = "I bake, decorate and train others. I like night shifts and I look for a kitchen where I can learn chocolate work."
    words = {
        "Pasticciera": ("Pastry cook", "Bake 400 croissants and 30 cakes every night, alone from the second month on\nTrained two apprentices; both passed their exam\nBrought the waste of dough down from 8 to 3 per cent"),
        "Aiuto pasticciera": ("Assistant pastry cook", "Breakfast for 120 people a day\nOrders and cold storage"),
        "Qualifica di operatrice della ristorazione": ("Vocational qualification in catering", ""), "Arabo": ("Arabic", ""), "Italiano": ("Italian", ""), "Francese": ("French", ""),
        "Lievitati": ("Yeast doughs", ""), "Decorazione": ("Decoration", ""), "Foglio di calcolo": ("Spreadsheets", ""), "HACCP per addetti alla produzione": ("Food hygiene (HACCP)", ""),
        "Cena di quartiere": ("Neighbourhood dinner", ""), "Cucina del Maghreb": ("Cooking of the Maghreb", ""),
    }  # fmt: skip
    for entry in service.find_entries(actor.user_id):
        title, points = words.get(entry.title, ("", ""))
        if title:
            choice = tailoring.get_or_make_choice(actor, english.id, entry.id)
            choice.title, choice.highlights = title, points
    letter = letters.add_letter(actor, NewLetter(title="Pasticciera"))
    letters.edit_letter(
        actor, letter.id,
        EditLetter(
            title="Pasticciera", employer="Pasticceria Fiorentini", recipient="Pasticceria Fiorentini\nVia Roma 3\n50123 Firenze", cv_id=italian.id, subject="Candidatura come pasticciera",
            vacancy="Cerchiamo una pasticciera con esperienza nei lievitati e nel cioccolato. Turno di notte.",
            body="Gentile signora Fiorentini,\n\nda tre anni preparo ogni notte i lievitati del Forno Il Grano di Siena. Conosco il vostro panettone e vorrei imparare da voi il cioccolato.\n\nMi farebbe piacere venire per una notte di prova.\n\nCordiali saluti\nAïcha Benali",
        ),
    )  # fmt: skip
    session().add(
        Import(
            owner_id=actor.user_id,
            name="europass.xml",
            kind="json_resume",
            payload='{"basics": {"name": "Aïcha Benali", "label": "Pasticciera"}}',
            created_at=world.now,
        )
    )
    return italian


def _aicha_page(world: World, actor: Actor, cv: Cv) -> Page:
    pictures = [
        _picture(actor, name, colour)
        for name, colour in (
            ("Croissant", "#D9A05B"),
            ("Torta di nozze", "#E8C9C1"),
            ("Panettone", "#9C5A2B"),
        )
    ]
    for item, words in zip(
        pictures,
        (
            "Cornetti del mattino, ore cinque",
            "Torta a tre piani, decorata a mano",
            "Panettone con lievito madre, terzo tentativo",
        ),
        strict=True,
    ):
        evidence.edit_item(
            actor, item.id, EditFile(title=item.title, body=words, folder="Lavori", tags="pasticceria, foto")
        )
    entry = _journal(world, actor)
    plan = plans.add_plan(actor, NewThing(title="Imparare il cioccolato"))
    for title, days, is_done in (
        ("Chiedere una notte di prova", -20, True),
        ("Corso base sul temperaggio", -3, False),
        ("Fare tre praline per l’esame", 30, False),
    ):
        task = plans.add_task(
            actor, plan.id, AddTask(title=title, due_on=(world.now + timedelta(days=days)).date())
        )
        task.done_at = world.moment(21) if is_done else None
    skill = evidence.add_item(actor, "skill", NewThing(title="Lievitati"))
    evidence.edit_item(
        actor,
        skill.id,
        EditSkill(
            title="Lievitati",
            level=4,
            body="Cornetti, pane, panettone.",
            proofs=[str(ref_of("item", pictures[0].id))],
        ),
    )
    evidence.edit_item(
        actor,
        evidence.add_link(actor, NewLink(url=FILM_OF_THE_OVEN, title="Il forno, di notte")).id,
        EditLink(title="Il forno, di notte", url=FILM_OF_THE_OVEN, body="Un filmato del mio turno: io sono quella con il grembiule rosso."),
    )  # fmt: skip
    goal = evidence.add_item(actor, "goal", NewThing(title="Aprire un laboratorio mio"))
    evidence.edit_item(
        actor, goal.id, EditGoal(title=goal.title, body="Con due persone che lavorano con me.")
    )
    proofs = [
        str(Ref.of("core", "activity", activity.id))
        for _completion, activity in completions_of(actor.user_id)
    ]
    session().add(
        HiddenProof(owner_id=actor.user_id, proof=proofs[-1] if len(proofs) > 1 else "core:activity:none")
    )
    collection = pages.add_collection(actor, NewPage(title="Aïcha, pasticciera"))
    page = pages.add_page(actor, NewPage(title="I miei lavori"))
    about_page = EditPage(
        title="I miei lavori", description="Dolci, pane e come ci sono arrivata.", theme="warm"
    )
    pages.edit_page(actor, page.id, about_page.model_copy(update={"collection_id": collection.id}))
    blocks: list[tuple[str, dict[str, Any], str]] = [
        ("profile", {"text": "", "shows_photo": False}, "full"),
        ("gallery", {"items": [str(item.id) for item in pictures], "caption": "Tutto fatto da me, di notte."}, "full"),
        ("film", {"film": str(add_film(actor).id), "caption": "Chi sono, in dodici secondi."}, "half"),
        ("text", {"html": "<h2>Come lavoro</h2><p>Peso tutto. Poi assaggio, scrivo che cosa è successo e <strong>cambio una cosa sola</strong>.</p>"}, "half"),
        ("skills", {"title": ""}, "full"),
        ("entry", {"entry": str(entry.id)}, "full"),
        ("plan", {"plan": str(plan.id)}, "half"),
        ("contact", {"title": ""}, "half"),
    ]  # fmt: skip
    if proofs:
        blocks.insert(5, ("proof", {"proof": proofs[0]}, "full"))
    for kind, content, width in blocks:
        pages.set_width(actor, pages.add_block(actor, page.id, kind, content).id, width)
    second = pages.add_page(actor, NewPage(title="Il mio CV"))
    pages.edit_page(actor, second.id, EditPage(title="Il mio CV", theme="warm", collection_id=collection.id))
    pages.add_block(actor, second.id, "cv", {"cv": str(cv.id)})
    second.position = 1
    return page


def _aicha_shared(world: World, actor: Actor, page: Page, cv: Cv) -> None:
    ref = ref_of("page", page.id)
    requests.ask_feedback(
        actor,
        ref,
        AskFeedback(
            note="Le foto vanno bene? E il testo è troppo corto?",
            due_on=(world.now + timedelta(days=4)).date(),
        ),
    )
    requests.sign_cv(
        actor,
        ref_of("cv", cv.id),
        AskFeedback(
            note="Lo mando lunedì alla pasticceria Fiorentini.", due_on=(world.now - timedelta(days=1)).date()
        ),
    )
    link, _token = shares.share(
        actor,
        ref,
        ShareWith(audience="link", name="Pasticceria Fiorentini", ends_at=world.now + timedelta(days=30)),
    )
    link.views = 3
    for days in (6, 5, 2):
        session().add(
            Visit(owner_id=actor.user_id, target=str(ref), share_id=link.id, at=world.moment(days, 11))
        )
    counsellor, access = (
        world.actor("counsellor"),
        Access(is_owner=False, share=shares.find_shares(actor, ref)[0]),
    )
    session().add(
        Visit(
            owner_id=actor.user_id,
            target=str(ref),
            viewer_id=counsellor.user_id,
            share_id=access.share.id if access.share else None,
            at=world.moment(3, 10),
        )
    )
    add_maps(world, actor, page)
    watch(counsellor, page, wants=True)
    gallery = next(block for block in pages.find_blocks(page.id) if block.kind == "gallery")
    first = comments.say(
        counsellor,
        page,
        access,
        Say(
            body="Belle foto! Scrivi accanto a ognuna quanto tempo ci vuole: un datore di lavoro lo chiede sempre.",
            block_id=gallery.id,
        ),
    )
    comments.say(
        actor,
        page,
        Access(is_owner=True),
        Say(body="Fatto per la torta, le altre le aggiungo stasera.", parent_id=first.id),
    )
    cards.save_card(
        actor,
        SaveCard(
            slug="aicha-benali",
            headline="Pasticciera a Siena",
            about="Lievitati, torte e presto anche cioccolato.",
            proof_1="400 cornetti ogni notte",
            proof_2="Due apprendiste formate",
            proof_3="Scarto ridotto dall’8 al 3 per cento",
            film_id=find_films(actor)[0].id,
            is_contactable=True,
            is_public=True,
        ),
    )
    cards.write_message(
        actor.user_id,
        "192.0.2.7",
        WriteMessage(
            sender="Laura Fiorentini",
            email="laura@example.org",
            text="Buongiorno, ho visto i suoi lavori. Può venire martedì per una prova?",
        ),
    )


def _short_portfolio(world: World, actor: Actor, lines: Sequence[Line], headline: str) -> None:
    given, _space, family = actor.name.partition(" ")
    service.save_person(
        actor,
        SavePerson(
            given_name=given,
            family_name=family,
            headline=headline,
            email=actor.email,
            city="Siena",
            country="IT",
            summary="",
            phone="",
            street="",
            postcode="",
            website="",
        ),
    )
    _entries(actor, lines)
    cv = tailoring.add_cv(actor, NewCv(title="CV generale"))
    cv.language = "it"
    page = pages.add_page(actor, NewPage(title="Chi sono"))
    pages.add_block(actor, page.id, "profile", {"text": "", "shows_photo": False})
    pages.add_block(actor, page.id, "cv_section", {"section": "work"})
    requests.ask_feedback(
        actor,
        ref_of(
            "cv" if actor.name.startswith("Matteo") else "page",
            cv.id if actor.name.startswith("Matteo") else page.id,
        ),
        AskFeedback(note="È la mia prima versione, che cosa manca?"),
    )


def _journal(world: World, actor: Actor) -> JournalEntry:
    journal = evidence.add_journal(actor, NewThing(title="La mia prova in laboratorio"))
    chosen = None
    for days, title, words, is_draft in (
        (9, "La prima notte", "<p>Ho impastato 20 chili da sola. Il segreto è la temperatura dell’acqua.</p>", False),
        (8, "Che cosa è andato storto, e come l’ho risolto?", "<p>La seconda infornata era pallida: il forno di sinistra scalda meno. Ora giro le teglie a metà.</p>", False),
        (1, "Domani", "<p>Da scrivere.</p>", True),
    ):  # fmt: skip
        entry = evidence.add_entry(actor, journal.id, NewThing(title=title))
        evidence.edit_entry(
            actor, entry.id, EditEntry(title=title, body=words, is_draft=is_draft, tags="forno")
        )
        entry.created_at = world.moment(days, 22)
        chosen = chosen or entry
    if chosen is None:
        raise LookupError("the journal has no entries")
    return chosen


def _task(world: World, page: Page) -> None:
    """A task of the trainer in which one has handed in and others have not."""
    trainer = world.actor("trainer")
    activity = create_activity(trainer, CreateActivity(title="Mostra un tuo lavoro", type="portfolio_task"))
    activity.summary = (
        "Fai una pagina con un lavoro tuo: una foto, che cosa hai fatto tu, che cosa faresti diversamente."
    )
    set_state(trainer, activity.id, "published")
    enrol_people(trainer, activity.id, [world.people[key].id for key in ("trainee", "trainee2", "trainee3")])
    content = {
        "title": page.title,
        "description": page.description,
        "theme": page.theme,
        "blocks": [{"width": "full", "html": "<h2>Come lavoro</h2><p>Peso tutto. Poi assaggio.</p>"}],
        "files": [],
    }
    session().add(
        Submission(
            activity_id=activity.id,
            owner_id=page.owner_id,
            number=1,
            target=str(ref_of("page", page.id)),
            title=page.title,
            content=content,
            handed_in_at=world.moment(2),
        )
    )


def _entries(actor: Actor, lines: Sequence[Line]) -> None:
    for line in reversed(lines):
        service.add_entry(actor, line.section, line.values)
    order: dict[str, list[uuid.UUID]] = {}
    kept = {entry.title: entry.id for entry in service.find_entries(actor.user_id)}
    for line in lines:
        order.setdefault(line.section, []).append(kept[line.values["title"]])
    for section, ids in order.items():
        service.order_entries(actor, section, ids)


def _picture(actor: Actor, name: str, colour: str) -> Item:
    """A drawn picture: the demo needs no photos of anybody."""
    image = Image.new("RGB", (640, 480), colour)
    draw = ImageDraw.Draw(image)
    for ring in range(5):
        edge = 40 + ring * 40
        draw.ellipse((edge + 80, edge, 560 - edge, 480 - edge), outline="#FFF8EE", width=6)
    body = io.BytesIO()
    image.save(body, "JPEG", quality=70)
    body.seek(0)
    file = store_file(
        actor, body, f"{name}.jpg", "portfolio.file", allowed=frozenset({"image"}), declared="image/jpeg"
    )
    return evidence.add_file(actor, file.id, "Lavori")
