"""Words in templates."""

from __future__ import annotations

import pytest
from flask import Flask, render_template_string

from lms import text


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{{ ngettext('%(num)d step', '%(num)d steps', 2) }}", "2 steps"),
        ("{{ ngettext('%(n)d step', '%(n)d steps', 1) }}", "1 step"),
        ("{{ ngettext('%(n)s step', '%(n)s steps', 2, n='two') }}", "two steps"),
        (
            "{{ ngettext('%(num)d step of %(title)s', '%(num)d steps of %(title)s', 3, title='<b>') }}",
            "3 steps of &lt;b&gt;",
        ),
        (
            "{{ ngettext('%(num)d %% of %(who)s', '%(num)d %% of %(who)s', 5, who='all') }}",
            "5 % of all",
        ),
    ],
)
def test_plural_forms_take_further_values_and_escape_them(app: Flask, template: str, shown: str) -> None:
    with app.test_request_context(), text.locale("en"):
        assert render_template_string(template) == shown
