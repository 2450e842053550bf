"""Video CVs and their recordings."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portfolio_film",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("variant", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("hello", sa.Text(), nullable=False),
        sa.Column("strengths", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("pace", sa.Integer(), nullable=False),
        sa.Column("text_size", sa.String(length=8), nullable=False),
        sa.Column("poster_id", sa.Uuid(), nullable=True),
        sa.Column("consented_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "text_size IN ('small', 'medium', 'large')", name=op.f("ck_portfolio_film_text_size")
        ),
        sa.CheckConstraint("variant IN ('video', 'audio', 'text')", name=op.f("ck_portfolio_film_variant")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_film_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_film_owner_id_user")),
        sa.ForeignKeyConstraint(
            ["poster_id"],
            ["stored_file.id"],
            name=op.f("fk_portfolio_film_poster_id_stored_file"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_film")),
    )
    with op.batch_alter_table("portfolio_film", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_film_expires_on"), ["expires_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_film_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_portfolio_film_owner", ["owner_id", "removed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_film_poster_id"), ["poster_id"], unique=False)
    op.create_table(
        "portfolio_take",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("film_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("starts_ms", sa.Integer(), nullable=False),
        sa.Column("ends_ms", sa.Integer(), nullable=True),
        sa.Column("captions", sa.Text(), nullable=False),
        sa.Column("is_best", sa.Boolean(), nullable=False),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "starts_ms >= 0 AND (ends_ms IS NULL OR ends_ms > starts_ms)",
            name=op.f("ck_portfolio_take_cut"),
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["stored_file.id"],
            name=op.f("fk_portfolio_take_file_id_stored_file"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["film_id"],
            ["portfolio_film.id"],
            name=op.f("fk_portfolio_take_film_id_portfolio_film"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_take_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_take_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_take")),
        sa.UniqueConstraint("film_id", "key", name=op.f("uq_portfolio_take_film_id_key")),
    )
    with op.batch_alter_table("portfolio_take", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_take_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_take_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_take_owner_id"), ["owner_id"], unique=False)


def downgrade() -> None:
    op.drop_table("portfolio_take")
    op.drop_table("portfolio_film")
