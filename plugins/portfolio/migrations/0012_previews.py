"""Previews of links, fetched and kept."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portfolio_link_preview",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=400), nullable=False),
        sa.Column("picture_id", sa.Uuid(), nullable=True),
        sa.Column("fetched_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'ready', 'failed')", name=op.f("ck_portfolio_link_preview_state")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["portfolio_item.id"], name=op.f("fk_portfolio_link_preview_item_id_portfolio_item"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_link_preview_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_portfolio_link_preview_owner_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["stored_file.id"], name=op.f("fk_portfolio_link_preview_picture_id_stored_file"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_link_preview")),
        sa.UniqueConstraint("item_id", name=op.f("uq_portfolio_link_preview_item_id")),
    )  # fmt: skip
    with op.batch_alter_table("portfolio_link_preview", schema=None) as batch_op:
        for column in ("office_id", "owner_id", "picture_id"):
            batch_op.create_index(batch_op.f(f"ix_portfolio_link_preview_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("portfolio_link_preview")
