"""What is planned for a meeting, and for how long."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webinar_agenda_item",
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 600", name=op.f("ck_webinar_agenda_item_minutes")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_agenda_item_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["webinar_room.activity_id"],
            name=op.f("fk_webinar_agenda_item_room_id_webinar_room"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_agenda_item")),
    )
    with op.batch_alter_table("webinar_agenda_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_agenda_item_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_agenda_item_room_id"), ["room_id"], unique=False)


def downgrade() -> None:
    op.drop_table("webinar_agenda_item")
