"""Who is recorded, who is not, and what a replay shows of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.plugin import Conflict, Forbidden, NotFound, World, session
from lms.testing import SignIn
from plugins.webinar import log, media, moderating, questions, recording, replay, talking
from plugins.webinar.engine import Kind, RecordedTrack, Source
from plugins.webinar.models import Recording, Room
from plugins.webinar.rooms import Meeting
from plugins.webinar.tests.making import LIST, go_in, open_room

KEY = "key-of-a-test-0001"
SOUND = Path(__file__).parent.parent / "documents" / "demo.webm"


@dataclass
class Engine:
    """What an engine would be told."""

    folder: Path
    persons: list[frozenset[str]] = field(default_factory=list)
    more: list[RecordedTrack] = field(default_factory=list)

    def start(self, _room: str, _folder: Path, persons: frozenset[str]) -> None:
        """Begin."""
        self.persons.append(persons)

    def follow(self, _room: str, persons: frozenset[str]) -> None:
        """Others agree now."""
        self.persons.append(persons)

    def stop(self, _room: str) -> list[RecordedTrack]:
        """A file of everybody who was ever recorded."""
        found = list(self.more)
        for number, person in enumerate(sorted(set().union(*self.persons))):
            file = self.folder / f"{number}.webm"
            file.write_bytes(SOUND.read_bytes())
            found.append(RecordedTrack(Source(person, Kind.MICROPHONE), file, "audio/webm", 0.5, 6.0))
        return found


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Instead of the process that forwards sound and pictures."""
    made = Engine(tmp_path)
    monkeypatch.setattr(media, "start_recording", made.start)
    monkeypatch.setattr(media, "set_recorded", made.follow)
    monkeypatch.setattr(media, "stop_recording", made.stop)
    return made


def record(world: World, meeting: Meeting) -> Recording:
    """The trainer and a trainee agree, another refuses; all write; it is stopped and kept."""
    room_id = meeting.activity.id
    recording.start(world.actor("trainer"), room_id)
    for key, is_given in (("trainer", True), ("trainee", True), ("trainee2", False)):
        recording.answer(world.actor(key), room_id, is_given=is_given)
        talking.say(world.actor(key), room_id, f"Detto da {key}", KEY)
    questions.caption(world.actor("trainer"), room_id, "Buongiorno <a> & --> b", KEY[::-1])
    row = recording.find_running(room_id)
    assert row is not None
    row.started_at -= timedelta(seconds=10)
    recording.stop(world.actor("trainer"), room_id)
    return row


def test_nothing_is_written_before_somebody_agrees_and_nothing_of_who_does_not(
    world: World, engine: Engine
) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        people = go_in(world, meeting, "trainer", "trainee", "trainee2")
        record(world, meeting)
        assert engine.persons[0] == frozenset()
        assert engine.persons[-1] == {str(people[0].id), str(people[1].id)}


def test_a_replay_holds_who_agreed_and_names_nobody_else(world: World, engine: Engine) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        go_in(world, meeting, "trainer", "trainee", "trainee2")
        row_id, room_id = record(world, meeting).id, meeting.activity.id
    with world.inside("siena"):
        recording.keep_files(row_id)
    with world.inside("siena"):
        found = replay.read_replay(world.actor("trainee5"), room_id, row_id)
        assert [track["name"] for track in found["tracks"]] == ["Tommaso Dell’Acqua", "Aïcha Benali"] or len(
            found["tracks"]
        ) == 2
        assert found["is_ready"]
        names = {each["text"]: each["name"] for each in found["chat"]}
        assert names["Detto da trainee"] == "Aïcha Benali"
        assert names["Detto da trainee2"] == "Somebody"
        assert 9 <= found["captions"][0]["at"] <= 12
        assert "&lt;a> &amp; → b" in replay.as_webvtt(found["captions"])


def test_who_takes_consent_back_is_gone_from_the_replay_at_once(
    sign_in: SignIn, world: World, engine: Engine
) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        go_in(world, meeting, "trainer", "trainee", "trainee2")
        row_id, room_id = record(world, meeting).id, meeting.activity.id
    page = f"{LIST}{room_id}/replay/{row_id}"
    early = sign_in("trainee5").get(f"{page}/data").json["tracks"][0]["id"]
    with sign_in("trainee5").get(f"{LIST}{room_id}/track/{early}", headers={"Range": "bytes=0-99"}) as seen:
        assert (seen.status_code, len(seen.data)) == (206, 100)
    with world.inside("siena"):
        recording.keep_files(row_id)
    tracks = sign_in("trainee5").get(f"{page}/data").json["tracks"]
    mine = next(each["id"] for each in tracks if each["name"] == "Aïcha Benali")
    with sign_in("trainee5").get(f"{LIST}{room_id}/track/{mine}") as seen:
        assert seen.status_code == 200
    assert sign_in("trainee2").post(f"{page}/withdraw").status_code == 404
    assert sign_in("trainee").post(f"{page}/withdraw").status_code == 303
    assert sign_in("trainee5").get(f"{LIST}{room_id}/track/{mine}").status_code == 403
    assert [each["name"] for each in sign_in("trainee5").get(f"{page}/data").json["tracks"]] == [
        "Tommaso Dell’Acqua"
    ]
    assert sign_in("head_vienna").get(page.replace("siena", "vienna")).status_code == 404


