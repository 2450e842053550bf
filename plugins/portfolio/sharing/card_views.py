"""Pages of the public card, and of messages that come through it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Form,
    NotFound,
    StoredFile,
    Text,
    _,
    actor,
    hooks,
    office_scope,
    public,
    requires,
    serve_file,
    serve_preview,
    serve_while,
    session,
)
from plugins.portfolio.cv.models import Person
from plugins.portfolio.cv.service import KEEP, find_person
from plugins.portfolio.films.models import Film
from plugins.portfolio.films.service import find_films, vtt_of
from plugins.portfolio.pages.forms import SaveCard, WriteMessage
from plugins.portfolio.pages.models import Card, Page
from plugins.portfolio.pages.service import find_blocks, find_pages
from plugins.portfolio.sharing import cards, shares
from plugins.portfolio.sharing.qr import qr_svg
from plugins.portfolio.sharing.shares import Viewer
from plugins.portfolio.sharing.shown_views import current_viewer, guarded_headers, link_viewer

blueprint = Blueprint("portfolio_cards", __name__)


@blueprint.route("/portfolio/card", methods=["GET", "POST"])
@requires(KEEP)
def edit() -> ResponseReturnValue:
    """One's own card."""
    card = cards.get_card(actor())
    form = Form(SaveCard, values={name: getattr(card, name) for name in SaveCard.model_fields})
    if form.run(lambda command: cards.save_card(actor(), command)):
        flash(_("Saved."), "success")
        return redirect(url_for("portfolio_cards.edit"), 303)
    fields = {field.name: field for field in form.fields}
    fields["page_id"].choices = _choices(_("No page"), find_pages(actor()))
    fields["film_id"].choices = _choices(_("No video"), find_films(actor()))
    address = url_for("portfolio_cards.show", slug=card.slug, _external=True)
    way = [(_("Portfolio"), url_for("portfolio.home")), (_("Public card"), None)]
    return render_template(
        "portfolio/sharing/card_edit.html",
        card=card,
        form=form,
        fields=fields.values(),
        film=cards.film_on(card, str, str),
        address=address,
        qr=qr_svg(address),
        breadcrumb=way,
    ), form.status


@blueprint.get("/portfolio/card/look")
@requires(KEEP)
def look() -> ResponseReturnValue:
    """One's own card as everybody would see it, public or not."""
    card = cards.get_card(actor())
    film = dict(cards.film_on(card, str, str))
    if "take" in film:
        film |= {
            "url": url_for("portfolio_films.content", take_id=film["take"].id),
            "poster_url": url_for("portfolio_films.poster_file", film_id=card.film_id) if film["poster_url"] else "",
            "captions_url": url_for("portfolio_films.captions", take_id=film["take"].id) if film["captions_url"] else "",
        }  # fmt: skip
    person = find_person(actor().user_id)
    photo = (
        url_for("portfolio_cv.own_photo", file_id=person.photo_id)
        if card.shows_photo and person and person.photo_id
        else ""
    )
    return _card_page(card, person, photo, film, is_look=True)


@blueprint.get("/portfolio/p/<slug>")
@public
def show(slug: str) -> ResponseReturnValue:
    """A card, for everybody."""
    card, person = cards.get_public_card(slug)
    photo = (
        url_for("portfolio_cards.photo", slug=card.slug)
        if card.shows_photo and person and person.photo_id
        else ""
    )
    film = cards.film_on(
        card,
        lambda file_id: url_for("portfolio_cards.film", slug=card.slug, file_id=file_id),
        lambda file_id: url_for("portfolio_cards.captions", slug=card.slug, file_id=file_id),
    )
    return _card_page(card, person, photo, film)


@blueprint.get("/portfolio/p/<slug>/photo")
@public
def photo(slug: str) -> ResponseReturnValue:
    """The photo of a card that shows it."""
    card, person = cards.get_public_card(slug)
    file = (
        session().get(StoredFile, person.photo_id)
        if card.shows_photo and person and person.photo_id
        else None
    )
    path = hooks().file_preview(file) if file is not None and file.deleted_at is None else None
    if file is None or path is None:
        raise NotFound(_("There is no photo."))
    return serve_preview(path, file)


