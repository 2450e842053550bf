"""Whole portfolios on their way out and in."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portfolio_transfer",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("summary", base.JsonObject(), nullable=False),
        sa.Column("expires_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('export', 'archive', 'leap2a')", name=op.f("ck_portfolio_transfer_kind")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'ready', 'running', 'done', 'failed')",
            name=op.f("ck_portfolio_transfer_state"),
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["stored_file.id"],
            name=op.f("fk_portfolio_transfer_file_id_stored_file"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_transfer_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_transfer_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_transfer")),
    )
    with op.batch_alter_table("portfolio_transfer", schema=None) as batch_op:
        batch_op.create_index("ix_portfolio_transfer_owner", ["owner_id", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_transfer_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_transfer_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_transfer_office_id"), ["office_id"], unique=False)


def downgrade() -> None:
    op.drop_table("portfolio_transfer")
