"""Sessions booked together, week after week."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tutoring_series",
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("count BETWEEN 2 AND 26", name=op.f("ck_tutoring_series_count")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_tutoring_series_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tutoring_series")),
    )
    with op.batch_alter_table("tutoring_series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tutoring_series_office_id"), ["office_id"], unique=False)
    with op.batch_alter_table("tutoring_booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("series_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("series_place", base.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_tutoring_booking_series_id"), ["series_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_tutoring_booking_series_id_tutoring_series"), "tutoring_series", ["series_id"], ["id"],
            ondelete="SET NULL",
        )  # fmt: skip


def downgrade() -> None:
    with op.batch_alter_table("tutoring_booking", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_tutoring_booking_series_id_tutoring_series"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_tutoring_booking_series_id"))
        batch_op.drop_column("series_place")
        batch_op.drop_column("series_id")
    with op.batch_alter_table("tutoring_series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tutoring_series_office_id"))
    op.drop_table("tutoring_series")
