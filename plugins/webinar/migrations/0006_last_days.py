"""The last day of a recording."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("webinar_recording", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kept_until", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("webinar_recording", schema=None) as batch_op:
        batch_op.drop_column("kept_until")
