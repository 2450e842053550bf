"""Videos that are prepared for a room and shown to everybody at the same moment; who presents plays, stops and moves them.

The log says where a video is and since when it moves, by the clock of the server; each page works out the rest.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from pathlib import PurePath
from typing import Any, BinaryIO

from sqlalchemy import select

from lms.plugin import (
    Actor,
    Conflict,
    Family,
    Invalid,
    NotFound,
    StoredFile,
    _,
    claim_upload,
    open_file,
    session,
    utcnow,
)
from plugins.webinar import log, slides
from plugins.webinar.entering import require_right
from plugins.webinar.models import Room
from plugins.webinar.orders import MoveVideo
from plugins.webinar.talking import own_key
from plugins.webinar.video_events import VideoMoved, VideoShown
from plugins.webinar.video_models import Video

PURPOSE = "webinar.video"
KINDS: frozenset[Family] = frozenset({"video"})
CAPTION_KINDS: frozenset[Family] = frozenset({"text"})
MOST_VIDEOS = 20
PLAYED_BY_ALL = {"video/mp4": {"h264", "av1"}, "video/webm": {"vp8", "vp9", "av1"}}
"""What every browser plays: codecs of pictures, by kind of file."""
LARGEST_CAPTIONS = 2_000_000


# --- prepare ------------------------------------------------------------------------------


def add_video(actor: Actor, room_id: uuid.UUID, address: str) -> Video:
    """Take an uploaded video. Raises NotFound, Forbidden, Invalid, Conflict."""
    room = slides.get_prepared(actor, room_id).room
    _check_room_for_more(room_id)
    return take_file(room, claim_upload(actor, address, PURPOSE, allowed=KINDS))


def take_file(room: Room, file: StoredFile) -> Video:
    """The same with a file that is stored already; who may do so was checked. Raises Invalid, Conflict."""
    _check_room_for_more(room.activity_id)
    with open_file(file) as stream:
        seconds = _length(stream, file.media_type)
    row = Video(
        room_id=room.activity_id, file_id=file.id, name=PurePath(file.name).stem or file.name, seconds=seconds
    )
    session().add(row)
    session().flush()
    log.write(room, "videos.changed", log.Nothing())
    return row


def set_captions(actor: Actor, room_id: uuid.UUID, video_id: uuid.UUID, file: StoredFile) -> None:
    """Captions (WebVTT, W3C) of a video. Raises NotFound, Forbidden, Invalid."""
    meeting = slides.get_prepared(actor, room_id)
    row = _get(room_id, video_id)
    with open_file(file) as stream:
        begins = stream.read(12)
    if file.size > LARGEST_CAPTIONS or not begins.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
        raise Invalid(_("Captions come as a WebVTT file (.vtt)."))
    row.captions_id = file.id
    session().flush()
    log.write(meeting.room, "videos.changed", log.Nothing())


def remove_video(actor: Actor, room_id: uuid.UUID, video_id: uuid.UUID) -> None:
    """Take a video out; on the stage it ends. Raises NotFound, Forbidden."""
    room = slides.get_prepared(actor, room_id).room
    session().delete(_get(room_id, video_id))
    session().flush()
    _seq, state = log.read_state(room)
    if (state.get("video") or {}).get("id") == str(video_id):
        log.write(room, "video.hidden", log.Nothing())
    log.write(room, "videos.changed", log.Nothing())


def find_videos(room_id: uuid.UUID) -> list[Video]:
    """The videos of a room, in the order in which they came."""
    query = select(Video).filter_by(room_id=room_id).order_by(Video.created_at, Video.id)
    return list(session().scalars(query))


# --- show -----------------------------------------------------------------------------------


def read_videos(actor: Actor, room_id: uuid.UUID) -> dict[str, Any]:
    """What can be shown, and what time it is here, for people inside. Raises Forbidden."""
    slides.require_inside(actor, room_id)
    now: datetime = utcnow()
    found = [
        {"id": str(each.id), "title": each.name, "seconds": each.seconds} for each in find_videos(room_id)
    ]
    return {"videos": found, "now": now.isoformat()}


def show(actor: Actor, room_id: uuid.UUID, video_id: uuid.UUID, key: str) -> None:
    """Put a video on the stage, at its beginning and still. Raises Forbidden, NotFound."""
    me = require_right(actor, room_id, "present")
    row = _get(room_id, video_id)
    told = VideoShown(
        video=row.id, title=row.name, seconds=row.seconds, has_captions=row.captions_id is not None
    )
    log.write(me.room, "video.shown", told, own_key(me, key))


def hide(actor: Actor, room_id: uuid.UUID, key: str) -> None:
    """Show no video. Raises Forbidden."""
    me = require_right(actor, room_id, "present")
    log.write(me.room, "video.hidden", log.Nothing(), own_key(me, key))


def move(actor: Actor, room_id: uuid.UUID, command: MoveVideo) -> None:
    """Play from there, or stand still there, for everybody. Raises Forbidden, Conflict."""
    me = require_right(actor, room_id, "present")
    _seq, state = log.read_state(me.room)
    now = state.get("video")
    if now is None or now["id"] != str(command.video):
        raise Conflict(_("This video is not on the stage any more."))
    told = VideoMoved(position=min(command.position, now["seconds"]), is_playing=command.is_playing)
    log.write(me.room, "video.moved", told, own_key(me, command.key))


def get_file(actor: Actor, room_id: uuid.UUID, video_id: uuid.UUID) -> StoredFile:
    """A video, for people inside, those who prepare the room, and who may see its replay. Raises NotFound, Forbidden."""
    slides.require_viewer(actor, room_id)
    return session().get_one(StoredFile, _get(room_id, video_id).file_id)


def get_captions(actor: Actor, room_id: uuid.UUID, video_id: uuid.UUID) -> StoredFile:
    """Its captions, for the same people. Raises NotFound, Forbidden."""
    slides.require_viewer(actor, room_id)
    return captions_of(room_id, video_id)


def captions_of(room_id: uuid.UUID, video_id: uuid.UUID) -> StoredFile:
    """The same for who came another way. Raises NotFound."""
    row = _get(room_id, video_id)
    if row.captions_id is None:
        raise NotFound(_("This video has no captions."))
    return session().get_one(StoredFile, row.captions_id)


def file_of(room_id: uuid.UUID, video_id: uuid.UUID) -> StoredFile:
    """A video for who came another way. Raises NotFound."""
    return session().get_one(StoredFile, _get(room_id, video_id).file_id)


def _get(room_id: uuid.UUID, video_id: uuid.UUID) -> Video:
    row = session().get(Video, video_id)
    if row is None or row.room_id != room_id:
        raise NotFound(_("There is no such video."))
    return row


def _check_room_for_more(room_id: uuid.UUID) -> None:
    if len(find_videos(room_id)) >= MOST_VIDEOS:
        raise Conflict(_("There are %(count)s files already. Take one out first.", count=MOST_VIDEOS))


def _length(stream: BinaryIO, media_type: str) -> float:
    """How many seconds a video lasts. Raises Invalid for what not every browser plays."""
    # Loaded when somebody brings a video: memory that no process should hold before.
    import av

    refused = Invalid(
        _("Not every browser plays this video. Save it as MP4 (H.264) or as WebM and send that.")
    )
    try:
        with av.open(stream, "r") as container:
            pictures = container.streams.video
            if not pictures or pictures[0].codec_context.name not in PLAYED_BY_ALL.get(media_type, ()):
                raise refused
            if container.duration:
                return max(0.1, container.duration / av.time_base)
            ends = [
                float((each.pts + (each.duration or 0)) * each.time_base)
                for each in container.demux(pictures[0])
                if each.pts is not None
            ]
    except (av.FFmpegError, ValueError):
        raise refused from None
    return max(0.1, max(ends, default=0.1))
