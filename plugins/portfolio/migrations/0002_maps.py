"""Maps: frameworks of offices, and which pages show what."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portfolio_framework",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("description", sa.String(length=1000), nullable=False),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_framework_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_framework")),
    )
    with op.batch_alter_table("portfolio_framework", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_framework_office_id"), ["office_id"], unique=False)

    op.create_table(
        "portfolio_framework_element",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=160), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("description", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["framework_id"],
            ["portfolio_framework.id"],
            name=op.f("fk_portfolio_framework_element_framework_id_portfolio_framework"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_framework_element_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_framework_element")),
        sa.UniqueConstraint(
            "framework_id", "position", name=op.f("uq_portfolio_framework_element_framework_id_position")
        ),
    )
    with op.batch_alter_table("portfolio_framework_element", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_portfolio_framework_element_office_id"), ["office_id"], unique=False
        )

    op.create_table(
        "portfolio_mark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("framework", sa.String(length=40), nullable=False),
        sa.Column("element", sa.String(length=40), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("confirmed_level", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("confirmed_level BETWEEN 1 AND 4", name=op.f("ck_portfolio_mark_confirmed_level")),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_portfolio_mark_level")),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["user.id"], name=op.f("fk_portfolio_mark_confirmed_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_mark_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_mark_owner_id_user")),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["portfolio_page.id"],
            name=op.f("fk_portfolio_mark_page_id_portfolio_page"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_mark")),
        sa.UniqueConstraint(
            "page_id", "framework", "element", name=op.f("uq_portfolio_mark_page_id_framework_element")
        ),
    )
    with op.batch_alter_table("portfolio_mark", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_portfolio_mark_confirmed_by_id"), ["confirmed_by_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_portfolio_mark_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_portfolio_mark_owner", ["owner_id", "framework"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("portfolio_mark", schema=None) as batch_op:
        batch_op.drop_index("ix_portfolio_mark_owner")
        batch_op.drop_index(batch_op.f("ix_portfolio_mark_office_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_mark_confirmed_by_id"))

    op.drop_table("portfolio_mark")
    with op.batch_alter_table("portfolio_framework_element", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_framework_element_office_id"))

    op.drop_table("portfolio_framework_element")
    with op.batch_alter_table("portfolio_framework", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_framework_office_id"))

    op.drop_table("portfolio_framework")
