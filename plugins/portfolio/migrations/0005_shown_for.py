"""What a share was given for: a thing of another plugin that a page or CV is attached to."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("portfolio_share", schema=None) as batch_op:
        batch_op.add_column(sa.Column("because", sa.String(length=150), nullable=True))
        batch_op.create_index(batch_op.f("ix_portfolio_share_because"), ["because"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("portfolio_share", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_share_because"))
        batch_op.drop_column("because")
