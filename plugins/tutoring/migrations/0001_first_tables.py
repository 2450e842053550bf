"""The tables of tutoring."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tutoring_day_off",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("tutor_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_tutoring_day_off_office_id_office")
        ),
        sa.ForeignKeyConstraint(["tutor_id"], ["user.id"], name=op.f("fk_tutoring_day_off_tutor_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tutoring_day_off")),
        sa.UniqueConstraint("tutor_id", "day", name=op.f("uq_tutoring_day_off_tutor_id_day")),
    )
    with op.batch_alter_table("tutoring_day_off", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tutoring_day_off_office_id"), ["office_id"], unique=False)

    op.create_table(
        "tutoring_pattern",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("tutor_id", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("pause_minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("where", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("place IN ('chat', 'call', 'in_person')", name=op.f("ck_tutoring_pattern_place")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 30", name=op.f("ck_tutoring_pattern_capacity")),
        sa.CheckConstraint(
            "slot_minutes BETWEEN 10 AND 240 AND pause_minutes BETWEEN 0 AND 120",
            name=op.f("ck_tutoring_pattern_lengths"),
        ),
        sa.CheckConstraint(
            "starts >= 0 AND ends <= 1440 AND starts < ends", name=op.f("ck_tutoring_pattern_order")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_tutoring_pattern_weekday")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_tutoring_pattern_office_id_office")
        ),
        sa.ForeignKeyConstraint(["tutor_id"], ["user.id"], name=op.f("fk_tutoring_pattern_tutor_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tutoring_pattern")),
    )
    with op.batch_alter_table("tutoring_pattern", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tutoring_pattern_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tutoring_pattern_tutor_id"), ["tutor_id"], unique=False)

    op.create_table(
        "tutoring_waiting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("tutor_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_tutoring_waiting_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["user.id"], name=op.f("fk_tutoring_waiting_trainee_id_user")
        ),
        sa.ForeignKeyConstraint(["tutor_id"], ["user.id"], name=op.f("fk_tutoring_waiting_tutor_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tutoring_waiting")),
        sa.UniqueConstraint("office_id", "trainee_id", name=op.f("uq_tutoring_waiting_office_id_trainee_id")),
    )
    with op.batch_alter_table("tutoring_waiting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tutoring_waiting_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tutoring_waiting_tutor_id"), ["tutor_id"], unique=False)

    op.create_table(
        "tutoring_goal",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.CheckConstraint("sessions BETWEEN 1 AND 50", name=op.f("ck_tutoring_goal_sessions")),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_tutoring_goal_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_tutoring_goal")),
    )
    op.create_table(
        "tutoring_slot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("tutor_id", sa.Uuid(), nullable=False),
        sa.Column("pattern_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("where", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_tutoring_slot_order")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_tutoring_slot_office_id_office")),
        sa.ForeignKeyConstraint(
            ["pattern_id"],
            ["tutoring_pattern.id"],
            name=op.f("fk_tutoring_slot_pattern_id_tutoring_pattern"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["tutor_id"], ["user.id"], name=op.f("fk_tutoring_slot_tutor_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tutoring_slot")),
        sa.UniqueConstraint("tutor_id", "starts_at", name=op.f("uq_tutoring_slot_tutor_id_starts_at")),
    )
    with op.batch_alter_table("tutoring_slot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tutoring_slot_office_id"), ["office_id"], unique=False)
        batch_op.create_index(
            "ix_tutoring_slot_office_id_starts_at", ["office_id", "starts_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_tutoring_slot_pattern_id"), ["pattern_id"], unique=False)

    op.create_table(
        "tutoring_booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("purpose", sa.String(length=120), nullable=False),
        sa.Column("message", sa.String(length=2000), nullable=False),
        sa.Column("held_until", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=2000), nullable=False),
        sa.Column("next_step", sa.String(length=500), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("cancelled_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('held', 'booked', 'done', 'missed', 'cancelled')",
            name=op.f("ck_tutoring_booking_state"),
        ),
        sa.ForeignKeyConstraint(
            ["cancelled_by_id"], ["user.id"], name=op.f("fk_tutoring_booking_cancelled_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_tutoring_booking_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"],
            ["tutoring_slot.id"],
            name=op.f("fk_tutoring_booking_slot_id_tutoring_slot"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["user.id"], name=op.f("fk_tutoring_booking_trainee_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tutoring_booking")),
    )
    with op.batch_alter_table("tutoring_booking", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tutoring_booking_cancelled_by_id"), ["cancelled_by_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_tutoring_booking_held_until"), ["held_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_tutoring_booking_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_tutoring_booking_trainee_id_state", ["trainee_id", "state"], unique=False)
        batch_op.create_index(
            "uq_tutoring_booking_seat",
            ["slot_id", "seat"],
            unique=True,
            sqlite_where=sa.text("state != 'cancelled'"),
            postgresql_where=sa.text("state != 'cancelled'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("tutoring_booking", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_tutoring_booking_seat",
            sqlite_where=sa.text("state != 'cancelled'"),
            postgresql_where=sa.text("state != 'cancelled'"),
        )
        batch_op.drop_index("ix_tutoring_booking_trainee_id_state")
        batch_op.drop_index(batch_op.f("ix_tutoring_booking_office_id"))
        batch_op.drop_index(batch_op.f("ix_tutoring_booking_held_until"))
        batch_op.drop_index(batch_op.f("ix_tutoring_booking_cancelled_by_id"))

    op.drop_table("tutoring_booking")
    with op.batch_alter_table("tutoring_slot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tutoring_slot_pattern_id"))
        batch_op.drop_index("ix_tutoring_slot_office_id_starts_at")
        batch_op.drop_index(batch_op.f("ix_tutoring_slot_office_id"))

    op.drop_table("tutoring_slot")
    op.drop_table("tutoring_goal")
    with op.batch_alter_table("tutoring_waiting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tutoring_waiting_tutor_id"))
        batch_op.drop_index(batch_op.f("ix_tutoring_waiting_office_id"))

    op.drop_table("tutoring_waiting")
    with op.batch_alter_table("tutoring_pattern", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tutoring_pattern_tutor_id"))
        batch_op.drop_index(batch_op.f("ix_tutoring_pattern_office_id"))

    op.drop_table("tutoring_pattern")
    with op.batch_alter_table("tutoring_day_off", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tutoring_day_off_office_id"))

    op.drop_table("tutoring_day_off")
