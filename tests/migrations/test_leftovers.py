"""Tables of a plugin that left are named, saved, and dropped on command."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from lms.store import leftovers, migrate

TABLES = """
def upgrade():
    op.create_table("gone_thing", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20)))
    op.create_table("gone_part", sa.Column("id", sa.Integer, primary_key=True), sa.Column("thing_id", sa.Integer, sa.ForeignKey("gone_thing.id")))


def downgrade():
    pass
"""


def test_what_a_plugin_left_behind_is_named_only_while_it_is_not_loaded(
    engine: Engine, history: Callable[..., migrate.Owner]
) -> None:
    migrate.upgrade(engine, [history("gone", TABLES)])
    assert leftovers.find_leftovers(engine, ["gone"]) == []
    assert leftovers.find_leftovers(engine, []) == [leftovers.Leftover("gone", ("gone_part", "gone_thing"))]


def test_rows_are_saved_before_the_tables_are_dropped(
    engine: Engine, history: Callable[..., migrate.Owner], tmp_path: Path
) -> None:
    migrate.upgrade(engine, [history("gone", TABLES)])
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO gone_thing (id, name) VALUES (1, 'Citt\u00e0')"))
        connection.execute(text("INSERT INTO gone_part (id, thing_id) VALUES (7, 1)"))
    target = tmp_path / "out" / "gone.zip"
    assert leftovers.save_tables(engine, "gone", target) == {"gone_thing": 1, "gone_part": 1}
    with zipfile.ZipFile(target) as archive:
        assert json.loads(archive.read("gone_thing.json")) == [{"id": 1, "name": "Citt\u00e0"}]
    leftovers.drop_tables(engine, "gone")
    assert [name for name in inspect(engine).get_table_names() if "gone" in name] == []
    assert leftovers.find_leftovers(engine, []) == []
