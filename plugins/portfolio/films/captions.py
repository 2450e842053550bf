"""Captions: made from the script, changed line by line, kept and served as WebVTT (W3C, 2019).

A line of the form is ``0:03.5 - 0:06 What is said``. Times of lines are those of the trimmed film,
times that are kept those of the whole recording: a new cut does not move what was said.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lms.plugin import Invalid, _

LONGEST_CAPTION = 84
"""Characters that a reader takes in at once: two lines of 42."""
LONGEST_MS = 6 * 60 * 60 * 1000
MOST_CUES = 1000
_MOMENT = r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,3}))?"
_TIMING = re.compile(rf"^\s*{_MOMENT}\s*(?:-->|[-–])\s*{_MOMENT}(?:\s+[a-z]+:\S+)*\s*(.*)$")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Cue:
    """What is said from one moment to another, in milliseconds."""

    starts_ms: int
    ends_ms: int
    text: str

    @property
    def clock(self) -> str:
        """The beginning as ``1:05``."""
        return f"{self.starts_ms // 60_000}:{self.starts_ms // 1000 % 60:02}"


def from_script(parts: Iterable[str], starts_ms: int, ends_ms: int) -> list[Cue]:
    """The script in pieces that can be read at once, over the time of the film by their length."""
    pieces = [piece for part in parts for piece in _pieces(part)]
    length, whole = ends_ms - starts_ms, sum(len(piece) for piece in pieces)
    if not pieces or length < whole:
        return []
    marks, done = [starts_ms], 0
    for piece in pieces:
        done += len(piece)
        marks.append(starts_ms + length * done // whole)
    tenths = [marks[0], *(round(mark, -2) for mark in marks[1:-1]), marks[-1]]
    marks = tenths if all(first < then for first, then in pairwise(tenths)) else marks
    return [Cue(begins, ends, piece) for (begins, ends), piece in zip(pairwise(marks), pieces, strict=True)]


def within(cues: Iterable[Cue], starts_ms: int, ends_ms: int | None) -> list[Cue]:
    """What is said between two moments, cut at both."""
    last = LONGEST_MS if ends_ms is None else ends_ms
    return [
        Cue(max(cue.starts_ms, starts_ms), min(cue.ends_ms, last), cue.text)
        for cue in cues
        if cue.ends_ms > starts_ms and cue.starts_ms < last
    ]


def shifted(cues: Iterable[Cue], by_ms: int) -> list[Cue]:
    """The same, earlier or later."""
    return [Cue(cue.starts_ms + by_ms, cue.ends_ms + by_ms, cue.text) for cue in cues]


def write_vtt(cues: Sequence[Cue]) -> str:
    """A WebVTT file; empty without captions."""
    if not cues:
        return ""
    blocks = [f"{_stamp(cue.starts_ms)} --> {_stamp(cue.ends_ms)}\n{_escaped(cue.text)}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *blocks])


def write_lines(cues: Sequence[Cue]) -> str:
    """Captions as lines that a person changes."""
    return "\n".join(f"{_short(cue.starts_ms)} - {_short(cue.ends_ms)} {cue.text}" for cue in cues)


def read_captions(text: str) -> list[Cue]:
    """Captions from lines of the form or from a WebVTT (or SubRip) file, in the order of their times.

    Raises Invalid, naming the line that cannot be read.
    """
    found: list[tuple[int, int, list[str]]] = []
    is_file = "-->" in text
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        match = _TIMING.match(line)
        if match:
            values = match.groups()
            begins, ends = _milliseconds(values[:4]), _milliseconds(values[4:8])
            if not begins < ends <= LONGEST_MS:
                raise Invalid(_("Line %(number)d: the end must come after the beginning.", number=number))
            found.append((begins, ends, [values[8]]))
        elif line.strip() and not is_file:
            raise Invalid(
                _("Line %(number)d needs its times, such as “0:03 - 0:06 Hello”.", number=number),
                fields={"lines": _("Line %(number)d needs its times, such as “0:03 - 0:06 Hello”.", number=number)},
            )  # fmt: skip
        elif found and not (is_file and line.strip().isdecimal()):
            found[-1][2].append(line)
    if len(found) > MOST_CUES:
        raise Invalid(_("There can be at most %(count)d captions.", count=MOST_CUES))
    read = _unmarked if is_file else _plain
    cues = [Cue(begins, ends, read(" ".join(lines))) for begins, ends, lines in found]
    return sorted((cue for cue in cues if cue.text), key=lambda cue: (cue.starts_ms, cue.ends_ms))


def read_vtt(text: str) -> list[Cue]:
    """Captions as they are kept."""
    return read_captions(text) if text else []


def _pieces(part: str) -> list[str]:
    found: list[str] = []
    for sentence in _SENTENCE.split(_plain(part)):
        line = ""
        for word in sentence.split():
            if line and len(line) + 1 + len(word) > LONGEST_CAPTION:
                found.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        found += [line] if line else []
    return found


def _plain(text: str) -> str:
    """Words with one space between them, and without the arrow, which would begin a new caption."""
    return " ".join(text.replace("-->", "→").split())


def _unmarked(text: str) -> str:
    """What a cue of a file says, without its marks."""
    return _plain(html.unescape(_TAG.sub("", text)))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _milliseconds(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, rest = parts
    return ((int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)) * 1000 + int(
        (rest or "0").ljust(3, "0")
    )


def _stamp(moment_ms: int) -> str:
    seconds, rest = divmod(moment_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _short(moment_ms: int) -> str:
    seconds, rest = divmod(moment_ms, 1000)
    return f"{seconds // 60}:{seconds % 60:02}" + (f".{rest:03}".rstrip("0") if rest else "")
