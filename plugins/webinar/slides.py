"""Slides: PDF and pictures, drawn page by page on the server, shown to all by who presents."""

from __future__ import annotations

import io
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst
from PIL import Image
from sqlalchemy import func, select

from lms.plugin import (
    Actor,
    Conflict,
    Family,
    Forbidden,
    Invalid,
    NotFound,
    StoredFile,
    _,
    claim_upload,
    enqueue,
    get_file,
    open_file,
    session,
    store_file,
    system_actor,
    unit_of_work,
)
from plugins.webinar import log, rooms
from plugins.webinar.entering import require_right
from plugins.webinar.models import Deck, Recording, Room, Slide
from plugins.webinar.slide_events import DeckChanged, SlideShown

if TYPE_CHECKING:
    from pypdf import PdfReader

PURPOSE = "webinar.slides"
RENDER = "webinar.render_slides"
KINDS: frozenset[Family] = frozenset({"document", "image"})
PDF = "application/pdf"
WIDTH = 1600
QUALITY = 82
MOST_PAGES = 300
MOST_DECKS = 20
LONGEST_TEXT = 4000
_PAGE = '#set page(width: auto, height: auto, margin: 0pt)\n#image("deck.pdf", page: int(sys.inputs.page), width: 1600pt)'


class BadDeck(Exception):
    """A file of which no slides can be made; the message is for the person who sent it."""


def add_deck(actor: Actor, room_id: uuid.UUID, address: str) -> Deck:
    """Take an uploaded PDF or picture as slides; they are drawn in the background. Raises NotFound, Forbidden, Invalid, Conflict."""
    meeting = _may_prepare(actor, room_id)
    if len(find_decks(room_id)) >= MOST_DECKS:
        raise Conflict(_("There are %(count)s files already. Take one out first.", count=MOST_DECKS))
    file = claim_upload(actor, address, PURPOSE, allowed=KINDS)
    return take_file(meeting.room, file, actor)


def take_file(room: Room, file: StoredFile, actor: Actor) -> Deck:
    """The same with a file that is stored already; who may do so was checked. Raises Invalid."""
    if file.media_type != PDF and not file.media_type.startswith("image/"):
        raise Invalid(_("Save these slides as PDF and send that."))
    place = session().scalar(select(func.count()).select_from(Deck).filter_by(room_id=room.activity_id)) or 0
    deck = Deck(room_id=room.activity_id, file_id=file.id, name=file.name, position=place)
    session().add(deck)
    session().flush()
    enqueue(RENDER, {"deck": str(deck.id)}, office_id=room.office_id, key=str(deck.id), actor=actor)
    return deck


def draw(deck_id: uuid.UUID) -> None:
    """Draw the pages of a deck between two short units of work; once more is the same. In the office's scope."""
    deck = session().get(Deck, deck_id)
    if deck is None or deck.state == "ready":
        return
    file = get_file(system_actor(deck.office_id), deck.file_id)
    owner, is_pdf = Actor(file.owner_id, "", office_id=deck.office_id), file.media_type == PDF
    with open_file(file) as stream:
        body = stream.read()
    session().rollback()  # drawing takes a while; nobody waits for this reading meanwhile
    try:
        pages = _pdf_pages(body) if is_pdf else [(_picture(body), "")]
    except BadDeck as problem:
        with unit_of_work():
            deck = session().get_one(Deck, deck_id)
            deck.state, deck.problem = "failed", str(problem)[:300]
        return
    with unit_of_work():
        _keep(session().get_one(Deck, deck_id), owner, pages)


def draw_now(deck: Deck) -> None:
    """Draw the pages of a deck inside the unit of work; for small ones."""
    file = get_file(system_actor(deck.office_id), deck.file_id)
    with open_file(file) as stream:
        pages = _pdf_pages(stream.read())
    _keep(deck, Actor(file.owner_id, "", office_id=deck.office_id), pages)


