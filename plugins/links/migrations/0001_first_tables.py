"""The table of links."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "links_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=True),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["user.id"], name=op.f("fk_links_link_added_by_id_user")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_links_link_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links_link")),
        sa.UniqueConstraint("office_id", "url", name=op.f("uq_links_link_office_id_url")),
    )
    with op.batch_alter_table("links_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_links_link_added_by_id"), ["added_by_id"], unique=False)
        batch_op.create_index("ix_links_link_list", ["office_id", "removed_at", "category"], unique=False)
        batch_op.create_index(batch_op.f("ix_links_link_office_id"), ["office_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("links_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_links_link_office_id"))
        batch_op.drop_index("ix_links_link_list")
        batch_op.drop_index(batch_op.f("ix_links_link_added_by_id"))

    op.drop_table("links_link")
