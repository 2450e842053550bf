"""The tutor's desk: who waits, the chats that are open, one of them in front with all that belongs to it."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Actor,
    Form,
    _,
    actor,
    directory,
    find_members,
    member,
    requires,
    uses_devices,
    utcnow,
)
from plugins.tutoring import meeting
from plugins.tutoring.booking import get_booking
from plugins.tutoring.desk import (
    colleagues,
    conversations,
    handbook,
    messages,
    opening,
    passing,
    queue,
    replies,
    routing,
    telling,
)
from plugins.tutoring.desk.colleagues import Whisper
from plugins.tutoring.desk.forms import AddReply, PassOn
from plugins.tutoring.desk.opening import MANAGE
from plugins.tutoring.forms import NoteOutcome
from plugins.tutoring.models import Booking
from plugins.tutoring.offering import OFFER
from plugins.tutoring.reading import note_reading
from plugins.tutoring.views import chat_context, people_of, trail

blueprint = Blueprint("tutoring_tutor", __name__)


@blueprint.route("/tutoring/desk", methods=["GET", "POST"], endpoint="desk")
@uses_devices
@requires(OFFER)
def desk() -> ResponseReturnValue:
    """Who waits, the open chats, and one in front: ``?chat=<session>``, or the first."""
    who = actor()
    chats = conversations.find_open(who)
    wanted = request.args.get("chat", type=uuid.UUID)
    front = next((row for row in chats if row.id == wanted), chats[0] if chats else None)
    form = (
        Form(NoteOutcome, values={"purpose": front.purpose or "other"}, submit=_("Save and end"))
        if front
        else None
    )
    if front and form and form.run(lambda command: meeting.note_outcome(who, front.id, command)):
        flash(_("Saved. Both of you can read it."), "success")
        return redirect(url_for("tutoring_tutor.desk"), 303)
    context = {"me": who.user_id} | _waiting(who, chats) | (_in_front(who, front) if front else {})
    page = render_template(
        "tutoring/desk.html", opening=opening.opening_with_unused(who), may_manage=who.can(MANAGE), chats=chats, front=front, form=form,
        breadcrumb=trail(_("Drop-in desk")), whispers=colleagues.find_whispers(who), **context,
    )  # fmt: skip
    return page, form.status if form else 200


@blueprint.get("/tutoring/desk/queue")
@requires(OFFER)
def waiting() -> ResponseReturnValue:
    """The queue alone, for the page that is open already; who comes by the address gets that page."""
    if request.headers.get("X-Requested-With") != "fetch":
        return redirect(url_for("tutoring_tutor.desk"))
    return render_template("tutoring/_queue.html", **_waiting(actor(), []))


@blueprint.post("/tutoring/desk/take")
@requires(OFFER)
def take() -> ResponseReturnValue:
    """Begin a conversation with the next person, or with a chosen one."""
    taken = queue.take(actor(), request.form.get("place_id", type=uuid.UUID))
    return redirect(url_for("tutoring_tutor.desk", chat=taken.id), 303)


@blueprint.post("/tutoring/desk/messages/<uuid:place_id>/answer")
@requires(OFFER)
def answer_message(place_id: uuid.UUID) -> ResponseReturnValue:
    """Begin a conversation with what somebody left for the desk."""
    return redirect(url_for("tutoring_tutor.desk", chat=messages.answer(actor(), place_id).id), 303)


@blueprint.post("/tutoring/desk/<uuid:booking_id>/take-over")
@requires(OFFER)
def take_over(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Go on with a conversation whose tutor is gone."""
    passing.take_over(actor(), booking_id)
    return redirect(url_for("tutoring_tutor.desk", chat=booking_id), 303)


