"""Pages as others see them: signed in, or by a secret link. Files follow the right of the page they stand on."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cache

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask import session as web_session
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Form,
    NotFound,
    Ref,
    StoredFile,
    TooMany,
    _,
    actor,
    guest_or_actor,
    knock,
    public,
    requires,
    serve_file,
    serve_while,
    session,
    signed_in,
    unit_of_work,
)
from plugins.portfolio.cv.composing import compose_cv
from plugins.portfolio.cv.cv_views import cv_as_pdf
from plugins.portfolio.cv.models import Cv
from plugins.portfolio.cv.service import KEEP
from plugins.portfolio.films.service import vtt_of
from plugins.portfolio.pages.kinds import Showing
from plugins.portfolio.pages.models import Collection, Page
from plugins.portfolio.pages.service import copy_page, get_page, pages_in
from plugins.portfolio.pages.showing import find_shown_file, show_blocks
from plugins.portfolio.sharing import comments, looks, shares
from plugins.portfolio.sharing.cards import owner_name
from plugins.portfolio.sharing.forms import OpenLink
from plugins.portfolio.sharing.looks import Known, Look
from plugins.portfolio.sharing.models import Share
from plugins.portfolio.sharing.passcodes import fits_passcode, mark_of
from plugins.portfolio.sharing.shares import Access, Viewer
from plugins.portfolio.sharing.streaming import Showed

blueprint = Blueprint("portfolio_shown", __name__)
links = Blueprint("portfolio_links", __name__)
OPENED = "portfolio_opened"


# --- signed in, or public ---------------------------------------------------------------


@blueprint.get("/portfolio/shared/pages/<uuid:page_id>")
@public
def page(page_id: uuid.UUID) -> ResponseReturnValue:
    """A page that is shared with whoever looks."""
    viewer = current_viewer()
    found, access = shares.get_shared_page(viewer, page_id)
    return page_answer(viewer, found, access, Places())


@blueprint.get("/portfolio/shared/pages/<uuid:page_id>/files/<uuid:file_id>")
@public
def page_file(page_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """A file on a page, for whoever may see the page."""
    viewer = current_viewer()
    found, access = shares.get_shared_page(viewer, page_id)
    return file_answer(found, find_shown_file(found, file_id), access, viewer)


@blueprint.get("/portfolio/shared/pages/<uuid:page_id>/files/<uuid:file_id>/captions.vtt")
@public
def page_captions(page_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Captions of a video CV on a page, for whoever may see the page."""
    found, _access = shares.get_shared_page(current_viewer(), page_id)
    return captions_answer(find_shown_file(found, file_id))


@blueprint.get("/portfolio/shared/cv/<uuid:cv_id>")
@public
def cv(cv_id: uuid.UUID) -> ResponseReturnValue:
    """A CV that is shared with whoever looks."""
    viewer = current_viewer()
    found, access = shares.get_shared_cv(viewer, cv_id)
    return cv_answer(viewer, found, access, Places())


@blueprint.get("/portfolio/shared/cv/<uuid:cv_id>/cv.pdf")
@public
def cv_pdf(cv_id: uuid.UUID) -> ResponseReturnValue:
    """The PDF of a shared CV."""
    found, _access = shares.get_shared_cv(current_viewer(), cv_id)
    return guarded_headers(cv_as_pdf(found))


@blueprint.get("/portfolio/shared/cv/<uuid:cv_id>/photo")
@public
def cv_photo(cv_id: uuid.UUID) -> ResponseReturnValue:
    """The photo of a shared CV, if it shows one."""
    viewer = current_viewer()
    found, access = shares.get_shared_cv(viewer, cv_id)
    return photo_answer(found, access, viewer)


@blueprint.post("/portfolio/shared/pages/<uuid:page_id>/copy")
@signed_in
def copy(page_id: uuid.UUID) -> ResponseReturnValue:
    """A page of one's own like this one, where its owner allows it."""
    found, _access = shares.get_shared_page(current_viewer(), page_id)
    if not found.allows_copy:
        raise NotFound(_("This page cannot be copied."))
    made = copy_page(actor(), found)
    return redirect(url_for("portfolio_pages.edit", page_id=made.id), 303)


