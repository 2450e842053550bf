"""Captions: made from a script, written by hand, read from files, never longer than the film."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.plugin import Invalid
from plugins.portfolio.films.captions import (
    LONGEST_CAPTION,
    Cue,
    from_script,
    read_captions,
    read_vtt,
    shifted,
    within,
    write_lines,
    write_vtt,
)

WORDS = st.text(st.characters(categories=["L", "N"], include_characters=".,!? "), max_size=300)
CUES = st.lists(
    st.tuples(st.integers(0, 3_000_000), st.integers(1, 9_000), st.text("abc<>&é -", min_size=1, max_size=30))
).map(lambda rows: [Cue(start, start + length, text) for start, length, text in rows])


@given(st.lists(WORDS, min_size=1, max_size=4), st.integers(0, 60_000), st.integers(2_000, 90_000))
def test_a_script_becomes_captions_in_order_that_fill_the_film_and_lose_no_word(
    parts: list[str], starts: int, length: int
) -> None:
    cues = from_script(parts, starts, starts + length)
    words = [word for part in parts for word in part.split()]
    if not cues:
        assert not words or length < sum(len(part) for part in parts)
        return
    assert [word for cue in cues for word in cue.text.split()] == words
    assert (cues[0].starts_ms, cues[-1].ends_ms) == (starts, starts + length)
    assert all(first.ends_ms == then.starts_ms for first, then in pairwise(cues))
    assert all(cue.starts_ms < cue.ends_ms for cue in cues)
    assert all(len(cue.text) <= LONGEST_CAPTION or " " not in cue.text for cue in cues)


@given(CUES)
def test_what_is_kept_reads_the_same_again_and_cannot_hold_tags_or_arrows(cues: list[Cue]) -> None:
    kept = write_vtt(read_vtt(write_vtt(cues)))
    assert write_vtt(read_vtt(kept)) == kept
    for line in kept.splitlines():
        if "-->" not in line:
            assert "<" not in line


@given(CUES, st.integers(0, 60_000))
def test_lines_of_the_form_say_the_same_as_the_file(cues: list[Cue], by: int) -> None:
    known = read_captions(write_vtt(cues))
    assert read_captions(write_lines(known)) == known
    assert shifted(shifted(known, by), -by) == known


@given(CUES, st.integers(0, 10_000), st.integers(10_001, 20_000))
def test_a_cut_film_has_captions_only_inside(cues: list[Cue], starts: int, ends: int) -> None:
    for cue in within(cues, starts, ends):
        assert starts <= cue.starts_ms < cue.ends_ms <= ends


def test_files_of_other_programs_can_be_pasted() -> None:
    webvtt = "WEBVTT - by another\n\nNOTE hello\n\nintro\n00:01.000 --> 00:02.500 align:start\n<v Ana>Hello <b>you</b>\nand you\n\n2\n00:00:03.000 --> 00:00:04.000\n&lt;end&gt;"
    subrip = (
        "1\r\n00:00:01,000 --> 00:00:02,500\r\nHello\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nend\r\n"
    )
    assert read_captions(webvtt)[0] == Cue(1000, 2500, "Hello you and you")
    assert read_captions(subrip) == [Cue(1000, 2500, "Hello"), Cue(3000, 4000, "end")]


@pytest.mark.parametrize(
    "text", ["Hello", "0:05 - 0:02 backwards", "0:05 - 0:05 nothing", "0:00 - 999:00:00 x --> y"]
)
def test_a_line_that_cannot_be_right_is_refused_with_its_number(text: str) -> None:
    with pytest.raises(Invalid, match=r"1|times"):
        read_captions(text)
