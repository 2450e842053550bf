"""Whether a time in a room ended by a page that was closed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("webinar_interval", schema=None) as batch_op:
        batch_op.add_column(sa.Column("was_left", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("webinar_interval", schema=None) as batch_op:
        batch_op.alter_column("was_left", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("webinar_interval", schema=None) as batch_op:
        batch_op.drop_column("was_left")