def make_h264(file: Path) -> None:
    """Two seconds of pictures in Matroska, as the engine leaves them of a program that sends H.264."""
    with av.open(str(file), "w") as made:
        stream = made.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for _number in range(20):
            made.mux(stream.encode(av.VideoFrame(320, 180, "yuv420p")))
        made.mux(stream.encode(None))


def test_what_webm_does_not_take_plays_at_once_and_is_kept_for_every_browser(
    sign_in: SignIn, world: World, engine: Engine
) -> None:
    make_h264(engine.folder / "0.mkv")
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        (trainer,) = go_in(world, meeting, "trainer")
        engine.more = [
            RecordedTrack(
                Source(str(trainer.id), Kind.CAMERA), engine.folder / "0.mkv", "video/x-matroska", 0, 2
            )
        ]
        recording.start(world.actor("trainer"), room_id)
        recording.answer(world.actor("trainer"), room_id, is_given=True)
        row = recording.find_running(room_id)
        assert row is not None
        recording.stop(world.actor("trainer"), room_id)
        row_id = row.id
    data = sign_in("trainer").get(f"{LIST}{room_id}/replay/{row_id}/data").json
    track = next(each["id"] for each in data["tracks"] if each["kind"] == "camera")
    with sign_in("trainer").get(f"{LIST}{room_id}/track/{track}") as early:
        assert (early.status_code, early.mimetype) == (200, "video/x-matroska")
    with world.inside("siena"):
        recording.keep_files(row_id)
    with sign_in("trainer").get(f"{LIST}{room_id}/track/{track}") as kept:
        assert (kept.status_code, kept.mimetype, kept.data[4:8]) == (200, "video/mp4", b"ftyp")
    assert list(engine.folder.glob("0.*")) == []


def test_only_who_leads_records_and_a_confidential_talk_never_is(world: World, engine: Engine) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        go_in(world, meeting, "trainer", "trainee")
        with pytest.raises(Forbidden):
            recording.start(world.actor("trainee"), meeting.activity.id)
        private = open_room(world, "confidential")
        go_in(world, private, "trainer")
        with pytest.raises(Conflict):
            recording.start(world.actor("trainer"), private.activity.id)


def test_the_end_of_the_meeting_ends_its_recording(world: World, engine: Engine) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id = meeting.activity.id
        go_in(world, meeting, "trainer")
        started = recording.start(world.actor("trainer"), room_id)
        assert recording.start(world.actor("trainer"), room_id).id == started.id
        moderating.end_room(world.actor("trainer"), room_id)
        assert recording.find_running(room_id) is None
        assert log.read_state(session().get_one(Room, room_id))[1]["recording"] is None


def test_a_deleted_recording_is_gone(sign_in: SignIn, world: World, engine: Engine) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        go_in(world, meeting, "trainer", "trainee", "trainee2")
        row_id, room_id = record(world, meeting).id, meeting.activity.id
    page = f"{LIST}{room_id}/replay/{row_id}"
    assert sign_in("trainee").post(f"{page}/delete").status_code == 403
    assert sign_in("trainer").post(f"{page}/delete").status_code == 303
    with world.inside("siena"), pytest.raises(NotFound):
        recording.get_recording(world.actor("trainer"), room_id, row_id)


@given(st.lists(st.tuples(st.floats(0, 36000), st.text(min_size=1, max_size=40)), max_size=20))
def test_captions_are_a_file_whose_times_never_run_backwards(lines: list[tuple[float, str]]) -> None:
    written = replay.as_webvtt([{"at": at, "text": text.replace("\n", " ")} for at, text in sorted(lines)])
    times = [line.split(" --> ") for line in written.splitlines() if line[2:3] == ":" and " --> " in line]
    assert written.startswith("WEBVTT\n")
    assert all(start < stop for start, stop in times)


def test_the_replay_shows_messages_as_they_stand_now_and_names_only_those_who_agreed(
    world: World, engine: Engine
) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        room_id, trainer = meeting.activity.id, world.actor("trainer")
        host, trainee, refuses = go_in(world, meeting, "trainer", "trainee", "trainee2")
        record(world, meeting)
        row = session().query(Recording).filter_by(room_id=room_id).one()
        chat = log.read_state(meeting.room)[1]["chat"]
        mine = next(each["seq"] for each in chat if each["person"] == str(host.id))
        theirs = next(each["seq"] for each in chat if each["person"] == str(trainee.id))
        talking.edit(trainer, room_id, mine, f"<@{trainee.id}> e <@{refuses.id}>", f"{KEY}-anew")
        talking.take_back(world.actor("trainee"), room_id, theirs)
        texts = [each["text"] for each in replay.read_replay(trainer, room_id, row.id)["chat"]]
        assert texts == [f"@{trainee.name} e @Somebody", "Detto da trainee2"]


def test_a_long_meeting_begins_its_replay_with_the_slide_that_was_shown(
    world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        go_in(world, meeting, "trainer", "trainee", "trainee2")
        monkeypatch.setattr(replay, "PAGE", 10)
        for number in (1, 2):
            shown = log.SlideShown(deck=meeting.activity.id, number=number)
            for each in range(12):
                talking.say(world.actor("trainer"), meeting.activity.id, "…", f"key-{number}-{each:06}")
            log.write(meeting.room, "slide.shown", shown)
        row = record(world, meeting)
        slides = replay.read_replay(world.actor("trainer"), meeting.activity.id, row.id)["slides"]
        assert [(each["at"], each["number"]) for each in slides] == [(0.0, 2)]
