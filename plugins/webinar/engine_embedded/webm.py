"""Writes WebM, or Matroska for what WebM does not take (RFC 9559), while it happens, so that a crash loses what was not a whole cluster yet.

A file is its head, then clusters of about a second, each written at once with its size. When it
is closed, an index of key frames and the duration are added, so that players can jump. ``mend``
does that for a file that was never closed.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CLUSTER_SECONDS = 1.0
CLUSTER_BYTES = 256 << 10
LONGEST_CLUSTER_MS = 30_000
HEAD_ROOM = 40
"""Bytes kept free in the head for what is only known at the end: where the index is."""
LARGEST_HEAD = 600

EBML, SEGMENT, SEEK_HEAD, SEEK, SEEK_ID, SEEK_POSITION = (
    0x1A45DFA3,
    0x18538067,
    0x114D9B74,
    0x4DBB,
    0x53AB,
    0x53AC,
)
INFO, TIMESTAMP_SCALE, DURATION, MUXER, WRITER = 0x1549A966, 0x2AD7B1, 0x4489, 0x4D80, 0x5741
TRACKS, TRACK, NUMBER, UID, TYPE, CODEC, PRIVATE = 0x1654AE6B, 0xAE, 0xD7, 0x73C5, 0x83, 0x86, 0x63A2
VIDEO, WIDTH, HEIGHT, AUDIO, RATE, CHANNELS = 0xE0, 0xB0, 0xBA, 0xE1, 0xB5, 0x9F
DELAY, PREROLL, LACING = 0x56AA, 0x56BB, 0x9C
CLUSTER, TIMESTAMP, SIMPLE_BLOCK = 0x1F43B675, 0xE7, 0xA3
CUES, CUE, CUE_TIME, CUE_POSITIONS, CUE_TRACK, CUE_CLUSTER = 0x1C53BB6B, 0xBB, 0xB3, 0xB7, 0xF7, 0xF1
VOID = 0xEC
KEY_FLAG = 0x80
UNKNOWN_SIZE = b"\x01" + b"\xff" * 7
OPUS_HEAD = b"OpusHead" + struct.pack("<BBHIHB", 1, 2, 312, 48_000, 0, 0)  # RFC 7845, section 5.1


@dataclass(frozen=True, slots=True)
class Format:
    """What a file holds: the codec as Matroska calls it, the size of a picture (0 for sound), what its decoder must know before."""

    codec: str
    width: int = 0
    height: int = 0
    setup: bytes = b""

    @property
    def is_video(self) -> bool:
        """Whether it holds pictures."""
        return self.codec.startswith("V_")

    @property
    def is_webm(self) -> bool:
        """Whether WebM allows it."""
        return self.codec in {"A_OPUS", "V_VP8", "V_VP9", "V_AV1"}

    @property
    def suffix(self) -> str:
        """How the name of such a file ends."""
        return ".webm" if self.is_webm else ".mkv"

    @property
    def media_type(self) -> str:
        """As browsers and the file store call it."""
        kind = "webm" if self.is_webm else "x-matroska"
        return f"{'video' if self.is_video else 'audio'}/{kind}"


class WebmWriter:
    """One track in one file. Times are milliseconds from its start and must not go back."""

    def __init__(self, path: Path, form: Format) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._form = form
        self._blocks = bytearray()
        self._begun: int | None = None
        self._starts_with_key = False
        self._cues: list[tuple[int, int]] = []
        self.last = 0
        head = _head(form)
        os.write(self._file, head)
        self._places = _Places.of(head)
        self._end = len(head)

    def write(self, time: int, frame: bytes, *, is_key: bool) -> None:
        """Add a frame. Raises OSError when the disk is full."""
        if self._begun is not None and self._is_time_for_cluster(time, is_key=is_key):
            self.flush()
        if self._begun is None:
            self._begun, self._starts_with_key = time, is_key
        self._blocks += _element(
            SIMPLE_BLOCK, struct.pack("!BhB", 0x81, time - self._begun, KEY_FLAG if is_key else 0) + frame
        )
        self.last = max(self.last, time)

    def flush(self) -> None:
        """Write the cluster that is being gathered."""
        if self._begun is None:
            return
        cluster = _element(CLUSTER, _number(TIMESTAMP, self._begun) + bytes(self._blocks))
        if self._starts_with_key:
            self._cues.append((self._begun, self._end - self._places.segment))
        os.pwrite(self._file, cluster, self._end)
        self._end += len(cluster)
        self._blocks.clear()
        self._begun = None

    def close(self) -> None:
        """Finish the file so that players can jump in it."""
        try:
            self.flush()
            _finish(self._file, self._places, self._end, self._cues, self.last)
        finally:
            os.close(self._file)

    def _is_time_for_cluster(self, time: int, *, is_key: bool) -> bool:
        age = time - (self._begun or 0)
        is_due = age >= CLUSTER_SECONDS * 1000 or len(self._blocks) > CLUSTER_BYTES
        return is_due or age > LONGEST_CLUSTER_MS or (is_key and self._form.is_video and age > 0)


def mend(path: Path) -> float:
    """Finish a file whose writer was killed: cut off what is not whole, add index and duration. Returns its seconds.

    Raises ValueError if it is no file of ours.
    """
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        places = _Places.of(os.pread(file, LARGEST_HEAD, 0))
        with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as data:
            cues, last, end = _survey(data, places)
        os.ftruncate(file, end)
        _finish(file, places, end, cues, last)
    finally:
        os.close(file)
    return last / 1000


@dataclass(frozen=True, slots=True)
class _Places:
    """Where in the head things are: the begin of the segment's content, and the number of the duration."""

    segment: int
    duration: int

    @classmethod
    def of(cls, head: bytes) -> _Places:
        segment, duration = head.find(UNKNOWN_SIZE), head.find(DURATION.to_bytes(2) + b"\x88")
        if segment < 0 or duration < 0 or not head.startswith(EBML.to_bytes(4)):
            raise ValueError("this is no recording of ours that is still open")
        return cls(segment + len(UNKNOWN_SIZE), duration + 3)


