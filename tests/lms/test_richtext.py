"""What may stand in a rich text, and how it is completed for a reader."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.richtext import clean_html, embedded_files, fill_addresses, is_empty, plain_text, replace_files

ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("<h2>A</h2><p>b <strong>c</strong></p>", "<h2>A</h2><p>b <strong>c</strong></p>"),
        ('<p onclick="x()" style="color:red" class="y" id="z">a</p>', "<p>a</p>"),
        ("a<script>alert(1)</script>b", "ab"),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener noreferrer">x</a>'),
        ('<img src="https://example.org/pixel.png" alt="x">', ""),
        ('<video src="https://example.org/v.webm"></video>after', "after"),
        (
            f'<img src="/o/siena/files/x" data-file="{ONE}" alt="A > b">',
            f'<img data-file="{ONE}" alt="A > b">',
        ),
        ('<img data-file="../../etc" alt="">', ""),
        ('<aside data-callout="evil">x</aside>', '<aside data-callout="note">x</aside>'),
        ('<iframe src="https://example.org"></iframe><form><input></form>', ""),
        ("<svg><a href='javascript:x()'>y</a></svg>z", "z"),
    ],
)
def test_only_structure_links_and_own_files_are_kept(given: str, kept: str) -> None:
    assert clean_html(given).replace("&gt;", ">") == kept


@given(st.text(alphabet="<>/ab=\"'&;:! scriptonjvhfimg-data", max_size=60))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean_html(text)
    assert clean_html(once) == once


@given(st.text(alphabet="<>/ab=\"'&;:! scriptonjvhfimg", max_size=60))
def test_no_text_brings_an_address_or_a_handler(text: str) -> None:
    shown = fill_addresses(clean_html(text), lambda file_id: f"/files/{file_id}")
    assert " src=" not in shown
    assert "<script" not in shown


def test_a_reader_gets_the_addresses_of_own_files() -> None:
    text = clean_html(
        f'<p><a data-file="{TWO}">Form</a></p><img alt="A &quot;b&quot; &gt; c" data-file="{ONE}"><video data-file="{ONE}"></video>'
    )
    shown = fill_addresses(text, lambda file_id: f"/f/{file_id}")
    assert f'href="/f/{TWO}"' in shown
    assert shown.count(f'src="/f/{ONE}"') == 2
    assert '<video data-file="' in shown
    assert 'controls=""' in shown
    assert embedded_files(text) == [TWO, ONE]


def test_files_are_replaced_where_they_are_embedded_and_nowhere_else() -> None:
    text = f'<p>data-file="{ONE}"</p><img alt="" data-file="{ONE}">'
    changed = replace_files(clean_html(text), {ONE: TWO})
    assert embedded_files(changed) == [TWO]
    assert str(ONE) in changed


def test_the_words_of_a_text_stand_in_lines() -> None:
    html = '<h2>Title</h2><p>One &amp; <em>two</em></p><ul><li>three</li><li>four</li></ul><img alt="A door" data-file="x">'
    assert plain_text(html) == "Title\nOne & two\nthree\nfour\nA door"


@pytest.mark.parametrize(
    ("html", "empty"),
    [("", True), ("<p></p>", True), ("<p>a</p>", False), (f'<img data-file="{ONE}" alt="">', False)],
)
def test_a_text_without_words_or_files_is_empty(html: str, empty: bool) -> None:
    assert is_empty(html) is empty
