"""Evidence of the demo: Aïcha's photos, diary, plan, skill and goal; a plan of her office."""

from __future__ import annotations

import io
from datetime import timedelta

from PIL import Image, ImageDraw

from lms.plugin import Actor, Ref, StoredFile, World, completions_of, session, store_file, utcnow
from plugins.portfolio.evidence import plans, service
from plugins.portfolio.evidence.forms import (  # fmt: skip
    AddTask,
    EditDescribed,
    EditEntry,
    EditFile,
    EditGoal,
    EditLink,
    EditSkill,
    NewLink,
    NewThing,
)
from plugins.portfolio.evidence.models import HiddenProof, Item, JournalEntry, LinkPreview, Plan
from plugins.portfolio.evidence.previews import preview_of
from plugins.portfolio.refs import ref_of

PICTURES = (
    ("Croissant", "#D9A05B", "Cornetti del mattino, ore cinque"),
    ("Torta di nozze", "#E8C9C1", "Torta a tre piani, decorata a mano"),
    ("Panettone", "#9C5A2B", "Panettone con lievito madre, terzo tentativo"),
)
ENTRIES = (
    (9, "La prima notte", "<p>Ho impastato 20 chili da sola. Il segreto è la temperatura dell’acqua.</p>", False),
    (8, "Che cosa è andato storto, e come l’ho risolto?", "<p>La seconda infornata era pallida: il forno di sinistra scalda meno. Ora giro le teglie a metà.</p>", False),
    (1, "Domani", "<p>Da scrivere.</p>", True),
)  # fmt: skip
"""How many days ago, title, words, whether it is a draft."""
STEPS = (
    (None, -20, "Chiedere una notte di prova", True),
    (-10, -3, "Corso base sul temperaggio", False),
    (10, 30, "Fare tre praline per l’esame", False),
)
"""Begins, is due (days from today), title, whether it is done."""
LINK = EditLink(
    title="Il forno, di notte", url="https://filmati.example.org/forno-di-notte",
    body="Un filmato del mio turno: io sono quella con il grembiule rosso.",
)  # fmt: skip
PREVIEW = (
    "Una notte al forno",
    "Dodici minuti tra le due e le cinque del mattino: impasti, teglie e il primo pane che esce.",
)
OFFICE_STEPS = (
    (3, "Scrivere il CV con il nostro aiuto"),
    (7, "Mettere tre foto di lavori su una pagina"),
    (14, "Mandare la prima candidatura"),
)


def add_pictures(actor: Actor) -> list[Item]:
    """Photos of her work, in one folder."""
    made = []
    for title, colour, words in PICTURES:
        item = service.add_file(actor, draw_picture(actor, title, colour).id)
        service.edit_item(
            actor, item.id, EditFile(title=title, body=words, folder="Lavori", tags="pasticceria, foto")
        )
        made.append(item)
    return made


def add_journal(world: World, actor: Actor) -> JournalEntry:
    """Her diary of a trial; returns its first entry."""
    journal = service.add_journal(actor, NewThing(title="La mia prova in laboratorio"))
    made = []
    for days, title, words, is_draft in ENTRIES:
        entry = service.add_entry(actor, journal.id, NewThing(title=title))
        service.edit_entry(
            actor, entry.id, EditEntry(title=title, body=words, is_draft=is_draft, tags="forno")
        )
        entry.created_at = world.moment(days, 22)
        made.append(entry)
    return made[0]


def add_plan(world: World, actor: Actor) -> Plan:
    """A plan with one step done, one late, one that has not begun."""
    plan = plans.add_plan(actor, NewThing(title="Imparare il cioccolato"))
    for begins, due, title, is_done in STEPS:
        starts_on = (world.now + timedelta(days=begins)).date() if begins is not None else None
        due_on = (world.now + timedelta(days=due)).date()
        task = plans.add_task(actor, plan.id, AddTask(title=title, starts_on=starts_on, due_on=due_on))
        task.done_at = world.moment(21) if is_done else None
    return plan


def add_skill_and_goal(actor: Actor, proof: Item) -> None:
    """A skill that a photo proves, and what she wants to reach."""
    skill = service.add_item(actor, "skill", NewThing(title="Lievitati"))
    known = EditSkill(
        title="Lievitati", level=4, body="Cornetti, pane, panettone.", proofs=[str(ref_of("item", proof.id))]
    )
    service.edit_item(actor, skill.id, known)
    goal = service.add_item(actor, "goal", NewThing(title="Aprire un laboratorio mio"))
    service.edit_item(actor, goal.id, EditGoal(title=goal.title, body="Con due persone che lavorano con me."))


def add_link(actor: Actor) -> Item:
    """Something of hers that stands on the web."""
    item = service.add_link(actor, NewLink(url=LINK.url, title=LINK.title))
    preview = preview_of(item.id) or LinkPreview(owner_id=actor.user_id, item_id=item.id)
    preview.state, preview.fetched_at = "ready", utcnow()
    preview.title, preview.description = PREVIEW
    session().add(preview)
    return service.edit_item(actor, item.id, LINK)


def choose_proof(actor: Actor) -> str:
    """What arrived by itself from her courses: the last is hidden, the first is for her page (empty if there is none)."""
    proofs = [
        str(Ref.of("core", "activity", activity.id))
        for _completion, activity in completions_of(actor.user_id)
    ]
    hidden = proofs[-1] if len(proofs) > 1 else "core:activity:none"
    session().add(HiddenProof(owner_id=actor.user_id, proof=hidden))
    return proofs[0] if proofs else ""


def add_office_plan(actor: Actor) -> None:
    """What newcomers do in their first two weeks."""
    title = "Le prime due settimane"
    plan = plans.add_plan(actor, NewThing(title=title), is_template=True)
    plans.edit_plan(actor, plan.id, EditDescribed(title=title, description="Tre passi per cominciare."))
    for days, step in OFFICE_STEPS:
        due_on = utcnow().date() + timedelta(days=days)
        plans.add_task(actor, plan.id, AddTask(title=step, due_on=due_on))


def draw_picture(actor: Actor, name: str, colour: str, size: tuple[int, int] = (640, 480)) -> StoredFile:
    """A drawn picture: the demo needs no photos of anybody."""
    width, height = size
    image = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(image)
    for radius in range(height // 12, height * 5 // 12 + 1, height // 12):
        box = (width // 2 - radius, height // 2 - radius, width // 2 + radius, height // 2 + radius)
        draw.ellipse(box, outline="#FFF8EE", width=6)
    body = io.BytesIO()
    image.save(body, "JPEG", quality=70)
    body.seek(0)
    return store_file(
        actor, body, f"{name}.jpg", "portfolio.file", allowed=frozenset({"image"}), declared="image/jpeg"
    )
