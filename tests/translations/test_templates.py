"""No template says anything that cannot be translated."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.ops.catalogues import owners
from tests.translations.bare import bare_texts

EXEMPT = {"gallery.html"}
"""Pages of development, with invented texts in them."""
TEMPLATES = sorted(
    path
    for owner in owners()
    for path in (owner.folder / "templates").rglob("*")
    if path.is_file() and path.name not in EXEMPT
)


def test_templates_were_found() -> None:
    assert len(TEMPLATES) > 50


def test_no_template_says_anything_untranslated() -> None:
    found = [f"{path.parent.name}/{path.name}: {said}" for path in TEMPLATES for said in bare_texts(path)]
    assert found == []


@pytest.mark.parametrize(
    "template",
    [
        "<p>Bare words</p>",
        "<p>{{ _('Hello') }} bare</p>",
        '<img alt="A picture">',
        '<button aria-label="Close it"></button>',
        '<a title="About {{ name }}"></a>',
        "{{ row('Bare sentence here') }}",
        "{% if x %}yes, of course{% endif %}",
        "Dear {{ name }},",
    ],
)
def test_planted_bare_text_is_found(tmp_path: Path, template: str) -> None:
    (tmp_path / "page.html").write_text(template, "utf-8")
    assert bare_texts(tmp_path / "page.html")


@pytest.mark.parametrize(
    "template",
    [
        "<p>{{ _('Hello, %(name)s', name=name) }}</p>",
        "{% trans %}Hello{% endtrans %}",
        '<img alt="{{ title }}">',
        "{% block body_class %}ui-narrow{% endblock %}",
        '{% macro attributes(id) %} id="{{ id }}" data-kind="open"{% endmacro %}',
        "<pre>name,email\nMaria Rossi</pre>",
        "{# a remark #}<!-- another -->",
        "{{ '%d' % count }} · 3 / 4",
        "{{ icon('arrow-left') }}",
    ],
)
def test_what_is_not_said_to_people_is_let_through(tmp_path: Path, template: str) -> None:
    (tmp_path / "page.html").write_text(template, "utf-8")
    assert bare_texts(tmp_path / "page.html") == []