def _keep(deck: Deck, owner: Actor, pages: Sequence[tuple[bytes, str]]) -> None:
    for number, (image, text) in enumerate(pages, start=1):
        file = store_file(owner, io.BytesIO(image), f"slide-{number}.webp", PURPOSE, declared="image/webp")
        session().add(Slide(deck_id=deck.id, number=number, file_id=file.id, text=text))
    deck.state, deck.pages, deck.problem = "ready", len(pages), ""
    session().flush()
    log.write(session().get_one(Room, deck.room_id), "deck.changed", DeckChanged(deck=deck.id))


def find_decks(room_id: uuid.UUID) -> list[Deck]:
    """The files of a room, in the order in which they came."""
    return list(session().scalars(select(Deck).filter_by(room_id=room_id).order_by(Deck.position, Deck.id)))


def read_decks(actor: Actor, room_id: uuid.UUID) -> list[dict[str, Any]]:
    """What a page needs to show slides; for people inside. Raises Forbidden."""
    require_inside(actor, room_id)
    decks = [each for each in find_decks(room_id) if each.state == "ready"]
    texts = _texts([each.id for each in decks])
    return [
        {"id": str(each.id), "name": each.name, "pages": each.pages, "texts": texts.get(each.id, [])}
        for each in decks
    ]


def show(actor: Actor, room_id: uuid.UUID, deck_id: uuid.UUID, number: int) -> None:
    """Turn to a slide, for everybody. Raises Forbidden, NotFound."""
    me = require_right(actor, room_id, "present")
    deck = session().get(Deck, deck_id)
    if deck is None or deck.room_id != room_id or not 1 <= number <= deck.pages:
        raise NotFound(_("There is no such slide."))
    page = session().get(Slide, (deck.id, number))
    is_sharp = page is not None and page.sharp_file_id is not None
    shown = SlideShown(deck=deck.id, number=number, person=me.id, is_sharp=is_sharp)
    log.write(me.room, "slide.shown", shown)


def hide(actor: Actor, room_id: uuid.UUID) -> None:
    """Show no slide."""
    me = require_right(actor, room_id, "present")
    log.write(me.room, "slide.hidden", log.Nothing())


def remove_deck(actor: Actor, room_id: uuid.UUID, deck_id: uuid.UUID) -> None:
    """Take a file out. Raises NotFound, Forbidden."""
    meeting = _may_prepare(actor, room_id)
    deck = session().get(Deck, deck_id)
    if deck is None or deck.room_id != room_id:
        raise NotFound(_("There is no such file."))
    session().delete(deck)
    session().flush()
    log.write(meeting.room, "deck.changed", DeckChanged(deck=deck_id))


def get_picture(
    actor: Actor, room_id: uuid.UUID, deck_id: uuid.UUID, number: int, *, is_sharp: bool = False
) -> StoredFile:
    """The picture of a slide, for people inside and those who prepare the room. Raises NotFound, also before the sharp one is drawn, Forbidden."""
    require_viewer(actor, room_id)
    deck = session().get(Deck, deck_id)
    row = session().scalar(select(Slide).filter_by(deck_id=deck_id, number=number))
    file_id = (row.sharp_file_id if is_sharp else row.file_id) if row is not None else None
    if deck is None or file_id is None or deck.room_id != room_id:
        raise NotFound(_("There is no such slide."))
    return session().get_one(StoredFile, file_id)


def require_viewer(actor: Actor, room_id: uuid.UUID) -> None:
    """Raise Forbidden unless the actor is in the room, prepares it, or may see its replay. Raises NotFound."""
    if not _prepares(actor, room_id) and not _was_recorded(actor, room_id):
        require_inside(actor, room_id)


def require_inside(actor: Actor, room_id: uuid.UUID) -> None:
    """Raise Forbidden unless the actor is in the room."""
    row = log.find_in(actor, room_id)
    if row is None or row.state != "inside":
        raise Forbidden(_("You are not in this room."), code="not_inside")


def _was_recorded(actor: Actor, room_id: uuid.UUID) -> bool:
    """Slides are a part of the replay, for whoever may see that."""
    rooms.get_open_room(actor, room_id)
    query = select(Recording.id).filter_by(room_id=room_id).where(Recording.ended_at.is_not(None)).limit(1)
    return session().scalar(query) is not None


