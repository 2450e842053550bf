"""Records a room: each track as it comes into a file of its own, without decoding.

``tracks.jsonl`` in the folder says which file is whose, line by line as it happens, so that a
recording can be found again after a crash (``recover``).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from plugins.webinar.engine import Kind, RecordedTrack, Source
from plugins.webinar.engine_embedded import opus, webm
from plugins.webinar.engine_embedded.frames import Assembler, Frame, can_assemble
from plugins.webinar.engine_embedded.layers import SILENT_SECONDS, Layer, Track
from plugins.webinar.engine_embedded.rtp import Packet
from plugins.webinar.engine_embedded.timeline import LARGEST_LAG, Timeline

INDEX = "tracks.jsonl"
WORTH_NOTING = 0.02
"""Seconds by which the begin of a file must turn out to be earlier than was written down."""
STANDING_SECONDS = 0.5
"""After so long without a sound that came in time, its sender's clock stood still: browsers stop it with the microphone."""
STOPPED_SECONDS = 0.7
"""After so long without a packet a size of a picture is written in another one: senders leave sizes out at any time."""
FORMATS = {
    "opus": "A_OPUS", "red": "A_OPUS", "vp8": "V_VP8", "vp9": "V_VP9", "av1": "V_AV1", "h264": "V_MPEG4/ISO/AVC",
}  # fmt: skip


class TrackWriter:
    """Writes one source, in one file or, after pauses and breaks of its clock, several.

    Players let a picture stand until the next one's time, but play sounds without a pause between them, however far
    apart they are. So what did not come (senders leave silence out, networks lose) is written as such.
    """

    def __init__(self, recording: Recording, track: Track) -> None:
        self._recording = recording
        self._track = track
        self._layer: Layer | None = None
        self._assembler: Assembler | None = None
        self._file: webm.WebmWriter | None = None
        self._name = ""
        self._setup = b""
        self._timeline: Timeline | None = None
        self._noted_at = 0.0
        self._written, self._sounded = 0.0, 0.0
        self._held: list[Frame] = []

    def take(self, packet: Packet, layer: Layer, now: float) -> None:
        """Take a packet of any layer; only the highest one's that comes are written."""
        if layer is not self._layer:
            if not self._may_follow(layer, packet, now):
                return
            self._follow(layer, is_begun=packet.is_key)
        codec = layer.codec
        if codec is None or not can_assemble(codec):
            return
        if self._assembler is None or self._assembler.codec is not codec:
            self._assembler = Assembler(codec)
        was_broken = self._assembler.is_broken
        for frame in self._assembler.take(packet, now):
            for ready in self._ready(frame, codec.clock):
                self._write(ready, codec.clock, FORMATS[codec.name])
        if self._assembler.is_broken and (not was_broken or not packet.sequence & 0x3F):
            layer.want_key_frame()

    def close(self) -> None:
        """Finish its file."""
        if self._layer is not None:
            self._layer.is_recorded = False
        if self._file is not None:
            file, self._file = self._file, None
            try:
                file.close()
            except OSError as problem:
                self._recording.complain(problem)
            self._recording.note({"file": self._name, "seconds": file.last / 1000})

    def _may_follow(self, layer: Layer, packet: Packet, now: float) -> bool:
        """A lower one at once when the one that is written has stopped; a higher one from its next key frame on."""
        if self._layer is None or now - self._layer.seen_at > STOPPED_SECONDS:
            return True
        layers = self._track.layers
        if layers.index(layer) < layers.index(self._layer):
            return False
        if not packet.is_key:
            layer.want_key_frame()
        return packet.is_key

    def _follow(self, layer: Layer, *, is_begun: bool) -> None:
        if self._layer is not None:
            self._layer.is_recorded = False
        self._layer, self._assembler = layer, None
        if self._timeline is not None:
            self._timeline.leap()
        layer.is_recorded = True
        if not is_begun:
            layer.want_key_frame()

    def _ready(self, frame: Frame, clock: int) -> list[Frame]:
        """What can be written: sound that seems late waits until it shows whether it is, or its sender's clock stood still."""
        line = None if self._track.is_video else self._timeline
        is_late = line is not None and line.delay_of(frame.timestamp, frame.arrived_at, clock) > LARGEST_LAG
        self._held.append(frame)
        if is_late and frame.arrived_at - self._held[0].arrived_at < STANDING_SECONDS:
            return []
        if is_late:
            self._timeline = None
        ready, self._held = self._held, []
        return ready

    def _write(self, frame: Frame, clock: int, codec: str) -> None:
        line = self._timeline
        at = line.place(frame.timestamp, frame.arrived_at, clock) if line is not None else None
        begins = frame.arrived_at if line is None or at is None else line.started_at + at
        is_other = frame.is_key and frame.setup != self._setup
        is_pause = at is not None and at - self._written > SILENT_SECONDS[self._track.kind]
        if self._file is None or at is None or is_other or is_pause:
            if not frame.is_key and self._assembler is not None:
                self._assembler.is_broken = True  # a file of pictures begins with a key frame
                return
            self.close()
            self._open(frame, codec, begins)
            at = 0.0
        self._note_begin()
        self._written = at
        if self._file is not None:
            try:
                self._put(self._file, round(at * 1000), frame)
            except OSError as problem:
                self._recording.complain(problem)

    def _put(self, file: webm.WebmWriter, milliseconds: int, frame: Frame) -> None:
        if not self._track.is_video:
            self._fill(file, milliseconds)
            self._sounded += opus.milliseconds(frame.data)
        file.write(max(milliseconds, file.last), frame.data, is_key=frame.is_key)

    def _fill(self, file: webm.WebmWriter, milliseconds: int) -> None:
        """Write what did not come until then."""
        while milliseconds - self._sounded >= opus.NOTHING_MS:
            file.write(max(round(self._sounded), file.last), opus.NOTHING, is_key=True)
            self._sounded += opus.NOTHING_MS

    def _note_begin(self) -> None:
        """Write down when the file began, if that is news."""
        begun = self._timeline.started_at if self._timeline is not None else self._noted_at
        if self._file is not None and self._noted_at - begun > WORTH_NOTING:
            self._noted_at = begun
            self._recording.note({"file": self._name, "started_at": self._recording.since_start(begun)})

    def _open(self, frame: Frame, codec: str, begins: float) -> None:
        if self._layer is not None:
            self._layer.is_recorded = True
        self._timeline = Timeline(frame.timestamp, begins)
        self._noted_at = begins
        self._written, self._sounded = 0.0, 0.0
        self._setup = frame.setup
        form = webm.Format(codec, frame.width, frame.height, frame.setup)
        self._name, path = self._recording.new_file(self._track.kind, form.suffix)
        try:
            self._file = webm.WebmWriter(path, form)
        except OSError as problem:
            self._recording.complain(problem)
            return
        self._recording.note({
            "file": self._name, "person": self._track.person, "kind": self._track.kind.value,
            "media_type": form.media_type,
            "started_at": self._recording.since_start(begins),
        })  # fmt: skip


