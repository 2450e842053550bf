"""Recording: nothing of anybody before they agreed, and nothing of those who did not; and taking it back later."""

from __future__ import annotations

import uuid
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from lms.plugin import (
    Actor,
    Conflict,
    Forbidden,
    NotFound,
    StoredFile,
    Unavailable,
    _,
    enqueue,
    run_folder,
    session,
    store_file,
    unit_of_work,
    utcnow,
)
from plugins.webinar import log, media, rooms
from plugins.webinar.entering import get_self, require_right
from plugins.webinar.log import ConsentAnswered, RecordingRef
from plugins.webinar.models import Participant, RecordedTrack, Recording, RecordingConsent, Room
from plugins.webinar.program_models import Program
from plugins.webinar.repacking import for_every_browser

TEXT_VERSION = "2"
"""Of the words that ask for consent; a new number whenever they change in meaning."""
ONLY_THERE = frozenset({"1"})
"""Versions that spoke of those who take part alone: nobody who read them is seen by others who learn from it later."""
PURPOSE = "webinar.recording"
TYPES = {".webm": "video/webm", ".mp4": "video/mp4", ".mkv": "video/x-matroska"}
KEEP = "webinar.keep_recording"


def start(actor: Actor, room_id: uuid.UUID) -> Recording:
    """Record the room from now on; everybody sees and hears it. Again is nothing new. Raises Forbidden, Conflict, Unavailable."""
    me = require_right(actor, room_id, "record")
    if not me.room.may_record:
        raise Conflict(_("This kind of meeting cannot be recorded."))
    running = find_running(room_id)
    if running is not None:
        return running
    row = Recording(room_id=room_id, owner_id=actor.user_id)
    session().add(row)
    session().flush()
    media.start_recording(str(room_id), folder_of(row), agreed(room_id))
    row.first_seq = log.write(me.room, "recording.started", RecordingRef(recording=row.id))
    return row


def stop(actor: Actor, room_id: uuid.UUID) -> None:
    """Record no more; the replay is there a moment later. Twice is once. Raises Forbidden, Unavailable."""
    require_right(actor, room_id, "record")
    close(room_id)


def close(room_id: uuid.UUID) -> None:
    """End the recording of a room, if there is one: the engine closes its files, a job keeps them."""
    row = find_running(room_id)
    if row is None:
        return
    tracks = media.stop_recording(str(room_id))
    people = {str(each) for each in session().scalars(select(Participant.id).filter_by(room_id=room_id))}
    row.tracks = [
        RecordedTrack(
            participant_id=uuid.UUID(track.source.person), kind=str(track.source.kind), path=str(track.file),
            started_at=track.started_at, seconds=track.seconds,
        )
        for track in tracks
        if track.source.person in people and track.seconds > 0
    ]  # fmt: skip
    row.ended_at = utcnow()
    session().flush()
    log.write(session().get_one(Room, room_id), "recording.stopped", RecordingRef(recording=row.id))
    enqueue(KEEP, {"recording": str(row.id)}, office_id=row.office_id, key=str(row.id))


def close_quietly(room_id: uuid.UUID) -> None:
    """The same where something else goes on whatever the engine says; the recording is closed when somebody stops it."""
    with suppress(Unavailable):
        close(room_id)


def keep_files(recording_id: uuid.UUID) -> None:
    """Take the files of a closed recording into the store, one by one; once more goes on where it ended. In the office's scope."""
    row = session().get(Recording, recording_id)
    waiting = [(each.id, each.path) for each in row.tracks if each.file_id is None] if row is not None else []
    owner = Actor(row.owner_id, "", office_id=row.office_id) if row is not None else None
    session().rollback()
    for track_id, path in waiting:
        if owner is None or not Path(path).exists():
            continue
        kept = for_every_browser(Path(path))
        with kept.open("rb") as stream, unit_of_work():
            track = session().get_one(RecordedTrack, track_id)
            name = f"{track.kind}{kept.suffix}"
            track.file_id = store_file(owner, stream, name, PURPOSE, declared=TYPES[kept.suffix]).id
        for each in {Path(path), kept}:
            each.unlink(missing_ok=True)


def answer(actor: Actor, room_id: uuid.UUID, *, is_given: bool) -> None:
    """Say whether one may be recorded; the engine follows at once. Raises Forbidden."""
    me = get_self(actor, room_id)
    row = _consent_of(me)
    if row is None:
        row = RecordingConsent(
            room_id=room_id, participant_id=me.id, is_given=is_given, text_version=TEXT_VERSION
        )
        session().add(row)
    row.is_given, row.text_version, row.answered_at, row.withdrawn_at = is_given, TEXT_VERSION, utcnow(), None
    session().flush()
    log.write(me.room, "consent.answered", ConsentAnswered(person=me.id, is_given=is_given))
    _tell_engine(room_id)


