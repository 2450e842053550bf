"""A video CV on the public card."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("portfolio_card", schema=None) as batch_op:
        batch_op.add_column(sa.Column("film_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_portfolio_card_film_id"), ["film_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_portfolio_card_film_id_portfolio_film"), "portfolio_film", ["film_id"], ["id"], ondelete="SET NULL"
        )  # fmt: skip


def downgrade() -> None:
    with op.batch_alter_table("portfolio_card", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_portfolio_card_film_id_portfolio_film"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_portfolio_card_film_id"))
        batch_op.drop_column("film_id")
