"""Pages of videos: what is prepared, and the files that the room and the replay play."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Invalid, _, actor, max_upload_bytes, member, serve_file, store_file, visitors
from plugins.webinar import slides, videos
from plugins.webinar.views import as_uuid, trail

blueprint = Blueprint("webinar_videos", __name__, url_prefix="/webinar/<uuid:activity_id>/videos")
ACCEPT = ".mp4,.m4v,.webm"


@blueprint.route("/", methods=["GET", "POST"])
@member
def prepare(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Send videos and their captions; look at them; take them out."""
    who = actor()
    meeting = slides.get_prepared(who, activity_id)
    if request.method == "POST":
        _change(activity_id)
        return redirect(url_for("webinar_videos.prepare", activity_id=activity_id), 303)
    show = url_for("webinar.show", activity_id=activity_id)
    return render_template(
        "webinar/videos.html", meeting=meeting, activity=meeting.activity, found=videos.find_videos(activity_id),
        max_bytes=max_upload_bytes(), accept=ACCEPT, breadcrumb=trail(meeting.activity.title, show, _("Videos")),
    )  # fmt: skip


@blueprint.get("/<uuid:video_id>")
@visitors("webinar")
def play(activity_id: uuid.UUID, video_id: uuid.UUID) -> Response:
    """One video, or the part of it that was asked for."""
    return serve_file(videos.get_file(actor(), activity_id, video_id), as_download=False)


@blueprint.get("/<uuid:video_id>.vtt")
@visitors("webinar")
def captions(activity_id: uuid.UUID, video_id: uuid.UUID) -> Response:
    """Its captions."""
    return serve_file(videos.get_captions(actor(), activity_id, video_id), as_download=False)


def _change(activity_id: uuid.UUID) -> None:
    match request.form.get("do"):
        case "remove":
            videos.remove_video(actor(), activity_id, as_uuid(request.form.get("video", "")))
            flash(_("Taken out."), "success")
        case "captions":
            _take_captions(activity_id)
            flash(_("Saved."), "success")
        case _:
            _take_videos(activity_id)
            flash(_("Added. In the room it is among the slides."), "success")


def _take_captions(activity_id: uuid.UUID) -> None:
    sent = request.files.get("captions")
    if sent is None or not sent.filename:
        raise Invalid(_("Choose a file first."))
    slides.get_prepared(actor(), activity_id)
    file = store_file(
        actor(),
        sent.stream,
        sent.filename,
        videos.PURPOSE,
        allowed=videos.CAPTION_KINDS,
        declared=sent.mimetype,
    )
    videos.set_captions(actor(), activity_id, as_uuid(request.form.get("video", "")), file)


def _take_videos(activity_id: uuid.UUID) -> None:
    sent = [each for each in request.files.getlist("files") if each.filename]
    addresses = [each for each in request.form.getlist("files") if each]
    for address in addresses:
        videos.add_video(actor(), activity_id, address)
    room = slides.get_prepared(actor(), activity_id).room
    for each in sent:
        file = store_file(
            actor(),
            each.stream,
            each.filename or "",
            videos.PURPOSE,
            allowed=videos.KINDS,
            declared=each.mimetype,
        )
        videos.take_file(room, file)
    if not sent and not addresses:
        raise Invalid(_("Choose a file first."))
