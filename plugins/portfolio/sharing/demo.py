"""With whom the demo's people share, who looked, what was said, and a public card."""

from __future__ import annotations

from datetime import timedelta

from lms.plugin import Actor, World, session
from plugins.portfolio.cv.models import Cv
from plugins.portfolio.films.service import find_films
from plugins.portfolio.pages.forms import SaveCard, WriteMessage
from plugins.portfolio.pages.models import Page
from plugins.portfolio.pages.service import find_blocks
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing import cards, comments, requests, shares
from plugins.portfolio.sharing.forms import AskFeedback, Say, ShareWith
from plugins.portfolio.sharing.models import Share, Visit
from plugins.portfolio.sharing.shares import Access
from plugins.portfolio.sharing.watching import watch

CARD = SaveCard(
    slug="aicha-benali", headline="Pasticciera a Siena", about="Lievitati, torte e presto anche cioccolato.",
    proof_1="400 cornetti ogni notte", proof_2="Due apprendiste formate", proof_3="Scarto ridotto dall’8 al 3 per cento",
    is_contactable=True, is_public=True,
)  # fmt: skip
MESSAGE = WriteMessage(
    sender="Laura Fiorentini", email="laura@example.org",
    text="Buongiorno, ho visto i suoi lavori. Può venire martedì per una prova?",
)  # fmt: skip


def share_aicha(world: World, actor: Actor, page: Page, cv: Cv) -> None:
    """Her page with the counsellor and by a link, her CV to be confirmed, her card with everybody."""
    _ask(world, actor, page, cv)
    _link(world, actor, page)
    _talk(world, actor, page)
    cards.save_card(actor, CARD.model_copy(update={"film_id": find_films(actor)[0].id}))
    cards.write_message(actor.user_id, "192.0.2.7", MESSAGE)


def ask_first(actor: Actor, thing: Page | Cv) -> None:
    """Somebody who has just begun asks what is missing."""
    ref = ref_of("cv" if isinstance(thing, Cv) else "page", thing.id)
    requests.ask_feedback(actor, ref, AskFeedback(note="È la mia prima versione, che cosa manca?"))


def _ask(world: World, actor: Actor, page: Page, cv: Cv) -> None:
    """One request with time left, one that is late."""
    soon, late = ((world.now + timedelta(days=days)).date() for days in (4, -1))
    look = AskFeedback(note="Le foto vanno bene? E il testo è troppo corto?", due_on=soon)
    confirm = AskFeedback(note="Lo mando lunedì alla pasticceria Fiorentini.", due_on=late)
    requests.ask_feedback(actor, ref_of("page", page.id), look)
    requests.sign(actor, ref_of("cv", cv.id), confirm)


def _link(world: World, actor: Actor, page: Page) -> None:
    """An employer has a link, and used it."""
    until = world.now + timedelta(days=30)
    command = ShareWith(audience="link", name="Pasticceria Fiorentini", ends_at=until)
    link, _token = shares.share(actor, ref_of("page", page.id), command)
    for days in (6, 5, 2):
        _visit(actor, page, link).at = world.moment(days, 11)
        link.views += 1


def _talk(world: World, actor: Actor, page: Page) -> None:
    """The counsellor looked, watches the page and said something, which was answered."""
    counsellor, share = world.actor("counsellor"), shares.find_shares(actor, ref_of("page", page.id))[0]
    visit = _visit(actor, page, share)
    visit.viewer_id, visit.at = counsellor.user_id, world.moment(3, 10)
    watch(counsellor, page, wants=True)
    gallery = next(block for block in find_blocks(page.id) if block.kind == "gallery")
    words = "Belle foto! Scrivi accanto a ognuna quanto tempo ci vuole: un datore di lavoro lo chiede sempre."
    first = comments.say(
        counsellor, page, Access(is_owner=False, share=share), Say(body=words, block_id=gallery.id)
    )
    answer = Say(body="Fatto per la torta, le altre le aggiungo stasera.", parent_id=first.id)
    comments.say(actor, page, Access(is_owner=True), answer)


def _visit(actor: Actor, page: Page, share: Share) -> Visit:
    row = Visit(owner_id=actor.user_id, target=str(ref_of("page", page.id)), share_id=share.id)
    session().add(row)
    return row