@blueprint.get("/portfolio/p/<slug>/film/<uuid:file_id>")
@public
def film(slug: str, file_id: uuid.UUID) -> ResponseReturnValue:
    """The recording of a card, or the picture before it plays; it stops when the card is not public any more."""
    file = cards.get_card_file(slug, file_id)
    office_id = file.office_id

    def is_still_shown() -> bool:
        with office_scope(office_id):
            return cards.get_card_file(slug, file_id).id == file_id

    response = serve_file(file, as_download="download" in request.args)
    response.headers["Cache-Control"] = "private, no-store"
    return serve_while(response, is_still_shown)


@blueprint.get("/portfolio/p/<slug>/film/<uuid:file_id>/captions.vtt")
@public
def captions(slug: str, file_id: uuid.UUID) -> ResponseReturnValue:
    """Captions of the recording of a card."""
    return Response(vtt_of(cards.get_card_file(slug, file_id).id), mimetype="text/vtt")


@blueprint.post("/portfolio/p/<slug>/write")
@public
def write(slug: str) -> ResponseReturnValue:
    """Write to the person of a card."""
    card, _person = cards.get_public_card(slug)
    if not card.is_contactable:
        raise NotFound(_("This person does not take messages here."))
    return _write(card.owner_id, url_for("portfolio_cards.show", slug=slug))


@blueprint.route("/portfolio/shared/pages/<uuid:page_id>/write", methods=["GET", "POST"])
@public
def write_from_page(page_id: uuid.UUID) -> ResponseReturnValue:
    """Write to the owner of a page that has the block "Write to me"."""
    page, _access = shares.get_shared_page(current_viewer(), page_id)
    return _write_for(page, url_for("portfolio_shown.page", page_id=page_id))


@blueprint.route("/portfolio/s/<token>/<uuid:page_id>/write", methods=["GET", "POST"])
@public
def write_by_link(token: str, page_id: uuid.UUID) -> ResponseReturnValue:
    """Write to the owner of a page that a link leads to."""
    page, _access = shares.get_shared_page(link_viewer(token), page_id)
    return _write_for(page, url_for("portfolio_links.linked_page", token=token, page_id=page_id))


@blueprint.get("/portfolio/messages")
@requires(KEEP)
def messages() -> ResponseReturnValue:
    """What people wrote."""
    way = [(_("Portfolio"), url_for("portfolio.home")), (_("Messages"), None)]
    return render_template(
        "portfolio/sharing/messages.html", messages=cards.find_messages(actor()), breadcrumb=way
    )


@blueprint.post("/portfolio/messages/<uuid:message_id>/remove")
@requires(KEEP)
def remove(message_id: uuid.UUID) -> ResponseReturnValue:
    """Delete one of them."""
    cards.remove_message(actor(), message_id)
    return redirect(url_for("portfolio_cards.messages"), 303)


def _card_page(
    card: Card, person: Person | None, photo: str, film: Mapping[str, Any], *, is_look: bool = False
) -> ResponseReturnValue:
    page = session().get(Page, card.page_id) if card.page_id else None
    may_see = page is not None and shares.find_access(Viewer(None), page) is not None
    form = Form(WriteMessage, submit=_("Send"), action=url_for("portfolio_cards.write", slug=card.slug))
    return render_template(
        "portfolio/sharing/card.html", card=card, person=person, page=page if may_see else None, photo=photo, film=film, form=form, is_look=is_look,
    )  # fmt: skip


def _choices(nothing: str, rows: Sequence[Page] | Sequence[Film]) -> list[tuple[str, Text]]:
    return [("", nothing), *((str(row.id), row.title) for row in rows)]


def _write_for(page: Page, back: str) -> ResponseReturnValue:
    if not any(block.kind == "contact" for block in find_blocks(page.id)):
        raise NotFound(_("This person does not take messages here."))
    return _write(page.owner_id, back)


def _write(owner_id: uuid.UUID, back: str) -> ResponseReturnValue:
    form = Form(WriteMessage, submit=_("Send"))
    if form.run(lambda command: cards.write_message(owner_id, request.remote_addr or "", command)):
        flash(_("Your message is on its way."), "success")
        return redirect(back, 303)
    body = render_template(
        "portfolio/sharing/write.html", form=form, back=back, name=cards.owner_name(owner_id)
    )
    return guarded_headers(Response(body, status=form.status))
