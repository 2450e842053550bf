"""Pages for people without an account, and the page on which they are managed."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Form,
    Invalid,
    NotFound,
    _,
    actor,
    current_locale,
    greet_visitor,
    knock,
    member,
    public,
    utcnow,
)
from plugins.webinar import agenda, letters, recording, registering, rooms
from plugins.webinar.registering import AddField, InviteGuest, Register
from plugins.webinar.rooms import Meeting
from plugins.webinar.views import as_uuid, trail

EARLIER = "webinar_earlier"
"""In the session of a browser: which guests it was before, so that a ban holds for another link in it too."""
MOST_EARLIER = 20

blueprint = Blueprint("webinar_guest", __name__, url_prefix="/webinar")


@blueprint.route("/<uuid:activity_id>/register", methods=["GET", "POST"])
@public
def register(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Anybody may register; the letter with the link goes to the address given, so it is nobody else's."""
    found = registering.get_public(activity_id)
    form = Form(Register, submit=_("Register") if not found.is_full else _("Join the waiting list"))
    answers = {str(field.id): request.form.get(f"field-{field.id}", "") for field in found.fields}
    if form.is_submitted:
        knock("registration", request.form.get("email", "")[:120], request.remote_addr or "")
    if form.run(lambda command: registering.register(activity_id, command, answers, current_locale())):
        return redirect(url_for("webinar_guest.registered", activity_id=activity_id), 303)
    page = render_template(
        "webinar/register.html", form=form, found=found, answers=answers, agenda=agenda.plan_items(activity_id, found.activity.starts_at),
        is_past=Meeting(found.room, found.activity).is_past(utcnow()),
    )  # fmt: skip
    return page, form.status


@blueprint.get("/<uuid:activity_id>/registered")
@public
def registered(activity_id: uuid.UUID) -> ResponseReturnValue:
    """The same for everybody, known or not."""
    return render_template("webinar/registered.html", found=registering.get_public(activity_id))


@blueprint.get("/left")
@public
def left() -> ResponseReturnValue:
    """Where guests go when they leave; it says nothing of the meeting."""
    return render_template("webinar/left.html")


@blueprint.route("/guest/<uuid:registration_id>/<secret>", methods=["GET", "POST"])
@public
def link(registration_id: uuid.UUID, secret: str) -> ResponseReturnValue:
    """A personal link: what it is for, and the way in. Looking at it uses nothing up, so programs that check mail do no harm."""
    try:
        row, meeting = registering.open_link(registration_id, secret)
    except NotFound:
        knock("secret_link", str(registration_id), request.remote_addr or "")
        raise
    if request.method == "GET":
        return render_template(
            "webinar/link.html",
            row=row,
            meeting=meeting,
            activity=meeting.activity,
            secret=secret,
            now=utcnow(),
            agenda=agenda.plan_items(row.room_id, meeting.activity.starts_at),
            recordings=recording.find_recordings(row.room_id),
        )
    if request.form.get("do") == "cancel":
        registering.cancel_by_link(registration_id, secret)
        flash(_("You are not expected any more. Your place goes to somebody else."), "success")
        return redirect(url_for("webinar_guest.link", registration_id=registration_id, secret=secret), 303)
    known = session.get("visitors", {}).get("webinar", "")
    earlier = session.get(EARLIER, [])
    visitor, room = registering.come_by_link(registration_id, secret, known, earlier)
    if known and known != str(visitor):
        kept = [each for each in earlier if each != known]
        session[EARLIER] = [*kept[-MOST_EARLIER:], known]
    greet_visitor(session, "webinar", visitor)
    found = recording.find_recordings(room) if request.form.get("do") == "replay" else []
    if found:
        return redirect(url_for("webinar_replay.watch", activity_id=room, recording_id=found[-1].id), 303)
    return redirect(url_for("webinar_live.room", activity_id=room), 303)


@blueprint.route("/<uuid:activity_id>/guests", methods=["GET", "POST"])
@member
def guests(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Who registered, who was invited; their links; the questions of the public page."""
    meeting = rooms.get_managed_room(actor(), activity_id)
    form, field = Form(InviteGuest, submit=_("Send the link")), Form(AddField, submit=_("Ask it"))
    here = url_for("webinar_guest.guests", activity_id=activity_id)
    if form.run(lambda command: registering.invite(actor(), activity_id, command, current_locale())):
        flash(_("The letter with the link is on its way."), "success")
        return redirect(here, 303)
    if field.run(lambda command: registering.add_field(actor(), activity_id, command)):
        return redirect(here, 303)
    show = url_for("webinar.show", activity_id=activity_id)
    page = render_template(
        "webinar/guests.html", meeting=meeting, activity=meeting.activity, form=form, field=field,
        guests=registering.find_guests(actor(), activity_id), fields=registering.find_fields(activity_id),
        link_of=letters.link_of, breadcrumb=trail(meeting.activity.title, show, _("Guests")),
        public_url=url_for("webinar_guest.register", activity_id=activity_id, _external=True),
    )  # fmt: skip
    return page, max(form.status, field.status)


@blueprint.post("/<uuid:activity_id>/guests/change")
@member
def change_guest(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Revoke or renew a link; ask a question no more."""
    chosen = as_uuid(request.form.get("id", ""))
    match request.form.get("do"):
        case "revoke":
            registering.revoke(actor(), activity_id, chosen)
            flash(_("The link opens nothing any more."), "success")
        case "renew":
            registering.renew_link(actor(), activity_id, chosen)
            flash(_("A new link is on its way; the old one opens nothing any more."), "success")
        case "forget":
            registering.remove_field(actor(), activity_id, chosen)
        case _:
            raise Invalid(_("Please choose what to do."))
    return redirect(url_for("webinar_guest.guests", activity_id=activity_id), 303)