@blueprint.get("/portfolio/pages/<uuid:page_id>/as/<any(employer, counsellor, public):who>")
@requires(KEEP)
def view_as(page_id: uuid.UUID, who: str) -> ResponseReturnValue:
    """One's own page as somebody else would see it, and whether they can."""
    found = get_page(actor(), page_id)
    audience = {"employer": "link", "counsellor": "advisers", "public": "public"}[who]
    rows = [
        row
        for target in shares.targets_of(found)
        for row in shares.find_shares(actor(), Ref.parse(target))
        if row.audience == audience
    ]
    access = Access(is_owner=False, share=rows[0] if rows else None)
    return page_answer(Viewer(None), found, access, Places(), view_as=who)


# --- by a secret link -------------------------------------------------------------------


@links.route("/portfolio/s/<token>", methods=["GET", "POST"])
@public
def enter(token: str) -> ResponseReturnValue:
    """Whatever a link leads to; a passcode is asked for first, if it has one."""
    share = link_or_404(token)
    if not _is_opened(share):
        return _ask_passcode(token, share)
    thing = shares.find_thing(share.target)
    viewer = Viewer(guest_or_actor(), frozenset({share.id}))
    access = shares.get_access(viewer, thing)
    if isinstance(thing, Cv):
        return cv_answer(viewer, thing, access, Places(token))
    if isinstance(thing, Collection):
        pages = pages_in(thing.id)
        if thing.has_front:
            return redirect(url_for("portfolio_fronts.linked_front", token=token))
        if not pages:
            raise NotFound(_("This collection has no pages yet."))
        return page_answer(viewer, pages[0], access, Places(token))
    return page_answer(viewer, thing, access, Places(token)) if isinstance(thing, Page) else redirect("/")


@links.get("/portfolio/s/<token>/<uuid:page_id>")
@public
def linked_page(token: str, page_id: uuid.UUID) -> ResponseReturnValue:
    """Another page of a collection that a link leads to."""
    viewer = link_viewer(token)
    found, access = shares.get_shared_page(viewer, page_id)
    return page_answer(viewer, found, access, Places(token))


