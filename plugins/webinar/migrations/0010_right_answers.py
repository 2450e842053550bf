"""Which options of a poll are right, where it came from a question bank."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("webinar_poll_option", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_right", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("webinar_poll_option", schema=None) as batch_op:
        batch_op.alter_column("is_right", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("webinar_poll_option", schema=None) as batch_op:
        batch_op.drop_column("is_right")
