"""Replies in the language of the person."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BEFORE = "uq_tutoring_reply_office_id_owner_id_shortcut"
AFTER = "uq_tutoring_reply_office_id_owner_id_shortcut_language"


def upgrade() -> None:
    with op.batch_alter_table("tutoring_reply", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=10), nullable=False, server_default=""))
        batch_op.drop_constraint(batch_op.f(BEFORE), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f(AFTER), ["office_id", "owner_id", "shortcut", "language"]
        )
    with op.batch_alter_table("tutoring_reply", schema=None) as batch_op:
        batch_op.alter_column("language", server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM tutoring_reply WHERE language <> ''")
    with op.batch_alter_table("tutoring_reply", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(AFTER), type_="unique")
        batch_op.create_unique_constraint(batch_op.f(BEFORE), ["office_id", "owner_id", "shortcut"])
        batch_op.drop_column("language")