@links.get("/portfolio/s/<token>/<uuid:page_id>/files/<uuid:file_id>")
@public
def linked_file(token: str, page_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """A file on a page that a link leads to."""
    viewer = link_viewer(token)
    found, access = shares.get_shared_page(viewer, page_id)
    return file_answer(found, find_shown_file(found, file_id), access, viewer)


@links.get("/portfolio/s/<token>/<uuid:page_id>/files/<uuid:file_id>/captions.vtt")
@public
def linked_captions(token: str, page_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Captions of a video CV on a page that a link leads to."""
    found, _access = shares.get_shared_page(link_viewer(token), page_id)
    return captions_answer(find_shown_file(found, file_id))


@links.get("/portfolio/s/<token>/cv/<uuid:cv_id>/<any(pdf, photo):what>")
@public
def linked_cv(token: str, cv_id: uuid.UUID, what: str) -> ResponseReturnValue:
    """PDF or photo of a CV that a link leads to."""
    viewer = link_viewer(token)
    found, access = shares.get_shared_cv(viewer, cv_id)
    return photo_answer(found, access, viewer) if what == "photo" else guarded_headers(cv_as_pdf(found))


def link_or_404(token: str) -> Share:
    """The living link of a token; wrong guesses are counted. Raises NotFound, TooMany."""
    share = shares.find_link(token)
    if share is None:
        knock("secret_link", token[:64], request.remote_addr or "")
        raise NotFound(_("This link does not work (any more). Ask whoever gave it to you for a new one."))
    return share


def link_viewer(token: str) -> Viewer:
    """Who holds a link (and gave its passcode). Raises NotFound."""
    share = link_or_404(token)
    if not _is_opened(share):
        raise NotFound(_("This link does not work (any more). Ask whoever gave it to you for a new one."))
    return Viewer(guest_or_actor(), frozenset({share.id}))


def _is_opened(share: Share) -> bool:
    """Whether this browser gave the passcode that the link has now."""
    given = web_session.get(OPENED, {}).get(str(share.id))
    return not share.passcode_hash or given == mark_of(share)


def _ask_passcode(token: str, share: Share) -> ResponseReturnValue:
    form = Form(OpenLink, submit=_("Open"))
    command = form.accept()
    if command is not None:
        try:
            knock("secret_link", str(share.id), request.remote_addr or "")
        except TooMany as refusal:
            form.errors.append(refusal.message)
            command = None
    if command is not None and fits_passcode(share, command.passcode):
        web_session[OPENED] = {**web_session.get(OPENED, {}), str(share.id): mark_of(share)}
        return redirect(url_for("portfolio_links.enter", token=token), 303)
    if command is not None:
        form.field_errors["passcode"] = _("This is not the passcode.")
    return guarded_headers(
        Response(render_template("portfolio/sharing/passcode.html", form=form), status=form.status)
    )


# --- answers ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses of a shown thing: as signed in, or under a link's token."""

    token: str = ""

    def page(self, page: Page) -> str:
        if self.token:
            return url_for("portfolio_links.linked_page", token=self.token, page_id=page.id)
        return url_for("portfolio_shown.page", page_id=page.id)

    def front(self, collection: Collection) -> str:
        if self.token:
            return url_for("portfolio_fronts.linked_front", token=self.token)
        return url_for("portfolio_fronts.front", collection_id=collection.id)

    def cover(self, collection: Collection) -> str:
        if self.token:
            return url_for("portfolio_fronts.linked_cover", token=self.token)
        return url_for("portfolio_fronts.cover", collection_id=collection.id)

    def file(self, page: Page, file_id: uuid.UUID) -> str:
        if self.token:
            return url_for("portfolio_links.linked_file", token=self.token, page_id=page.id, file_id=file_id)
        return url_for("portfolio_shown.page_file", page_id=page.id, file_id=file_id)

    def captions(self, page: Page, file_id: uuid.UUID) -> str:
        if self.token:
            return url_for(
                "portfolio_links.linked_captions", token=self.token, page_id=page.id, file_id=file_id
            )
        return url_for("portfolio_shown.page_captions", page_id=page.id, file_id=file_id)

    def cv(self, cv: Cv, what: str) -> str:
        if self.token:
            return url_for("portfolio_links.linked_cv", token=self.token, cv_id=cv.id, what=what)
        return url_for(f"portfolio_shown.cv_{what}", cv_id=cv.id)

    def message(self, page: Page) -> str:
        if self.token:
            return url_for("portfolio_cards.write_by_link", token=self.token, page_id=page.id)
        return url_for("portfolio_cards.write_from_page", page_id=page.id)


def current_viewer() -> Viewer:
    """Who looks, without a link."""
    return Viewer(guest_or_actor())


def page_answer(
    viewer: Viewer, page: Page, access: Access, places: Places, view_as: str = ""
) -> ResponseReturnValue:
    """A page for a reader."""
    known = looks.Known() if view_as else looks.know(viewer, page, access)
    look = None if view_as else looks.look_of(viewer, page, access, known)
    navigation = _navigation(viewer, page, access, places)

    @cache
    def address(file_id: uuid.UUID) -> str:
        return (
            url_for("portfolio_pages.file", page_id=page.id, file_id=file_id)
            if view_as
            else places.file(page, file_id)
        )

    def captions(file_id: uuid.UUID) -> str:
        if view_as:
            return url_for("portfolio_pages.captions", page_id=page.id, file_id=file_id)
        return places.captions(page, file_id)

    showing = Showing(
        page.owner_id,
        page.office_id,
        page.id,
        address=address,
        captions=captions,
        message_url=places.message(page),
        navigation=navigation,
        has_comments=not view_as,
    )
    shown = show_blocks(page, showing)
    body = render_template(
        "portfolio/sharing/page.html", page=page, blocks=shown, navigation=navigation if len(navigation) > 1 else [], owner=owner_name(page.owner_id),
        cover_url=address(page.cover_id) if page.cover_id else "", access=access, view_as=view_as, own_url=url_for("portfolio_pages.edit", page_id=page.id),
        threads=[] if view_as else comments.find_comments(viewer.actor, page, access), may_comment=access.may_comment and viewer.actor is not None and not view_as,
        say_url=url_for("portfolio_comments.say", kind="pages", thing_id=page.id), is_open=access.share is not None and access.share.audience == "public",
        watch_url=_watch_url("pages", viewer, page, access, known) if not view_as else "", copy_url=url_for("portfolio_shown.copy", page_id=page.id) if page.allows_copy and viewer.actor and not access.is_owner and not view_as else "",
    )  # fmt: skip
    is_open = access.share is not None and access.share.audience == "public" and not places.token
    return looked(look, guarded_headers(Response(body), is_open=is_open))


def cv_answer(viewer: Viewer, cv: Cv, access: Access, places: Places) -> ResponseReturnValue:
    """A CV for a reader."""
    known = looks.know(viewer, cv, access)
    look = looks.look_of(viewer, cv, access, known)
    body = render_template(
        "portfolio/sharing/cv.html", cv=cv, document=compose_cv(cv), photo_url=places.cv(cv, "photo"), pdf_url=places.cv(cv, "pdf"), access=access,
        threads=comments.find_comments(viewer.actor, cv, access), may_comment=access.may_comment and viewer.actor is not None, owner=owner_name(cv.owner_id),
        say_url=url_for("portfolio_comments.say", kind="cv", thing_id=cv.id), own_url=url_for("portfolio_cvs.edit", cv_id=cv.id),
        watch_url=_watch_url("cv", viewer, cv, access, known),
    )  # fmt: skip
    return looked(look, guarded_headers(Response(body)))


def photo_answer(cv: Cv, access: Access, viewer: Viewer) -> ResponseReturnValue:
    """The photo of a CV, if it shows one. Raises NotFound."""
    photo_id = compose_cv(cv).photo_id
    file = session().get(StoredFile, photo_id) if photo_id else None
    if file is None or file.deleted_at is not None:
        raise NotFound(_("There is no photo."))
    return file_answer(cv, file, access, viewer)


def _navigation(viewer: Viewer, page: Page, access: Access, places: Places) -> list[tuple[str, str, bool]]:
    """The pages of the collection that this reader may see: title, address, whether it is this one."""
    if page.collection_id is None:
        return []
    siblings = pages_in(page.collection_id)
    if not _by_collection(access):
        seen = {each.id for each in shares.find_visible(viewer, siblings)} | {page.id}
        return [(each.title, places.page(each), each.id == page.id) for each in siblings if each.id in seen]
    front = session().get(Collection, page.collection_id)
    first = [(_("Overview"), places.front(front), False)] if front is not None and front.has_front else []
    return first + [(each.title, places.page(each), each.id == page.id) for each in siblings]


def looked(look: Look | None, answer: Response) -> Response:
    """An answer that is ready, with the look at it written down: nothing of it is read again."""
    if look is not None:
        with unit_of_work():
            looks.note_look(look)
    return answer


def guarded_headers(response: Response, *, is_open: bool = False) -> Response:
    """What is shared with some must not leak: no referrer, no index, no cache."""
    if not is_open:
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response.headers["Cache-Control"] = "private, no-store"
    return response


def file_answer(thing: Page | Cv, file: StoredFile, access: Access, viewer: Viewer) -> Response:
    """A file, or the part that was asked for; it stops within a second when its reader may not see it any more."""
    response = guarded_headers(serve_file(file, as_download="download" in request.args))
    if access.share is None:
        return response
    return serve_while(response, Showed.now(thing, file, access.share, viewer).is_still)


def captions_answer(file: StoredFile) -> Response:
    """Captions of a video CV whose right was checked."""
    return guarded_headers(Response(vtt_of(file.id), mimetype="text/vtt"))


def _watch_url(kind: str, viewer: Viewer, thing: Page | Cv, access: Access, known: Known) -> str:
    """Where a reader who is signed in begins or ends to watch; readers who only have a link cannot."""
    by_link = access.share is not None and access.share.audience == "link"
    if viewer.actor is None or access.is_owner or by_link:
        return ""
    action = "unwatch" if known.watches else "watch"
    return url_for("portfolio_watching.change", kind=kind, thing_id=thing.id, action=action)


def _by_collection(access: Access) -> bool:
    return access.is_owner or (access.share is not None and ":collection:" in access.share.target)