def withdraw(actor: Actor, room_id: uuid.UUID) -> None:
    """Take one's consent back: the replays are shown without one's tracks and name from now on. Raises NotFound."""
    me = log.find_in(actor, room_id)
    row = _consent_of(me) if me is not None else None
    if row is None or not row.is_given:
        raise NotFound(_("You have not agreed to be recorded here."))
    row.withdrawn_at = row.withdrawn_at or utcnow()
    session().flush()
    _tell_engine(room_id)


def agreed(room_id: uuid.UUID) -> frozenset[str]:
    """Who may be recorded, as the engine knows them."""
    return frozenset(str(each) for each in agreed_ids(room_id))


def agreed_ids(room_id: uuid.UUID) -> set[uuid.UUID]:
    """Who agreed and did not take it back, and the programs that they added."""
    query = select(RecordingConsent.participant_id).filter_by(room_id=room_id, is_given=True)
    people = query.where(RecordingConsent.withdrawn_at.is_(None))
    owners = select(Participant.user_id).where(Participant.id.in_(people), Participant.user_id.is_not(None))
    theirs = select(Program.participant_id).filter_by(room_id=room_id).where(Program.owner_id.in_(owners))
    return set(session().scalars(people)) | set(session().scalars(theirs))


def agreed_to_teach(room_id: uuid.UUID) -> set[uuid.UUID]:
    """Who agreed to be in learning material too, and the programs that they added."""
    query = select(RecordingConsent.participant_id).filter_by(room_id=room_id)
    only_there = set(session().scalars(query.where(RecordingConsent.text_version.in_(ONLY_THERE))))
    owners = select(Participant.user_id).where(
        Participant.id.in_(only_there), Participant.user_id.is_not(None)
    )
    theirs = select(Program.participant_id).filter_by(room_id=room_id).where(Program.owner_id.in_(owners))
    return agreed_ids(room_id) - only_there - set(session().scalars(theirs))


def has_agreed(actor: Actor, room_id: uuid.UUID) -> bool:
    """Whether the actor is in the replays."""
    me = log.find_in(actor, room_id)
    return me is not None and me.id in agreed_ids(room_id)


def find_running(room_id: uuid.UUID) -> Recording | None:
    """The recording that goes on now."""
    return session().scalar(select(Recording).filter_by(room_id=room_id).where(Recording.ended_at.is_(None)))


def find_recordings(room_id: uuid.UUID) -> list[Recording]:
    """Those that can be seen, in their order."""
    query = select(Recording).filter_by(room_id=room_id).where(Recording.ended_at.is_not(None))
    return list(session().scalars(query.order_by(Recording.started_at)))


def get_recording(actor: Actor, room_id: uuid.UUID, recording_id: uuid.UUID) -> Recording:
    """A recording of a room that the actor may know of. Raises NotFound, Forbidden."""
    rooms.get_open_room(actor, room_id)
    row = session().get(Recording, recording_id)
    if row is None or row.room_id != room_id or row.ended_at is None:
        raise NotFound(_("There is no such recording."))
    return row


def get_track(actor: Actor, room_id: uuid.UUID, track_id: uuid.UUID) -> StoredFile | Path:
    """The file of a track (where the engine left it, until it is stored), unless its person does not agree. Raises NotFound, Forbidden."""
    track = session().get(RecordedTrack, track_id)
    if track is None or not is_there(track):
        raise NotFound(_("There is no such recording."))
    get_recording(actor, room_id, track.recording_id)
    if track.participant_id not in agreed_ids(room_id):
        raise Forbidden(_("This person does not want to be seen and heard here."))
    return session().get_one(StoredFile, track.file_id) if track.file_id is not None else Path(track.path)


def is_there(track: RecordedTrack) -> bool:
    """Whether a track can be played now."""
    return track.file_id is not None or (track.path != "" and Path(track.path).is_file())


def remove(actor: Actor, room_id: uuid.UUID, recording_id: uuid.UUID) -> None:
    """Delete a recording for good. Raises NotFound, Forbidden."""
    rooms.get_managed_room(actor, room_id)
    discard(get_recording(actor, room_id, recording_id))


def discard(row: Recording) -> None:
    """Nothing is left of a recording; who may do so was checked."""
    for track in row.tracks:
        file = session().get(StoredFile, track.file_id) if track.file_id else None
        if file is not None:
            file.deleted_at = utcnow()
        if track.path:
            Path(track.path).unlink(missing_ok=True)
    session().delete(row)
    session().flush()


def go_on(room_id: uuid.UUID) -> None:
    """Tell an engine that may be a new one that this room is being recorded; for who connects to it."""
    row = find_running(room_id)
    if row is not None:
        media.start_recording(str(room_id), folder_of(row), agreed(room_id))


def folder_of(row: Recording) -> Path:
    """Where the engine writes."""
    folder = run_folder() / "recordings" / str(row.id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return folder


def _consent_of(me: Participant) -> RecordingConsent | None:
    return session().scalar(select(RecordingConsent).filter_by(room_id=me.room_id, participant_id=me.id))


def _tell_engine(room_id: uuid.UUID) -> None:
    if find_running(room_id) is None:
        return
    persons = agreed(room_id)
    media.set_recorded(str(room_id), persons)
