"""Links among the evidence, and days on which the steps of plans begin."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("portfolio_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("url", sa.String(length=500), nullable=True))
        batch_op.drop_constraint(batch_op.f("ck_portfolio_item_kind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_portfolio_item_kind"), "kind IN ('file', 'link', 'note', 'skill', 'goal')"
        )
    with op.batch_alter_table("portfolio_plan_task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("starts_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM portfolio_item WHERE kind = 'link'")
    with op.batch_alter_table("portfolio_plan_task", schema=None) as batch_op:
        batch_op.drop_column("starts_on")
    with op.batch_alter_table("portfolio_item", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_portfolio_item_kind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_portfolio_item_kind"), "kind IN ('file', 'note', 'skill', 'goal')"
        )
        batch_op.drop_column("url")
