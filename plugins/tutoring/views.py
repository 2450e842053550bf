"""Pages of tutoring."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Actor,
    Card,
    EventView,
    Form,
    PersonView,
    _,
    actor,
    current_zone,
    enrolment_of,
    find_attachable,
    find_members,
    frame_of,
    get_managed_activity,
    linked_files,
    max_upload_bytes,
    may_manage,
    member,
    open_activity,
    parent_edit_url,
    received_files,
    requires,
    uses_devices,
    utcnow,
    wants_json,
)
from plugins.tutoring import booking, calling, chat, clashes, intake, meeting, offering, series
from plugins.tutoring.after.tasks import find_later
from plugins.tutoring.after.views import after_context
from plugins.tutoring.booking import FreeSlot
from plugins.tutoring.chat import Say
from plugins.tutoring.desk.opening import MANAGE, opening_with_unused, read_week
from plugins.tutoring.forms import (
    PLACE_CHOICES,
    PURPOSES,
    WEEKDAYS,
    AddPattern,
    Book,
    EditGoal,
    NoteOutcome,
    TakeDayOff,
)
from plugins.tutoring.models import Booking
from plugins.tutoring.offering import OFFER
from plugins.tutoring.reading import note_reading
from plugins.tutoring.refs import ref_of

blueprint = Blueprint("tutoring", __name__)


@blueprint.get("/tutoring")
@member
def index() -> ResponseReturnValue:
    """The next free time first, then one's own sessions and all other free times."""
    who, wanted = actor(), request.args.get("tutor", type=uuid.UUID)
    topic, language = request.args.get("topic", ""), request.args.get("language", "")
    rules = booking.rules_of(who)
    free = booking.find_free(who, tutor_id=wanted, topic=topic, language=language, rules=rules)
    own, week, later = booking.find_own(who), read_week(who), find_later(who)
    offers = [each for each in week.offers if each.tutor_id != who.user_id]
    last = (utcnow() + timedelta(days=rules.window_days)).date()
    is_offered = not (own.coming or own.unsettled)
    offering_ids = {each.tutor_id for each in offers}
    people = people_of(who, [*own.coming, *own.past, *own.unsettled], free, offering_ids)
    there = {key for key, person in people.items() if not person.is_blocked}
    free = [each for each in free if each.slot.tutor_id in there]
    tutors = sorted(offering_ids & there, key=lambda key: people[key].name)
    return render_template(
        "tutoring/index.html", free=free, days=_by_day(free[1:] if is_offered else free), coming=own.coming, past=own.past, people=people,
        tutors=tutors, wanted=wanted, topic=topic, topics=sorted({each.topic for each in offers} - {""}),
        language=language, spoken=sorted({each.language for each in offers} - {""}), is_waiting=later.is_waiting, may_offer=who.can(OFFER),
        closed=[(day, name) for day, name in week.closed.items() if utcnow().date() <= day <= last],
        unsettled=own.unsettled, opening=opening_with_unused(who, week=week), steps_open=later.steps, may_report=who.can(MANAGE), **_words(who),
    )  # fmt: skip


@blueprint.route("/tutoring/book/<uuid:slot_id>", methods=["GET", "POST"])
@member
def book(slot_id: uuid.UUID) -> ResponseReturnValue:
    """What it is about, and it is booked."""
    slot = booking.get_slot(actor(), slot_id)
    ticked = list(filter(None, request.form.getlist("things")))
    form = Form(Book, submit=_("Book this session"), context={"things": ticked})
    made: list[Booking] = []

    def take(command: Book) -> None:
        made.append(booking.book(actor(), slot_id, command))
        intake.attach_files(made, received_files(actor(), "files", intake.PURPOSE))

    if form.run(take):
        flash(_("Booked. You get a letter with an entry for your calendar."), "success")
        return redirect(url_for("tutoring.session", booking_id=made[0].id), 303)
    tutor = find_members(actor(), [slot.tutor_id]).get(slot.tutor_id)
    page = render_template(
        "tutoring/book.html", form=form, chosen=slot, tutor=tutor, max_bytes=max_upload_bytes(), things=find_attachable(actor()),
        is_weekly=series.longest(actor()) >= series.FEWEST, ticked=ticked, shown_until=intake.shown_until(slot),
        busy=clashes.busy_at(actor(), slot),
        breadcrumb=trail(_("Book a session")), **_words(actor()),
    )  # fmt: skip
    return page, form.status


