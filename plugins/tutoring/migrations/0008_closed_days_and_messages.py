"""Days on which the office is closed; topics and languages in the queue; messages left for the desk."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATE = "ck_tutoring_queue_place_state"
STATES = ("waiting", "taken", "left", "gone", "closed")


def upgrade() -> None:
    op.create_table(
        "tutoring_closed_day",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_tutoring_closed_day_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tutoring_closed_day")),
        sa.UniqueConstraint("office_id", "day", name=op.f("uq_tutoring_closed_day_office_id_day")),
    )
    with op.batch_alter_table("tutoring_closed_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tutoring_closed_day_office_id"), ["office_id"], unique=False)
    _columns("tutoring_queue_place", {"subject": 120, "language": 10, "message": 2000})
    with op.batch_alter_table("tutoring_queue_place", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(STATE), type_="check")
        batch_op.create_check_constraint(batch_op.f(STATE), f"state IN {('waiting', 'message', *STATES[1:])}")
    with op.batch_alter_table("tutoring_booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_message", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("tutoring_booking", schema=None) as batch_op:
        batch_op.alter_column("is_message", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("tutoring_booking", schema=None) as batch_op:
        batch_op.drop_column("is_message")
    op.execute("UPDATE tutoring_queue_place SET state = 'left' WHERE state = 'message'")
    with op.batch_alter_table("tutoring_queue_place", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(STATE), type_="check")
        batch_op.create_check_constraint(batch_op.f(STATE), f"state IN {STATES}")
        for name in ("message", "language", "subject"):
            batch_op.drop_column(name)
    with op.batch_alter_table("tutoring_closed_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tutoring_closed_day_office_id"))
    op.drop_table("tutoring_closed_day")


def _columns(table: str, lengths: dict[str, int]) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        for name, length in lengths.items():
            batch_op.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
    with op.batch_alter_table(table, schema=None) as batch_op:
        for name in lengths:
            batch_op.alter_column(name, server_default=None)
