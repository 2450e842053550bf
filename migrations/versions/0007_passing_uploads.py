"""uploads that are looked through and thrown away

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Uploads before this one all became files."""
    with op.batch_alter_table("pending_upload") as batch:
        batch.add_column(sa.Column("is_passing", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("pending_upload") as batch:
        batch.alter_column("is_passing", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    """What would have been thrown away is forgotten."""
    op.execute("DELETE FROM pending_upload WHERE is_passing")
    with op.batch_alter_table("pending_upload") as batch:
        batch.drop_column("is_passing")