def _survey(data: mmap.mmap, places: _Places) -> tuple[list[tuple[int, int]], int, int]:
    """Clusters that begin with a key frame, the last time, and where what is whole ends."""
    cues: list[tuple[int, int]] = []
    last, end = 0, places.segment
    for name, at, body, after in _elements(data, places.segment, len(data)):
        end = after
        if name == CLUSTER:
            times = list(_times(data, body, after))
            if times and times[0][1]:
                cues.append((times[0][0], at - places.segment))
            last = max([last, *(time for time, _is_key in times)])
    return cues, last, end


def _head(form: Format) -> bytes:
    ebml = _element(EBML, b"".join([
        _number(0x4286, 1), _number(0x42F7, 1), _number(0x42F2, 4), _number(0x42F3, 8),
        _element(0x4282, b"webm" if form.is_webm else b"matroska"), _number(0x4287, 4), _number(0x4285, 2),
    ]))  # fmt: skip
    info = _number(TIMESTAMP_SCALE, 1_000_000) + _element(DURATION, struct.pack("!d", 0.0))
    info = _element(INFO, info + _element(MUXER, b"contrada") + _element(WRITER, b"contrada"))
    track = _number(NUMBER, 1) + _number(UID, 1) + _number(LACING, 0) + _element(CODEC, form.codec.encode())
    if form.is_video:
        track += _number(TYPE, 1) + (_element(PRIVATE, form.setup) if form.setup else b"")
        track += _element(VIDEO, _number(WIDTH, form.width) + _number(HEIGHT, form.height))
    else:
        track += _number(TYPE, 2) + _element(PRIVATE, OPUS_HEAD)
        track += _number(DELAY, 6_500_000) + _number(PREROLL, 80_000_000)
        track += _element(AUDIO, _element(RATE, struct.pack("!d", 48_000.0)) + _number(CHANNELS, 2))
    segment = SEGMENT.to_bytes(4) + UNKNOWN_SIZE
    return ebml + segment + _void(HEAD_ROOM) + info + _element(TRACKS, _element(TRACK, track))


def _finish(file: int, places: _Places, end: int, cues: list[tuple[int, int]], last: int) -> None:
    """Add the index at the end, and say in the head where it is, how long the file lasts and that it is whole."""
    points = b"".join(
        _element(
            CUE,
            _number(CUE_TIME, time)
            + _element(CUE_POSITIONS, _number(CUE_TRACK, 1) + _number(CUE_CLUSTER, at)),
        )
        for time, at in cues
    )
    index = _element(CUES, points) if points else b""
    os.pwrite(file, index, end)
    if index:
        place = _element(SEEK_ID, CUES.to_bytes(4)) + _number(SEEK_POSITION, end - places.segment)
        head = _element(SEEK_HEAD, _element(SEEK, place))
        os.pwrite(file, head + _void(HEAD_ROOM - len(head)), places.segment)
    os.pwrite(file, struct.pack("!d", float(last)), places.duration)
    size = end + len(index) - places.segment
    os.pwrite(file, b"\x01" + size.to_bytes(7), places.segment - len(UNKNOWN_SIZE))


def _element(name: int, body: bytes) -> bytes:
    return _name(name) + _size(len(body)) + body


def _number(name: int, value: int) -> bytes:
    return _element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8)))


def _name(name: int) -> bytes:
    return name.to_bytes((name.bit_length() + 7) // 8)


def _size(size: int) -> bytes:
    """RFC 8794, section 4: the number of leading zero bits says how many bytes follow."""
    for width in range(1, 8):
        if size < (1 << 7 * width) - 1:
            return (size | 1 << 7 * width).to_bytes(width)
    return b"\x01" + size.to_bytes(7)


def _void(size: int) -> bytes:
    """An element of exactly ``size`` bytes that means nothing."""
    return _name(VOID) + (0x4000 | size - 3).to_bytes(2) + bytes(size - 3)


def _elements(data: mmap.mmap, position: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Name, start, start of the body and end of each whole element."""
    while position + 2 <= end:
        width = 9 - data[position].bit_length()
        size_at = position + width
        if not 1 <= width <= 4 or size_at >= end:
            return
        size_width = 9 - data[size_at].bit_length()
        body = size_at + size_width
        if size_width > 8 or body > end:
            return
        size = int.from_bytes(data[size_at:body]) & ((1 << 7 * size_width) - 1)
        if body + size > end:
            return
        yield int.from_bytes(data[position:size_at]), position, body, body + size
        position = body + size


def _times(data: mmap.mmap, body: int, end: int) -> Iterator[tuple[int, bool]]:
    """Time and key flag of each block of a cluster."""
    base = 0
    for name, _at, start, after in _elements(data, body, end):
        if name == TIMESTAMP:
            base = int.from_bytes(data[start:after])
        elif name == SIMPLE_BLOCK:
            _track, offset, flags = struct.unpack("!BhB", data[start : start + 4])
            yield base + offset, bool(flags & KEY_FLAG)
