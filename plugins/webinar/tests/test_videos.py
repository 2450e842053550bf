"""Videos of a room: who prepares and shows them, what is refused, and when a recording shows which moment."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lms.plugin import Conflict, Forbidden, Invalid, NotFound, World, session, store_file, unit_of_work
from lms.testing import SignIn
from plugins.webinar import log, recording, replay, taking_along, videos
from plugins.webinar.log import RecordingRef
from plugins.webinar.models import Recording
from plugins.webinar.orders import MoveVideo
from plugins.webinar.rooms import Meeting
from plugins.webinar.tests.making import LIST, go_in, open_room
from plugins.webinar.video_models import Video

DOCUMENTS = Path(__file__).parent.parent / "documents"
VIDEO, WORDS, SOUND = (DOCUMENTS / name for name in ("demo-video.webm", "demo-video.vtt", "demo.webm"))
KEY = "key-of-a-test-0001"


def add(world: World, meeting: Meeting) -> Video:
    """The video of the demo, in a room. Inside the office."""
    with VIDEO.open("rb") as stream:
        return videos.take_file(
            meeting.room, store_file(world.actor("trainer"), stream, "Novanta secondi.webm", videos.PURPOSE)
        )


def move(world: World, meeting: Meeting, row: Video, position: float, *, is_playing: bool, key: str) -> None:
    """The trainer plays it from there, or stops it there."""
    order = MoveVideo(
        room=meeting.activity.id, video=row.id, position=position, is_playing=is_playing, key=key * 8
    )
    videos.move(world.actor("trainer"), meeting.activity.id, order)


def shown(meeting: Meeting) -> dict[str, Any] | None:
    """What is on the stage."""
    found: dict[str, Any] | None = log.read_state(meeting.room)[1]["video"]
    return found


def test_who_presents_shows_plays_and_stops_a_video_for_everybody(world: World) -> None:
    with world.inside("siena"), unit_of_work():
        meeting = open_room(world)
        go_in(world, meeting, "trainer", "trainee")
        row = add(world, meeting)
        assert videos.read_videos(world.actor("trainee"), meeting.activity.id)["videos"][0]["seconds"] == 24
        videos.show(world.actor("trainer"), meeting.activity.id, row.id, KEY)
        assert shown(meeting) is not None
        move(world, meeting, row, 3.5, is_playing=True, key="a")
        now = shown(meeting)
        assert now is not None
        assert (now["id"], now["position"], now["is_playing"]) == (str(row.id), 3.5, True)
        move(world, meeting, row, 500, is_playing=False, key="b")
        now = shown(meeting)
        assert now is not None
        assert (now["position"], now["is_playing"]) == (24, False)
        videos.hide(world.actor("trainer"), meeting.activity.id, KEY[::-1])
        assert shown(meeting) is None
        with pytest.raises(Conflict):
            move(world, meeting, row, 0, is_playing=True, key="c")


def test_the_same_order_twice_is_once(world: World) -> None:
    with world.inside("siena"), unit_of_work():
        meeting = open_room(world)
        go_in(world, meeting, "trainer")
        row = add(world, meeting)
        videos.show(world.actor("trainer"), meeting.activity.id, row.id, KEY)
        move(world, meeting, row, 3, is_playing=True, key="a")
        seq = log.read_state(meeting.room)[0]
        move(world, meeting, row, 3, is_playing=True, key="a")
        assert log.read_state(meeting.room)[0] == seq


def test_who_does_not_present_moves_nothing_and_who_is_outside_sees_nothing(
    sign_in: SignIn, world: World
) -> None:
    with world.inside("siena"), unit_of_work():
        meeting = open_room(world)
        go_in(world, meeting, "trainer", "trainee")
        row, other = add(world, meeting), open_room(world)
        room_id, video_id = meeting.activity.id, row.id
        for deed in (
            lambda: videos.show(world.actor("trainee"), room_id, video_id, KEY),
            lambda: videos.hide(world.actor("trainee"), room_id, KEY),
            lambda: videos.read_videos(world.actor("trainee2"), room_id),
        ):
            with pytest.raises(Forbidden):
                deed()
        go_in(world, other, "trainer")
        with pytest.raises(NotFound):
            videos.show(world.actor("trainer"), other.activity.id, video_id, KEY)
    path = f"{LIST}{room_id}/videos/{video_id}"
    with sign_in("trainee").get(path, headers={"Range": "bytes=0-99"}) as part:
        assert (part.status_code, len(part.data), part.mimetype) == (206, 100, "video/webm")
    assert sign_in("trainee2").get(path).status_code == 403
    assert sign_in("trainee").get(f"{LIST}{room_id}/videos/").status_code == 403


def test_a_trainer_adds_a_video_and_its_captions_and_takes_it_out_of_the_stage(
    sign_in: SignIn, world: World
) -> None:
    with world.inside("siena"), unit_of_work():
        meeting = open_room(world)
        go_in(world, meeting, "trainer")
        room_id = meeting.activity.id
    page, trainer = f"{LIST}{room_id}/videos/", sign_in("trainer")
    sent = {"files": (io.BytesIO(VIDEO.read_bytes()), "Prova.webm")}
    assert trainer.post(page, data=sent, content_type="multipart/form-data").status_code == 303
    with world.inside("siena"):
        video_id = videos.find_videos(room_id)[0].id
    assert "Prova</h2>" in trainer.get(page).text
    for body, status in ((b"1\n00:00 --> 00:01\nCiao", 422), (WORDS.read_bytes(), 303)):
        given = {"do": "captions", "video": str(video_id), "captions": (io.BytesIO(body), "Prova.vtt")}
        assert trainer.post(page, data=given, content_type="multipart/form-data").status_code == status
    with trainer.get(f"{page}{video_id}.vtt") as words:
        assert (words.status_code, words.mimetype) == (200, "text/vtt")
        assert words.data.startswith(b"WEBVTT")
    with world.inside("siena"), unit_of_work():
        videos.show(world.actor("trainer"), room_id, video_id, KEY)
    assert trainer.post(page, data={"do": "remove", "video": str(video_id)}).status_code == 303
    with world.inside("siena"):
        assert log.read_state(session().get_one(type(meeting.room), room_id))[1]["video"] is None
    assert trainer.get(f"{page}{video_id}").status_code == 404


def test_what_not_every_browser_plays_is_refused(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"), unit_of_work():
        meeting = open_room(world)
        with SOUND.open("rb") as stream, pytest.raises(Invalid):
            file = store_file(world.actor("trainer"), stream, "solo suono.webm", videos.PURPOSE)
            videos.take_file(meeting.room, file)
        room_id = meeting.activity.id
    sent = {"files": (io.BytesIO(b"\x1aE\xdf\xa3" + b"\0" * 400), "rotto.webm")}
    answer = sign_in("trainer").post(
        f"{LIST}{room_id}/videos/", data=sent, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    with world.inside("siena"):
        assert videos.find_videos(room_id) == []


def record(world: World, meeting: Meeting, begins: float, ends: float) -> Recording:
    """A recording between two seconds after the beginning of the meeting."""
    zero = meeting.activity.starts_at or world.now
    row = Recording(
        room_id=meeting.activity.id,
        started_at=zero + timedelta(seconds=begins),
        ended_at=zero + timedelta(seconds=ends),
        owner_id=world.people["trainer"].id,
    )
    session().add(row)
    session().flush()
    row.first_seq = log.write(
        meeting.room, "recording.started", RecordingRef(recording=row.id), at=row.started_at
    )
    return row


def test_a_recording_shows_the_video_at_its_moment_also_one_that_played_before(
    world: World,
) -> None:
    with world.inside("siena"), unit_of_work():
        meeting = open_room(world)
        go_in(world, meeting, "trainer")
        row, zero = add(world, meeting), meeting.activity.starts_at or world.now

        def tell(kind: str, payload: Any, second: float) -> None:
            log.write(meeting.room, kind, payload, at=zero + timedelta(seconds=second))

        begun = log.VideoShown(video=row.id, title=row.name, seconds=24)
        tell("video.shown", begun, 10)
        tell("video.moved", log.VideoMoved(position=2, is_playing=True), 12)
        recorded = record(world, meeting, 15, 100)
        tell("video.moved", log.VideoMoved(position=7, is_playing=False), 17)
        tell("video.hidden", log.Nothing(), 20)
        tell("video.shown", begun, 30)
        found = replay.describe(world.actor("trainer"), recorded, recording.agreed_ids(meeting.activity.id))[
            "videos"
        ]
        assert [(each["at"], each["position"], each["is_playing"], bool(each["video"])) for each in found] == [
            (0, 5, True, True), (2, 7, False, True), (5, 0, False, False), (15, 0, False, True),
        ]  # fmt: skip


def test_a_copy_of_the_meeting_has_its_videos(world: World) -> None:
    with world.inside("siena"), unit_of_work():
        meeting, other = open_room(world), open_room(world)
        row = add(world, meeting)
        kept: dict[str, uuid.UUID] = {}

        def keep(file_id: uuid.UUID) -> str:
            return kept.setdefault(str(file_id), file_id).hex

        data = taking_along.export_room(world.actor("trainer"), meeting.activity.id, keep)
        taking_along.import_room(world.actor("trainer"), other.activity.id, data, uuid.UUID)
        copied = videos.find_videos(other.activity.id)
        assert [(each.name, each.seconds, each.file_id) for each in copied] == [
            (row.name, row.seconds, row.file_id)
        ]
