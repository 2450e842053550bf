"""Recordings watched as steps of courses, and videos that are shown to everybody in a room."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webinar_video",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("captions_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seconds > 0", name=op.f("ck_webinar_video_seconds")),
        sa.ForeignKeyConstraint(
            ["captions_id"],
            ["stored_file.id"],
            name=op.f("fk_webinar_video_captions_id_stored_file"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["stored_file.id"],
            name=op.f("fk_webinar_video_file_id_stored_file"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_webinar_video_office_id_office")),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["webinar_room.activity_id"],
            name=op.f("fk_webinar_video_room_id_webinar_room"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_video")),
    )
    with op.batch_alter_table("webinar_video", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_video_captions_id"), ["captions_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_video_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_video_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_video_room_id"), ["room_id"], unique=False)

    op.create_table(
        "webinar_replay_step",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=True),
        sa.Column("begins", sa.Double(), nullable=False),
        sa.Column("ends", sa.Double(), nullable=False),
        sa.CheckConstraint(
            "begins >= 0 AND (ends = 0 OR ends > begins)", name=op.f("ck_webinar_replay_step_order")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_webinar_replay_step_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_replay_step_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["webinar_recording.id"],
            name=op.f("fk_webinar_replay_step_recording_id_webinar_recording"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_webinar_replay_step")),
    )
    with op.batch_alter_table("webinar_replay_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_replay_step_office_id"), ["office_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_webinar_replay_step_recording_id"), ["recording_id"], unique=False
        )

    op.create_table(
        "webinar_step_watched",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("begins_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("spent_until", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > begins_at", name=op.f("ck_webinar_step_watched_order")),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["webinar_replay_step.activity_id"],
            name=op.f("fk_webinar_step_watched_activity_id_webinar_replay_step"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_step_watched_office_id_office")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_webinar_step_watched_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_step_watched")),
    )
    with op.batch_alter_table("webinar_step_watched", schema=None) as batch_op:
        batch_op.create_index(
            "ix_webinar_step_watched_activity_id_user_id", ["activity_id", "user_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_webinar_step_watched_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_step_watched_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table("webinar_step_watched")
    op.drop_table("webinar_replay_step")
    op.drop_table("webinar_video")