@blueprint.route("/tutoring/sessions/<uuid:booking_id>", methods=["GET", "POST"])
@uses_devices
@member
def session(booking_id: uuid.UUID) -> ResponseReturnValue:
    """One session; the tutor writes down here what came of it."""
    who = actor()
    row = booking.get_booking(who, booking_id)
    if request.method == "GET":
        note_reading(who, row)
        row = booking.get_booking(who, booking_id)
    is_tutor = row.slot.tutor_id == who.user_id
    values = {
        "purpose": row.purpose,
        "result": row.result,
        "next_step": row.next_step,
        "follow_up_on": row.follow_up_on,
    }
    form = Form(NoteOutcome, values=values, submit=_("Save"))
    if is_tutor and form.run(lambda command: meeting.note_outcome(who, booking_id, command)):
        flash(_("Saved. Both of you can read it here."), "success")
        return redirect(url_for("tutoring.session", booking_id=booking_id), 303)
    if is_tutor and row.place_id and chat.is_open(row):
        return redirect(url_for("tutoring_tutor.desk", chat=booking_id), 303)
    page = render_template(
        "tutoring/session.html", is_tutor=is_tutor, form=form, people=people_of(who, [row]),
        may_change=booking.may_change(who, row), has_begun=row.slot.starts_at <= utcnow(),
        busy=clashes.busy_at(who, row.slot) if row.state == "booked" and row.slot.starts_at > utcnow() else None,
        is_absent=is_tutor and meeting.seems_absent(row), breadcrumb=trail(_("Session")), together=series.find_series(row), following=series.find_following(who, row),
        may_book_weekly=is_tutor and who.can(OFFER) and row.state != "held" and series.longest_for_tutor(who) >= series.FEWEST, things=_not_shown(who, row), shown_until=intake.shown_until(row.slot),
        **chat_context(who, row), **after_context(who, row),
    )  # fmt: skip
    return page, form.status


