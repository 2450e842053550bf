"""Recorded sound is heard when it was said: what a sender left out, or the network lost, is a silence of the same length."""

from __future__ import annotations

import array
import base64
import math
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from plugins.webinar.engine import Kind, RecordedTrack
from plugins.webinar.engine_embedded import opus, recording
from plugins.webinar.engine_embedded.codecs import Codec
from plugins.webinar.engine_embedded.layers import Track
from plugins.webinar.engine_embedded.rtp import Packet
from plugins.webinar.tests.media.test_recording import blocks

CODEC = Codec(111, "opus", 48_000, 2)
LOW, HIGH = 440, 880
WHEN_IS_IT_HIGH = """async (src) => {
  const [player, context] = [new Audio(src), new AudioContext()];
  const analyser = context.createAnalyser();
  const levels = new Float32Array(analyser.frequencyBinCount);
  const [low, high] = [440, 880].map((hertz) => Math.round((hertz * analyser.fftSize) / context.sampleRate));
  analyser.smoothingTimeConstant = 0;
  context.createMediaElementSource(player).connect(analyser).connect(context.destination);
  await player.play();
  while (!player.ended) {
    analyser.getFloatFrequencyData(levels);
    if (levels[high] > -50 && levels[high] > levels[low]) return player.currentTime;
    await new Promise((done) => setTimeout(done, 5));
  }
  return -1;
}"""


def encoded(hertz: int, seconds: float, frame_milliseconds: str = "20") -> list[bytes]:
    """A tone as packets of Opus."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"  # type: ignore[attr-defined]  # PyAV does not tell what kind of codec it makes
    encoder.options = {"frame_duration": frame_milliseconds}
    encoder.time_base = Fraction(1, 48_000)
    found = []
    for start in range(0, round(seconds * 48_000), 960):
        frame = av.AudioFrame(format="s16", layout="stereo", samples=960)
        wave = (
            round(12_000 * math.sin(2 * math.pi * hertz * (start + step) / 48_000)) for step in range(960)
        )
        frame.planes[0].update(array.array("h", (each for each in wave for _side in "lr")).tobytes())
        frame.sample_rate, frame.pts = 48_000, start
        found += [bytes(packet) for packet in encoder.encode(frame)]  # type: ignore[attr-defined]  # as above
    return found


def record(
    folder: Path, packets: list[tuple[int, bytes]], came: list[int] | None = None
) -> list[RecordedTrack]:
    """What is written of packets that are sent, and come, at these milliseconds."""
    clock = SimpleNamespace(now=1000.0)
    track = Track(cast("Any", SimpleNamespace(loop=clock)), "0", "ada", Kind.MICROPHONE, [])
    layer = track.layer_of("", 1)
    assert layer is not None
    layer.codec = CODEC
    made = recording.Recording(folder, frozenset({"ada"}), lambda: clock.now)
    for number, (sent, payload) in enumerate(packets):
        clock.now = 1000.0 + (came[number] if came else sent) / 1000
        packet = Packet(111, False, number & 0xFFFF, sent * 48, 1, payload, {})
        packet.index, packet.is_key = number, True
        made.take(track, layer, packet)
    return made.close()


def spread(pauses: list[int], *, lasts: int = 20) -> list[tuple[int, bytes]]:
    """Packets with so many milliseconds of nothing before each."""
    at, found = 0, []
    for pause in pauses:
        found.append((at + pause, opus.NOTHING + b"sound"))
        at += pause + lasts
    return found


@pytest.mark.parametrize("milliseconds", ["2.5", "5", "10", "20", "40", "60"])
def test_a_packet_tells_how_long_it_sounds(milliseconds: str) -> None:
    assert {opus.milliseconds(each) for each in encoded(LOW, 0.5, milliseconds)} == {float(milliseconds)}


def test_packets_of_several_frames_tell_how_long_they_sound() -> None:
    told = {b"\xfd..": 40.0, b"\xfe..": 40.0, b"\xff\x03...": 60.0, b"\xff": 0.0, b"": 0.0}
    assert {packet: opus.milliseconds(packet) for packet in told} == told


@given(st.lists(st.sampled_from([0, 0, 0, 20, 40, 380, 1000, 2400]), min_size=2, max_size=30))
def test_sounds_lie_where_they_were_sent_and_nothing_is_missing_between_them(
    tmp_path_factory: pytest.TempPathFactory, pauses: list[int]
) -> None:
    sent = spread([0, *pauses])

    [file] = record(tmp_path_factory.mktemp("sound") / "recording", sent)

    written = blocks(file.file)
    first = written[0][0]
    times = [at - first for at, _packet in written]
    assert times == list(range(0, sent[-1][0] + 1, 20))
    assert [(at - first, packet) for at, packet in written if len(packet) > 1] == sent


def test_lost_packets_of_half_the_length_do_not_add_up(tmp_path: Path) -> None:
    half = b"\xf4sound"  # 10 ms
    [file] = record(tmp_path / "recording", [(10 * number, half) for number in range(600) if number % 3])
    played = sum(opus.milliseconds(packet) for _at, packet in blocks(file.file))
    assert abs(played - 5990) < opus.NOTHING_MS


def test_after_a_long_pause_a_new_file_begins(tmp_path: Path) -> None:
    first, second = record(tmp_path / "recording", spread([0, 0, 0, 5000, 0]))
    assert (len(blocks(first.file)), len(blocks(second.file))) == (3, 2)
    assert second.started_at - first.started_at == pytest.approx(5.06, abs=0.002)


def test_sound_that_comes_late_and_in_a_bunch_is_where_it_was_sent(tmp_path: Path) -> None:
    sent = spread([0] * 300)
    came = [max(at, 2500) if 1000 < at < 2500 else at for at, _packet in sent]
    [file] = record(tmp_path / "recording", sent, came)
    assert len(blocks(file.file)) == 300


def test_a_clock_that_stood_still_while_nothing_was_sent_does_not_move_what_follows(tmp_path: Path) -> None:
    sent = spread([0] * 150)
    came = [at if at < 1000 else at + 1200 for at, _packet in sent]
    first, second = record(tmp_path / "recording", sent, came)
    assert (len(blocks(first.file)), len(blocks(second.file))) == (50, 100)
    assert second.started_at - first.started_at == pytest.approx(2.2, abs=0.002)


@pytest.mark.browser
def test_a_browser_plays_a_sound_when_it_was_said(tmp_path: Path, chromium_with_devices: Browser) -> None:
    low, high = encoded(LOW, 1.0), encoded(HIGH, 1.0)
    silent = [(1000 + 400 * number, opus.NOTHING) for number in range(1, 3)]  # as senders do in a silence
    sent = [(20 * number, packet) for number, packet in enumerate(low)]
    sent += [*silent, *((2200 + 20 * number, packet) for number, packet in enumerate(high))]
    [file] = record(tmp_path / "recording", sent)
    page = chromium_with_devices.new_page()
    address = f"data:{file.media_type};base64,{base64.b64encode(file.file.read_bytes()).decode()}"
    assert page.evaluate(WHEN_IS_IT_HIGH, address) == pytest.approx(2.2, abs=0.1)
    page.context.close()
