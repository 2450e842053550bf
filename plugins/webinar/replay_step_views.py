"""Pages of recordings that are watched as a step of a course."""

from __future__ import annotations

import uuid
from pathlib import Path

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, _, actor, frame_of, may_manage, member, parent_edit_url, serve_file
from plugins.webinar import recording, replay, replay_steps
from plugins.webinar.replay_steps import ChooseRecording
from plugins.webinar.watching import Played

blueprint = Blueprint("webinar_step", __name__, url_prefix="/webinar/watch/<uuid:activity_id>")


@blueprint.get("/")
@member
def show(activity_id: uuid.UUID) -> ResponseReturnValue:
    """The player, within the course."""
    who = actor()
    step = replay_steps.get_step(who, activity_id)
    frame = frame_of(who, step.activity)
    return render_template(
        "webinar/replay_step.html", shown=step, activity=step.activity, title=(frame.step_title if frame else "") or step.activity.title, whole=frame.title if frame else "",
        seen=replay_steps.seconds_watched(who, step), manages=may_manage(who, step.activity), enough=round(replay_steps.ENOUGH * 100),
        **(frame.context if frame else {}),
    )  # fmt: skip


@blueprint.get("/data")
@member
def data(activity_id: uuid.UUID) -> ResponseReturnValue:
    """What the player needs."""
    return replay_steps.read_step(actor(), activity_id)


@blueprint.get("/captions.vtt")
@member
def captions(activity_id: uuid.UUID) -> Response:
    """The captions as a file."""
    found = replay_steps.read_step(actor(), activity_id)
    return Response(replay.as_webvtt(found["captions"]), mimetype="text/vtt")


@blueprint.post("/watched")
@member
def watched(activity_id: uuid.UUID) -> ResponseReturnValue:
    """A piece of it was played."""
    command = Played.read(request.form.to_dict())
    return {"seconds": replay_steps.note_played(actor(), activity_id, command)}


@blueprint.get("/track/<uuid:track_id>")
@member
def track(activity_id: uuid.UUID, track_id: uuid.UUID) -> Response:
    """One track."""
    found = replay_steps.get_track(actor(), activity_id, track_id)
    if isinstance(found, Path):
        return send_file(found, recording.TYPES[found.suffix], conditional=True, max_age=0)
    return serve_file(found, as_download=False)


@blueprint.get("/slides/<uuid:deck_id>/<int:number>.webp")
@member
def picture(activity_id: uuid.UUID, deck_id: uuid.UUID, number: int) -> Response:
    """One slide."""
    return serve_file(replay_steps.get_picture(actor(), activity_id, deck_id, number), as_download=False)


@blueprint.get("/slides/<uuid:deck_id>/<int:number>-sharp.webp")
@member
def sharp_picture(activity_id: uuid.UUID, deck_id: uuid.UUID, number: int) -> Response:
    """The same, for who looks closely."""
    found = replay_steps.get_picture(actor(), activity_id, deck_id, number, is_sharp=True)
    return serve_file(found, as_download=False)


@blueprint.get("/videos/<uuid:video_id>")
@member
def video(activity_id: uuid.UUID, video_id: uuid.UUID) -> Response:
    """A video that was shown."""
    return serve_file(
        replay_steps.get_video(actor(), activity_id, video_id, captions=False), as_download=False
    )


@blueprint.get("/videos/<uuid:video_id>.vtt")
@member
def video_captions(activity_id: uuid.UUID, video_id: uuid.UUID) -> Response:
    """Its captions."""
    return serve_file(
        replay_steps.get_video(actor(), activity_id, video_id, captions=True), as_download=False
    )


@blueprint.route("/edit", methods=["GET", "POST"])
@member
def edit(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Which recording, and what of it."""
    who = actor()
    step = replay_steps.get_managed(who, activity_id)
    values = {"begins": round(step.begins / 60, 2), "ends": round(step.ends / 60, 2) if step.ends else None}
    form = Form(ChooseRecording, values=values)
    back = parent_edit_url(step.activity) or url_for("webinar_step.show", activity_id=activity_id)
    if form.run(lambda command: replay_steps.choose(who, activity_id, command)):
        flash(_("Saved."), "success")
        return redirect(back, 303)
    page = render_template(
        "webinar/replay_step_edit.html", shown=step, activity=step.activity, form=form, back_url=back,
        offered=replay_steps.find_offered(who), chosen=step.recording.id if step.recording else None,
    )  # fmt: skip
    return page, form.status
