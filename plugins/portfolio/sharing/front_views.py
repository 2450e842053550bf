"""The front of a collection as others see it: its cover, what is said of it, its pages and how far they are."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, redirect, render_template
from flask.typing import ResponseReturnValue

from lms.plugin import NotFound, StoredFile, _, public, serve_file, serve_while, session
from plugins.portfolio.pages.models import Collection
from plugins.portfolio.pages.service import pages_in
from plugins.portfolio.sharing import shares
from plugins.portfolio.sharing.cards import owner_name
from plugins.portfolio.sharing.requests import progress_of
from plugins.portfolio.sharing.shares import Access, Viewer
from plugins.portfolio.sharing.shown_views import (
    Places,
    current_viewer,
    guarded_headers,
    link_or_404,
    link_viewer,
    note,
)
from plugins.portfolio.sharing.streaming import Covered

blueprint = Blueprint("portfolio_fronts", __name__)


@blueprint.get("/portfolio/shared/collections/<uuid:collection_id>")
@public
def front(collection_id: uuid.UUID) -> ResponseReturnValue:
    """The front of a collection that is shared with whoever looks, or its first page where there is no front."""
    found, access = _shown(current_viewer(), collection_id)
    return _answer(current_viewer(), found, access, Places())


@blueprint.get("/portfolio/shared/collections/<uuid:collection_id>/cover")
@public
def cover(collection_id: uuid.UUID) -> Response:
    """The picture of it, for whoever may see the collection."""
    viewer = current_viewer()
    return _cover(viewer, *_shown(viewer, collection_id))


@blueprint.get("/portfolio/s/<token>/overview")
@public
def linked_front(token: str) -> ResponseReturnValue:
    """The front of a collection that a link leads to."""
    viewer = link_viewer(token)
    return _answer(viewer, *_linked(viewer, token), Places(token))


@blueprint.get("/portfolio/s/<token>/cover")
@public
def linked_cover(token: str) -> Response:
    """The picture of a collection that a link leads to."""
    viewer = link_viewer(token)
    return _cover(viewer, *_linked(viewer, token))


def _shown(viewer: Viewer, collection_id: uuid.UUID) -> tuple[Collection, Access]:
    row = session().get(Collection, collection_id)
    access = shares.get_access(viewer, row)
    if row is None:
        raise NotFound(_("There is no such page for you. It may not be shared with you any more."))
    return row, access


def _linked(viewer: Viewer, token: str) -> tuple[Collection, Access]:
    thing = shares.find_thing(link_or_404(token).target)
    if not isinstance(thing, Collection):
        raise NotFound(_("This link does not work (any more). Ask whoever gave it to you for a new one."))
    return thing, shares.get_access(viewer, thing)


def _answer(viewer: Viewer, found: Collection, access: Access, places: Places) -> ResponseReturnValue:
    pages = pages_in(found.id)
    if not found.has_front:
        if not pages:
            raise NotFound(_("This collection has no pages yet."))
        return redirect(places.page(pages[0]))
    note(viewer, found, access)
    progress = progress_of(pages) if found.shows_progress else {}
    body = render_template(
        "portfolio/sharing/front.html", collection=found, pages=[(page, places.page(page), progress.get(page.id)) for page in pages], access=access,
        finished=sum(state != "begun" for state in progress.values()), owner=owner_name(found.owner_id), cover_url=places.cover(found) if found.cover_id else "",
    )  # fmt: skip
    is_open = access.share is not None and access.share.audience == "public" and not places.token
    return guarded_headers(Response(body), is_open=is_open)


def _cover(viewer: Viewer, found: Collection, access: Access) -> Response:
    file = session().get(StoredFile, found.cover_id) if found.cover_id else None
    if file is None or file.deleted_at is not None or file.owner_id != found.owner_id:
        raise NotFound(_("There is no picture of this file."))
    response = guarded_headers(serve_file(file, as_download=False))
    if access.is_owner:
        return response
    return serve_while(response, Covered(viewer, found.office_id, found.id, file.id).is_still)
