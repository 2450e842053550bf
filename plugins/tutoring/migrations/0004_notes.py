"""Private notes of tutors, encrypted."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tutoring_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("tutor_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_tutoring_note_office_id_office")),
        sa.ForeignKeyConstraint(["trainee_id"], ["user.id"], name=op.f("fk_tutoring_note_trainee_id_user")),
        sa.ForeignKeyConstraint(["tutor_id"], ["user.id"], name=op.f("fk_tutoring_note_tutor_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tutoring_note")),
        sa.UniqueConstraint(
            "office_id", "tutor_id", "trainee_id", name=op.f("uq_tutoring_note_office_id_tutor_id_trainee_id")
        ),
    )
    with op.batch_alter_table("tutoring_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tutoring_note_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tutoring_note_trainee_id"), ["trainee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tutoring_note_tutor_id"), ["tutor_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("tutoring_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tutoring_note_tutor_id"))
        batch_op.drop_index(batch_op.f("ix_tutoring_note_trainee_id"))
        batch_op.drop_index(batch_op.f("ix_tutoring_note_office_id"))

    op.drop_table("tutoring_note")
