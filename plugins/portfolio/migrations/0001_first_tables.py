"""The tables of CV, evidence, pages, sharing and tasks."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portfolio_collection",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_collection_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_portfolio_collection_owner_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_collection")),
    )
    with op.batch_alter_table("portfolio_collection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_collection_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_collection_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "portfolio_cv",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("target_job", sa.String(length=160), nullable=False),
        sa.Column("template", sa.String(length=10), nullable=False),
        sa.Column("accent", sa.String(length=10), nullable=False),
        sa.Column("headline", sa.String(length=160), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("section_order", sa.String(length=400), nullable=False),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("shows_photo", sa.Boolean(), nullable=False),
        sa.Column("shows_birth_date", sa.Boolean(), nullable=False),
        sa.Column("shows_nationality", sa.Boolean(), nullable=False),
        sa.Column("shows_gender", sa.Boolean(), nullable=False),
        sa.Column("shows_marital_status", sa.Boolean(), nullable=False),
        sa.Column("shows_address", sa.Boolean(), nullable=False),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "accent IN ('sienna', 'blue', 'green', 'ink')", name=op.f("ck_portfolio_cv_accent")
        ),
        sa.CheckConstraint(
            "template IN ('clear', 'modern', 'compact')", name=op.f("ck_portfolio_cv_template")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_portfolio_cv_office_id_office")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_cv_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_cv")),
    )
    with op.batch_alter_table("portfolio_cv", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_cv_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_cv_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "portfolio_cv_entry",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("section", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("field", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("starts", sa.String(length=10), nullable=False),
        sa.Column("ends", sa.String(length=10), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("highlights", sa.Text(), nullable=False),
        sa.Column("keywords", sa.String(length=500), nullable=False),
        sa.Column("level", sa.String(length=60), nullable=False),
        sa.Column("grade", sa.String(length=60), nullable=False),
        sa.Column("is_native", sa.Boolean(), nullable=False),
        sa.Column("listening", sa.String(length=2), nullable=False),
        sa.Column("reading", sa.String(length=2), nullable=False),
        sa.Column("interaction", sa.String(length=2), nullable=False),
        sa.Column("production", sa.String(length=2), nullable=False),
        sa.Column("writing", sa.String(length=2), nullable=False),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_cv_entry_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_cv_entry_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_cv_entry")),
    )
    with op.batch_alter_table("portfolio_cv_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_cv_entry_office_id"), ["office_id"], unique=False)
        batch_op.create_index(
            "ix_portfolio_cv_entry_store", ["owner_id", "section", "position"], unique=False
        )

    op.create_table(
        "portfolio_hidden_proof",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("proof", sa.String(length=150), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_hidden_proof_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_portfolio_hidden_proof_owner_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_hidden_proof")),
        sa.UniqueConstraint("owner_id", "proof", name=op.f("uq_portfolio_hidden_proof_owner_id_proof")),
    )
    with op.batch_alter_table("portfolio_hidden_proof", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_hidden_proof_office_id"), ["office_id"], unique=False)

    op.create_table(
        "portfolio_import",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_import_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_import_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_import")),
    )
    with op.batch_alter_table("portfolio_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_import_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_import_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_import_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "portfolio_journal",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_journal_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_journal_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_journal")),
    )
    with op.batch_alter_table("portfolio_journal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_journal_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_journal_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "portfolio_message",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("sender", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_message_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_message_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_message")),
    )
    with op.batch_alter_table("portfolio_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_message_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_message_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_message_sent_at"), ["sent_at"], unique=False)

    op.create_table(
        "portfolio_plan",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_plan_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_plan_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_plan")),
    )
    with op.batch_alter_table("portfolio_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_plan_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_plan_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "portfolio_request",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("adviser_id", base.QuickUuid(), nullable=True),
        sa.Column("target", sa.String(length=150), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("signed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", base.QuickUuid(), nullable=True),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("answer_note", sa.String(length=1000), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('feedback', 'sign_off')", name=op.f("ck_portfolio_request_kind")),
        sa.ForeignKeyConstraint(
            ["adviser_id"], ["user.id"], name=op.f("fk_portfolio_request_adviser_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user.id"], name=op.f("fk_portfolio_request_closed_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_request_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_request_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_request")),
    )
    with op.batch_alter_table("portfolio_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_request_closed_by_id"), ["closed_by_id"], unique=False)
        batch_op.create_index("ix_portfolio_request_inbox", ["adviser_id", "closed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_request_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_request_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_request_target"), ["target"], unique=False)

    op.create_table(
        "portfolio_share",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("target", sa.String(length=150), nullable=False),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("person_id", base.QuickUuid(), nullable=True),
        sa.Column("group_id", base.QuickUuid(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("passcode_hash", sa.String(length=200), nullable=False),
        sa.Column("starts_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ends_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("allows_comments", sa.Boolean(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("revoked_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "audience IN ('advisers', 'person', 'group', 'office', 'members', 'public', 'link')",
            name=op.f("ck_portfolio_share_audience"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_share_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_share_owner_id_user")),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_portfolio_share_person_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_share")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_portfolio_share_token_hash")),
    )
    with op.batch_alter_table("portfolio_share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_share_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_share_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_share_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_portfolio_share_target", ["target", "revoked_at"], unique=False)

    op.create_table(
        "portfolio_tag",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("subject", sa.String(length=150), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_portfolio_tag_office_id_office")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_tag_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_tag")),
        sa.UniqueConstraint("subject", "name", name=op.f("uq_portfolio_tag_subject_name")),
    )
    with op.batch_alter_table("portfolio_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_tag_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_portfolio_tag_owner_name", ["owner_id", "name"], unique=False)

    op.create_table(
        "portfolio_cv_choice",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("cv_id", base.QuickUuid(), nullable=False),
        sa.Column("entry_id", base.QuickUuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("field", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("highlights", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cv_id"],
            ["portfolio_cv.id"],
            name=op.f("fk_portfolio_cv_choice_cv_id_portfolio_cv"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["portfolio_cv_entry.id"],
            name=op.f("fk_portfolio_cv_choice_entry_id_portfolio_cv_entry"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_cv_choice_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_cv_choice")),
        sa.UniqueConstraint("cv_id", "entry_id", name=op.f("uq_portfolio_cv_choice_cv_id_entry_id")),
    )
    with op.batch_alter_table("portfolio_cv_choice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_cv_choice_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_cv_choice_office_id"), ["office_id"], unique=False)

    op.create_table(
        "portfolio_item",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("file_id", base.QuickUuid(), nullable=True),
        sa.Column("folder", sa.String(length=80), nullable=False),
        sa.Column("licence", sa.String(length=20), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('file', 'note', 'skill', 'goal')", name=op.f("ck_portfolio_item_kind")),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["stored_file.id"],
            name=op.f("fk_portfolio_item_file_id_stored_file"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_item_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_item_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_item")),
    )
    with op.batch_alter_table("portfolio_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_item_file_id"), ["file_id"], unique=False)
        batch_op.create_index("ix_portfolio_item_list", ["owner_id", "kind", "removed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_item_office_id"), ["office_id"], unique=False)

    op.create_table(
        "portfolio_journal_entry",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("journal_id", base.QuickUuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_draft", sa.Boolean(), nullable=False),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["journal_id"],
            ["portfolio_journal.id"],
            name=op.f("fk_portfolio_journal_entry_journal_id_portfolio_journal"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_journal_entry_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_portfolio_journal_entry_owner_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_journal_entry")),
    )
    with op.batch_alter_table("portfolio_journal_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_portfolio_journal_entry_journal_id"), ["journal_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_portfolio_journal_entry_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_journal_entry_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "portfolio_letter",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("cv_id", base.QuickUuid(), nullable=True),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("employer", sa.String(length=200), nullable=False),
        sa.Column("recipient", sa.String(length=400), nullable=False),
        sa.Column("vacancy", sa.Text(), nullable=False),
        sa.Column("vacancy_url", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cv_id"],
            ["portfolio_cv.id"],
            name=op.f("fk_portfolio_letter_cv_id_portfolio_cv"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_letter_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_letter_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_letter")),
    )
    with op.batch_alter_table("portfolio_letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_letter_cv_id"), ["cv_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_letter_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_letter_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "portfolio_page",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("collection_id", base.QuickUuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("cover_id", base.QuickUuid(), nullable=True),
        sa.Column("theme", sa.String(length=8), nullable=False),
        sa.Column("is_template", sa.Boolean(), nullable=False),
        sa.Column("allows_copy", sa.Boolean(), nullable=False),
        sa.Column("copied_from_id", base.QuickUuid(), nullable=True),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("theme IN ('plain', 'warm', 'bold')", name=op.f("ck_portfolio_page_theme")),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["portfolio_collection.id"],
            name=op.f("fk_portfolio_page_collection_id_portfolio_collection"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["copied_from_id"],
            ["portfolio_page.id"],
            name=op.f("fk_portfolio_page_copied_from_id_portfolio_page"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["cover_id"],
            ["stored_file.id"],
            name=op.f("fk_portfolio_page_cover_id_stored_file"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_page_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_page_owner_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_page")),
    )
    with op.batch_alter_table("portfolio_page", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_page_collection_id"), ["collection_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_portfolio_page_copied_from_id"), ["copied_from_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_portfolio_page_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_portfolio_page_owner", ["owner_id", "removed_at"], unique=False)

    op.create_table(
        "portfolio_person",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("given_name", sa.String(length=80), nullable=False),
        sa.Column("family_name", sa.String(length=80), nullable=False),
        sa.Column("headline", sa.String(length=160), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("postcode", sa.String(length=20), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("website", sa.String(length=500), nullable=False),
        sa.Column("birth_date", sa.String(length=10), nullable=False),
        sa.Column("nationality", sa.String(length=80), nullable=False),
        sa.Column("gender", sa.String(length=40), nullable=False),
        sa.Column("marital_status", sa.String(length=40), nullable=False),
        sa.Column("photo_id", base.QuickUuid(), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_person_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_person_owner_id_user")),
        sa.ForeignKeyConstraint(
            ["photo_id"],
            ["stored_file.id"],
            name=op.f("fk_portfolio_person_photo_id_stored_file"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_person")),
        sa.UniqueConstraint("office_id", "owner_id", name=op.f("uq_portfolio_person_office_id_owner_id")),
    )
    with op.batch_alter_table("portfolio_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_person_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_person_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "portfolio_plan_task",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("plan_id", base.QuickUuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_plan_task_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_plan_task_owner_id_user")),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["portfolio_plan.id"],
            name=op.f("fk_portfolio_plan_task_plan_id_portfolio_plan"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_plan_task")),
    )
    with op.batch_alter_table("portfolio_plan_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_plan_task_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_plan_task_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_plan_task_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "portfolio_submission",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("activity_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=150), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("content", base.JsonObject(), nullable=False),
        sa.Column("handed_in_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("result", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("judged_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("judged_by_id", base.QuickUuid(), nullable=True),
        sa.CheckConstraint(
            "result IN ('', 'pass', 'revise', 'fail')", name=op.f("ck_portfolio_submission_result")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_portfolio_submission_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["judged_by_id"], ["user.id"], name=op.f("fk_portfolio_submission_judged_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_submission_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_portfolio_submission_owner_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_submission")),
        sa.UniqueConstraint(
            "activity_id",
            "owner_id",
            "number",
            name=op.f("uq_portfolio_submission_activity_id_owner_id_number"),
        ),
    )
    with op.batch_alter_table("portfolio_submission", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_portfolio_submission_activity_id"), ["activity_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_portfolio_submission_handed_in_at"), ["handed_in_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_portfolio_submission_judged_by_id"), ["judged_by_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_portfolio_submission_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_submission_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "portfolio_visit",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("target", sa.String(length=150), nullable=False),
        sa.Column("viewer_id", base.QuickUuid(), nullable=True),
        sa.Column("share_id", base.QuickUuid(), nullable=True),
        sa.Column("at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_visit_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_visit_owner_id_user")),
        sa.ForeignKeyConstraint(
            ["share_id"],
            ["portfolio_share.id"],
            name=op.f("fk_portfolio_visit_share_id_portfolio_share"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["viewer_id"], ["user.id"], name=op.f("fk_portfolio_visit_viewer_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_visit")),
    )
    with op.batch_alter_table("portfolio_visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_visit_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_visit_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_visit_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_visit_share_id"), ["share_id"], unique=False)
        batch_op.create_index("ix_portfolio_visit_target", ["target", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_visit_viewer_id"), ["viewer_id"], unique=False)

    op.create_table(
        "portfolio_block",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("page_id", base.QuickUuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("width", sa.String(length=8), nullable=False),
        sa.Column("content", base.JsonObject(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("width IN ('full', 'half', 'third')", name=op.f("ck_portfolio_block_width")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_block_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["portfolio_page.id"],
            name=op.f("fk_portfolio_block_page_id_portfolio_page"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_block")),
    )
    with op.batch_alter_table("portfolio_block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_block_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_portfolio_block_page", ["page_id", "position"], unique=False)

    op.create_table(
        "portfolio_card",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("headline", sa.String(length=160), nullable=False),
        sa.Column("about", sa.String(length=600), nullable=False),
        sa.Column("proof_1", sa.String(length=200), nullable=False),
        sa.Column("proof_2", sa.String(length=200), nullable=False),
        sa.Column("proof_3", sa.String(length=200), nullable=False),
        sa.Column("page_id", base.QuickUuid(), nullable=True),
        sa.Column("shows_photo", sa.Boolean(), nullable=False),
        sa.Column("is_contactable", sa.Boolean(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_card_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_card_owner_id_user")),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["portfolio_page.id"],
            name=op.f("fk_portfolio_card_page_id_portfolio_page"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_card")),
        sa.UniqueConstraint("office_id", "owner_id", name=op.f("uq_portfolio_card_office_id_owner_id")),
        sa.UniqueConstraint("office_id", "slug", name=op.f("uq_portfolio_card_office_id_slug")),
    )
    with op.batch_alter_table("portfolio_card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_card_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_card_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_card_page_id"), ["page_id"], unique=False)

    op.create_table(
        "portfolio_version",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("page_id", base.QuickUuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(length=80), nullable=False),
        sa.Column("made_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("content", base.JsonObject(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_version_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["portfolio_page.id"],
            name=op.f("fk_portfolio_version_page_id_portfolio_page"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_version")),
        sa.UniqueConstraint("page_id", "number", name=op.f("uq_portfolio_version_page_id_number")),
    )
    with op.batch_alter_table("portfolio_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_version_made_at"), ["made_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_version_office_id"), ["office_id"], unique=False)

    op.create_table(
        "portfolio_comment",
        sa.Column("id", base.QuickUuid(), nullable=False),
        sa.Column("office_id", base.QuickUuid(), nullable=False),
        sa.Column("target", sa.String(length=150), nullable=False),
        sa.Column("owner_id", base.QuickUuid(), nullable=False),
        sa.Column("author_id", base.QuickUuid(), nullable=False),
        sa.Column("block_id", base.QuickUuid(), nullable=True),
        sa.Column("parent_id", base.QuickUuid(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at_second", sa.Integer(), nullable=True),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("resolved_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_portfolio_comment_author_id_user")),
        sa.ForeignKeyConstraint(
            ["block_id"],
            ["portfolio_block.id"],
            name=op.f("fk_portfolio_comment_block_id_portfolio_block"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_portfolio_comment_office_id_office")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_portfolio_comment_owner_id_user")),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["portfolio_comment.id"],
            name=op.f("fk_portfolio_comment_parent_id_portfolio_comment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_comment")),
    )
    with op.batch_alter_table("portfolio_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_comment_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_comment_block_id"), ["block_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_comment_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_comment_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portfolio_comment_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index("ix_portfolio_comment_target", ["target", "created_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("portfolio_comment", schema=None) as batch_op:
        batch_op.drop_index("ix_portfolio_comment_target")
        batch_op.drop_index(batch_op.f("ix_portfolio_comment_parent_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_comment_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_comment_office_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_comment_block_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_comment_author_id"))

    op.drop_table("portfolio_comment")
    with op.batch_alter_table("portfolio_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_version_office_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_version_made_at"))

    op.drop_table("portfolio_version")
    with op.batch_alter_table("portfolio_card", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_card_page_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_card_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_card_office_id"))

    op.drop_table("portfolio_card")
    with op.batch_alter_table("portfolio_block", schema=None) as batch_op:
        batch_op.drop_index("ix_portfolio_block_page")
        batch_op.drop_index(batch_op.f("ix_portfolio_block_office_id"))

    op.drop_table("portfolio_block")
    with op.batch_alter_table("portfolio_visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_visit_viewer_id"))
        batch_op.drop_index("ix_portfolio_visit_target")
        batch_op.drop_index(batch_op.f("ix_portfolio_visit_share_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_visit_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_visit_office_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_visit_at"))

    op.drop_table("portfolio_visit")
    with op.batch_alter_table("portfolio_submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_submission_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_submission_office_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_submission_judged_by_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_submission_handed_in_at"))
        batch_op.drop_index(batch_op.f("ix_portfolio_submission_activity_id"))

    op.drop_table("portfolio_submission")
    with op.batch_alter_table("portfolio_plan_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_plan_task_plan_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_plan_task_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_plan_task_office_id"))

    op.drop_table("portfolio_plan_task")
    with op.batch_alter_table("portfolio_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_person_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_person_office_id"))

    op.drop_table("portfolio_person")
    with op.batch_alter_table("portfolio_page", schema=None) as batch_op:
        batch_op.drop_index("ix_portfolio_page_owner")
        batch_op.drop_index(batch_op.f("ix_portfolio_page_office_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_page_copied_from_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_page_collection_id"))

    op.drop_table("portfolio_page")
    with op.batch_alter_table("portfolio_letter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_letter_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_letter_office_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_letter_cv_id"))

    op.drop_table("portfolio_letter")
    with op.batch_alter_table("portfolio_journal_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_journal_entry_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_journal_entry_office_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_journal_entry_journal_id"))

    op.drop_table("portfolio_journal_entry")
    with op.batch_alter_table("portfolio_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_item_office_id"))
        batch_op.drop_index("ix_portfolio_item_list")
        batch_op.drop_index(batch_op.f("ix_portfolio_item_file_id"))

    op.drop_table("portfolio_item")
    with op.batch_alter_table("portfolio_cv_choice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_cv_choice_office_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_cv_choice_entry_id"))

    op.drop_table("portfolio_cv_choice")
    with op.batch_alter_table("portfolio_tag", schema=None) as batch_op:
        batch_op.drop_index("ix_portfolio_tag_owner_name")
        batch_op.drop_index(batch_op.f("ix_portfolio_tag_office_id"))

    op.drop_table("portfolio_tag")
    with op.batch_alter_table("portfolio_share", schema=None) as batch_op:
        batch_op.drop_index("ix_portfolio_share_target")
        batch_op.drop_index(batch_op.f("ix_portfolio_share_person_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_share_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_share_office_id"))

    op.drop_table("portfolio_share")
    with op.batch_alter_table("portfolio_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_request_target"))
        batch_op.drop_index(batch_op.f("ix_portfolio_request_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_request_office_id"))
        batch_op.drop_index("ix_portfolio_request_inbox")
        batch_op.drop_index(batch_op.f("ix_portfolio_request_closed_by_id"))

    op.drop_table("portfolio_request")
    with op.batch_alter_table("portfolio_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_plan_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_plan_office_id"))

    op.drop_table("portfolio_plan")
    with op.batch_alter_table("portfolio_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_message_sent_at"))
        batch_op.drop_index(batch_op.f("ix_portfolio_message_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_message_office_id"))

    op.drop_table("portfolio_message")
    with op.batch_alter_table("portfolio_journal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_journal_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_journal_office_id"))

    op.drop_table("portfolio_journal")
    with op.batch_alter_table("portfolio_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_import_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_import_office_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_import_created_at"))

    op.drop_table("portfolio_import")
    with op.batch_alter_table("portfolio_hidden_proof", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_hidden_proof_office_id"))

    op.drop_table("portfolio_hidden_proof")
    with op.batch_alter_table("portfolio_cv_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_portfolio_cv_entry_store")
        batch_op.drop_index(batch_op.f("ix_portfolio_cv_entry_office_id"))

    op.drop_table("portfolio_cv_entry")
    with op.batch_alter_table("portfolio_cv", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_cv_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_cv_office_id"))

    op.drop_table("portfolio_cv")
    with op.batch_alter_table("portfolio_collection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_collection_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portfolio_collection_office_id"))

    op.drop_table("portfolio_collection")