@blueprint.post("/tutoring/desk/<uuid:booking_id>/pass-on")
@requires(OFFER)
def pass_on(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Ask whether another tutor may go on."""
    passing.propose(actor(), booking_id, PassOn.read(request.form.to_dict()))
    flash(_("Asked. As soon as the person you talk to agrees, the other tutor goes on."), "success")
    return redirect(url_for("tutoring_tutor.desk", chat=booking_id), 303)


@blueprint.post("/tutoring/sessions/<uuid:booking_id>/pass/<any(agree, decline):what>")
@member
def answer(booking_id: uuid.UUID, what: str) -> ResponseReturnValue:
    """Agree that another tutor goes on, or stay with one's own; a tutor takes the question back."""
    if what == "agree":
        passing.agree(actor(), booking_id)
        flash(_("The other tutor knows, and goes on with you."), "success")
    else:
        row = passing.decline(actor(), booking_id)
        if row.slot.tutor_id == actor().user_id:
            return redirect(url_for("tutoring_tutor.desk", chat=booking_id), 303)
        flash(_("You stay with your tutor."), "success")
    return redirect(url_for("tutoring.session", booking_id=booking_id), 303)


@blueprint.get("/tutoring/desk/overview")
@requires(MANAGE)
def overview() -> ResponseReturnValue:
    """Who talks with whom and who waits, without a word of it."""
    who = actor()
    running = conversations.find_running(who)
    return render_template(
        "tutoring/overview.html", running=running, waiting=queue.find_queue(who), here=telling.tutors_here(),
        people=people_of(who, running), breadcrumb=[*trail(_("Drop-in desk"))[:1], (_("The desk now"), None)],
    )  # fmt: skip


@blueprint.post("/tutoring/desk/colleagues")
@requires(OFFER)
def whisper() -> ResponseReturnValue:
    """Ask the other tutors."""
    colleagues.whisper(actor(), Whisper.read(request.form.to_dict()))
    return redirect(url_for("tutoring_tutor.desk"), 303)


@blueprint.route("/tutoring/desk/replies", methods=["GET", "POST"])
@requires(OFFER)
def canned() -> ResponseReturnValue:
    """Texts to insert by typing / and their name."""
    who = actor()
    form = Form(AddReply, submit=_("Keep it"))
    if form.run(lambda command: replies.add_reply(who, command)):
        flash(_("Kept. At the desk, type / and its name."), "success")
        return redirect(url_for("tutoring_tutor.canned"), 303)
    fields = ["shortcut", "text"] + (["is_shared"] if who.can(MANAGE) else [])
    page = render_template(
        "tutoring/replies.html", form=form, fields=fields, shelves=handbook.find_shelves(who), replies=replies.find_replies(who),
        may_remove=lambda row: replies.may_remove(who, row), breadcrumb=trail(_("Replies")),
    )  # fmt: skip
    return page, form.status


@blueprint.post("/tutoring/desk/replies/<uuid:reply_id>/remove")
@requires(OFFER)
def remove_reply(reply_id: uuid.UUID) -> ResponseReturnValue:
    """Take a text out."""
    replies.remove_reply(actor(), reply_id)
    flash(_("Taken out."), "success")
    return redirect(url_for("tutoring_tutor.canned"), 303)


def _waiting(who: Actor, chats: list[Booking]) -> dict[str, Any]:
    places, alone, now = queue.find_queue(who), conversations.find_left_alone(who), utcnow()
    left, offers = messages.find_messages(who), routing.find_offers()
    ids = {place.trainee_id for place in [*places, *left]}
    people = find_members(who, sorted(ids)) | people_of(who, [*alone, *chats])
    return {
        "waiting": places,
        "left": left,
        "is_for_me": lambda place: bool(routing.who_fits(offers, [who.user_id], place)),
        "has_topics": bool(routing.subjects_of(offers) or routing.languages_of(offers)),
        "alone": alone,
        "people": people,
        "is_away": lambda place: queue.is_away(place, now),
    }


def _in_front(who: Actor, row: Booking) -> dict[str, Any]:
    if request.method == "GET":
        note_reading(who, row)
    row = get_booking(who, row.id)
    tutors = find_members(who, conversations.find_tutors(who))
    return {
        "is_tutor": True, "is_absent": meeting.seems_absent(row), "has_begun": row.slot.starts_at <= utcnow(), "thread": conversations.thread_with(who, row),
        "progress": conversations.progress_of(who, row),
        "tutors": sorted(tutors.values(), key=lambda person: person.name), "replies": replies.find_replies(who, _language_of(who, row)), "office_name": directory().get(row.office_id).name, "tutor_name": who.name,
    } | chat_context(who, row)  # fmt: skip


def _language_of(who: Actor, row: Booking) -> str:
    """What the person of a conversation reads: their choice, or the first language of the office."""
    person = find_members(who, [row.trainee_id]).get(row.trainee_id)
    return (person.locale if person else "") or directory().get(row.office_id).languages[0]
