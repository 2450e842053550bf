"""Shares with one role of a group; comments that wait for approval, and files that come with them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("portfolio_share", schema=None) as batch_op:
        batch_op.add_column(sa.Column("role", sa.String(length=20), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("approves_comments", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    with op.batch_alter_table("portfolio_share", schema=None) as batch_op:
        batch_op.alter_column("role", server_default=None)
        batch_op.alter_column("approves_comments", server_default=None)
    with op.batch_alter_table("portfolio_comment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_waiting", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("file_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_portfolio_comment_file_id"), ["file_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_portfolio_comment_file_id_stored_file"), "stored_file", ["file_id"], ["id"], ondelete="SET NULL"
        )  # fmt: skip
    with op.batch_alter_table("portfolio_comment", schema=None) as batch_op:
        batch_op.alter_column("is_waiting", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("portfolio_comment", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_portfolio_comment_file_id_stored_file"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_portfolio_comment_file_id"))
        batch_op.drop_column("file_id")
        batch_op.drop_column("is_waiting")
    with op.batch_alter_table("portfolio_share", schema=None) as batch_op:
        batch_op.drop_column("approves_comments")
        batch_op.drop_column("role")
