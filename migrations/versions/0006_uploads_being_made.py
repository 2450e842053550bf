"""uploads whose size is not known when they begin

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A recording tells its size with its last piece."""
    with op.batch_alter_table("pending_upload") as batch:
        batch.alter_column("length", existing_type=sa.BigInteger(), nullable=True)


def downgrade() -> None:
    """Uploads without a size are forgotten; their senders begin again."""
    op.execute("DELETE FROM pending_upload WHERE length IS NULL")
    with op.batch_alter_table("pending_upload") as batch:
        batch.alter_column("length", existing_type=sa.BigInteger(), nullable=False)
