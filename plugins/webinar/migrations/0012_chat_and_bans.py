"""Private messages by the rule of the room, signs on single messages, bans, and what somebody was made to stop sending."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEFORE = "state IN ('outside', 'waiting', 'inside', 'refused', 'removed')"
AFTER = "state IN ('outside', 'waiting', 'inside', 'refused', 'removed', 'banned')"


def upgrade() -> None:
    with op.batch_alter_table("webinar_room", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("private_chat", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    with op.batch_alter_table("webinar_room", schema=None) as batch_op:
        batch_op.alter_column("private_chat", server_default=None)
    with op.batch_alter_table("webinar_participant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stopped", sa.String(length=60), server_default="", nullable=False))
        batch_op.add_column(sa.Column("ban_reason", sa.String(length=300), server_default="", nullable=False))
        batch_op.drop_constraint("state", type_="check")
        batch_op.create_check_constraint("state", AFTER)
    with op.batch_alter_table("webinar_participant", schema=None) as batch_op:
        batch_op.alter_column("stopped", server_default=None)
        batch_op.alter_column("ban_reason", server_default=None)
    op.create_table(
        "webinar_chat_sign",
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=10), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "name IN ('thumb', 'heart', 'clap', 'laugh', 'thanks')", name=op.f("ck_webinar_chat_sign_name")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_chat_sign_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["webinar_participant.id"],
            name=op.f("fk_webinar_chat_sign_participant_id_webinar_participant"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["webinar_room.activity_id"],
            name=op.f("fk_webinar_chat_sign_room_id_webinar_room"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "room_id", "target", "participant_id", "name", name=op.f("pk_webinar_chat_sign")
        ),
    )
    with op.batch_alter_table("webinar_chat_sign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_chat_sign_office_id"), ["office_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_webinar_chat_sign_participant_id"), ["participant_id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("webinar_chat_sign")
    op.execute("UPDATE webinar_participant SET state = 'removed' WHERE state = 'banned'")
    with op.batch_alter_table("webinar_participant", schema=None) as batch_op:
        batch_op.drop_constraint("state", type_="check")
        batch_op.create_check_constraint("state", BEFORE)
        batch_op.drop_column("ban_reason")
        batch_op.drop_column("stopped")
    with op.batch_alter_table("webinar_room", schema=None) as batch_op:
        batch_op.drop_column("private_chat")
