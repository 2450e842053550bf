"""Plans that an office gives to its people."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("portfolio_plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_template", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("copied_from_id", sa.Uuid(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_portfolio_plan_copied_from_id"), ["copied_from_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_portfolio_plan_copied_from_id_portfolio_plan"), "portfolio_plan", ["copied_from_id"], ["id"], ondelete="SET NULL"
        )  # fmt: skip
    with op.batch_alter_table("portfolio_plan", schema=None) as batch_op:
        batch_op.alter_column("is_template", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("portfolio_plan", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_portfolio_plan_copied_from_id_portfolio_plan"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_portfolio_plan_copied_from_id"))
        batch_op.drop_column("copied_from_id")
        batch_op.drop_column("is_template")
