"""The tables of courses, their steps, work handed in, and certificates."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "courses_assignment",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("takes_text", sa.Boolean(), nullable=False),
        sa.Column("takes_files", sa.Boolean(), nullable=False),
        sa.Column("due_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_courses_assignment_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_courses_assignment_office_id_office")
        ),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_courses_assignment")),
    )
    with op.batch_alter_table("courses_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_assignment_office_id"), ["office_id"], unique=False)

    op.create_table(
        "courses_certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("course_title", sa.String(length=200), nullable=False),
        sa.Column("office_name", sa.String(length=200), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("completed_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("issued_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["activity.id"],
            name=op.f("fk_courses_certificate_course_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_courses_certificate_office_id_office")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_courses_certificate_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_courses_certificate_code")),
        sa.UniqueConstraint("course_id", "user_id", name=op.f("uq_courses_certificate_course_id_user_id")),
    )
    with op.batch_alter_table("courses_certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_certificate_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_courses_certificate_user_id", ["user_id"], unique=False)

    op.create_table(
        "courses_condition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=True),
        sa.Column("opens_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('step', 'date', 'group', 'score')", name=op.f("ck_courses_condition_kind")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_courses_condition_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["activity.id"],
            name=op.f("fk_courses_condition_other_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["step_id"],
            ["activity.id"],
            name=op.f("fk_courses_condition_step_id_activity"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_condition")),
    )
    with op.batch_alter_table("courses_condition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_condition_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_condition_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_condition_other_id"), ["other_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_condition_step_id"), ["step_id"], unique=False)

    op.create_table(
        "courses_course",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("languages", sa.String(length=60), nullable=False),
        sa.Column("cover_id", sa.Uuid(), nullable=True),
        sa.Column("cover_alt", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("has_certificate", sa.Boolean(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_courses_course_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["cover_id"],
            ["stored_file.id"],
            name=op.f("fk_courses_course_cover_id_stored_file"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_courses_course_office_id_office")
        ),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_courses_course")),
    )
    with op.batch_alter_table("courses_course", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_course_cover_id"), ["cover_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_course_office_id"), ["office_id"], unique=False)

    op.create_table(
        "courses_criterion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("hint", sa.String(length=500), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_courses_criterion_points")),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_courses_criterion_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_courses_criterion_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_criterion")),
    )
    with op.batch_alter_table("courses_criterion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_criterion_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_criterion_office_id"), ["office_id"], unique=False)

    op.create_table(
        "courses_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=8000), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_courses_note_office_id_office")),
        sa.ForeignKeyConstraint(
            ["step_id"], ["activity.id"], name=op.f("fk_courses_note_step_id_activity"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_courses_note_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_note")),
        sa.UniqueConstraint("step_id", "user_id", name=op.f("uq_courses_note_step_id_user_id")),
    )
    with op.batch_alter_table("courses_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_note_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_courses_note_user_id", ["user_id"], unique=False)

    op.create_table(
        "courses_page",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_courses_page_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_courses_page_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_page")),
    )
    with op.batch_alter_table("courses_page", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_page_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_page_office_id"), ["office_id"], unique=False)

    op.create_table(
        "courses_step",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("match", sa.String(length=3), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("match IN ('all', 'any')", name=op.f("ck_courses_step_match")),
        sa.CheckConstraint("level IN (0, 1)", name=op.f("ck_courses_step_level")),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_courses_step_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["activity.id"],
            name=op.f("fk_courses_step_course_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["stored_file.id"],
            name=op.f("fk_courses_step_file_id_stored_file"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_courses_step_office_id_office")),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_courses_step")),
    )
    with op.batch_alter_table("courses_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_step_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_step_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_step_office_id"), ["office_id"], unique=False)

    op.create_table(
        "courses_submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("submitted_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'accepted')",
            name=op.f("ck_courses_submission_state"),
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_courses_submission_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_courses_submission_office_id_office")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_courses_submission_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_submission")),
        sa.UniqueConstraint("activity_id", "user_id", name=op.f("uq_courses_submission_activity_id_user_id")),
    )
    with op.batch_alter_table("courses_submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_submission_office_id"), ["office_id"], unique=False)
        batch_op.create_index(
            "ix_courses_submission_queue", ["office_id", "state", "submitted_at"], unique=False
        )
        batch_op.create_index("ix_courses_submission_user_id", ["user_id"], unique=False)

    op.create_table(
        "courses_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=2000), nullable=False),
        sa.Column("objectives", sa.String(length=4000), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_courses_text_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_courses_text_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_text")),
        sa.UniqueConstraint("activity_id", "locale", name=op.f("uq_courses_text_activity_id_locale")),
    )
    with op.batch_alter_table("courses_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_text_office_id"), ["office_id"], unique=False)

    op.create_table(
        "courses_page_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("draft_title", sa.String(length=200), nullable=True),
        sa.Column("draft_html", sa.Text(), nullable=True),
        sa.Column("draft_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_courses_page_text_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["courses_page.id"],
            name=op.f("fk_courses_page_text_page_id_courses_page"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_page_text")),
        sa.UniqueConstraint("page_id", "locale", name=op.f("uq_courses_page_text_page_id_locale")),
    )
    with op.batch_alter_table("courses_page_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_page_text_office_id"), ["office_id"], unique=False)

    op.create_table(
        "courses_page_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_courses_page_version_author_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_courses_page_version_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["courses_page.id"],
            name=op.f("fk_courses_page_version_page_id_courses_page"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_page_version")),
        sa.UniqueConstraint(
            "page_id", "locale", "number", name=op.f("uq_courses_page_version_page_id_locale_number")
        ),
    )
    with op.batch_alter_table("courses_page_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_page_version_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_page_version_office_id"), ["office_id"], unique=False)

    op.create_table(
        "courses_place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("page_id", sa.Uuid(), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("seen_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["activity.id"],
            name=op.f("fk_courses_place_course_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_courses_place_office_id_office")),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["courses_page.id"],
            name=op.f("fk_courses_place_page_id_courses_page"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["activity.id"], name=op.f("fk_courses_place_step_id_activity"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_courses_place_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_place")),
        sa.UniqueConstraint("course_id", "user_id", name=op.f("uq_courses_place_course_id_user_id")),
    )
    with op.batch_alter_table("courses_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_place_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_place_page_id"), ["page_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_place_step_id"), ["step_id"], unique=False)
        batch_op.create_index("ix_courses_place_user_id", ["user_id"], unique=False)

    op.create_table(
        "courses_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("feedback", sa.String(length=8000), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_courses_review_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["user.id"], name=op.f("fk_courses_review_reviewer_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["courses_submission.id"],
            name=op.f("fk_courses_review_submission_id_courses_submission"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_review")),
        sa.UniqueConstraint("submission_id", "round", name=op.f("uq_courses_review_submission_id_round")),
    )
    with op.batch_alter_table("courses_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_review_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_review_reviewer_id"), ["reviewer_id"], unique=False)

    op.create_table(
        "courses_submission_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["stored_file.id"],
            name=op.f("fk_courses_submission_file_file_id_stored_file"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_courses_submission_file_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["courses_submission.id"],
            name=op.f("fk_courses_submission_file_submission_id_courses_submission"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_submission_file")),
        sa.UniqueConstraint(
            "submission_id", "file_id", name=op.f("uq_courses_submission_file_submission_id_file_id")
        ),
    )
    with op.batch_alter_table("courses_submission_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_submission_file_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_submission_file_office_id"), ["office_id"], unique=False)

    op.create_table(
        "courses_mark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["courses_criterion.id"],
            name=op.f("fk_courses_mark_criterion_id_courses_criterion"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_courses_mark_office_id_office")),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["courses_review.id"],
            name=op.f("fk_courses_mark_review_id_courses_review"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_mark")),
        sa.UniqueConstraint("review_id", "criterion_id", name=op.f("uq_courses_mark_review_id_criterion_id")),
    )
    with op.batch_alter_table("courses_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_mark_criterion_id"), ["criterion_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_mark_office_id"), ["office_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("courses_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_mark_office_id"))
        batch_op.drop_index(batch_op.f("ix_courses_mark_criterion_id"))

    op.drop_table("courses_mark")
    with op.batch_alter_table("courses_submission_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_submission_file_office_id"))
        batch_op.drop_index(batch_op.f("ix_courses_submission_file_file_id"))

    op.drop_table("courses_submission_file")
    with op.batch_alter_table("courses_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_review_reviewer_id"))
        batch_op.drop_index(batch_op.f("ix_courses_review_office_id"))

    op.drop_table("courses_review")
    with op.batch_alter_table("courses_place", schema=None) as batch_op:
        batch_op.drop_index("ix_courses_place_user_id")
        batch_op.drop_index(batch_op.f("ix_courses_place_step_id"))
        batch_op.drop_index(batch_op.f("ix_courses_place_page_id"))
        batch_op.drop_index(batch_op.f("ix_courses_place_office_id"))

    op.drop_table("courses_place")
    with op.batch_alter_table("courses_page_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_page_version_office_id"))
        batch_op.drop_index(batch_op.f("ix_courses_page_version_author_id"))

    op.drop_table("courses_page_version")
    with op.batch_alter_table("courses_page_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_page_text_office_id"))

    op.drop_table("courses_page_text")
    with op.batch_alter_table("courses_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_text_office_id"))

    op.drop_table("courses_text")
    with op.batch_alter_table("courses_submission", schema=None) as batch_op:
        batch_op.drop_index("ix_courses_submission_user_id")
        batch_op.drop_index("ix_courses_submission_queue")
        batch_op.drop_index(batch_op.f("ix_courses_submission_office_id"))

    op.drop_table("courses_submission")
    with op.batch_alter_table("courses_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_step_office_id"))
        batch_op.drop_index(batch_op.f("ix_courses_step_file_id"))
        batch_op.drop_index(batch_op.f("ix_courses_step_course_id"))

    op.drop_table("courses_step")
    with op.batch_alter_table("courses_page", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_page_office_id"))
        batch_op.drop_index(batch_op.f("ix_courses_page_activity_id"))

    op.drop_table("courses_page")
    with op.batch_alter_table("courses_note", schema=None) as batch_op:
        batch_op.drop_index("ix_courses_note_user_id")
        batch_op.drop_index(batch_op.f("ix_courses_note_office_id"))

    op.drop_table("courses_note")
    with op.batch_alter_table("courses_criterion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_criterion_office_id"))
        batch_op.drop_index(batch_op.f("ix_courses_criterion_activity_id"))

    op.drop_table("courses_criterion")
    with op.batch_alter_table("courses_course", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_course_office_id"))
        batch_op.drop_index(batch_op.f("ix_courses_course_cover_id"))

    op.drop_table("courses_course")
    with op.batch_alter_table("courses_condition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_condition_step_id"))
        batch_op.drop_index(batch_op.f("ix_courses_condition_other_id"))
        batch_op.drop_index(batch_op.f("ix_courses_condition_office_id"))
        batch_op.drop_index(batch_op.f("ix_courses_condition_group_id"))

    op.drop_table("courses_condition")
    with op.batch_alter_table("courses_certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_courses_certificate_user_id")
        batch_op.drop_index(batch_op.f("ix_courses_certificate_office_id"))

    op.drop_table("courses_certificate")
    with op.batch_alter_table("courses_assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_assignment_office_id"))

    op.drop_table("courses_assignment")
