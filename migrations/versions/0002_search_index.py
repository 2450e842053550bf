"""the words under which texts are found: what models cannot describe

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """FTS5 on SQLite; tsvector with a GIN index on PostgreSQL."""
    if op.get_bind().dialect.name == "sqlite":
        # Words come without accents and with their stems already; the tokenizer only has to split at blanks.
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5(title, body, tokenize = 'unicode61 remove_diacritics 0', "
            "prefix = '2 3 4')"
        )
        return
    op.execute(
        "CREATE TABLE search_index (id integer PRIMARY KEY REFERENCES search_entry (id) ON DELETE CASCADE, "
        "vector tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX ix_search_index_vector ON search_index USING gin (vector)")


def downgrade() -> None:
    """The words can be made again from the texts."""
    op.execute("DROP TABLE search_index")
