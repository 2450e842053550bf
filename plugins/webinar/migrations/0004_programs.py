"""Programs that send into rooms or show them."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("webinar_participant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_program", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("webinar_participant", schema=None) as batch_op:
        batch_op.alter_column("is_program", server_default=None)
    op.create_table(
        "webinar_program",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("use", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revoked_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("used_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("peer", sa.String(length=200), nullable=False),
        sa.Column("offer", sa.Text(), nullable=False),
        sa.Column("ice", sa.String(length=64), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("use IN ('camera', 'screen', 'watch')", name=op.f("ck_webinar_program_use")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_program_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_webinar_program_owner_id_user")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["webinar_participant.id"],
            name=op.f("fk_webinar_program_participant_id_webinar_participant"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["webinar_room.activity_id"],
            name=op.f("fk_webinar_program_room_id_webinar_room"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_program")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_webinar_program_participant_id")),
    )
    with op.batch_alter_table("webinar_program", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_program_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_program_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_program_room_id"), ["room_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("webinar_program", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_program_room_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_program_owner_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_program_office_id"))

    op.drop_table("webinar_program")
    with op.batch_alter_table("webinar_participant", schema=None) as batch_op:
        batch_op.drop_column("is_program")
