"""Saying something about a page or CV, with a file if one likes; closing, approving, taking away."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Family,
    Forbidden,
    Ref,
    _,
    actor,
    received_files,
    serve_file,
    serve_while,
    signed_in,
    slow,
    unit_of_work,
)
from plugins.portfolio.cv.models import Cv
from plugins.portfolio.pages.models import Page
from plugins.portfolio.sharing import comments, shares
from plugins.portfolio.sharing.forms import Say
from plugins.portfolio.sharing.shares import Access
from plugins.portfolio.sharing.shown_views import current_viewer, guarded_headers
from plugins.portfolio.sharing.streaming import Said

blueprint = Blueprint("portfolio_comments", __name__)
WELCOME: frozenset[Family] = frozenset({"image", "audio", "video", "document", "text"})


@blueprint.post("/portfolio/shared/<any(pages, cv):kind>/<uuid:thing_id>/comments")
@slow(signed_in)
def say(kind: str, thing_id: uuid.UUID) -> ResponseReturnValue:
    """Say something about a page or CV."""
    _thing, access = _shown(kind, thing_id)
    if not access.may_comment:
        raise Forbidden(_("Comments are not wanted here."))
    files = received_files(actor(), "file", "portfolio.comment", allowed=WELCOME)
    values = {**request.form.to_dict(), "is_private": "is_private" in request.form}
    command = Say.read({name: value for name, value in values.items() if value != "" and name != "file"})
    with unit_of_work():
        comments.say(actor(), *_shown(kind, thing_id), command, files[0].id if files else None)
    return redirect(_comments_url(kind, thing_id), 303)


@blueprint.post("/portfolio/comments/<uuid:comment_id>/<any(close, open, approve, remove):action>")
@signed_in
def change(comment_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Close a thread, open it again, let others read a comment, take one away."""
    if action == "remove":
        row = comments.remove_comment(actor(), comment_id)
    elif action == "approve":
        row = comments.approve(actor(), comment_id)
    else:
        row = comments.resolve(actor(), comment_id, is_resolved=action == "close")
    target = Ref.parse(row.target)
    return redirect(_comments_url("pages" if target.kind == "page" else "cv", target.uuid), 303)


@blueprint.get("/portfolio/comments/<uuid:comment_id>/file")
@signed_in
def file(comment_id: uuid.UUID) -> Response:
    """The file of a comment, for whoever may read the comment, and only as long as they may."""
    row, found = comments.get_file_of_comment(actor(), comment_id)
    response = guarded_headers(serve_file(found, as_download=True))
    return serve_while(response, Said(actor(), row.office_id, comment_id).is_still)


def _shown(kind: str, thing_id: uuid.UUID) -> tuple[Page | Cv, Access]:
    find = shares.get_shared_page if kind == "pages" else shares.get_shared_cv
    return find(current_viewer(), thing_id)


def _comments_url(kind: str, thing_id: uuid.UUID) -> str:
    if kind == "pages":
        return url_for("portfolio_shown.page", page_id=thing_id, _anchor="comments")
    return url_for("portfolio_shown.cv", cv_id=thing_id, _anchor="comments")
