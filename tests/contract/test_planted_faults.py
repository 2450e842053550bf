"""Each check of the contract finds the fault that it is there for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.contract import crash_checks, data_checks, source_checks
from tests.contract.conftest import Planter

MODELS = """
import uuid
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column
from lms.plugin import Base, Identified, OfficeScoped

class Thing(Identified, OfficeScoped, Base):
    __tablename__ = "@NAME@_thing"
    text: Mapped[str] = mapped_column(String(80), default="")
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))
"""
DECLARED = """
from sqlalchemy import select
from lms.plugin import PersonalData, all_offices, hookimpl, session
from plugins.@NAME@ import models

@hookimpl
def personal_data():
    return [PersonalData("@NAME@_thing", "owner_id", ("text",), "x", "consent", "x")]

@hookimpl
def demo_data(world):
    with world.inside("siena") as office:
        session().add(models.Thing(text="a", owner_id=world.people["trainee"].id, office_id=office.id))
"""


def plugin_with(tmp_path: Path, path: str, text: str) -> Path:
    folder = tmp_path / "faulty"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, "utf-8")
    return folder


def test_an_import_of_another_plugin_or_of_private_core_is_found(tmp_path: Path) -> None:
    text = "from plugins.links import models\nfrom lms.store.base import session\nfrom lms import app\nimport lms.web.guard\n"
    found = source_checks.foreign_imports(plugin_with(tmp_path, "service.py", text))
    assert found == [
        "service.py: lms.app",
        "service.py: lms.store.base",
        "service.py: lms.web.guard",
        "service.py: plugins.links",
    ]


def test_an_import_at_run_time_is_found(tmp_path: Path) -> None:
    text = "import importlib\nx = importlib.import_module('lms.app')\n"
    assert source_checks.foreign_imports(plugin_with(tmp_path, "service.py", text))


def test_bare_text_in_a_template_is_found(tmp_path: Path) -> None:
    for text in (
        "<p>Hello there</p>",
        '<a href="{{ url }}" aria-label="Close">{{ icon("x") }}</a>',
        '{{ section_header("All of them", "id") }}',
        "{% if x %}yes{% endif %}",
    ):
        assert source_checks.bare_texts(plugin_with(tmp_path, "templates/faulty/a.html", text)), text


def test_translated_text_in_a_template_is_not_held_to_be_bare(tmp_path: Path) -> None:
    text = '<p class="{{ a }}" id="some-id">{{ _("Hello there") }} · {{ ngettext("One thing", "%(n)d things", n) }}&nbsp;</p>'
    assert source_checks.bare_texts(plugin_with(tmp_path, "templates/faulty/a.html", text)) == []


def test_bare_text_in_code_is_found(tmp_path: Path) -> None:
    for text in (
        'flash("Saved")',
        'raise NotFound("no such thing")',
        'NavItem("Things", "/x", "box")',
        'flash(f"{a} saved")',
    ):
        assert source_checks.bare_texts(plugin_with(tmp_path, "views.py", text)), text


def test_a_template_of_somebody_else_is_found(tmp_path: Path) -> None:
    assert source_checks.foreign_templates(plugin_with(tmp_path, "templates/shell/app.html", ""))
    assert source_checks.foreign_templates(
        plugin_with(tmp_path, "templates/faulty/a.html", '{% extends "home/site.html" %}')
    )
    assert source_checks.foreign_templates(
        plugin_with(tmp_path, "views.py", 'render_template("links/index.html")')
    )
    assert source_checks.foreign_templates(plugin_with(tmp_path, "views.py", "render_template_string(x)"))


def test_raw_sql_and_commits_are_found(tmp_path: Path) -> None:
    for text in (
        "from sqlalchemy import text",
        "session().commit()",
        "from sqlalchemy import insert, select",
        "Base.metadata.create_all(e)",
    ):
        assert source_checks.raw_database_work(plugin_with(tmp_path, "service.py", text)), text


def test_a_table_under_a_foreign_name_is_found_although_it_is_no_model(plant: Planter) -> None:
    hooks = 'from sqlalchemy import Column, Integer, Table\nfrom lms.plugin import Base\nstray = Table("stray", Base.metadata, Column("id", Integer))\n'
    subject = plant("planta", {"hooks.py": hooks})
    try:
        assert data_checks.tables_outside_prefix(subject) == ["stray"]
    finally:
        subject.module.Base.metadata.remove(subject.module.stray)


def test_models_that_differ_from_the_migrations_are_found(plant: Planter, tmp_path: Path) -> None:
    migration = (
        'import sqlalchemy as sa\nfrom alembic import op\nrevision = "0001"\ndown_revision = None\n'
        'def upgrade():\n    op.create_table("plantb_thing", sa.Column("id", sa.Uuid(), primary_key=True))\n'
        "def downgrade():\n    pass\n"
    )
    files = {"models.py": MODELS, "hooks.py": DECLARED, "migrations/0001_x.py": migration}
    found = data_checks.migration_faults(plant("plantb", files), tmp_path)
    assert any("owner_id" in each for each in found)
    assert "plantb_thing is left after the way back" in found


def test_tables_without_migrations_are_found(plant: Planter, tmp_path: Path) -> None:
    assert data_checks.migration_faults(
        plant("plantc", {"models.py": MODELS, "hooks.py": DECLARED}), tmp_path
    )


def test_a_person_named_without_a_foreign_key_is_found(plant: Planter) -> None:
    models = MODELS.replace('mapped_column(ForeignKey("user.id"))', "mapped_column()").replace(
        "owner_id", "user_id"
    )
    hooks = "from plugins.@NAME@ import models\n"
    assert data_checks.undeclared_people(plant("plantd", {"models.py": models, "hooks.py": hooks})) == [
        "plantd_thing.user_id"
    ]


def test_a_declaration_of_a_column_that_is_not_there_is_found(plant: Planter) -> None:
    hooks = DECLARED.replace('"owner_id"', '"nobody_id"')
    found = data_checks.undeclared_people(plant("plante", {"models.py": MODELS, "hooks.py": hooks}))
    assert any("nobody_id" in each for each in found)


def test_data_that_is_neither_exported_nor_erased_is_found(plant: Planter) -> None:
    subject = plant(
        "plantf", {"models.py": MODELS, "hooks.py": DECLARED, "migrations/.keep": ""}, is_filled=True
    )
    assert data_checks.export_faults(subject) == ["plantf_thing is not in the export"]
    assert data_checks.erasure_faults(subject) == ["plantf_thing.owner_id"]


def test_pages_that_a_crash_takes_down_are_found(plant: Planter) -> None:
    hooks = "from lms.plugin import hookimpl\n\n@hookimpl\ndef nav_items(actor):\n    return []\n"
    subject = plant("plantg", {"hooks.py": hooks}, is_filled=True)
    assert crash_checks.crash_faults(subject, "nav_items") == []
    # without the border around hooks, the same crash is seen
    subject.hooks._guarded = unguarded  # type: ignore[method-assign]  # the border taken away
    assert crash_checks.crash_faults(subject, "nav_items")


def unguarded(
    _owner: str, _hook: str, function: Any, arguments: dict[str, Any], *, unroll: bool = False
) -> Any:
    answer = function.function(**{name: arguments[name] for name in function.argnames})
    return list(answer) if unroll and answer is not None else answer
