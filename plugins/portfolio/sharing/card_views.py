"""Pages of the public card, and of messages that come through it."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, NotFound, StoredFile, _, actor, hooks, public, requires, serve_preview, session
from plugins.portfolio.cv.service import KEEP
from plugins.portfolio.pages.forms import SaveCard, WriteMessage
from plugins.portfolio.pages.models import Page
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
    fields = form.fields
    for field in fields:
        if field.name == "page_id":
            field.choices = [
                ("", _("No page")),
                *((str(page.id), page.title) for page in find_pages(actor())),
            ]
    address = url_for("portfolio_cards.show", slug=card.slug, _external=True)
    way = [(_("Portfolio"), url_for("portfolio.home")), (_("Public card"), None)]
    return render_template(
        "portfolio/sharing/card_edit.html",
        card=card,
        form=form,
        fields=fields,
        address=address,
        qr=qr_svg(address),
        breadcrumb=way,
    ), form.status


@blueprint.get("/portfolio/p/<slug>")
@public
def show(slug: str) -> ResponseReturnValue:
    """A card, for everybody."""
    card, person = cards.get_public_card(slug)
    page = session().get(Page, card.page_id) if card.page_id else None
    may_see = page is not None and shares.find_access(Viewer(None), page) is not None
    photo = (
        url_for("portfolio_cards.photo", slug=card.slug)
        if card.shows_photo and person and person.photo_id
        else ""
    )
    return render_template(
        "portfolio/sharing/card.html", card=card, person=person, page=page if may_see else None, photo=photo, form=Form(WriteMessage, submit=_("Send"), action=url_for("portfolio_cards.write", slug=slug)),
    )  # fmt: skip


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