@blueprint.post("/tutoring/sessions/<uuid:booking_id>/things")
@member
def things(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Show the tutor a page or CV of one's own, or do not show it any more."""
    row = booking.get_booking(actor(), booking_id)
    if hidden := request.form.get("hide"):
        intake.take_back(actor(), row, hidden)
        flash(_("Taken back. Your tutor cannot open it any more."), "success")
    elif chosen := request.form.getlist("things"):
        intake.show_more(actor(), row, chosen)
        flash(_("Your tutor can open it now."), "success")
    return redirect(url_for("tutoring.session", booking_id=booking_id, _anchor="shown"), 303)


@blueprint.route("/tutoring/sessions/<uuid:booking_id>/move", methods=["GET", "POST"])
@member
def move(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Choose another time for it."""
    row = booking.get_booking(actor(), booking_id)
    chosen = request.form.get("slot_id", type=uuid.UUID)
    if request.method == "POST" and chosen is not None:
        booking.move(actor(), booking_id, chosen)
        flash(_("Moved. Both of you get a letter with the new time."), "success")
        return redirect(url_for("tutoring.session", booking_id=booking_id), 303)
    found = booking.find_free(actor())
    people = people_of(actor(), [row], found)
    free = [each for each in found if each.slot.tutor_id == row.slot.tutor_id]
    there = {key for key, person in people.items() if not person.is_blocked} - {row.slot.tutor_id}
    others = [each for each in found if each.slot.tutor_id in there]
    return render_template(
        "tutoring/move.html", row=row, shown=intake.find_shown(actor(), row), days=_by_day(free), others=_by_day(others), people=people,
        breadcrumb=trail(_("Move")), **_words(actor()),
    )  # fmt: skip


@blueprint.post("/tutoring/sessions/<uuid:booking_id>/say")
@member
def say(booking_id: uuid.UUID) -> ResponseReturnValue:
    """A message from a page without a live connection; files come with it."""
    booking.get_booking(actor(), booking_id)
    key = request.form.get("key") or secrets.token_urlsafe(16)
    for number, file in enumerate(received_files(actor(), "files", chat.PURPOSE)):
        chat.share_file(actor(), booking_id, file, f"{key}-{number}" if number else key)
    if request.form.get("text", "").strip():
        chat.say(actor(), booking_id, Say.read(request.form.to_dict()))
    if wants_json():
        return "", 204
    return redirect(url_for("tutoring.session", booking_id=booking_id, _anchor="chat"), 303)


@blueprint.post("/tutoring/sessions/<uuid:booking_id>/messages/<int:seq>/withdraw")
@member
def take_back(booking_id: uuid.UUID, seq: int) -> ResponseReturnValue:
    """Take back one's own message."""
    chat.take_back(actor(), booking_id, seq)
    if wants_json():
        return "", 204
    return redirect(url_for("tutoring.session", booking_id=booking_id, _anchor="chat"), 303)


@blueprint.post("/tutoring/sessions/<uuid:booking_id>/messages/<int:seq>/change")
@member
def change_words(booking_id: uuid.UUID, seq: int) -> ResponseReturnValue:
    """Say one's own message in other words."""
    chat.change(actor(), booking_id, seq, Say.read({"text": request.form.get("text", "")}))
    if wants_json():
        return "", 204
    return redirect(url_for("tutoring.session", booking_id=booking_id, _anchor="chat"), 303)


@blueprint.post("/tutoring/sessions/<uuid:booking_id>/<any(cancel, missed, accept, decline):what>")
@member
def change(booking_id: uuid.UUID, what: str) -> ResponseReturnValue:
    """Cancel; note that nobody came; take or leave a time that was offered."""
    match what:
        case "cancel":
            booking.cancel(actor(), booking_id)
            flash(_("Cancelled. The other person and your calendars know."), "success")
        case "missed":
            meeting.note_missed(actor(), booking_id)
            flash(_("Noted."), "success")
        case "accept":
            booking.accept_offer(actor(), booking_id)
            flash(_("It is yours. You get a letter with an entry for your calendar."), "success")
        case _:
            booking.decline_offer(actor(), booking_id)
            flash(_("We ask the next person. You stay on the list."), "success")
    return redirect(url_for("tutoring.index"), 303)


@blueprint.post("/tutoring/waiting")
@member
def waiting() -> ResponseReturnValue:
    """Join the waiting list, or leave it."""
    if request.form.get("do") == "leave":
        booking.stop_waiting(actor())
        flash(_("You are not on the waiting list any more."), "success")
    else:
        booking.wait(actor(), request.form.get("tutor", type=uuid.UUID))
        flash(_("You are on the waiting list. We tell you as soon as a time is free."), "success")
    return redirect(url_for("tutoring.index"), 303)


@blueprint.route("/tutoring/hours", methods=["GET", "POST"])
@requires(OFFER)
def hours() -> ResponseReturnValue:
    """One's own week: lines such as "Tuesday 10-12, 4 x 30 min", and days off."""
    who = actor()
    line = Form(AddPattern, submit=_("Add to my week"))
    day = Form(TakeDayOff, submit=_("Take the day off"))
    if line.run(lambda command: offering.add_pattern(who, command)):
        flash(_("Added. People can book these times now."), "success")
        return redirect(url_for("tutoring.hours"), 303)
    taken: list[int] = []
    if day.run(lambda command: taken.append(offering.take_day_off(who, command))):
        flash(
            _("The day is off.")
            if not taken[0]
            else _("The day is off. Somebody is expected on it: please move or cancel that session."),
            "success",
        )
        return redirect(url_for("tutoring.hours"), 303)
    clashing = clashes.find_own_clashes(who)
    page = render_template(
        "tutoring/hours.html", clashes=clashing, taken=offering.taken_of(slot.id for slot, _busy in clashing), spoken=request.form.get("language", who.locale), line=line, day=day, patterns=offering.find_patterns(who), days_off=offering.find_days_off(who),
        load=offering.week_load(who, booking.rules_of(who).weekly_quota), breadcrumb=trail(_("My hours")), week_of=offering.week_of, **_words(who),
    )  # fmt: skip
    return page, max(line.status, day.status)


@blueprint.post("/tutoring/hours/<uuid:pattern_id>/end")
@requires(OFFER)
def end_line(pattern_id: uuid.UUID) -> ResponseReturnValue:
    """Take a line out of one's week."""
    kept = offering.end_pattern(actor(), pattern_id)
    flash(_("Taken out. Sessions that are booked already stay.") if kept else _("Taken out."), "success")
    return redirect(url_for("tutoring.hours"), 303)


@blueprint.post("/tutoring/days/<uuid:day_id>/remove")
@requires(OFFER)
def give_day_back(day_id: uuid.UUID) -> ResponseReturnValue:
    """Be there after all."""
    offering.give_day_back(actor(), day_id)
    flash(_("You are there again on that day."), "success")
    return redirect(url_for("tutoring.hours"), 303)


@blueprint.get("/tutoring/activities/<uuid:activity_id>")
@member
def goal(activity_id: uuid.UUID) -> ResponseReturnValue:
    """An activity that asks for sessions: how many one has had, and the next one."""
    who = actor()
    activity = open_activity(who, activity_id)
    frame = frame_of(who, activity)
    coming = [row for row in booking.find_coming(who) if row.trainee_id == who.user_id]
    context: dict[str, Any] = frame.context if frame else {"exit_url": url_for("activities.index")}
    return render_template(
        "tutoring/goal.html", activity=activity, standing=meeting.standing_of(who, activity_id), coming=coming,
        people=people_of(who, coming), may_manage=may_manage(who, activity), own=enrolment_of(who, activity.root_id or activity.id),
        **_words(who), **context,
    )  # fmt: skip


@blueprint.route("/tutoring/activities/<uuid:activity_id>/edit", methods=["GET", "POST"])
@member
def edit_goal(activity_id: uuid.UUID) -> ResponseReturnValue:
    """How many sessions the activity asks for."""
    activity = get_managed_activity(actor(), activity_id)
    form = Form(EditGoal, values={"sessions": meeting.get_goal(activity_id).sessions})
    back = parent_edit_url(activity) or url_for("activities.edit", activity_id=activity_id)
    if form.run(lambda command: meeting.edit_goal(actor(), activity_id, command)):
        flash(_("Saved."), "success")
        return redirect(back, 303)
    return render_template("tutoring/edit_goal.html", form=form, activity=activity, back=back), form.status


def people_of(
    who: Actor,
    rows: list[Booking],
    free: list[FreeSlot] | None = None,
    others: Collection[uuid.UUID] = (),
) -> dict[uuid.UUID, PersonView]:
    """The people of sessions and of free times, and others."""
    ids = {row.trainee_id for row in rows} | {row.slot.tutor_id for row in rows}
    ids |= {row.proposed_tutor_id for row in rows if row.proposed_tutor_id}
    return find_members(who, sorted(ids | {each.slot.tutor_id for each in free or []} | set(others)))


def chat_context(who: Actor, row: Booking) -> dict[str, Any]:
    """What the conversation of a session needs on any page that shows it."""
    return {
        "row": row, "files": linked_files(who, ref_of(row)), "shown": intake.find_shown(who, row), "is_open": chat.is_open(row), "authors": _authors,
        "messages": chat.read_messages(who, row) if row.state != "held" else [], "seq": chat.latest_seq(who, row),
        "may_change_words": chat.may_change_words, "change_ms": int(chat.CHANGED_WITHIN.total_seconds() * 1000),
        "max_bytes": max_upload_bytes(), "room": calling.room_of(who, row),
    } | _words(who)  # fmt: skip


def _not_shown(who: Actor, row: Booking) -> list[Card]:
    """What the trainee of a session can still show its tutor."""
    if not intake.may_show(who, row):
        return []
    shown = {card.ref for card in intake.find_shown(who, row)}
    return [card for card in find_attachable(who) if card.ref not in shown]


def _authors(event: EventView) -> Actor:
    """Who wrote, as the components want a person; nameless for who left for good."""
    return Actor(event.actor_id or uuid.UUID(int=0), event.actor_name or "–")


def _by_day(free: list[FreeSlot]) -> list[tuple[Any, list[FreeSlot]]]:
    zone = current_zone()
    return [
        (day, list(each))
        for day, each in groupby(free, key=lambda one: one.slot.starts_at.astimezone(zone).date())
    ]


def _words(who: Actor) -> dict[str, Any]:
    """Words for what the tables hold as codes."""
    return {
        "places": dict(PLACE_CHOICES),
        "purposes": dict(PURPOSES),
        "weekdays": [title for _number, title in WEEKDAYS],
        "me": who.user_id,
    }


def trail(title: str) -> list[tuple[str, str | None]]:
    """The way to a page of tutoring."""
    return [(_("Tutoring"), url_for("tutoring.index")), (title, None)]