class Recording:
    """What is written of one room. ``persons`` are those who agreed; nobody else's packets are touched."""

    def __init__(self, folder: Path, persons: frozenset[str], clock: Callable[[], float]) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self.persons = persons
        self._clock = clock
        self._writers: dict[Track, TrackWriter] = {}
        self._count = len(list(folder.glob("[0-9]*-*")))
        self._is_mute = False
        begun = next((line["begun"] for line in read_index(folder) if "begun" in line), None)
        if begun is None:
            begun = time.time()
            self.note({"begun": begun})
        self._begun = clock() - (time.time() - begun)

    def take(self, track: Track, layer: Layer, packet: Packet) -> None:
        """Take a packet that was let into the room."""
        if track.person not in self.persons:
            return
        writer = self._writers.get(track)
        if writer is None:
            writer = self._writers[track] = TrackWriter(self, track)
        writer.take(packet, layer, self._clock())

    def set_persons(self, persons: frozenset[str]) -> None:
        """Change whose tracks are written, at once."""
        self.persons = persons
        for track in [each for each in self._writers if each.person not in persons]:
            self._writers.pop(track).close()

    def end(self, track: Track) -> None:
        """A track is over."""
        writer = self._writers.pop(track, None)
        if writer is not None:
            writer.close()

    def close(self) -> list[RecordedTrack]:
        """Finish all files; returns them, with those that ended earlier."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()
        return recorded(self.folder)

    def new_file(self, kind: Kind, suffix: str) -> tuple[str, Path]:
        """A name that no file has."""
        self._count += 1
        name = f"{self._count:04}-{kind.value}{suffix}"
        return name, self.folder / name

    def since_start(self, at: float) -> float:
        """Seconds after the start of the recording, to the millisecond."""
        return round(max(0.0, at - self._begun), 3)

    def note(self, line: dict[str, Any]) -> None:
        """Write a line into the index."""
        try:
            with (self.folder / INDEX).open("a", encoding="utf-8") as index:
                index.write(json.dumps(line) + "\n")
        except OSError as problem:
            self.complain(problem)

    def complain(self, problem: OSError) -> None:
        """Say once that the disk does not take it; the call goes on."""
        if not self._is_mute:
            self._is_mute = True
            print(f"A recording cannot be written: {problem.strerror}", file=sys.stderr)  # noqa: T201 - the process's log


def recorded(folder: Path) -> list[RecordedTrack]:
    """The tracks of a recording in ``folder``; ``seconds`` is below 0 for files that nobody closed."""
    found: dict[str, dict[str, Any]] = {}
    for line in read_index(folder):
        if "file" in line:
            found.setdefault(line["file"], {}).update(line)
    return [
        RecordedTrack(
            Source(line["person"], Kind(line["kind"])), folder / name, line["media_type"], line["started_at"],
            line.get("seconds", -1.0),
        )
        for name, line in found.items()
        if "person" in line and (folder / name).is_file()
    ]  # fmt: skip


def mended(tracks: Sequence[RecordedTrack]) -> list[RecordedTrack]:
    """The same tracks, with the files of an engine that was killed made whole; those with nothing in them left out."""
    whole = []
    for track in tracks:
        try:
            seconds = track.seconds if track.seconds >= 0 else webm.mend(track.file)
        except ValueError:  # killed before its first words were written
            continue
        whole.append(replace(track, seconds=seconds))
    return whole


def recover(folder: Path) -> list[RecordedTrack]:
    """What there is of a recording that nobody stopped: its engine was killed."""
    return mended(recorded(folder))


def read_index(folder: Path) -> list[dict[str, Any]]:
    """The lines that were written whole, oldest first."""
    try:
        text = (folder / INDEX).read_text("utf-8")
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in text.splitlines() if line.endswith("}")]
