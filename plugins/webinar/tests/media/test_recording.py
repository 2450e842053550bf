"""Recordings: what agreed people send, whole and in time, whatever is lost or killed; of others not a byte."""

from __future__ import annotations

import asyncio
import base64
import random
import tempfile
import threading
import time
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import av
import pytest
from aiortc.codecs.h264 import H264Encoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from plugins.webinar.engine import Kind, RecordedTrack
from plugins.webinar.engine_embedded import avc, frames, recording, webm
from plugins.webinar.engine_embedded.codecs import Codec
from plugins.webinar.engine_embedded.layers import Track
from plugins.webinar.engine_embedded.rtp import Packet
from plugins.webinar.remote import RemoteEngine
from plugins.webinar.repacking import for_every_browser
from plugins.webinar.tests.media.engines import EngineProcess
from plugins.webinar.tests.media.peers import AiortcPeer, together

OPUS = webm.Format("A_OPUS")
SOUND = b"\xfc"  # RFC 6716, section 3.1: one frame, of any content
VP8 = Codec(96, "VP8", 90_000)


def blocks(path: Path) -> list[tuple[int, bytes]]:
    """Time in milliseconds and content of each block, as FFmpeg reads them."""
    with av.open(str(path)) as container:
        return [
            (round(float(packet.pts * packet.time_base) * 1000), bytes(packet))
            for packet in container.demux()
            if packet.size
        ]


steps = st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=50)), min_size=1, max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_what_is_written_is_read_with_its_times(tmp_path: Path, steps: list[tuple[int, bytes]]) -> None:
    path = tmp_path / f"{time.monotonic_ns()}.webm"
    writer, at, expected = webm.WebmWriter(path, OPUS), 0, []
    for pause, noise in steps:
        at, frame = at + pause, SOUND + noise
        writer.write(at, frame, is_key=True)
        expected.append((at, frame))
    writer.close()
    read = blocks(path)
    assert [frame for _time, frame in read] == [frame for _time, frame in expected]
    delay = read[0][0] - expected[0][0]
    assert abs(delay) <= 7  # FFmpeg takes off the delay of Opus
    assert all(abs(got[0] - delay - wanted[0]) <= 1 for got, wanted in zip(read, expected, strict=True))


