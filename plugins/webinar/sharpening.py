"""Sharper pictures of single slides, drawn once somebody looks at them closely: nothing is drawn or sent for who does not.

A page is drawn at up to twice the width of what the room shows, and never with more than nine million pixels, so that
a phone can hold it. Those who are in the room hear when it is there.
"""

from __future__ import annotations

import io
import uuid
from math import sqrt

from PIL import Image

from lms.plugin import (
    Actor,
    NotFound,
    StoredFile,
    _,
    enqueue,
    get_file,
    open_file,
    session,
    store_file,
    system_actor,
    unit_of_work,
)
from plugins.webinar import log
from plugins.webinar.models import Deck, Room, Slide
from plugins.webinar.slide_events import SlideSharpened
from plugins.webinar.slides import PDF, PURPOSE, WIDTH, BadDeck, as_webp, draw_page, require_inside

SHARPEN = "webinar.sharpen_slide"
FROM_SCALE = 150
"""From here on, in hundredths, what who shows a slide looks at is drawn for all who follow."""
MOST_TIMES = 2.0
LEAST_TIMES = 1.2
MOST_PIXELS = 9_000_000


def ask(actor: Actor, room_id: uuid.UUID, deck_id: uuid.UUID, number: int) -> bool:
    """Have the sharper picture drawn for somebody inside who looks closely; True if it is there. Raises NotFound, Forbidden."""
    require_inside(actor, room_id)
    deck, page = session().get(Deck, deck_id), session().get(Slide, (deck_id, number))
    if deck is None or page is None or deck.room_id != room_id:
        raise NotFound(_("There is no such slide."))
    want(deck.office_id, page)
    return page.sharp_file_id is not None


def want(office_id: uuid.UUID, page: Slide) -> None:
    """Have it drawn in the background, once."""
    if page.sharp_file_id is None:
        payload = {"deck": str(page.deck_id), "number": page.number}
        enqueue(SHARPEN, payload, office_id=office_id, key=f"{page.deck_id}/{page.number}")


def draw(deck_id: uuid.UUID, number: int) -> None:
    """Draw it between two short units of work; once more is the same. In the office's scope. Raises BadDeck."""
    deck, page = session().get(Deck, deck_id), session().get(Slide, (deck_id, number))
    if deck is None or page is None or page.sharp_file_id is not None:
        return
    source, is_pdf = _read(deck.office_id, deck.file_id)
    plain = Image.open(io.BytesIO(_read(deck.office_id, page.file_id)[0])).size
    owner = Actor(get_file(system_actor(deck.office_id), deck.file_id).owner_id, "", office_id=deck.office_id)
    session().rollback()  # drawing takes a while; nobody waits for this reading meanwhile
    try:
        picture = _sharper(source, number, plain) if is_pdf else _larger(source, plain)
    except BadDeck:
        picture = None
    with unit_of_work():
        found = session().get(Slide, (deck_id, number))
        if found is None or found.sharp_file_id is not None:
            return
        # Where nothing is to be won, the picture that is there is the sharpest.
        found.sharp_file_id = found.file_id if picture is None else _keep(owner, picture, number)
        session().flush()
        room = session().get_one(Room, session().get_one(Deck, deck_id).room_id)
        log.write(room, "slide.sharpened", SlideSharpened(deck=deck_id, number=number))


def _keep(owner: Actor, picture: bytes, number: int) -> uuid.UUID:
    name = f"slide-{number}-sharp.webp"
    return store_file(owner, io.BytesIO(picture), name, PURPOSE, declared="image/webp").id


def _read(office_id: uuid.UUID, file_id: uuid.UUID) -> tuple[bytes, bool]:
    file: StoredFile = get_file(system_actor(office_id), file_id)
    with open_file(file) as stream:
        return stream.read(), file.media_type == PDF


def _sharper(body: bytes, number: int, plain: tuple[int, int]) -> bytes | None:
    factor = _times(plain)
    return as_webp(draw_page(body, number, factor), round(WIDTH * factor)) if factor >= LEAST_TIMES else None


def _larger(body: bytes, plain: tuple[int, int]) -> bytes | None:
    """Of a picture that was sent there is only as much as was sent."""
    image = Image.open(io.BytesIO(body))
    factor = min(_times(plain), image.width / plain[0])
    return as_webp(image, round(WIDTH * factor)) if factor >= LEAST_TIMES else None


def _times(plain: tuple[int, int]) -> float:
    return min(MOST_TIMES, sqrt(MOST_PIXELS / (plain[0] * plain[1])))
