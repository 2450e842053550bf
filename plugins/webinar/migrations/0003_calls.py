"""Calls of two people."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webinar_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(length=150), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("medium", sa.String(length=10), nullable=False),
        sa.Column("caller_id", sa.Uuid(), nullable=True),
        sa.Column("rang_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("open_until", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("passed_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("medium IN ('voice', 'video', 'screen')", name=op.f("ck_webinar_call_medium")),
        sa.CheckConstraint("state IN ('idle', 'ringing', 'running')", name=op.f("ck_webinar_call_state")),
        sa.ForeignKeyConstraint(["caller_id"], ["user.id"], name=op.f("fk_webinar_call_caller_id_user")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_webinar_call_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_call")),
        sa.UniqueConstraint("office_id", "ref", name=op.f("uq_webinar_call_office_id_ref")),
    )
    with op.batch_alter_table("webinar_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_call_caller_id"), ["caller_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_call_office_id"), ["office_id"], unique=False)

    op.create_table(
        "webinar_call_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("may_come", sa.Boolean(), nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("connection", sa.String(length=80), nullable=False),
        sa.Column("seen_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["webinar_call.id"],
            name=op.f("fk_webinar_call_person_call_id_webinar_call"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_call_person_office_id_office")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_webinar_call_person_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_call_person")),
        sa.UniqueConstraint("call_id", "user_id", name=op.f("uq_webinar_call_person_call_id_user_id")),
    )
    with op.batch_alter_table("webinar_call_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_call_person_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_call_person_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("webinar_call_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_call_person_user_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_call_person_office_id"))

    op.drop_table("webinar_call_person")
    with op.batch_alter_table("webinar_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_call_office_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_call_caller_id"))

    op.drop_table("webinar_call")
