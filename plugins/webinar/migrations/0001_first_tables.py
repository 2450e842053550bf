"""The tables of rooms, of the people in them, of what they see and say, and of those who registered."""

import sqlalchemy as sa
from alembic import op

from lms.store import base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webinar_room",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("preset", sa.String(length=20), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("rights", sa.String(length=120), nullable=False),
        sa.Column("locked", sa.String(length=120), nullable=False),
        sa.Column("layout", sa.String(length=20), nullable=False),
        sa.Column("has_lobby", sa.Boolean(), nullable=False),
        sa.Column("may_record", sa.Boolean(), nullable=False),
        sa.Column("guests", sa.String(length=12), nullable=False),
        sa.Column("present_percent", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("opened_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("followed_up_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("guests IN ('none', 'link', 'registration')", name=op.f("ck_webinar_room_guests")),
        sa.CheckConstraint(
            "layout IN ('speaker', 'gallery', 'slides_speaker', 'slides')",
            name=op.f("ck_webinar_room_layout"),
        ),
        sa.CheckConstraint(
            "preset IN ('webinar', 'class', 'meeting', 'interview', 'confidential')",
            name=op.f("ck_webinar_room_preset"),
        ),
        sa.CheckConstraint("duration BETWEEN 5 AND 720", name=op.f("ck_webinar_room_duration")),
        sa.CheckConstraint("present_percent BETWEEN 1 AND 100", name=op.f("ck_webinar_room_present_percent")),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_webinar_room_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_webinar_room_office_id_office")),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_webinar_room")),
    )
    with op.batch_alter_table("webinar_room", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_room_office_id"), ["office_id"], unique=False)

    op.create_table(
        "webinar_deck",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('drawing', 'ready', 'failed')", name=op.f("ck_webinar_deck_state")),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["stored_file.id"],
            name=op.f("fk_webinar_deck_file_id_stored_file"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_webinar_deck_office_id_office")),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["webinar_room.activity_id"],
            name=op.f("fk_webinar_deck_room_id_webinar_room"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_deck")),
    )
    with op.batch_alter_table("webinar_deck", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_deck_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_deck_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_deck_room_id"), ["room_id"], unique=False)

    op.create_table(
        "webinar_field",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_webinar_field_office_id_office")),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["webinar_room.activity_id"],
            name=op.f("fk_webinar_field_room_id_webinar_room"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_field")),
    )
    with op.batch_alter_table("webinar_field", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_field_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_field_room_id"), ["room_id"], unique=False)

    op.create_table(
        "webinar_participant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("visitor_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("granted", sa.String(length=120), nullable=False),
        sa.Column("revoked", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("counted_minutes", sa.Integer(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('host', 'cohost', 'presenter', 'participant')", name=op.f("ck_webinar_participant_role")
        ),
        sa.CheckConstraint(
            "state IN ('outside', 'waiting', 'inside', 'refused', 'removed')",
            name=op.f("ck_webinar_participant_state"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_participant_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["webinar_room.activity_id"],
            name=op.f("fk_webinar_participant_room_id_webinar_room"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_webinar_participant_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_participant")),
        sa.UniqueConstraint("room_id", "user_id", name=op.f("uq_webinar_participant_room_id_user_id")),
        sa.UniqueConstraint("room_id", "visitor_id", name=op.f("uq_webinar_participant_room_id_visitor_id")),
    )
    with op.batch_alter_table("webinar_participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_participant_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_webinar_participant_room_id_state", ["room_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_participant_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_participant_visitor_id"), ["visitor_id"], unique=False)

    op.create_table(
        "webinar_poll",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("question", sa.String(length=300), nullable=False),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('single', 'multiple', 'scale', 'text')", name=op.f("ck_webinar_poll_kind")
        ),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f("ck_webinar_poll_state")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_webinar_poll_office_id_office")),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["webinar_room.activity_id"],
            name=op.f("fk_webinar_poll_room_id_webinar_room"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_poll")),
    )
    with op.batch_alter_table("webinar_poll", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_poll_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_poll_room_id"), ["room_id"], unique=False)

    op.create_table(
        "webinar_registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("link_rule", sa.String(length=8), nullable=False),
        sa.Column("link_until", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("used_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("visitor_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "link_rule IN ('endless', 'until', 'once')", name=op.f("ck_webinar_registration_link_rule")
        ),
        sa.CheckConstraint(
            "state IN ('registered', 'waiting', 'cancelled')", name=op.f("ck_webinar_registration_state")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_registration_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["webinar_room.activity_id"],
            name=op.f("fk_webinar_registration_room_id_webinar_room"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_registration")),
        sa.UniqueConstraint("room_id", "email", name=op.f("uq_webinar_registration_room_id_email")),
    )
    with op.batch_alter_table("webinar_registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_registration_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_webinar_registration_room_id_state", ["room_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_registration_visitor_id"), ["visitor_id"], unique=False)

    op.create_table(
        "webinar_sheet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=14), nullable=False),
        sa.Column("made_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_webinar_sheet_office_id_office")),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["webinar_room.activity_id"],
            name=op.f("fk_webinar_sheet_room_id_webinar_room"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_sheet")),
        sa.UniqueConstraint("code", name=op.f("uq_webinar_sheet_code")),
    )
    with op.batch_alter_table("webinar_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_sheet_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_sheet_room_id"), ["room_id"], unique=False)

    op.create_table(
        "webinar_state_at",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", base.JsonObject(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_state_at_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["webinar_room.activity_id"],
            name=op.f("fk_webinar_state_at_room_id_webinar_room"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_webinar_state_at")),
    )
    with op.batch_alter_table("webinar_state_at", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_state_at_office_id"), ["office_id"], unique=False)

    op.create_table(
        "webinar_answer",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("field_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"],
            ["webinar_field.id"],
            name=op.f("fk_webinar_answer_field_id_webinar_field"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_answer_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["webinar_registration.id"],
            name=op.f("fk_webinar_answer_registration_id_webinar_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", "field_id", name=op.f("pk_webinar_answer")),
    )
    with op.batch_alter_table("webinar_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_answer_office_id"), ["office_id"], unique=False)

    op.create_table(
        "webinar_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("corrected_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 0 AND 1440", name=op.f("ck_webinar_correction_minutes")),
        sa.ForeignKeyConstraint(
            ["corrected_by_id"], ["user.id"], name=op.f("fk_webinar_correction_corrected_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_correction_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["webinar_participant.id"],
            name=op.f("fk_webinar_correction_participant_id_webinar_participant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_correction")),
    )
    with op.batch_alter_table("webinar_correction", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_webinar_correction_corrected_by_id"), ["corrected_by_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_webinar_correction_office_id"), ["office_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_webinar_correction_participant_id"), ["participant_id"], unique=False
        )

    op.create_table(
        "webinar_interval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("entered_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seen_at >= entered_at", name=op.f("ck_webinar_interval_order")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_interval_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["webinar_participant.id"],
            name=op.f("fk_webinar_interval_participant_id_webinar_participant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_interval")),
    )
    with op.batch_alter_table("webinar_interval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_interval_office_id"), ["office_id"], unique=False)
        batch_op.create_index(
            "ix_webinar_interval_participant_id_seen_at", ["participant_id", "seen_at"], unique=False
        )

    op.create_table(
        "webinar_poll_option",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_poll_option_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["poll_id"],
            ["webinar_poll.id"],
            name=op.f("fk_webinar_poll_option_poll_id_webinar_poll"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_poll_option")),
    )
    with op.batch_alter_table("webinar_poll_option", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_poll_option_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_poll_option_poll_id"), ["poll_id"], unique=False)

    op.create_table(
        "webinar_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'done', 'removed')", name=op.f("ck_webinar_question_state")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_question_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["webinar_participant.id"],
            name=op.f("fk_webinar_question_participant_id_webinar_participant"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["webinar_room.activity_id"],
            name=op.f("fk_webinar_question_room_id_webinar_room"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_question")),
    )
    with op.batch_alter_table("webinar_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_question_office_id"), ["office_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_webinar_question_participant_id"), ["participant_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_webinar_question_room_id"), ["room_id"], unique=False)

    op.create_table(
        "webinar_slide",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("deck_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(
            ["deck_id"],
            ["webinar_deck.id"],
            name=op.f("fk_webinar_slide_deck_id_webinar_deck"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["stored_file.id"],
            name=op.f("fk_webinar_slide_file_id_stored_file"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_webinar_slide_office_id_office")),
        sa.PrimaryKeyConstraint("deck_id", "number", name=op.f("pk_webinar_slide")),
    )
    with op.batch_alter_table("webinar_slide", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_slide_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_slide_office_id"), ["office_id"], unique=False)

    op.create_table(
        "webinar_upvote",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_webinar_upvote_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["webinar_participant.id"],
            name=op.f("fk_webinar_upvote_participant_id_webinar_participant"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["webinar_question.id"],
            name=op.f("fk_webinar_upvote_question_id_webinar_question"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("question_id", "participant_id", name=op.f("pk_webinar_upvote")),
    )
    with op.batch_alter_table("webinar_upvote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_upvote_office_id"), ["office_id"], unique=False)

    op.create_table(
        "webinar_vote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=True),
        sa.Column("option_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_webinar_vote_office_id_office")),
        sa.ForeignKeyConstraint(
            ["option_id"],
            ["webinar_poll_option.id"],
            name=op.f("fk_webinar_vote_option_id_webinar_poll_option"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["webinar_participant.id"],
            name=op.f("fk_webinar_vote_participant_id_webinar_participant"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["poll_id"],
            ["webinar_poll.id"],
            name=op.f("fk_webinar_vote_poll_id_webinar_poll"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_vote")),
        sa.UniqueConstraint(
            "poll_id", "voter", "option_id", name=op.f("uq_webinar_vote_poll_id_voter_option_id")
        ),
    )
    with op.batch_alter_table("webinar_vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webinar_vote_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_vote_option_id"), ["option_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_vote_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webinar_vote_poll_id"), ["poll_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("webinar_vote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_vote_poll_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_vote_participant_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_vote_option_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_vote_office_id"))

    op.drop_table("webinar_vote")
    with op.batch_alter_table("webinar_upvote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_upvote_office_id"))

    op.drop_table("webinar_upvote")
    with op.batch_alter_table("webinar_slide", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_slide_office_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_slide_file_id"))

    op.drop_table("webinar_slide")
    with op.batch_alter_table("webinar_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_question_room_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_question_participant_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_question_office_id"))

    op.drop_table("webinar_question")
    with op.batch_alter_table("webinar_poll_option", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_poll_option_poll_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_poll_option_office_id"))

    op.drop_table("webinar_poll_option")
    with op.batch_alter_table("webinar_interval", schema=None) as batch_op:
        batch_op.drop_index("ix_webinar_interval_participant_id_seen_at")
        batch_op.drop_index(batch_op.f("ix_webinar_interval_office_id"))

    op.drop_table("webinar_interval")
    with op.batch_alter_table("webinar_correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_correction_participant_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_correction_office_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_correction_corrected_by_id"))

    op.drop_table("webinar_correction")
    with op.batch_alter_table("webinar_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_answer_office_id"))

    op.drop_table("webinar_answer")
    with op.batch_alter_table("webinar_state_at", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_state_at_office_id"))

    op.drop_table("webinar_state_at")
    with op.batch_alter_table("webinar_sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_sheet_room_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_sheet_office_id"))

    op.drop_table("webinar_sheet")
    with op.batch_alter_table("webinar_registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_registration_visitor_id"))
        batch_op.drop_index("ix_webinar_registration_room_id_state")
        batch_op.drop_index(batch_op.f("ix_webinar_registration_office_id"))

    op.drop_table("webinar_registration")
    with op.batch_alter_table("webinar_poll", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_poll_room_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_poll_office_id"))

    op.drop_table("webinar_poll")
    with op.batch_alter_table("webinar_participant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_participant_visitor_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_participant_user_id"))
        batch_op.drop_index("ix_webinar_participant_room_id_state")
        batch_op.drop_index(batch_op.f("ix_webinar_participant_office_id"))

    op.drop_table("webinar_participant")
    with op.batch_alter_table("webinar_field", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_field_room_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_field_office_id"))

    op.drop_table("webinar_field")
    with op.batch_alter_table("webinar_deck", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_deck_room_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_deck_office_id"))
        batch_op.drop_index(batch_op.f("ix_webinar_deck_file_id"))

    op.drop_table("webinar_deck")
    with op.batch_alter_table("webinar_room", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webinar_room_office_id"))

    op.drop_table("webinar_room")
