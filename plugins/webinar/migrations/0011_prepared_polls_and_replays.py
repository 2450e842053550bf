"""Ranking polls, polls prepared before the meeting or answered in a replay; questions merged and published."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KIND, KINDS = "ck_webinar_poll_kind", ("single", "multiple", "scale", "text")
STATE, STATES = "ck_webinar_question_state", ("open", "answered", "done", "removed")
INTO = "fk_webinar_question_merged_into_id_webinar_question"


def upgrade() -> None:
    with op.batch_alter_table("webinar_poll", schema=None) as batch_op:
        batch_op.add_column(sa.Column("position", sa.Integer(), nullable=True))
        batch_op.drop_constraint(batch_op.f(KIND), type_="check")
        batch_op.create_check_constraint(batch_op.f(KIND), f"kind IN {(*KINDS, 'ranking')}")
    with op.batch_alter_table("webinar_question", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column("is_published", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.drop_constraint(batch_op.f(STATE), type_="check")
        batch_op.create_check_constraint(batch_op.f(STATE), f"state IN {(*STATES[:3], 'merged', STATES[3])}")
        batch_op.create_index(
            batch_op.f("ix_webinar_question_merged_into_id"), ["merged_into_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f(INTO), "webinar_question", ["merged_into_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("webinar_question", schema=None) as batch_op:
        batch_op.alter_column("is_published", server_default=None)
    op.create_table(
        "webinar_replay_vote",
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=True),
        sa.Column("option_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_replay_vote_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["option_id"],
            ["webinar_poll_option.id"],
            name=op.f("fk_webinar_replay_vote_option_id_webinar_poll_option"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["webinar_participant.id"],
            name=op.f("fk_webinar_replay_vote_participant_id_webinar_participant"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["poll_id"],
            ["webinar_poll.id"],
            name=op.f("fk_webinar_replay_vote_poll_id_webinar_poll"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["webinar_recording.id"],
            name=op.f("fk_webinar_replay_vote_recording_id_webinar_recording"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_replay_vote")),
        sa.UniqueConstraint(
            "poll_id", "voter", "option_id", name=op.f("uq_webinar_replay_vote_poll_id_voter_option_id")
        ),
    )
    with op.batch_alter_table("webinar_replay_vote", schema=None) as batch_op:
        for column in ("office_id", "option_id", "participant_id", "poll_id", "recording_id"):
            batch_op.create_index(batch_op.f(f"ix_webinar_replay_vote_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("webinar_replay_vote")
    op.execute("UPDATE webinar_question SET state = 'removed' WHERE state = 'merged'")
    with op.batch_alter_table("webinar_question", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(INTO), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_webinar_question_merged_into_id"))
        batch_op.drop_constraint(batch_op.f(STATE), type_="check")
        batch_op.create_check_constraint(batch_op.f(STATE), f"state IN {STATES}")
        batch_op.drop_column("is_published")
        batch_op.drop_column("merged_into_id")
    op.execute("DELETE FROM webinar_poll WHERE kind = 'ranking'")
    with op.batch_alter_table("webinar_poll", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(KIND), type_="check")
        batch_op.create_check_constraint(batch_op.f(KIND), f"kind IN {KINDS}")
        batch_op.drop_column("position")
