"""Rubrics in the further languages of a course."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "courses_criterion_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_id", sa.Uuid(), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("hint", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["courses_criterion.id"],
            name=op.f("fk_courses_criterion_text_criterion_id_courses_criterion"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_courses_criterion_text_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_criterion_text")),
        sa.UniqueConstraint(
            "criterion_id", "locale", name=op.f("uq_courses_criterion_text_criterion_id_locale")
        ),
    )
    with op.batch_alter_table("courses_criterion_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_criterion_text_office_id"), ["office_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("courses_criterion_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_criterion_text_office_id"))

    op.drop_table("courses_criterion_text")
