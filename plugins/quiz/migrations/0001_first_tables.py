"""The tables of the question bank, of quizzes, attempts and imports."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "585cd1f58667"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "quiz_category",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_quiz_category_office_id_office")),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["quiz_category.id"],
            name=op.f("fk_quiz_category_parent_id_quiz_category"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_category")),
    )
    with op.batch_alter_table("quiz_category", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_category_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quiz_category_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "quiz_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("good_count", sa.Integer(), nullable=False),
        sa.Column("bad_count", sa.Integer(), nullable=False),
        sa.Column("report", base.JsonObject(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'draft', 'running', 'done', 'failed')", name=op.f("ck_quiz_import_state")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["quiz_category.id"],
            name=op.f("fk_quiz_import_category_id_quiz_category"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user.id"], name=op.f("fk_quiz_import_created_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["stored_file.id"],
            name=op.f("fk_quiz_import_file_id_stored_file"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_quiz_import_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_import")),
    )
    with op.batch_alter_table("quiz_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_import_category_id"), ["category_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quiz_import_created_by_id"), ["created_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quiz_import_office_id"), ["office_id"], unique=False)

    op.create_table(
        "quiz_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("removed_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["quiz_category.id"], name=op.f("fk_quiz_question_category_id_quiz_category")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_quiz_question_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_question")),
    )
    with op.batch_alter_table("quiz_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_question_category_id"), ["category_id"], unique=False)
        batch_op.create_index("ix_quiz_question_import_id", ["import_id"], unique=False)
        batch_op.create_index(
            "ix_quiz_question_list", ["office_id", "is_listed", "removed_at", "category_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_quiz_question_office_id"), ["office_id"], unique=False)

    op.create_table(
        "quiz_quiz",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("time_limit", sa.Integer(), nullable=True),
        sa.Column("max_attempts", sa.Integer(), nullable=True),
        sa.Column("pass_mark", sa.Integer(), nullable=False),
        sa.Column("opens_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closes_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("review", sa.String(length=10), nullable=False),
        sa.Column("review_time", sa.String(length=12), nullable=False),
        sa.Column("is_shuffled", sa.Boolean(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mode IN ('practice', 'test')", name=op.f("ck_quiz_quiz_mode")),
        sa.CheckConstraint("review IN ('answers', 'score', 'nothing')", name=op.f("ck_quiz_quiz_review")),
        sa.CheckConstraint(
            "review_time IN ('at_once', 'after_close')", name=op.f("ck_quiz_quiz_review_time")
        ),
        sa.CheckConstraint(
            "closes_at IS NULL OR opens_at IS NULL OR closes_at > opens_at", name=op.f("ck_quiz_quiz_window")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_quiz_quiz_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_quiz_quiz_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_quiz")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_quiz_quiz_activity_id")),
    )
    with op.batch_alter_table("quiz_quiz", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_quiz_office_id"), ["office_id"], unique=False)

    op.create_table(
        "quiz_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("quiz_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_trial", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("started_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("submit_key", sa.String(length=60), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("earned", sa.Double(), nullable=False),
        sa.Column("most", sa.Double(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("waits_for_grade", sa.Boolean(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('active', 'submitted')", name=op.f("ck_quiz_attempt_state")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_quiz_attempt_office_id_office")),
        sa.ForeignKeyConstraint(
            ["quiz_id"], ["quiz_quiz.id"], name=op.f("fk_quiz_attempt_quiz_id_quiz_quiz"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_quiz_attempt_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_attempt")),
        sa.UniqueConstraint(
            "quiz_id",
            "user_id",
            "is_trial",
            "number",
            name=op.f("uq_quiz_attempt_quiz_id_user_id_is_trial_number"),
        ),
    )
    with op.batch_alter_table("quiz_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_quiz_attempt_due", ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_quiz_attempt_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_quiz_attempt_user_state", ["user_id", "state"], unique=False)

    op.create_table(
        "quiz_extra_time",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("quiz_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_quiz_extra_time_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["quiz_id"],
            ["quiz_quiz.id"],
            name=op.f("fk_quiz_extra_time_quiz_id_quiz_quiz"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_quiz_extra_time_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_extra_time")),
        sa.UniqueConstraint("quiz_id", "user_id", name=op.f("uq_quiz_extra_time_quiz_id_user_id")),
    )
    with op.batch_alter_table("quiz_extra_time", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_extra_time_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quiz_extra_time_user_id"), ["user_id"], unique=False)

    op.create_table(
        "quiz_question_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", base.JsonObject(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_quiz_question_version_author_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_quiz_question_version_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["quiz_question.id"],
            name=op.f("fk_quiz_question_version_question_id_quiz_question"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_question_version")),
        sa.UniqueConstraint(
            "question_id", "number", name=op.f("uq_quiz_question_version_question_id_number")
        ),
    )
    with op.batch_alter_table("quiz_question_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_question_version_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quiz_question_version_office_id"), ["office_id"], unique=False)

    op.create_table(
        "quiz_slot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("quiz_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=120), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=True),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("draw_count", sa.Integer(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.CheckConstraint(
            "(question_id IS NULL) <> (category_id IS NULL)", name=op.f("ck_quiz_slot_source")
        ),
        sa.CheckConstraint("points >= 0", name=op.f("ck_quiz_slot_points")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["quiz_category.id"], name=op.f("fk_quiz_slot_category_id_quiz_category")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_quiz_slot_office_id_office")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["quiz_question.id"], name=op.f("fk_quiz_slot_question_id_quiz_question")
        ),
        sa.ForeignKeyConstraint(
            ["quiz_id"], ["quiz_quiz.id"], name=op.f("fk_quiz_slot_quiz_id_quiz_quiz"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_slot")),
    )
    with op.batch_alter_table("quiz_slot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_slot_category_id"), ["category_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quiz_slot_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_quiz_slot_order", ["quiz_id", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_quiz_slot_question_id"), ["question_id"], unique=False)

    op.create_table(
        "quiz_tag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_quiz_tag_office_id_office")),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["quiz_question.id"],
            name=op.f("fk_quiz_tag_question_id_quiz_question"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_tag")),
        sa.UniqueConstraint("question_id", "name", name=op.f("uq_quiz_tag_question_id_name")),
    )
    with op.batch_alter_table("quiz_tag", schema=None) as batch_op:
        batch_op.create_index("ix_quiz_tag_name", ["office_id", "name"], unique=False)
        batch_op.create_index(batch_op.f("ix_quiz_tag_office_id"), ["office_id"], unique=False)

    op.create_table(
        "quiz_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.String(length=120), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("answer", base.JsonObject(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("fraction", sa.Double(), nullable=True),
        sa.Column("waits_for_grade", sa.Boolean(), nullable=False),
        sa.Column("levels", base.JsonObject(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("graded_by_id", sa.Uuid(), nullable=True),
        sa.Column("graded_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["quiz_attempt.id"],
            name=op.f("fk_quiz_answer_attempt_id_quiz_attempt"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["graded_by_id"], ["user.id"], name=op.f("fk_quiz_answer_graded_by_id_user")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_quiz_answer_office_id_office")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["quiz_question_version.id"],
            name=op.f("fk_quiz_answer_version_id_quiz_question_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_answer")),
        sa.UniqueConstraint("attempt_id", "position", name=op.f("uq_quiz_answer_attempt_id_position")),
    )
    with op.batch_alter_table("quiz_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_answer_graded_by_id"), ["graded_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quiz_answer_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_quiz_answer_queue", ["office_id", "waits_for_grade"], unique=False)
        batch_op.create_index(batch_op.f("ix_quiz_answer_version_id"), ["version_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("quiz_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_answer_version_id"))
        batch_op.drop_index("ix_quiz_answer_queue")
        batch_op.drop_index(batch_op.f("ix_quiz_answer_office_id"))
        batch_op.drop_index(batch_op.f("ix_quiz_answer_graded_by_id"))

    op.drop_table("quiz_answer")
    with op.batch_alter_table("quiz_tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_tag_office_id"))
        batch_op.drop_index("ix_quiz_tag_name")

    op.drop_table("quiz_tag")
    with op.batch_alter_table("quiz_slot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_slot_question_id"))
        batch_op.drop_index("ix_quiz_slot_order")
        batch_op.drop_index(batch_op.f("ix_quiz_slot_office_id"))
        batch_op.drop_index(batch_op.f("ix_quiz_slot_category_id"))

    op.drop_table("quiz_slot")
    with op.batch_alter_table("quiz_question_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_question_version_office_id"))
        batch_op.drop_index(batch_op.f("ix_quiz_question_version_author_id"))

    op.drop_table("quiz_question_version")
    with op.batch_alter_table("quiz_extra_time", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_extra_time_user_id"))
        batch_op.drop_index(batch_op.f("ix_quiz_extra_time_office_id"))

    op.drop_table("quiz_extra_time")
    with op.batch_alter_table("quiz_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_quiz_attempt_user_state")
        batch_op.drop_index(batch_op.f("ix_quiz_attempt_office_id"))
        batch_op.drop_index("ix_quiz_attempt_due")

    op.drop_table("quiz_attempt")
    with op.batch_alter_table("quiz_quiz", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_quiz_office_id"))

    op.drop_table("quiz_quiz")
    with op.batch_alter_table("quiz_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_question_office_id"))
        batch_op.drop_index("ix_quiz_question_list")
        batch_op.drop_index("ix_quiz_question_import_id")
        batch_op.drop_index(batch_op.f("ix_quiz_question_category_id"))

    op.drop_table("quiz_question")
    with op.batch_alter_table("quiz_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_import_office_id"))
        batch_op.drop_index(batch_op.f("ix_quiz_import_created_by_id"))
        batch_op.drop_index(batch_op.f("ix_quiz_import_category_id"))

    op.drop_table("quiz_import")
    with op.batch_alter_table("quiz_category", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_category_parent_id"))
        batch_op.drop_index(batch_op.f("ix_quiz_category_office_id"))

    op.drop_table("quiz_category")
