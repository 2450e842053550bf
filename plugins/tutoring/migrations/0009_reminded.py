"""When the two of a session were reminded by mail."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tutoring_booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reminded_at", base.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("tutoring_booking", schema=None) as batch_op:
        batch_op.drop_column("reminded_at")
