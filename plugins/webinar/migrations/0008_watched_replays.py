"""What people saw of replays, and how much of it counts."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webinar_watched",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("begins_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ends_at > begins_at", name=op.f("ck_webinar_watched_order")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_watched_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["webinar_participant.id"],
            name=op.f("fk_webinar_watched_participant_id_webinar_participant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_watched")),
    )
    with op.batch_alter_table("webinar_watched", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_watched_office_id"), ["office_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_webinar_watched_participant_id"), ["participant_id"], unique=False
        )
    with op.batch_alter_table("webinar_participant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("watched_until", base.UtcDateTime(timezone=True), nullable=True))
    with op.batch_alter_table("webinar_room", schema=None) as batch_op:
        batch_op.add_column(sa.Column("replay_percent", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_check_constraint("replay_percent", "replay_percent BETWEEN 0 AND 100")
    with op.batch_alter_table("webinar_room", schema=None) as batch_op:
        batch_op.alter_column("replay_percent", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("webinar_room", schema=None) as batch_op:
        batch_op.drop_constraint("replay_percent", type_="check")
        batch_op.drop_column("replay_percent")
    with op.batch_alter_table("webinar_participant", schema=None) as batch_op:
        batch_op.drop_column("watched_until")
    op.drop_table("webinar_watched")
