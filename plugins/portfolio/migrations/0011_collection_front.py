"""Collections with a cover, and with a page that says how far each page is."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("portfolio_collection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cover_id", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column("shows_progress", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_portfolio_collection_cover_id_stored_file"), "stored_file", ["cover_id"], ["id"], ondelete="SET NULL"
        )  # fmt: skip
    with op.batch_alter_table("portfolio_collection", schema=None) as batch_op:
        batch_op.alter_column("shows_progress", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("portfolio_collection", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_portfolio_collection_cover_id_stored_file"), type_="foreignkey"
        )
        batch_op.drop_column("shows_progress")
        batch_op.drop_column("cover_id")
