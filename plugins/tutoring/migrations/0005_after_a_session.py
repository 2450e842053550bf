"""After a session: agreement, rating, next steps, a copy; passing on by agreement; how much time was used."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tutoring_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["tutoring_booking.id"],
            name=op.f("fk_tutoring_task_booking_id_tutoring_booking"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_tutoring_task_office_id_office")),
        sa.ForeignKeyConstraint(["trainee_id"], ["user.id"], name=op.f("fk_tutoring_task_trainee_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tutoring_task")),
    )
    with op.batch_alter_table("tutoring_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tutoring_task_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tutoring_task_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_tutoring_task_trainee_id_done_at", ["trainee_id", "done_at"], unique=False)

    with op.batch_alter_table("tutoring_booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agreed_at", base.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("trainee_word", sa.String(length=500), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("rating", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("is_copy_allowed", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("proposed_tutor_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("pass_note", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("first_said_at", base.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("last_said_at", base.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("forgotten_at", base.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_tutoring_booking_proposed_tutor_id"), ["proposed_tutor_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_tutoring_booking_proposed_tutor_id_user"), "user", ["proposed_tutor_id"], ["id"]
        )
        batch_op.create_check_constraint(batch_op.f("ck_tutoring_booking_rating"), "rating BETWEEN 1 AND 5")
    with op.batch_alter_table("tutoring_booking", schema=None) as batch_op:
        for column in ("trainee_word", "pass_note", "is_copy_allowed"):
            batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("tutoring_booking", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_tutoring_booking_rating"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_tutoring_booking_proposed_tutor_id_user"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_tutoring_booking_proposed_tutor_id"))
        batch_op.drop_column("forgotten_at")
        batch_op.drop_column("last_said_at")
        batch_op.drop_column("first_said_at")
        batch_op.drop_column("pass_note")
        batch_op.drop_column("proposed_tutor_id")
        batch_op.drop_column("is_copy_allowed")
        batch_op.drop_column("rating")
        batch_op.drop_column("trainee_word")
        batch_op.drop_column("agreed_at")

    with op.batch_alter_table("tutoring_task", schema=None) as batch_op:
        batch_op.drop_index("ix_tutoring_task_trainee_id_done_at")
        batch_op.drop_index(batch_op.f("ix_tutoring_task_office_id"))
        batch_op.drop_index(batch_op.f("ix_tutoring_task_booking_id"))

    op.drop_table("tutoring_task")