def _prepares(actor: Actor, room_id: uuid.UUID) -> bool:
    if actor.is_visitor:
        return False
    row = log.find_in(actor, room_id)
    return rooms.leads(actor, rooms.get_room(actor, room_id)) or (row is not None and "present" in row.rights)


def get_prepared(actor: Actor, room_id: uuid.UUID) -> rooms.Meeting:
    """A room for which the actor may prepare slides. Raises NotFound, Forbidden."""
    return _may_prepare(actor, room_id)


def _may_prepare(actor: Actor, room_id: uuid.UUID) -> rooms.Meeting:
    meeting = rooms.get_room(actor, room_id)
    if not _prepares(actor, room_id):
        raise Forbidden(_("Only those who lead or present can do this."))
    return meeting


def _texts(deck_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    found: dict[uuid.UUID, list[str]] = {}
    for row in session().scalars(
        select(Slide).where(Slide.deck_id.in_(deck_ids)).order_by(Slide.deck_id, Slide.number)
    ):
        found.setdefault(row.deck_id, []).append(row.text)
    return found


def _pdf_pages(body: bytes) -> list[tuple[bytes, str]]:
    """Each page as a picture and as text (for search, and for those who do not see it)."""
    # Loaded when somebody brings a PDF: memory that no process should hold before.
    from pypdf import PdfReader

    try:
        reader = PdfReader(io.BytesIO(body))
        if reader.is_encrypted:
            raise BadDeck(_("This PDF is locked with a password. Save it without one and send it again."))
        count = len(reader.pages)
    except _damage():
        raise BadDeck(_("This PDF cannot be read. Save it again and send it once more.")) from None
    if not 0 < count <= MOST_PAGES:
        raise BadDeck(_("A file may have up to %(count)s pages.", count=MOST_PAGES))
    with tempfile.TemporaryDirectory() as place:
        folder = _lay_out(Path(place), body)
        return [
            (as_webp(_draw_page(folder, number), WIDTH), _text_of(reader, number))
            for number in range(1, count + 1)
        ]


def draw_page(body: bytes, number: int, factor: float) -> Image.Image:
    """One page of a PDF, so many times as large as the room shows it. Raises BadDeck."""
    with tempfile.TemporaryDirectory() as place:
        folder = _lay_out(Path(place), body)
        return _draw_page(folder, number, 72.0 * factor)


def _lay_out(folder: Path, body: bytes) -> Path:
    (folder / "deck.pdf").write_bytes(body)
    (folder / "page.typ").write_text(_PAGE, "utf-8")
    return folder


def _draw_page(folder: Path, number: int, ppi: float = 72.0) -> Image.Image:
    try:
        drawn = typst.compile(
            folder / "page.typ", root=folder, format="png", ppi=ppi, sys_inputs={"page": str(number)}
        )
    except typst.TypstError:
        raise BadDeck(
            _(
                "Page %(number)s of this PDF cannot be drawn. Save it again and send it once more.",
                number=number,
            )
        ) from None
    return Image.open(io.BytesIO(bytes(drawn)))


def _text_of(reader: PdfReader, number: int) -> str:
    try:
        return " ".join(reader.pages[number - 1].extract_text().split())[:LONGEST_TEXT]
    except _damage():
        return ""


def _damage() -> tuple[type[Exception], ...]:
    """What reading a damaged or hostile PDF raises."""
    from pypdf.errors import PyPdfError

    return (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError)


def _picture(body: bytes) -> bytes:
    return as_webp(Image.open(io.BytesIO(body)), WIDTH)


def as_webp(image: Image.Image, width: int) -> bytes:
    """A picture on white, at most so many pixels wide and twice as high."""
    if image.mode not in {"RGB", "L"}:
        backed = Image.new("RGB", image.size, "white")
        alpha = image.convert("RGBA")
        backed.paste(alpha, mask=alpha)
        image = backed
    image.thumbnail((width, width * 2))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()
