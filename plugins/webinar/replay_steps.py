"""A recording watched as a step of a course: the whole or a chapter. Who may work in the step sees it, whoever was in the meeting.

What somebody watched is counted as in ``watching.py``, by the step; the step is done once most of it was seen.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from lms.plugin import (
    Activity,
    Actor,
    AddFile,
    Command,
    Forbidden,
    Invalid,
    NotFound,
    StoredFile,
    TakeFile,
    Ui,
    _,
    _l,
    get_managed_activity,
    may_manage,
    open_activity,
    owned_by,
    record_progress,
    session,
    utcnow,
)
from plugins.webinar import recording, replay, rooms, videos
from plugins.webinar.attendance import seconds_within
from plugins.webinar.models import Deck, RecordedTrack, Recording, Slide
from plugins.webinar.replay_step_models import ReplayStep, StepWatched
from plugins.webinar.watching import FASTEST, FIRST, MOST_SAVED, Played

TYPE = "replay"
ENOUGH = 0.9
"""The share of a step that must have been watched for it to be done: nobody watches the applause."""
MOST_OFFERED = 100
LISTS = ("slides", "zooms", "agenda", "captions", "chat", "polls", "questions")
STANDING = ("slides", "zooms", "agenda")
"""Of these the last before a chapter holds on when it begins."""


@dataclass(frozen=True, slots=True)
class Watching:
    """A step with the recording that it shows, and between which of its seconds."""

    activity: Activity
    recording: Recording | None
    begins: float = 0.0
    ends: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.ends - self.begins


class ChooseRecording(Command):
    """Which recording the step shows, and between which of its minutes."""

    recording_id: uuid.UUID
    begins: Annotated[float, Field(ge=0, le=1440), Ui(_l("From minute"))] = 0
    ends: Annotated[
        float | None,
        Field(gt=0, le=1440),
        Ui(_l("Until minute"), hint=_l("Leave empty to show it until its end.")),
    ] = None


# --- to watch -----------------------------------------------------------------------------


def get_step(actor: Actor, activity_id: uuid.UUID) -> Watching:
    """A step in which the actor may work now. Raises NotFound, Forbidden."""
    return _watching(open_activity(actor, activity_id))


def read_step(actor: Actor, activity_id: uuid.UUID) -> dict[str, Any]:
    """What the player needs, in seconds of the step. Raises NotFound, Forbidden."""
    step, row = _with_recording(actor, activity_id)
    found = replay.describe(actor, row, recording.agreed_to_teach(row.room_id))
    moments = {name: _cut(step, found[name], keeps_last=name in STANDING) for name in LISTS}
    tracks = [
        each | {"started_at": each["started_at"] - step.begins}
        for each in found["tracks"]
        if each["started_at"] < step.ends and each["started_at"] + each["seconds"] > step.begins
    ]
    moments["videos"] = _cut_videos(step, found["videos"])
    return found | moments | {"tracks": tracks, "seconds": step.seconds}


def get_track(actor: Actor, activity_id: uuid.UUID, track_id: uuid.UUID) -> StoredFile | Path:
    """A track of somebody who agreed. Raises NotFound, Forbidden."""
    _step, row = _with_recording(actor, activity_id)
    track = session().get(RecordedTrack, track_id)
    if track is None or track.recording_id != row.id or not recording.is_there(track):
        raise NotFound(_("There is no such recording."))
    if track.participant_id not in recording.agreed_to_teach(row.room_id):
        raise Forbidden(_("This person does not want to be seen and heard here."))
    return session().get_one(StoredFile, track.file_id) if track.file_id is not None else Path(track.path)


def get_picture(
    actor: Actor, activity_id: uuid.UUID, deck_id: uuid.UUID, number: int, *, is_sharp: bool = False
) -> StoredFile:
    """A slide of the meeting. Raises NotFound, Forbidden."""
    _step, row = _with_recording(actor, activity_id)
    deck, slide = session().get(Deck, deck_id), session().get(Slide, (deck_id, number))
    file_id = (slide.sharp_file_id if is_sharp else slide.file_id) if slide is not None else None
    if deck is None or file_id is None or deck.room_id != row.room_id:
        raise NotFound(_("There is no such slide."))
    return session().get_one(StoredFile, file_id)


def get_video(actor: Actor, activity_id: uuid.UUID, video_id: uuid.UUID, *, captions: bool) -> StoredFile:
    """A video that was shown, or its captions. Raises NotFound, Forbidden."""
    _step, row = _with_recording(actor, activity_id)
    find = videos.captions_of if captions else videos.file_of
    return find(row.room_id, video_id)


def seconds_watched(actor: Actor, step: Watching) -> float:
    """How many seconds of a step the actor has watched."""
    if step.recording is None:
        return 0.0
    pieces = [(each.begins_at, each.ends_at) for each in _watched(actor, step.activity.id)]
    return seconds_within(pieces, *_span(step, step.recording, 0.0, step.seconds))


def note_played(actor: Actor, activity_id: uuid.UUID, command: Played) -> float:
    """Count a piece that was played; with most of it seen, the step is done. Returns the seconds watched.

    Raises NotFound, Forbidden, and Invalid for more than can have been watched by now.
    """
    step, row = _with_recording(actor, activity_id)
    begins, ends = _span(step, row, command.begins, min(command.ends, step.seconds))
    if ends <= begins:
        raise Invalid(_("There is no such moment in this recording."))
    known = _watched(actor, activity_id)
    spent = _spend(known, (ends - begins) / FASTEST)
    for each in known:
        each.spent_until = spent
        if each.begins_at <= ends and each.ends_at >= begins:
            begins, ends = min(begins, each.begins_at), max(ends, each.ends_at)
            session().delete(each)
    session().add(
        StepWatched(
            activity_id=activity_id,
            user_id=actor.user_id,
            begins_at=begins,
            ends_at=ends,
            spent_until=spent,
        )
    )
    session().flush()
    seconds = seconds_watched(actor, step)
    if seconds >= step.seconds * ENOUGH:
        record_progress(actor, activity_id, "viewed", key=f"replay:{activity_id}:{actor.user_id}")
    return seconds


# --- to set up ------------------------------------------------------------------------------


def set_up(_actor: Actor, activity_id: uuid.UUID) -> None:
    """The row of a new step."""
    session().add(ReplayStep(activity_id=activity_id))
    session().flush()


def get_managed(actor: Actor, activity_id: uuid.UUID) -> Watching:
    """A step that the actor may change. Raises NotFound, Forbidden."""
    return _watching(get_managed_activity(actor, activity_id))


def find_offered(actor: Actor) -> list[tuple[Recording, str]]:
    """Recordings of meetings that the actor manages, with the titles of these, the newest first."""
    query = (
        select(Recording, Activity.title)
        .join(Activity, Activity.id == Recording.room_id)
        .where(Recording.ended_at.is_not(None), Activity.state != "archived")
    )
    if not actor.can("activities.manage"):
        query = query.where(owned_by(actor.user_id))
    rows = session().execute(query.order_by(Recording.started_at.desc()).limit(MOST_OFFERED))
    return [(row, title) for row, title in rows]


def choose(actor: Actor, activity_id: uuid.UUID, command: ChooseRecording) -> None:
    """Let a step show a recording of a meeting that the actor manages. Raises NotFound, Forbidden, Invalid."""
    get_managed(actor, activity_id)
    row = session().get(Recording, command.recording_id)
    if row is None or row.ended_at is None:
        raise NotFound(_("There is no such recording."))
    rooms.get_managed_room(actor, row.room_id)
    show(activity_id, row, command.begins * 60, (command.ends or 0) * 60)


def show(activity_id: uuid.UUID, row: Recording, begins: float, ends: float) -> None:
    """The same in seconds; who may do so was checked. Raises Invalid."""
    length = replay.length_of(row)
    if begins >= (ends or length) or begins >= length:
        text = _("The end must be after the beginning, and within the recording.")
        raise Invalid(text, fields={"begins": text})
    step = session().get_one(ReplayStep, activity_id)
    step.recording_id, step.begins, step.ends = row.id, begins, 0.0 if ends >= length else ends
    activity = session().get_one(Activity, activity_id)
    activity.minutes = max(1, round(((step.ends or length) - begins) / 60))
    session().flush()


def export_step(_actor: Actor, activity_id: uuid.UUID, _add_file: AddFile) -> dict[str, Any]:
    """Which recording; it stays where it is."""
    step = session().get_one(ReplayStep, activity_id)
    return {
        "recording": str(step.recording_id) if step.recording_id else None,
        "begins": step.begins,
        "ends": step.ends,
    }


def import_step(actor: Actor, activity_id: uuid.UUID, data: Mapping[str, Any], _take_file: TakeFile) -> None:
    """The same recording, if it is in this office and the actor manages its meeting; else one is chosen later. Raises Invalid."""
    try:
        wanted = uuid.UUID(str(data["recording"])) if data.get("recording") else None
        begins, ends = float(data.get("begins", 0)), float(data.get("ends", 0))
    except (TypeError, ValueError):
        raise Invalid(_("Which recording a step shows cannot be read.")) from None
    row = session().get(Recording, wanted) if wanted is not None else None
    meeting = session().get(Activity, row.room_id) if row is not None else None
    if row is not None and row.ended_at is not None and meeting is not None and may_manage(actor, meeting):
        show(activity_id, row, begins, ends)


def _watching(activity: Activity) -> Watching:
    step = session().get(ReplayStep, activity.id)
    if step is None or activity.type != TYPE:
        raise NotFound(_("There is no such step."))
    row = session().get(Recording, step.recording_id) if step.recording_id is not None else None
    if row is None:
        return Watching(activity, None)
    return Watching(activity, row, step.begins, step.ends or replay.length_of(row))


def _with_recording(actor: Actor, activity_id: uuid.UUID) -> tuple[Watching, Recording]:
    step = get_step(actor, activity_id)
    if step.recording is None:
        raise NotFound(_("There is no such recording."))
    return step, step.recording


def _cut(step: Watching, moments: list[replay.Moment], *, keeps_last: bool) -> list[replay.Moment]:
    """Those within the step, by its clock; of what holds on, the last before it too."""
    before = [each for each in moments if each["at"] <= step.begins][-1:] if keeps_last else []
    within = [
        each
        for each in moments
        if step.begins <= each["at"] < step.ends and not (keeps_last and each["at"] == step.begins)
    ]
    return [each | {"at": round(max(0.0, each["at"] - step.begins), 2)} for each in [*before, *within]]


def _cut_videos(step: Watching, moments: list[replay.Moment]) -> list[replay.Moment]:
    """The same of videos: one that played before is further on when the step begins."""
    found = _cut(step, moments, keeps_last=True)
    before = next((each for each in reversed(moments) if each["at"] <= step.begins), None)
    if found and before is not None and before["is_playing"]:
        position = before["position"] + step.begins - before["at"]
        found[0] = found[0] | {"position": min(before["seconds"], position)}
    return found


def _span(step: Watching, row: Recording, begins: float, ends: float) -> tuple[datetime, datetime]:
    """Seconds of a step by the clock of the meeting."""
    zero = row.started_at + timedelta(seconds=step.begins)
    return zero + timedelta(seconds=begins), zero + timedelta(seconds=ends)


def _watched(actor: Actor, activity_id: uuid.UUID) -> list[StepWatched]:
    query = select(StepWatched).filter_by(activity_id=activity_id, user_id=actor.user_id)
    return list(session().scalars(query.order_by(StepWatched.begins_at)))


def _spend(known: list[StepWatched], time: timedelta) -> datetime:
    now = utcnow()
    until = max((each.spent_until for each in known), default=now - FIRST)
    spent = max(until, now - MOST_SAVED) + time
    if spent > now:
        raise Invalid(_("Nobody can have watched so much in this time."), code="too_fast")
    return spent
