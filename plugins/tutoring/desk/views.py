"""Pages of the drop-in desk for everybody: waiting for somebody who helps, ending a conversation, opening times."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, _, actor, member, ngettext, requires, wants_json
from plugins.tutoring import booking, closing
from plugins.tutoring.desk import messages, opening, queue, routing
from plugins.tutoring.desk.forms import AddOpening, JoinQueue, LeaveMessage
from plugins.tutoring.desk.opening import MANAGE
from plugins.tutoring.forms import WEEKDAYS, CloseDays
from plugins.tutoring.offering import OFFER
from plugins.tutoring.views import trail

blueprint = Blueprint("tutoring_desk", __name__)


@blueprint.route("/tutoring/drop-in", methods=["GET", "POST"])
@member
def drop_in() -> ResponseReturnValue:
    """Whether the desk is open; the form to join; where one stands."""
    who = actor()
    form, letter = (
        Form(JoinQueue, submit=_("Join the queue")),
        Form(LeaveMessage, submit=_("Leave the message")),
    )
    if form.run(lambda command: queue.join(who, command)):
        return redirect(url_for("tutoring_desk.drop_in"), 303)
    if letter.run(lambda command: messages.leave_message(who, command)):
        flash(_("Your message is at the desk. You get the answer here and by mail."), "success")
        return redirect(url_for("tutoring_desk.drop_in"), 303)
    offers = routing.find_offers()
    place = queue.own_place(who)
    page = render_template(
        "tutoring/drop_in.html", form=form, opening=opening.opening_with_unused(who), hours=opening.find_hours(who),
        standing=queue.standing_of(place) if place else None, waiting=queue.waiting_count(), last=None if place else queue.last_place(who),
        conversation=queue.own_conversation(who), letter=letter, own_message=messages.own_message(who), answers=messages.own_answers(who),
        subjects=routing.subjects_of(offers), spoken=routing.languages_of(offers), may_answer=who.can(OFFER), may_manage=who.can(MANAGE),
        weekdays=[title for _number, title in WEEKDAYS], wait_words=wait_words, breadcrumb=trail(_("Drop-in")),
    )  # fmt: skip
    return page, max(form.status, letter.status)


@blueprint.post("/tutoring/drop-in/message/take-back")
@member
def take_back() -> ResponseReturnValue:
    """Leave no message after all."""
    messages.take_back(actor())
    flash(_("Taken back. Nobody at the desk sees it any more."), "success")
    return redirect(url_for("tutoring_desk.drop_in"), 303)


@blueprint.post("/tutoring/drop-in/here")
@member
def here() -> ResponseReturnValue:
    """One's page is still there; answers where one stands, or where to go on."""
    who = actor()
    place = queue.hear_from(who)
    if not wants_json():
        return redirect(url_for("tutoring_desk.drop_in"), 303)
    if place is None:
        talk = queue.own_conversation(who)
        target = url_for("tutoring.session", booking_id=talk.id) if talk else url_for("tutoring_desk.drop_in")
        return jsonify(go_to=target)
    standing = queue.standing_of(place)
    return jsonify(position=standing.position, wait=wait_words(standing))


@blueprint.post("/tutoring/drop-in/leave")
@member
def leave() -> ResponseReturnValue:
    """Wait no more."""
    queue.leave(actor())
    flash(_("You left the queue."), "success")
    return redirect(url_for("tutoring_desk.drop_in"), 303)


@blueprint.post("/tutoring/sessions/<uuid:booking_id>/end")
@member
def end(booking_id: uuid.UUID) -> ResponseReturnValue:
    """End a drop-in conversation; either of the two can."""
    queue.end_conversation(booking.get_booking(actor(), booking_id))
    flash(_("The conversation has ended. You can still read it."), "success")
    return redirect(url_for("tutoring.session", booking_id=booking_id), 303)


@blueprint.route("/tutoring/desk/hours", methods=["GET", "POST"])
@requires(MANAGE)
def hours() -> ResponseReturnValue:
    """When the desk is open."""
    form = Form(AddOpening, submit=_("Add"))
    if form.run(lambda command: opening.add_opening(actor(), command)):
        flash(_("Added. Trainees see it at once."), "success")
        return redirect(url_for("tutoring_desk.hours"), 303)
    page = render_template(
        "tutoring/desk_hours.html", form=form, hours=opening.find_hours(actor()), opening=opening.opening_now(actor()),
        weekdays=[title for _number, title in WEEKDAYS], breadcrumb=trail(_("Opening times")),
    )  # fmt: skip
    return page, form.status


@blueprint.post("/tutoring/desk/hours/<uuid:hours_id>/end")
@requires(MANAGE)
def end_hours(hours_id: uuid.UUID) -> ResponseReturnValue:
    """Take one opening time out of the week."""
    opening.end_opening(actor(), hours_id)
    flash(_("Taken out."), "success")
    return redirect(url_for("tutoring_desk.hours"), 303)


@blueprint.route("/tutoring/closed-days", methods=["GET", "POST"])
@requires(MANAGE)
def closed_days() -> ResponseReturnValue:
    """Days on which the office is closed."""
    form, done = Form(CloseDays, submit=_("Close on these days")), list[tuple[int, int]]()
    if form.run(lambda command: done.append(closing.close_days(actor(), command))):
        fresh, expected = done[0]
        flash(ngettext("%(num)d day is new.", "%(num)d days are new.", fresh), "success")
        if expected:
            flash(
                ngettext(
                    "%(num)d session is booked on these days. Its tutor was told.",
                    "%(num)d sessions are booked on these days. Their tutors were told.",
                    expected,
                ),
                "warn",
            )
        return redirect(url_for("tutoring_desk.closed_days"), 303)
    page = render_template(
        "tutoring/closed_days.html", form=form, days=closing.find_closed_days(actor()), breadcrumb=trail(_("Closed days")),
    )  # fmt: skip
    return page, form.status


@blueprint.post("/tutoring/closed-days/<uuid:day_id>/open")
@requires(MANAGE)
def open_day(day_id: uuid.UUID) -> ResponseReturnValue:
    """Be open on a day after all."""
    closing.open_day(actor(), day_id)
    flash(_("The office is open on that day. The tutors' times are there again."), "success")
    return redirect(url_for("tutoring_desk.closed_days"), 303)


def wait_words(standing: queue.Standing) -> str:
    """How long somebody waits, in words."""
    if standing.minutes is None:
        return _("No tutor is at the desk at this moment. They were told that you wait.")
    if standing.minutes <= 1:
        return _("It is your turn next: about a minute.")
    return ngettext("About %(num)d minute", "About %(num)d minutes", standing.minutes)
