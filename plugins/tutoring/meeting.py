"""The session itself: what came of it, who did not come, and what it counts for."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from lms.plugin import (
    Activity,
    Actor,
    Conflict,
    Enrolment,
    Forbidden,
    _,
    _l,
    enrolment_of,
    get_managed_activity,
    open_activity,
    read_latest,
    record_progress,
    session,
    system_actor,
    utcnow,
    who_is_here,
)
from plugins.tutoring import calling, chat, letters
from plugins.tutoring.booking import get_booking
from plugins.tutoring.desk import queue
from plugins.tutoring.forms import EditGoal, NoteOutcome
from plugins.tutoring.models import Booking, Goal, Slot

TYPE = "tutoring"
ABSENT_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many of the sessions that an activity asks for a person has had."""

    needed: int
    had: int


def note_outcome(actor: Actor, booking_id: uuid.UUID, command: NoteOutcome) -> Booking:
    """Write down what came of a session; from then on it counts. Raises NotFound, Forbidden, Conflict before it began."""
    row = _as_tutor(actor, booking_id)
    if (row.result, row.next_step) != (command.result, command.next_step or ""):
        row.agreed_at = None  # what the trainee agreed with was something else
    row.result, row.next_step, row.follow_up_on = (
        command.result,
        command.next_step or "",
        command.follow_up_on,
    )
    row.purpose = command.purpose or row.purpose
    is_new, row.state = row.state != "done", "done"
    session().flush()
    if is_new:
        letters.tell_trainee(row, "settled", _l("Your tutor wrote down what came of your session"))
    queue.end_conversation(row)
    if is_new and row.place_id is None:
        calling.end_call(row)
    count_for_activities(row.trainee_id)
    return row


def note_missed(actor: Actor, booking_id: uuid.UUID) -> Booking:
    """The trainee did not come. Raises NotFound, Forbidden, Conflict before it began."""
    row = _as_tutor(actor, booking_id)
    row.state, row.result = "missed", ""
    return row


def seems_absent(row: Booking) -> bool:
    """True when a booked session has begun ten minutes ago, and the trainee neither wrote nor has its page open."""
    now = utcnow()
    is_on = row.slot.starts_at + ABSENT_AFTER <= now < row.slot.ends_at
    if not is_on or row.state != "booked" or row.place_id is not None or row.slot.place == "in_person":
        return False
    channel = chat.channel_of(row)
    has_written = any(
        each.actor_id == row.trainee_id and each.at >= row.slot.starts_at - ABSENT_AFTER
        for each in read_latest(system_actor(row.office_id), channel, chat.SHOWN)
    )
    return not has_written and all(each.user_id != row.trainee_id for each in who_is_here(channel))


def suggest_missed() -> int:
    """Tell tutors of the office in scope that nobody came, and what their time can be used for; each once."""
    now = utcnow()
    query = select(Booking).join(Slot, Slot.id == Booking.slot_id).where(
        Booking.state == "booked", Slot.starts_at <= now - ABSENT_AFTER, Slot.ends_at > now
    )  # fmt: skip
    rows = [row for row in session().scalars(query) if seems_absent(row)]
    for row in rows:
        letters.tell_tutor(
            row, "absent", _l("Nobody came to your session yet: note it, and your time is open for drop-in")
        )
    return len(rows)


# --- as an activity -------------------------------------------------------------------


def create_goal(actor: Actor, activity_id: uuid.UUID) -> None:
    """A new activity of the type asks for two sessions."""
    session().add(Goal(activity_id=activity_id))
    session().flush()


def get_goal(activity_id: uuid.UUID) -> Goal:
    """What an activity asks for; whoever may see the activity may know. One that lost its row asks for two."""
    return session().get(Goal, activity_id) or Goal(activity_id=activity_id, sessions=2)


def edit_goal(actor: Actor, activity_id: uuid.UUID, command: EditGoal) -> None:
    """Ask for another number of sessions; who has had enough of them is done at once. Raises NotFound, Forbidden."""
    activity = get_managed_activity(actor, activity_id)
    goal = session().merge(Goal(activity_id=activity.id, sessions=command.sessions))
    session().flush()
    people = session().scalars(select(Booking.trainee_id).filter_by(state="done").distinct()).all()
    for user_id in people:
        _count_for(activity, goal, user_id)


def standing_of(actor: Actor, activity_id: uuid.UUID) -> Standing:
    """How far the actor is in an activity that is open to them. Raises NotFound, Forbidden."""
    activity = open_activity(actor, activity_id)
    return Standing(get_goal(activity.id).sessions, _had(activity, actor.user_id))


def count_for_activities(user_id: uuid.UUID) -> None:
    """A session more: write it into every activity that asks the person for sessions."""
    goals = session().execute(select(Activity, Goal).join(Goal, Goal.activity_id == Activity.id))
    for activity, goal in goals.all():
        _count_for(activity, goal, user_id)


def _count_for(activity: Activity, goal: Goal, user_id: uuid.UUID) -> None:
    if (
        activity.state == "published"
        and _takes_part(activity, user_id)
        and _had(activity, user_id) >= goal.sessions
    ):
        record_progress(
            system_actor(activity.office_id), activity.id, "confirmed", user_id=user_id,
            result={"sessions": goal.sessions}, key=f"tutoring:{activity.id}:{user_id}",
        )  # fmt: skip


def _takes_part(activity: Activity, user_id: uuid.UUID) -> bool:
    enrolment = _enrolment(activity, user_id)
    return enrolment is not None and enrolment.state == "active"


def _enrolment(activity: Activity, user_id: uuid.UUID) -> Enrolment | None:
    who = Actor(user_id, "", office_id=activity.office_id)
    return enrolment_of(who, activity.root_id or activity.id)


def _had(activity: Activity, user_id: uuid.UUID) -> int:
    """Sessions since the person takes part: those before were for something else."""
    query = (
        select(func.count())
        .select_from(Booking)
        .where(Booking.trainee_id == user_id, Booking.state == "done")
    )
    enrolment = _enrolment(activity, user_id)
    if enrolment is not None and enrolment.enrolled_at is not None:
        query = query.join(Slot, Slot.id == Booking.slot_id).where(Slot.starts_at >= enrolment.enrolled_at)
    return session().scalar(query) or 0


def _as_tutor(actor: Actor, booking_id: uuid.UUID) -> Booking:
    row = get_booking(actor, booking_id)
    if actor.user_id != row.slot.tutor_id and not actor.is_system:
        raise Forbidden(_("Only the tutor writes down what came of a session."))
    if row.state not in {"booked", "done", "missed"}:
        raise Conflict(_("This session was cancelled."))
    if row.slot.starts_at > utcnow():
        raise Conflict(_("This session has not begun yet."))
    return row
