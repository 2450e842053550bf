"""Replies that tutors insert at the desk."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tutoring_reply",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("shortcut", sa.String(length=30), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_tutoring_reply_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_tutoring_reply_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tutoring_reply")),
        sa.UniqueConstraint(
            "office_id", "owner_id", "shortcut", name=op.f("uq_tutoring_reply_office_id_owner_id_shortcut")
        ),
    )
    with op.batch_alter_table("tutoring_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tutoring_reply_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tutoring_reply_owner_id"), ["owner_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("tutoring_reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tutoring_reply_owner_id"))
        batch_op.drop_index(batch_op.f("ix_tutoring_reply_office_id"))

    op.drop_table("tutoring_reply")
