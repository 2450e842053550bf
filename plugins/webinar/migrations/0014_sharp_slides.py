"""Sharper pictures of slides that somebody looked at closely."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("webinar_slide", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sharp_file_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_webinar_slide_sharp_file_id"), ["sharp_file_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_webinar_slide_sharp_file_id_stored_file"),
            "stored_file",
            ["sharp_file_id"],
            ["id"],
            ondelete="SET NULL",
        )


def downgrade() -> None:
    with op.batch_alter_table("webinar_slide", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_webinar_slide_sharp_file_id_stored_file"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_webinar_slide_sharp_file_id"))
        batch_op.drop_column("sharp_file_id")
