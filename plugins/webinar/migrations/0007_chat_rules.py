"""Rules of the chat: how often one writes, and who may write links."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("webinar_room", schema=None) as batch_op:
        batch_op.add_column(sa.Column("slow_seconds", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("links", sa.String(length=10), server_default="all", nullable=False))
        batch_op.create_check_constraint("slow_seconds", "slow_seconds BETWEEN 0 AND 600")
        batch_op.create_check_constraint("links", "links IN ('all', 'leaders')")
    with op.batch_alter_table("webinar_room", schema=None) as batch_op:
        batch_op.alter_column("slow_seconds", server_default=None)
        batch_op.alter_column("links", server_default=None)
    with op.batch_alter_table("webinar_participant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("said_at", base.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("said_key", sa.String(length=80), server_default="", nullable=False))
    with op.batch_alter_table("webinar_participant", schema=None) as batch_op:
        batch_op.alter_column("said_key", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("webinar_participant", schema=None) as batch_op:
        batch_op.drop_column("said_key")
        batch_op.drop_column("said_at")
    with op.batch_alter_table("webinar_room", schema=None) as batch_op:
        batch_op.drop_constraint("links", type_="check")
        batch_op.drop_constraint("slow_seconds", type_="check")
        batch_op.drop_column("links")
        batch_op.drop_column("slow_seconds")
