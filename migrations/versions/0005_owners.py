"""people who own an activity together

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table of those who were added to the first owner."""
    op.create_table(
        "activity_owner",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_activity_owner_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_activity_owner_office_id_office")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_activity_owner_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_owner")),
        sa.UniqueConstraint("activity_id", "user_id", name=op.f("uq_activity_owner_activity_id_user_id")),
    )
    op.create_index(op.f("ix_activity_owner_office_id"), "activity_owner", ["office_id"])
    op.create_index(op.f("ix_activity_owner_user_id"), "activity_owner", ["user_id"])


def downgrade() -> None:
    """First owners alone."""
    op.drop_table("activity_owner")
