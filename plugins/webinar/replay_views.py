"""Pages of replays."""

from __future__ import annotations

import uuid
from pathlib import Path

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import _, actor, format_date, member, serve_file, visitors
from plugins.webinar import recording, replay, replay_polls, retaining, rooms, watching
from plugins.webinar.replay_polls import AnswerPoll
from plugins.webinar.retaining import KeepUntil
from plugins.webinar.views import trail
from plugins.webinar.watching import Played

blueprint = Blueprint("webinar_replay", __name__, url_prefix="/webinar")


@blueprint.get("/<uuid:activity_id>/replay/<uuid:recording_id>")
@visitors("webinar")
def watch(activity_id: uuid.UUID, recording_id: uuid.UUID) -> ResponseReturnValue:
    """See and hear it again."""
    who = actor()
    row = recording.get_recording(who, activity_id, recording_id)
    meeting = rooms.get_open_room(who, activity_id)
    back = (
        url_for("webinar.show", activity_id=activity_id) if who.is_member else url_for("webinar_guest.left")
    )
    return render_template(
        "webinar/replay.html", meeting=meeting, activity=meeting.activity, row=row, last_day=retaining.last_day(row), exit_url=back,
        seen=watching.seconds_watched(who, row), is_in_it=recording.has_agreed(who, activity_id), leads=rooms.leads(who, meeting), breadcrumb=trail(_("Replay")),
    )  # fmt: skip


@blueprint.get("/<uuid:activity_id>/replay/<uuid:recording_id>/data")
@visitors("webinar")
def data(activity_id: uuid.UUID, recording_id: uuid.UUID) -> ResponseReturnValue:
    """What the player needs."""
    return replay.read_replay(actor(), activity_id, recording_id)


@blueprint.get("/<uuid:activity_id>/replay/<uuid:recording_id>/captions.vtt")
@visitors("webinar")
def captions(activity_id: uuid.UUID, recording_id: uuid.UUID) -> Response:
    """The captions as a file."""
    found = replay.read_replay(actor(), activity_id, recording_id)
    return Response(replay.as_webvtt(found["captions"]), mimetype="text/vtt")


@blueprint.post("/<uuid:activity_id>/replay/<uuid:recording_id>/watched")
@visitors("webinar")
def watched(activity_id: uuid.UUID, recording_id: uuid.UUID) -> ResponseReturnValue:
    """A piece of it was played."""
    command = Played.read(request.form.to_dict())
    return {"seconds": watching.note_played(actor(), activity_id, recording_id, command)}


@blueprint.get("/<uuid:activity_id>/replay/<uuid:recording_id>/polls/<uuid:poll_id>")
@visitors("webinar")
def poll(activity_id: uuid.UUID, recording_id: uuid.UUID, poll_id: uuid.UUID) -> ResponseReturnValue:
    """One's own answer, and how it stands."""
    return replay_polls.read_poll(actor(), activity_id, recording_id, poll_id)


@blueprint.post("/<uuid:activity_id>/replay/<uuid:recording_id>/polls/<uuid:poll_id>")
@visitors("webinar")
def answer_poll(activity_id: uuid.UUID, recording_id: uuid.UUID, poll_id: uuid.UUID) -> ResponseReturnValue:
    """Answer a poll at its moment."""
    given = {name: request.form[name] for name in ("number", "text") if request.form.get(name)}
    command = AnswerPoll.read(given | {"options": request.form.getlist("options")})
    return replay_polls.answer_poll(actor(), activity_id, recording_id, poll_id, command)


@blueprint.get("/<uuid:activity_id>/track/<uuid:track_id>")
@visitors("webinar")
def track(activity_id: uuid.UUID, track_id: uuid.UUID) -> Response:
    """One track."""
    found = recording.get_track(actor(), activity_id, track_id)
    if isinstance(found, Path):
        return send_file(found, recording.TYPES[found.suffix], conditional=True, max_age=0)
    return serve_file(found, as_download=False)


@blueprint.post("/<uuid:activity_id>/replay/<uuid:recording_id>/withdraw")
@visitors("webinar")
def withdraw(activity_id: uuid.UUID, recording_id: uuid.UUID) -> ResponseReturnValue:
    """Do not be in it any more."""
    recording.withdraw(actor(), activity_id)
    flash(_("You are not in the recordings of this meeting any more."), "success")
    return redirect(url_for("webinar_replay.watch", activity_id=activity_id, recording_id=recording_id), 303)


@blueprint.post("/<uuid:activity_id>/replay/<uuid:recording_id>/keep")
@member
def keep(activity_id: uuid.UUID, recording_id: uuid.UUID) -> ResponseReturnValue:
    """Choose its last day."""
    command = KeepUntil.read(request.form.to_dict())
    retaining.keep_until(actor(), activity_id, recording_id, command)
    flash(_("Kept until %(day)s.", day=format_date(command.last_day)), "success")
    return redirect(url_for("webinar_replay.watch", activity_id=activity_id, recording_id=recording_id), 303)


@blueprint.post("/<uuid:activity_id>/replay/<uuid:recording_id>/delete")
@member
def delete(activity_id: uuid.UUID, recording_id: uuid.UUID) -> ResponseReturnValue:
    """Delete it for good."""
    recording.remove(actor(), activity_id, recording_id)
    flash(_("The recording is deleted."), "success")
    return redirect(url_for("webinar.show", activity_id=activity_id), 303)
