"""A migration is whole or not at all, and altering a parent table keeps its children."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, inspect, text

from lms.store import migrate

History = Callable[..., migrate.Owner]

FAMILY = """
def upgrade():
    op.create_table("fam_parent", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20)))
    op.create_table(
        "fam_child",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("fam_parent.id", name="fk", ondelete="CASCADE"), nullable=False),
    )


def downgrade():
    op.drop_table("fam_child")
    op.drop_table("fam_parent")
"""
ALTER = """
def upgrade():
    with op.batch_alter_table("fam_parent", recreate=RECREATE) as batch:
        batch.alter_column("name", existing_type=sa.String(20), type_=sa.String(200), nullable=True)
        batch.add_column(sa.Column("note", sa.String(20)))


def downgrade():
    with op.batch_alter_table("fam_parent", recreate=RECREATE) as batch:
        batch.drop_column("note")
"""
HALF = """
def upgrade():
    op.create_table("fam_new", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("UPDATE fam_parent SET name = 'changed'")
    raise RuntimeError("planted")


def downgrade():
    op.drop_table("fam_new")
"""
ORPHANS = """
def upgrade():
    op.execute("DELETE FROM fam_parent")


def downgrade():
    pass
"""


def fill(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO fam_parent (id, name) VALUES (1, 'Ada'), (2, 'Bo')"))
        connection.execute(text("INSERT INTO fam_child (id, parent_id) VALUES (1, 1), (2, 1), (3, 2)"))


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - our own names


def test_altering_a_parent_table_keeps_its_cascading_children(engine: Engine, history: History) -> None:
    recreate = '"always"' if engine.dialect.name == "sqlite" else '"never"'
    alter = ALTER.replace("RECREATE", recreate)
    owner = history("fam", FAMILY, alter)
    migrate.upgrade(engine, [owner], "0001")
    fill(engine)
    migrate.upgrade(engine, [owner])
    assert count(engine, "fam_child") == 3
    assert "note" in {column["name"] for column in inspect(engine).get_columns("fam_parent")}
    migrate.downgrade(engine, owner, [owner], "0001")
    assert count(engine, "fam_child") == 3


def test_a_migration_that_fails_half_way_leaves_nothing_half_done(engine: Engine, history: History) -> None:
    owner = history("fam", FAMILY, HALF)
    migrate.upgrade(engine, [owner], "0001")
    fill(engine)
    with pytest.raises(RuntimeError, match="planted"):
        migrate.upgrade(engine, [owner])
    assert "fam_new" not in inspect(engine).get_table_names()
    with engine.connect() as connection:
        assert set(connection.execute(text("SELECT name FROM fam_parent")).scalars()) == {"Ada", "Bo"}
    assert migrate.pending(engine, [owner]) == {"fam": ("0001", "0002")}


def test_of_several_pending_migrations_none_stays_when_the_last_fails(
    engine: Engine, history: History
) -> None:
    owner = history("fam", FAMILY, HALF)
    with pytest.raises(RuntimeError, match="planted"):
        migrate.upgrade(engine, [owner])
    assert not {"fam_parent", "fam_child"} & set(inspect(engine).get_table_names())


def test_a_migration_that_would_leave_rows_without_their_parent_is_refused(
    engine: Engine, history: History
) -> None:
    if engine.dialect.name != "sqlite":  # there the children go with the parent by the constraint itself
        return
    owner = history("fam", FAMILY, ORPHANS)
    migrate.upgrade(engine, [owner], "0001")
    fill(engine)
    with pytest.raises(RuntimeError, match="without their parent"):
        migrate.upgrade(engine, [owner])
    assert count(engine, "fam_parent") == 2


def test_a_plugin_that_left_breaks_no_command_of_the_others(engine: Engine, history: History) -> None:
    gone, stays = (
        history("fam", FAMILY),
        history("own", FAMILY.replace("fam_", "own_").replace('"fk"', '"fk_own"')),
    )
    migrate.upgrade(engine, [gone, stays])
    assert migrate.pending(engine, [stays]) == {}
    migrate.downgrade(engine, stays, [stays])
    migrate.upgrade(engine, [stays])
    assert "fam_parent" in inspect(engine).get_table_names()
