"""What templates write is what ``escape`` would write, whoever made the value."""

from __future__ import annotations

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from lms.text import lazy_gettext
from lms.web.rendering import put_out


class Drawn:
    """Something that knows its own HTML."""

    def __html__(self) -> str:
        return "<b>drawn</b>"


@given(
    st.one_of(
        st.text(), st.integers(), st.floats(), st.none(), st.text().map(Markup), st.text(alphabet="a&<>'\" ")
    )
)
def test_any_value_is_written_as_escape_writes_it(value: object) -> None:
    assert str(put_out(value)) == str(escape(value))


def test_a_value_with_html_of_its_own_and_a_lazy_text_are_written_by_their_rules() -> None:
    assert put_out(Drawn()) == "<b>drawn</b>"
    assert put_out(lazy_gettext("<i>")) == "&lt;i&gt;"


def test_no_way_through_a_page_lets_a_text_become_html(app: Flask) -> None:
    page = app.jinja_env.from_string(
        "{% macro show(v) %}{{ v }}{% endmacro %}{% set kept %}{{ evil }}{% endset %}"
        "{{ evil }}|{{ kept }}|{{ show(evil) }}|{{ evil ~ '' }}|{{ good }}|{{ _('%(name)s', name=evil) }}"
    )

    assert page.render(evil="<x>", good=Markup("<y>")) == "|".join(["&lt;x&gt;"] * 4 + ["<y>", "&lt;x&gt;"])
