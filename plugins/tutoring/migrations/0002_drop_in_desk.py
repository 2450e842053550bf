"""The drop-in desk: its hours, its queue, the conversations that come of it."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tutoring_desk_hours",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "starts >= 0 AND ends <= 1440 AND starts < ends", name=op.f("ck_tutoring_desk_hours_order")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_tutoring_desk_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_tutoring_desk_hours_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tutoring_desk_hours")),
    )
    with op.batch_alter_table("tutoring_desk_hours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tutoring_desk_hours_office_id"), ["office_id"], unique=False)

    op.create_table(
        "tutoring_queue_place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("seen_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'taken', 'left', 'gone', 'closed')",
            name=op.f("ck_tutoring_queue_place_state"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_tutoring_queue_place_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["user.id"], name=op.f("fk_tutoring_queue_place_trainee_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tutoring_queue_place")),
    )
    with op.batch_alter_table("tutoring_queue_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tutoring_queue_place_office_id"), ["office_id"], unique=False)
        batch_op.create_index(
            "ix_tutoring_queue_place_office_id_state", ["office_id", "state", "created_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_tutoring_queue_place_trainee_id"), ["trainee_id"], unique=False)
        batch_op.create_index(
            "uq_tutoring_queue_place_waiting",
            ["office_id", "trainee_id"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    with op.batch_alter_table("tutoring_booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("ended_at", base.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_tutoring_booking_place_id"), ["place_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_tutoring_booking_place_id_tutoring_queue_place"),
            "tutoring_queue_place",
            ["place_id"],
            ["id"],
            ondelete="SET NULL",
        )


def downgrade() -> None:
    with op.batch_alter_table("tutoring_booking", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_tutoring_booking_place_id_tutoring_queue_place"), type_="foreignkey"
        )
        batch_op.drop_constraint(batch_op.f("uq_tutoring_booking_place_id"), type_="unique")
        batch_op.drop_column("ended_at")
        batch_op.drop_column("place_id")

    with op.batch_alter_table("tutoring_queue_place", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_tutoring_queue_place_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index(batch_op.f("ix_tutoring_queue_place_trainee_id"))
        batch_op.drop_index("ix_tutoring_queue_place_office_id_state")
        batch_op.drop_index(batch_op.f("ix_tutoring_queue_place_office_id"))

    op.drop_table("tutoring_queue_place")
    with op.batch_alter_table("tutoring_desk_hours", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tutoring_desk_hours_office_id"))

    op.drop_table("tutoring_desk_hours")
