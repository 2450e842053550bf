"""Which size of a picture a recording takes: what comes, and the largest of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from plugins.webinar.engine import Kind
from plugins.webinar.engine_embedded.layers import Layer, Track
from plugins.webinar.engine_embedded.recording import Recording
from plugins.webinar.tests.media.test_recording import VP8, blocks, two_packets


class Camera:
    """A camera that sends two sizes, as the engine sees it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.asked: list[str] = []
        sender = SimpleNamespace(loop=self, ask_key_frame=lambda layer: self.asked.append(layer.rid))
        self.track = Track(cast("Any", sender), "0", "somebody", Kind.CAMERA, ["small", "large"])
        self.layers = {
            rid: cast("Layer", self.track.layer_of(rid, ssrc)) for ssrc, rid in enumerate(("small", "large"))
        }

    def call_later(self, _seconds: float, _call: Any) -> None:
        """Nobody waits here."""

    def send(self, target: Recording, rid: str, number: int, *, is_key: bool) -> None:
        """A picture of one size."""
        layer = self.layers[rid]
        layer.codec, layer.seen_at = VP8, self.now
        for each in two_packets(number, is_key=is_key):
            target.take(self.track, layer, each)
        self.now += 0.03


def numbers_in(folder: Path) -> list[int]:
    """Which pictures were written, in order."""
    return [data[1] for path in sorted(folder.glob("*.webm")) for _time, data in blocks(path)]


def test_what_comes_is_written_although_a_larger_picture_came_a_moment_ago(tmp_path: Path) -> None:
    camera = Camera()
    target = Recording(tmp_path, frozenset({"somebody"}), lambda: camera.now)
    camera.layers["large"].seen_at = camera.now - 1
    for number in range(5):
        camera.send(target, "small", number, is_key=number == 0)
    target.close()
    assert numbers_in(tmp_path) == [0, 1, 2, 3, 4]


def test_a_larger_picture_is_written_from_its_key_frame_on_and_a_smaller_one_when_it_stops(
    tmp_path: Path,
) -> None:
    camera = Camera()
    target = Recording(tmp_path, frozenset({"somebody"}), lambda: camera.now)
    for number in range(4):
        camera.send(target, "small", number, is_key=number == 0)
        camera.send(target, "large", 50 + number, is_key=number == 2)
    assert "large" in camera.asked
    camera.now += 1
    for number in range(4, 7):
        camera.send(target, "small", number, is_key=number == 5)
    target.close()
    assert numbers_in(tmp_path) == [0, 1, 2, 52, 53, 5, 6]
