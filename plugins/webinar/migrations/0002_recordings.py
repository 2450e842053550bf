"""Recordings, their tracks, and who agreed to be in them."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webinar_recording",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_recording_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_webinar_recording_owner_id_user")),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["webinar_room.activity_id"],
            name=op.f("fk_webinar_recording_room_id_webinar_room"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_recording")),
    )
    with op.batch_alter_table("webinar_recording", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_recording_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_recording_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_recording_room_id"), ["room_id"], unique=False)

    op.create_table(
        "webinar_recorded_track",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["stored_file.id"],
            name=op.f("fk_webinar_recorded_track_file_id_stored_file"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_recorded_track_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["webinar_participant.id"],
            name=op.f("fk_webinar_recorded_track_participant_id_webinar_participant"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["webinar_recording.id"],
            name=op.f("fk_webinar_recorded_track_recording_id_webinar_recording"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_recorded_track")),
    )
    with op.batch_alter_table("webinar_recorded_track", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_recorded_track_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_recorded_track_office_id"), ["office_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_webinar_recorded_track_participant_id"), ["participant_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_webinar_recorded_track_recording_id"), ["recording_id"], unique=False
        )

    op.create_table(
        "webinar_recording_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("text_version", sa.String(length=10), nullable=False),
        sa.Column("answered_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_recording_consent_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["webinar_participant.id"],
            name=op.f("fk_webinar_recording_consent_participant_id_webinar_participant"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["webinar_room.activity_id"],
            name=op.f("fk_webinar_recording_consent_room_id_webinar_room"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_recording_consent")),
        sa.UniqueConstraint(
            "room_id", "participant_id", name=op.f("uq_webinar_recording_consent_room_id_participant_id")
        ),
    )
    with op.batch_alter_table("webinar_recording_consent", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_webinar_recording_consent_office_id"), ["office_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_webinar_recording_consent_participant_id"), ["participant_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("webinar_recording_consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_recording_consent_participant_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_recording_consent_office_id"))

    op.drop_table("webinar_recording_consent")
    with op.batch_alter_table("webinar_recorded_track", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_recorded_track_recording_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_recorded_track_participant_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_recorded_track_office_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_recorded_track_file_id"))

    op.drop_table("webinar_recorded_track")
    with op.batch_alter_table("webinar_recording", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_recording_room_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_recording_owner_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_recording_office_id"))

    op.drop_table("webinar_recording")
