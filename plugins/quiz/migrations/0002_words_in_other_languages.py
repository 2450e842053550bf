"""Words of a quiz in other languages."""

import sqlalchemy as sa
from alembic import op

revision = "b41c7e2a90d3"
down_revision = "585cd1f58667"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiz_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("quiz_id", sa.Uuid(), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("original", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_quiz_text_office_id_office")),
        sa.ForeignKeyConstraint(
            ["quiz_id"], ["quiz_quiz.id"], name=op.f("fk_quiz_text_quiz_id_quiz_quiz"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_text")),
        sa.UniqueConstraint(
            "quiz_id", "locale", "original", name=op.f("uq_quiz_text_quiz_id_locale_original")
        ),
    )
    with op.batch_alter_table("quiz_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_text_office_id"), ["office_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("quiz_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_text_office_id"))

    op.drop_table("quiz_text")
