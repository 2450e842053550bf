"""the steps of an activity: what they belong to, and whether they are required

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Everything that exists is required; what has a parent belongs to it (there was one level)."""
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("root_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("is_required", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.create_index(batch_op.f("ix_activity_root_id"), ["root_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_activity_root_id_activity"), "activity", ["root_id"], ["id"], ondelete="CASCADE"
        )
    activity = sa.table("activity", sa.column("root_id", sa.Uuid()), sa.column("parent_id", sa.Uuid()))
    op.execute(activity.update().values(root_id=activity.c.parent_id))
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.alter_column("is_required", server_default=None)


def downgrade() -> None:
    """Back to activities whose parts are all required."""
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_activity_root_id_activity"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_activity_root_id"))
        batch_op.drop_column("is_required")
        batch_op.drop_column("root_id")
