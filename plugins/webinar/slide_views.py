"""Pages of slides: what is prepared, and the pictures that the room shows."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Invalid,
    StoredFile,
    _,
    accept_attribute,
    actor,
    max_upload_bytes,
    member,
    serve_file,
    store_file,
    visitors,
)
from plugins.webinar import rooms, slides
from plugins.webinar.views import as_uuid, trail

blueprint = Blueprint("webinar_slides", __name__, url_prefix="/webinar")


@blueprint.route("/<uuid:activity_id>/slides", methods=["GET", "POST"])
@member
def prepare(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Send PDF files and pictures; look at their pages; take them out."""
    who = actor()
    meeting = slides.get_prepared(who, activity_id)
    here = url_for("webinar_slides.prepare", activity_id=activity_id)
    if request.method == "POST":
        _change(activity_id)
        return redirect(here, 303)
    show = url_for("webinar.show", activity_id=activity_id)
    return render_template(
        "webinar/slides.html", meeting=meeting, activity=meeting.activity, decks=slides.find_decks(activity_id),
        max_bytes=max_upload_bytes(), accept=accept_attribute(frozenset({"document", "image"})),
        breadcrumb=trail(meeting.activity.title, show, _("Slides")),
    )  # fmt: skip


@blueprint.get("/<uuid:activity_id>/slides/<uuid:deck_id>/<int:number>.webp")
@visitors("webinar")
def picture(activity_id: uuid.UUID, deck_id: uuid.UUID, number: int) -> Response:
    """One slide."""
    return _serve(slides.get_picture(actor(), activity_id, deck_id, number))


@blueprint.get("/<uuid:activity_id>/slides/<uuid:deck_id>/<int:number>-sharp.webp")
@visitors("webinar")
def sharp_picture(activity_id: uuid.UUID, deck_id: uuid.UUID, number: int) -> Response:
    """The same, for who looks closely."""
    return _serve(slides.get_picture(actor(), activity_id, deck_id, number, is_sharp=True))


def _serve(file: StoredFile) -> Response:
    response = serve_file(file, as_download=False)
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _change(activity_id: uuid.UUID) -> None:
    if request.form.get("do") == "remove":
        slides.remove_deck(actor(), activity_id, as_uuid(request.form.get("deck", "")))
        flash(_("Taken out."), "success")
        return
    sent = [each for each in request.files.getlist("files") if each.filename]
    addresses = [each for each in request.form.getlist("files") if each]
    for address in addresses:
        slides.add_deck(actor(), activity_id, address)
    for each in sent:
        file = store_file(
            actor(),
            each.stream,
            each.filename or "",
            slides.PURPOSE,
            allowed=slides.KINDS,
            declared=each.mimetype,
        )
        slides.take_file(rooms.get_room(actor(), activity_id).room, file, actor())
    if not sent and not addresses:
        raise Invalid(_("Choose a file first."))
    flash(_("The pages are being drawn. In a few seconds they are ready."), "success")