def test_a_closed_file_has_a_duration_and_an_index(tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    writer = webm.WebmWriter(path, webm.Format("V_VP8", 640, 360))
    for number in range(100):
        writer.write(number * 100, b"frame", is_key=number % 30 == 0)
    writer.close()
    data = path.read_bytes()
    assert webm.CUES.to_bytes(4) in data
    with av.open(str(path)) as container:
        assert container.duration == 9_900_000
        container.seek(6_500_000)
        packet = next(packet for packet in container.demux() if packet.size)
        assert (packet.is_keyframe, float(packet.pts * packet.time_base)) == (True, 6.0)


@given(st.integers(0, 3000), st.booleans())
def test_a_file_that_is_torn_anywhere_keeps_all_whole_clusters(cut: int, is_last_cluster_half: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.webm"
        writer = webm.WebmWriter(path, OPUS)
        head = path.stat().st_size
        for number in range(200):
            writer.write(number * 20, SOUND + bytes([number]), is_key=True)
        size = path.stat().st_size  # as if killed: never closed
        torn = max(head, size - cut) if is_last_cluster_half else size
        with path.open("r+b") as file:
            file.truncate(torn)
        seconds = webm.mend(path)
        read = blocks(path) if seconds else []
        assert [content for _time, content in read] == [
            SOUND + bytes([number]) for number in range(len(read))
        ]
        if not is_last_cluster_half:
            assert 4.0 - seconds <= 2.0
        with pytest.raises(ValueError, match="still open"):
            webm.mend(path)


def packet(index: int, timestamp: int, payload: bytes, *, marker: bool) -> Packet:
    made = Packet(96, marker, index & 0xFFFF, timestamp, 1, payload, {})
    made.index = index
    made.is_key = payload[:1] == b"\x10" and not (payload[1:2] or b"\0")[0] & 1
    return made


def two_packets(number: int, *, is_key: bool) -> list[Packet]:
    """A VP8 frame in two packets (RFC 7741, section 4.2)."""
    tag = bytes([0 if is_key else 1, number])
    return [
        packet(2 * number, 3000 * number, b"\x10" + tag, marker=False),
        packet(2 * number + 1, 3000 * number, b"\x00more", marker=True),
    ]


@given(st.randoms(use_true_random=False), st.integers(2, 30))
def test_frames_are_whole_and_in_order_however_packets_come(random: Any, count: int) -> None:
    sent = [each for number in range(count) for each in two_packets(number, is_key=number == 0)]
    order = sorted(range(len(sent)), key=lambda place: (place and place + random.uniform(0, 12), place))
    assembler, got = frames.Assembler(VP8), []
    for place in order:
        got += assembler.take(sent[place], 1.0)
    assert [frame.timestamp for frame in got] == [3000 * number for number in range(count)]
    assert all(frame.data.endswith(b"more") for frame in got)


def test_after_a_hole_pictures_begin_with_a_key_frame() -> None:
    assembler, got = frames.Assembler(VP8), []
    for number in range(10):
        for each in two_packets(number, is_key=number in {0, 7}):
            if each.index != 6:
                got += assembler.take(each, number * 1.0)
    assert [frame.timestamp // 3000 for frame in got] == [0, 1, 2, 7, 8, 9]


def test_sound_goes_on_after_a_hole() -> None:
    assembler, got = frames.Assembler(Codec(111, "opus", 48_000, 2)), []
    for number in (0, 1, 3, 4):
        got += assembler.take(packet(number, 960 * number, b"x", marker=False), number * 1.0)
    assert [frame.timestamp // 960 for frame in got] == [0, 1, 3, 4]


@given(
    st.lists(st.binary(min_size=1, max_size=30), min_size=2), st.sampled_from(["vp8", "vp9", "av1", "h264"])
)
def test_hostile_payloads_are_never_an_error(payloads: list[bytes], name: str) -> None:
    assembler = frames.Assembler(Codec(96, name, 90_000))
    for number, payload in enumerate(payloads):
        assembler.take(packet(number, 0, payload, marker=True), 0.0)
    for codec in ("vp8", "vp9"):
        frames.picture_size(codec, payloads[0])


@given(st.binary(max_size=60), st.binary(max_size=20))
def test_hostile_parameter_sets_are_never_an_error(sequence: bytes, picture: bytes) -> None:
    sets = avc.ParameterSets((b"\x67" + sequence,), (b"\x68" + picture,))
    assert avc.configuration(sets)[0] == 1
    assert all(16 <= side <= 16_384 for side in avc.picture_size(sets))


def pictures_of_h264(count: int, width: int, height: int, keys: set[int]) -> list[list[Packet]]:
    """Packets of so many pictures, as aiortc sends them (RFC 6184)."""
    encoder, found, index = H264Encoder(), [], 0
    for number in range(count):
        picture = av.VideoFrame(width, height, "yuv420p")
        for plane in picture.planes:
            plane.update(random.Random(number).randbytes(plane.buffer_size))
        picture.pts, picture.time_base = number * 3000, Fraction(1, 90_000)
        payloads, _timestamp = encoder.encode(picture, force_keyframe=number in keys)
        sent = []
        for place, payload in enumerate(payloads):
            made = packet(index, 3000 * number, payload, marker=place == len(payloads) - 1)
            sent.append(made)
            index += 1
        found.append(sent)
    return found


H264 = Codec(97, "H264", 90_000, 1, {"packetization-mode": "1", "profile-level-id": "42e01f"})


@pytest.mark.parametrize(("width", "height"), [(320, 180), (426, 240), (640, 360)])
def test_pictures_of_h264_are_written_as_they_came_and_packed_for_every_browser(
    tmp_path: Path, width: int, height: int
) -> None:
    assembler, got = frames.Assembler(H264), []
    for sent in pictures_of_h264(12, width, height, keys={2, 7}):
        for each in sent:
            got += assembler.take(each, 1.0)
    assert [(each.timestamp // 3000, each.is_key) for each in got] == [(n, n in {2, 7}) for n in range(2, 12)]
    assert {(each.width, each.height) for each in got if each.is_key} == {(width, height)}
    form = webm.Format(recording.FORMATS["h264"], width, height, got[0].setup)
    file = tmp_path / f"0001-camera{form.suffix}"
    writer = webm.WebmWriter(file, form)
    for each in got:
        writer.write((each.timestamp - got[0].timestamp) // 90, each.data, is_key=each.is_key)
    writer.close()
    packed = for_every_browser(file)
    assert (file.suffix, packed.suffix) == (".mkv", ".mp4")
    for path in (file, packed):
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            assert (stream.width, stream.height) == (width, height)
            assert sum(1 for _frame in container.decode(stream)) == 10


def test_a_hole_in_h264_is_not_glued_over() -> None:
    for missing in range(1, 4):
        assembler, got = frames.Assembler(H264), []
        pictures = pictures_of_h264(10, 320, 180, keys={1, 7})
        lost = pictures[4][missing % len(pictures[4])]
        for number, sent in enumerate(pictures):
            for each in sent:
                if each is not lost:
                    got += assembler.take(each, number * 1.0)
        numbers = [each.timestamp // 3000 for each in got]
        assert set(numbers) <= {1, 2, 3, 7, 8, 9}
        assert numbers[:3] == [1, 2, 3]
        assert numbers[-3:] == [7, 8, 9]


def test_a_program_that_only_knows_h264_is_recorded(engine: RemoteEngine, tmp_path: Path) -> None:
    folder = tmp_path / "recording"

    async def work() -> list[RecordedTrack]:
        ada = AiortcPeer(engine, "room", "ada")
        ada.only = "video/H264"
        await ada.send()
        await ada.connected()
        await asyncio.to_thread(engine.start_recording, "room", folder, frozenset({"ada"}))
        await until_lasting(folder, 1, 1.2, "*.mkv")
        tracks = await asyncio.to_thread(engine.stop_recording, "room")
        await ada.close()
        return list(tracks)

    camera = next(track for track in together(work()) if track.source.kind is Kind.CAMERA)
    assert (camera.media_type, camera.file.suffix) == ("video/x-matroska", ".mkv")
    assert decoded(camera) > 20


def people_of(tracks: list[RecordedTrack]) -> set[tuple[str, Kind]]:
    return {(track.source.person, track.source.kind) for track in tracks}


def longest(tracks: list[RecordedTrack]) -> list[RecordedTrack]:
    """The longest file of each source; a busy machine sends late, and then a new file begins."""
    return list({each.source: each for each in sorted(tracks, key=lambda track: track.seconds)}.values())


def decoded(track: RecordedTrack) -> int:
    with av.open(str(track.file)) as container:
        return sum(1 for _frame in container.decode())


async def until_written(folder: Path, files: int, size: int) -> None:
    """Wait until so many files of another process are longer than ``size``."""

    def wait() -> None:
        pause, end = threading.Event(), time.monotonic() + 20
        while sum(1 for path in folder.glob("*.webm") if path.stat().st_size > size) < files:
            assert time.monotonic() < end, [(path.name, path.stat().st_size) for path in folder.iterdir()]
            pause.wait(0.05)

    await asyncio.to_thread(wait)


async def until_lasting(folder: Path, files: int, seconds: float, names: str = "*.webm") -> None:
    """Wait until so many files of another process hold so much to hear or see."""

    await asyncio.to_thread(wait_until_lasting, folder, files, seconds, names)


def wait_until_lasting(folder: Path, files: int, seconds: float, names: str = "*.webm") -> None:
    """The same without a loop."""
    pause, end = threading.Event(), time.monotonic() + 60
    while sum(1 for path in folder.glob(names) if lasts(path) > seconds) < files:
        assert time.monotonic() < end, [(path.name, path.stat().st_size) for path in folder.iterdir()]
        pause.wait(0.05)


def lasts(path: Path) -> float:
    """Seconds from the first frame to the last that was written yet."""
    try:
        with av.open(str(path)) as container:
            times = [frame.time for frame in container.decode()]
    except av.FFmpegError:
        return 0.0
    return times[-1] - times[0] if times else 0.0


def test_who_agreed_is_recorded_and_who_did_not_is_not(engine: RemoteEngine, tmp_path: Path) -> None:
    folder = tmp_path / "recording"

    async def work() -> list[RecordedTrack]:
        ada = await AiortcPeer(engine, "room", "ada").send()
        ben = await AiortcPeer(engine, "room", "ben").send()
        await asyncio.gather(ada.connected(), ben.connected())
        await asyncio.to_thread(engine.start_recording, "room", folder, frozenset({"ada"}))
        await until_lasting(folder, 2, 1.2)
        tracks = await asyncio.to_thread(engine.stop_recording, "room")
        await asyncio.gather(ada.close(), ben.close())
        return list(tracks)

    tracks = together(work())
    assert people_of(tracks) == {("ada", Kind.MICROPHONE), ("ada", Kind.CAMERA)}
    assert {path.name for path in folder.iterdir()} == {track.file.name for track in tracks} | {
        recording.INDEX
    }
    for source in {track.source for track in tracks}:  # a busy machine sends late, and a new file begins
        own = [track for track in tracks if track.source == source]
        assert sum(track.seconds for track in own) > 0.9
        assert sum(decoded(track) for track in own) > 20
        assert own[0].started_at >= 0
    assert {each.file.stat().st_mode & 0o077 for each in tracks} == {0}
    assert engine.stop_recording("room") == []


def test_who_withdraws_is_not_written_from_then_on(
    engine: RemoteEngine, engine_process: EngineProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "recording"

    async def work() -> tuple[list[int], list[RecordedTrack]]:
        ada = await AiortcPeer(engine, "room", "ada").send()
        ben = await AiortcPeer(engine, "room", "ben").send(video=False)
        await asyncio.to_thread(engine.start_recording, "room", folder, frozenset({"ada", "ben"}))
        await until_written(folder, 3, 1000)
        await asyncio.to_thread(engine.set_recorded, "room", frozenset({"ben"}))
        sizes = [path.stat().st_size for path in sorted(folder.glob("*.webm"))]
        bens = next(line["file"] for line in recording.read_index(folder) if line.get("person") == "ben")
        await until_written(folder, 1, (folder / bens).stat().st_size + 500)
        tracks = await asyncio.to_thread(engine.stop_recording, "room")
        await asyncio.gather(ada.close(), ben.close())
        return sizes, list(tracks)

    sizes, tracks = together(work())
    by_name = sorted(tracks, key=lambda track: track.file.name)
    grown = [
        track.source.person
        for track, size in zip(by_name, sizes, strict=True)
        if track.file.stat().st_size > size
    ]
    assert grown == ["ben"]


def test_a_file_that_begins_when_a_clock_jumps_begins_with_a_key_frame(tmp_path: Path) -> None:
    asked: list[Any] = []
    clock = SimpleNamespace(now=1000.0)
    sender = SimpleNamespace(loop=clock, ask_key_frame=asked.append)
    camera = Track(cast("Any", sender), "0", "ada", Kind.CAMERA, [])
    layer = camera.layer_of("", 1)
    assert layer is not None
    layer.codec = VP8
    made = recording.Recording(tmp_path / "recording", frozenset({"ada"}), lambda: clock.now)
    for number in range(60):
        for each in two_packets(number, is_key=number in {0, 30}):
            each.timestamp += 9_000_000 if number >= 20 else 0
            made.take(camera, layer, each)
        clock.now += 1 / 30
    first, second = made.close()
    assert asked == [layer, layer]
    assert [len(blocks(each.file)) for each in (first, second)] == [20, 30]
    assert second.started_at - first.started_at == pytest.approx(1.0, abs=0.05)


@pytest.mark.fault
def test_a_killed_engine_leaves_a_recording_that_lacks_two_seconds_at_most(
    engine: RemoteEngine, engine_process: EngineProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "recording"

    async def work() -> float:
        ada = await AiortcPeer(engine, "room", "ada").send()
        await ada.connected()
        await asyncio.to_thread(engine.start_recording, "room", folder, frozenset({"ada"}))
        begun = time.monotonic()
        await until_written(folder, 2, 2500)
        engine_process.kill()
        lasted = time.monotonic() - begun
        await ada.close()
        return lasted

    lasted = together(work())
    tracks = recording.recover(folder)
    assert people_of(tracks) == {("ada", Kind.MICROPHONE), ("ada", Kind.CAMERA)}
    for track in tracks:
        assert lasted - (track.started_at + track.seconds) < 2.0
        assert decoded(track) > 20
    assert recording.recover(folder) == [] or all(track.seconds for track in tracks)


@pytest.mark.browser
def test_a_browser_plays_a_recording_and_jumps_in_it(
    engine: RemoteEngine, tmp_path: Path, chromium_with_devices: Browser
) -> None:
    folder = tmp_path / "recording"

    async def work() -> list[RecordedTrack]:
        ada = await AiortcPeer(engine, "room", "ada").send()
        await ada.connected()
        await asyncio.to_thread(engine.start_recording, "room", folder, frozenset({"ada"}))
        await until_lasting(folder, 2, 1.5)
        tracks = await asyncio.to_thread(engine.stop_recording, "room")
        await ada.close()
        return list(tracks)

    page = chromium_with_devices.new_page()
    for track in longest(together(work())):
        address = f"data:{track.media_type};base64," + base64.b64encode(track.file.read_bytes()).decode()
        played = page.evaluate(
            """async (src) => {
              const player = Object.assign(document.createElement('video'), { src, muted: true });
              await new Promise((done, fail) => { player.onloadedmetadata = done; player.onerror = () => fail(player.error.message); });
              player.currentTime = player.duration - 0.5;
              await new Promise((done) => { player.onseeked = done; });
              await player.play();
              await new Promise((done) => { player.onended = done; });
              return [player.duration, player.videoHeight];
            }""",
            address,
        )
        assert played[0] == pytest.approx(track.seconds, abs=0.1)
        assert played[1] == (480 if track.source.kind is Kind.CAMERA else 0)
    page.context.close()
