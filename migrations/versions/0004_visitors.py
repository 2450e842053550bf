"""people without an account: who was let in to what; they are present like anybody else

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table of visitors; presence no longer demands an account."""
    op.create_table(
        "visitor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("thing", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("expires_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_visitor_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor")),
    )
    for column in ("email", "expires_at", "office_id", "thing"):
        op.create_index(op.f(f"ix_visitor_{column}"), "visitor", [column])
    with op.batch_alter_table("live_presence", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_live_presence_user_id_user"), type_="foreignkey")


def downgrade() -> None:
    """Back to presence of accounts alone."""
    op.execute(sa.table("live_presence").delete())
    with op.batch_alter_table("live_presence", schema=None) as batch_op:
        batch_op.create_foreign_key(
            batch_op.f("fk_live_presence_user_id_user"), "user", ["user_id"], ["id"], ondelete="CASCADE"
        )
    op.drop_table("visitor")
