"""The public card of a person, and writing to them without learning their address."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from lms.plugin import (
    Actor,
    Conflict,
    Forbidden,
    NotFound,
    StoredFile,
    _,
    current_office,
    knock,
    notify,
    require,
    session,
    utcnow,
)
from plugins.portfolio.cv.models import Person
from plugins.portfolio.cv.service import KEEP, find_person, get_person
from plugins.portfolio.films.service import films_shown, get_film
from plugins.portfolio.films.showing import Address, files_of, film_values
from plugins.portfolio.pages.forms import SaveCard, WriteMessage
from plugins.portfolio.pages.models import Card
from plugins.portfolio.pages.service import get_page
from plugins.portfolio.sharing.models import Message
from plugins.portfolio.sharing.rules import public_refusal

_FOLDED = str.maketrans("àáâäãåèéêëìíîïòóôöõùúûüçñýÿßœæøł", "aaaaaaeeeeiiiiooooouuuucnyysoaol")


def get_card(actor: Actor) -> Card:
    """The actor's own card; begun from their name when there is none. Raises Forbidden."""
    require(actor, KEEP)
    found = session().scalar(select(Card).filter_by(owner_id=actor.user_id))
    if found is not None:
        return found
    person = get_person(actor)
    slug = "-".join(
        "".join(
            c if c.isascii() and c.isalnum() else " " for c in actor.name.lower().translate(_FOLDED)
        ).split()
    )[:60]
    return Card(
        owner_id=actor.user_id, slug=slug or "card", headline=person.headline or "", about=person.summary or "", proof_1="", proof_2="", proof_3="",
        shows_photo=False, is_contactable=True, is_public=False,
    )  # fmt: skip


def save_card(actor: Actor, command: SaveCard) -> Card:
    """Write the card. Raises Forbidden where the office's rule forbids public pages, Conflict for a taken address."""
    card = get_card(actor)
    if command.is_public and (reason := public_refusal(actor.user_id, _office(actor), utcnow().date())):
        raise Forbidden(reason)
    taken = session().scalar(select(Card.owner_id).filter_by(slug=command.slug))
    if taken is not None and taken != actor.user_id:
        text = _("Somebody has this address already.")
        raise Conflict(text, fields={"slug": text})
    if command.page_id is not None:
        get_page(actor, command.page_id)
    if command.film_id is not None:
        get_film(actor, command.film_id)
    for name in SaveCard.model_fields:
        setattr(card, name, getattr(command, name))
    session().add(card)
    session().flush()
    return card


def get_public_card(slug: str) -> tuple[Card, Person | None]:
    """A card that everybody may see, with the person's details. Raises NotFound."""
    card = session().scalar(select(Card).filter_by(slug=slug.lower(), is_public=True))
    if card is None or public_refusal(card.owner_id, card.office_id, utcnow().date()):
        raise NotFound(_("There is no such card."))
    return card, find_person(card.owner_id)


def film_on(card: Card, address: Address, captions: Address) -> Mapping[str, Any]:
    """What a template needs to play the video CV of a card whose right was checked; see ``film_values``."""
    if card.film_id is None:
        return {}
    return film_values(films_shown(card.owner_id, [card.film_id]).get(card.film_id), address, captions)


def get_card_file(slug: str, file_id: uuid.UUID) -> StoredFile:
    """The recording of a public card, or the picture before it plays. Raises NotFound for any other file."""
    card, _person = get_public_card(slug)
    shown = files_of(film_on(card, str, str))
    file = session().get(StoredFile, file_id) if file_id in shown else None
    if file is None or file.deleted_at is not None or file.owner_id != card.owner_id:
        raise NotFound(_("There is no such file on this card."))
    return file


def write_message(owner_id: uuid.UUID, address: str, command: WriteMessage) -> Message:
    """Leave a message for a person whose page or card allows it. Raises TooMany."""
    knock("contact", str(owner_id), address)
    row = Message(
        owner_id=owner_id, sender=command.sender, email=command.email, text=command.text, sent_at=utcnow()
    )
    session().add(row)
    session().flush()
    office = current_office()
    notify(
        owner_id, "portfolio_message", title=_("%(name)s wrote to you through your portfolio", name=command.sender), body=command.text[:300],
        url=f"/o/{office.slug}/portfolio/messages" if office else "", key=f"message:{row.id}",
    )  # fmt: skip
    return row


def find_messages(actor: Actor) -> list[Message]:
    """Messages to the actor, newest first. Raises Forbidden."""
    require(actor, KEEP)
    return list(
        session().scalars(
            select(Message).filter_by(owner_id=actor.user_id).order_by(Message.sent_at.desc()).limit(200)
        )
    )


def remove_message(actor: Actor, message_id: uuid.UUID) -> None:
    """Delete a message to the actor. Raises NotFound."""
    row = session().scalar(select(Message).filter_by(id=message_id, owner_id=actor.user_id))
    if row is None:
        raise NotFound(_("This message is not there any more."))
    session().delete(row)


def owner_name(owner_id: uuid.UUID) -> str:
    """How a person is named on their own pages: as in their CV; empty if they never said it."""
    query = select(Person.given_name, Person.family_name).where(Person.owner_id == owner_id)
    found = session().execute(query).first()
    return f"{found.given_name} {found.family_name}".strip() if found else ""


def _office(actor: Actor) -> uuid.UUID:
    if actor.office_id is None:
        raise Forbidden(_("Choose the office first."))
    return actor.office_id
