"""Readers who want to hear when a page or CV changes."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portfolio_watch",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.String(length=150), nullable=False),
        sa.Column("seen_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_watch_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_watch_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_watch")),
        sa.UniqueConstraint("owner_id", "target", name=op.f("uq_portfolio_watch_owner_id_target")),
    )
    with op.batch_alter_table("portfolio_watch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_watch_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_watch_target"), ["target"], unique=False)


def downgrade() -> None:
    op.drop_table("portfolio_watch")
