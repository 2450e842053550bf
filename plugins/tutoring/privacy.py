"""What tutoring knows about people: declared, exported, erased."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update

from lms.plugin import ExportArchive, PersonalData, _l, all_offices, session, unseal
from plugins.tutoring.models import (
    Booking,
    CannedReply,
    DayOff,
    Pattern,
    PrivateNote,
    QueuePlace,
    Slot,
    Task,
    Waiting,
)


def declared() -> Sequence[PersonalData]:
    """Who offers, who booked, who waits."""
    why, kept = (
        _l("Arranging and following up sessions"),
        _l("As long as the office says, or until the account is erased"),
    )
    return [
        PersonalData("tutoring_pattern", "tutor_id", ("weekday", "starts", "ends", "where", "topic"), why, "public_task", kept),
        PersonalData("tutoring_day_off", "tutor_id", ("day",), why, "public_task", kept),
        PersonalData("tutoring_slot", "tutor_id", ("starts_at", "where", "topic"), why, "public_task", kept, stays_nameless=True),
        PersonalData(
            "tutoring_booking", "trainee_id", (
                "purpose", "message", "result", "next_step", "follow_up_on", "cancelled_by_id", "trainee_word", "rating",
                "proposed_tutor_id", "pass_note",
            ),
            why, "public_task", kept, stays_nameless=True,
        ),
        PersonalData("tutoring_task", "trainee_id", ("text", "due_on", "done_at"), why, "public_task", kept),
        PersonalData("tutoring_queue_place", "trainee_id", ("topic", "subject", "message", "created_at", "ended_at"), why, "public_task", kept),
        PersonalData("tutoring_reply", "owner_id", ("shortcut", "text"), _l("Replies that one uses often"), "public_task", kept),
        PersonalData("tutoring_note", "trainee_id", ("created_at", "updated_at"), _l("What a tutor remembers about somebody"), "public_task", kept),
        PersonalData("tutoring_note", "tutor_id", ("created_at", "updated_at"), _l("What a tutor remembers about somebody"), "public_task", kept),
        PersonalData("tutoring_waiting", "trainee_id", ("tutor_id", "created_at"), why, "public_task", kept),
    ]  # fmt: skip


def export_person(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Sessions as trainee and as tutor, the week that one offers, the waiting list."""
    with all_offices("a person's own data"):
        query = select(Booking).join(Slot, Slot.id == Booking.slot_id).order_by(Slot.starts_at)
        own = (Booking.trainee_id == user_id) | (Slot.tutor_id == user_id)
        sessions = [_exported(row, user_id) for row in session().scalars(query.where(own))]
        week = [
            {
                "weekday": row.weekday,
                "starts": row.starts,
                "ends": row.ends,
                "where": row.where,
                "topic": row.topic,
            }
            for row in session().scalars(select(Pattern).filter_by(tutor_id=user_id))
        ]
        days = [
            {"day": row.day.isoformat()}
            for row in session().scalars(select(DayOff).filter_by(tutor_id=user_id))
        ]
        times = [
            {"starts_at": row.starts_at, "ends_at": row.ends_at, "where": row.where, "topic": row.topic}
            for row in session().scalars(select(Slot).filter_by(tutor_id=user_id).order_by(Slot.starts_at))
        ]
        waiting = [
            {"since": row.created_at}
            for row in session().scalars(select(Waiting).filter_by(trainee_id=user_id))
        ]
        places = [
            {
                "topic": row.topic,
                "subject": row.subject,
                "message": row.message,
                "state": row.state,
                "from": row.created_at,
                "until": row.ended_at,
            }
            for row in session().scalars(select(QueuePlace).filter_by(trainee_id=user_id))
        ]
        kept = [
            {"shortcut": row.shortcut, "text": row.text}
            for row in session().scalars(select(CannedReply).filter_by(owner_id=user_id))
        ]
        notes = [
            {
                "about": "me" if row.trainee_id == user_id else "somebody else",
                "text": (unseal(row.sealed) or "") if row.trainee_id == user_id else "",
                "written": row.updated_at,
            }
            for row in session().scalars(
                select(PrivateNote).where(
                    (PrivateNote.trainee_id == user_id) | (PrivateNote.tutor_id == user_id)
                )
            )
        ]
        tasks = [
            {"text": row.text, "due_on": row.due_on.isoformat() if row.due_on else "", "done_at": row.done_at}
            for row in session().scalars(select(Task).filter_by(trainee_id=user_id).order_by(Task.created_at))
        ]
    archive.add_rows("tutoring_tasks", _l("Next steps of your sessions"), tasks)
    archive.add_rows("tutoring_replies", _l("Replies"), kept)
    archive.add_rows("tutoring_notes", _l("Private notes"), notes)
    archive.add_rows("tutoring_sessions", _l("Tutoring sessions"), sessions)
    archive.add_rows("tutoring_times", _l("Single tutoring times that you offered"), times)
    archive.add_rows("tutoring_week", _l("Tutoring hours that you offer"), week)
    archive.add_rows("tutoring_days_off", _l("Days off"), days)
    archive.add_rows("tutoring_waiting", _l("Waiting for a session"), waiting)
    archive.add_rows("tutoring_queue", _l("Waiting at the drop-in desk"), places)


def erase_person(user_id: uuid.UUID) -> None:
    """What was written goes; that a session took place stays without words and names."""
    with all_offices("erasure of a person"):
        session().execute(delete(CannedReply).where(CannedReply.owner_id == user_id))
        mine = (PrivateNote.trainee_id == user_id) | (PrivateNote.tutor_id == user_id)
        session().execute(delete(PrivateNote).where(mine))
        session().execute(delete(Waiting).where(Waiting.trainee_id == user_id))
        session().execute(update(Waiting).where(Waiting.tutor_id == user_id).values(tutor_id=None))
        session().execute(delete(DayOff).where(DayOff.tutor_id == user_id))
        session().execute(
            update(Slot).where(Slot.tutor_id == user_id).values(where="", topic="", is_closed=True)
        )
        session().execute(delete(Pattern).where(Pattern.tutor_id == user_id))
        session().execute(
            update(Booking).where(Booking.cancelled_by_id == user_id).values(cancelled_by_id=None)
        )
        came_of = select(QueuePlace.id).where(QueuePlace.trainee_id == user_id)
        session().execute(update(Booking).where(Booking.place_id.in_(came_of)).values(place_id=None))
        session().execute(delete(QueuePlace).where(QueuePlace.trainee_id == user_id))
        session().execute(delete(Task).where(Task.trainee_id == user_id))
        session().execute(
            update(Booking).where(Booking.proposed_tutor_id == user_id).values(proposed_tutor_id=None)
        )
        wordless = {
            "purpose": "", "message": "", "result": "", "next_step": "", "follow_up_on": None, "trainee_word": "",
            "rating": None, "pass_note": "", "is_copy_allowed": False,
        }  # fmt: skip
        session().execute(update(Booking).where(Booking.trainee_id == user_id).values(**wordless))


def _exported(row: Booking, user_id: uuid.UUID) -> dict[str, Any]:
    """How much a session helped is the trainee's own; tutors read it in sums only."""
    names = ["state", "purpose", "message", "result", "next_step", "agreed_at", "trainee_word"]
    names += ["rating"] if row.trainee_id == user_id else []
    return {"starts_at": row.slot.starts_at, "ends_at": row.slot.ends_at} | {
        name: getattr(row, name) for name in names
    }
